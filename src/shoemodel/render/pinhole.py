"""A pinhole camera on any film: roll, principal point and size as a photo has them.

World frame: metres, z up. Picture frame: (x, y) px, x right, y down, pixel centres at +0.5, sizes (h, w).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Pinhole:
    """Where a photo's camera stands and how it sees."""

    rotation: Float[np.ndarray, "3 3"]
    """Rows: the camera's right, down and forward in the world."""
    origin: Float[np.ndarray, "3"]
    """Its place in the world, metres."""
    focal_px: float
    centre_px: tuple[float, float]
    """(x, y) that the optical axis meets; a canvas that grew upwards has it below its own middle."""
    size: tuple[int, int]
    """(h, w) px of the picture."""

    def __post_init__(self) -> None:
        if self.rotation.shape != (3, 3) or self.origin.shape != (3,):
            raise ValueError(f"expected (3, 3) and (3,), got {self.rotation.shape} and {self.origin.shape}")

    def project(self, points: Float[np.ndarray, "n 3"]) -> tuple[Float[np.ndarray, "n 2"], Float[np.ndarray, "n"]]:
        """Points in metres -> px, and depth along the view in metres; behind the camera the px mean nothing."""
        local = np.einsum("ij,nj->ni", self.rotation, np.asarray(points, float) - self.origin)
        depth = local[:, 2]
        return self.focal_px * local[:, :2] / np.maximum(depth, 1e-3)[:, None] + self.centre_px, depth

    def rays(self, points_px: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 3"]:
        """Unit directions in the world of the rays through picture points."""
        local = np.concatenate([(points_px - self.centre_px) / self.focal_px, np.ones((len(points_px), 1))], axis=1)
        ways = local @ self.rotation
        return ways / np.linalg.norm(ways, axis=1, keepdims=True)

    def scaled(self, scale: float) -> Pinhole:
        """The same view on a film `scale` times as large, its sides rounded to whole px."""
        size = (max(1, round(self.size[0] * scale)), max(1, round(self.size[1] * scale)))
        x, y = self.centre_px
        return replace(self, focal_px=self.focal_px * scale, centre_px=(x * scale, y * scale), size=size)
