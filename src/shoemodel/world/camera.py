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
        # einsum for the same reason as in meshes.transform
        local = np.einsum("ij,nj->ni", self.axes(), np.asarray(points, float) - self.origin)
        depth = local[:, 2]
        focal_px = width / 2 / np.tan(np.radians(self.fov_deg) / 2)
        points_px = focal_px * local[:, :2] / np.where(np.abs(depth) < 1e-6, 1e-6, depth)[:, None]
        return points_px + np.array([width, height]) / 2, depth


@dataclass(frozen=True)
class View:
    """How shoes are to be seen: azimuth_deg from straight before the toes (positive towards the wearer's left).

    share: how much of the picture's width the shoes take; bottom and centre: where they stand in it, 0 to 1 from the
    top and from the left.
    """

    azimuth_deg: float
    elevation_deg: float
    fov_deg: float
    share: float
    bottom: float
    centre: float


# where product photographers stand (ours): (share of views, azimuth, spread), degrees from the toes
STATIONS = ((0.42, 85.0, 14.0), (0.34, 45.0, 15.0), (0.09, 135.0, 15.0), (0.09, 8.0, 12.0), (0.06, 175.0, 12.0))


def sample_view(rng: np.random.Generator, pair: bool) -> View:
    """Draw a view: mostly side and three-quarter, from near the floor to well above it, the shoes large."""
    _, azimuth, spread = STATIONS[rng.choice(len(STATIONS), p=[station[0] for station in STATIONS])]
    azimuth = float(rng.normal(azimuth, spread) * rng.choice([-1, 1]))
    elevation = 3 + 42 * rng.beta(1.3, 2.2)
    share = rng.uniform(0.45, 0.82) if pair else rng.uniform(0.34, 0.76)
    return View(azimuth, elevation, rng.uniform(20, 45), share, rng.uniform(0.84, 0.95), 0.5 + rng.uniform(-0.5, 0.5))


def aim(view: View, shoes: np.ndarray, heading_deg: float) -> Camera:
    """The camera that sees shoe points (n, 3), toes pointing heading_deg from -y about z, as the view says."""
    azimuth, elevation = np.radians(heading_deg + view.azimuth_deg), np.radians(view.elevation_deg)
    toward = np.array([np.sin(azimuth) * np.cos(elevation), -np.cos(azimuth) * np.cos(elevation), np.sin(elevation)])
    middle = (shoes.min(axis=0) + shoes.max(axis=0)) / 2
    flat = shoes[:, :2] - middle[:2]
    length = 2 * np.linalg.norm(flat, axis=1).max()
    camera = Camera(middle + 4 * length * toward, middle, view.fov_deg)
    for _ in range(8):
        points, depth = camera.project(shoes, (1, 1))
        low, high = points.min(axis=0), points.max(axis=0)
        width, height = high - low
        distance = np.linalg.norm(camera.origin - camera.target)
        flat_width = length / (2 * np.tan(np.radians(view.fov_deg) / 2) * distance)
        # a shoe seen from the front is narrow: neither its width nor its length alone says how large it looks (ours)
        looks = max(np.sqrt(width * max(width, flat_width)) / view.share, height / 0.66, width / 0.9)
        room = max(0.0, 0.5 - width / 2 - 0.04)
        wanted = np.array([0.5 + (view.centre - 0.5) * 1.2 * room, view.bottom])
        found = np.array([(low[0] + high[0]) / 2, high[1]])
        scale = 2 * np.tan(np.radians(view.fov_deg) / 2) * float(np.median(depth))
        shift = ((found - wanted) * scale) @ camera.axes()[:2]
        target = camera.target + shift
        camera = Camera(target + distance * np.clip(looks, 0.5, 2.0) * toward, target, view.fov_deg)
    return camera


def view_words(view: View) -> str:
    """The view in a word or two."""
    side = abs((view.azimuth_deg + 180) % 360 - 180)
    if view.elevation_deg > 36:
        return "from above"
    if side < 25:
        return "front view"
    if side < 65:
        return "three-quarter view"
    if side < 115:
        return "side view"
    return "back view" if side > 155 else "three-quarter back view"
