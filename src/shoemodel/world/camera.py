"""The pinhole camera of a scene and the choice of its view.

World frame: metres, z up, the body faces -y, its left is +x. Picture frame: (x, y) in pixels, x right, y down,
pixel centres at +0.5, sizes (h, w). The view is level: the picture's vertical is the world's z.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Camera:
    """A pinhole camera without roll. `fov_deg` is the horizontal field of view, as in mitsuba's `fov_axis: x`."""

    origin: np.ndarray
    target: np.ndarray
    fov_deg: float

    def __post_init__(self) -> None:
        for name in ("origin", "target"):
            value = np.asarray(getattr(self, name), dtype=float)
            if value.shape != (3,):
                raise ValueError(f"camera {name} has shape {value.shape}, expected (3,)")
            object.__setattr__(self, name, value)

    def axes(self) -> np.ndarray:
        """Rows: the camera's right, down and forward in the world, (3, 3)."""
        forward = self.target - self.origin
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right = right / np.linalg.norm(right)
        return np.stack([right, np.cross(forward, right), forward])

    def project(self, points: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Points (n, 3) in metres -> points_px (n, 2) and depth (n,) in metres along the view; size is (h, w)."""
        height, width = size
        local = (np.asarray(points, float) - self.origin) @ self.axes().T
        depth = local[:, 2]
        focal_px = width / 2 / np.tan(np.radians(self.fov_deg) / 2)
        points_px = focal_px * local[:, :2] / np.where(np.abs(depth) < 1e-6, 1e-6, depth)[:, None]
        return points_px + [width / 2, height / 2], depth
