"""The pinhole camera of a scene and the choice of its view.

World frame: metres, z up, the body faces -y, its left is +x. Picture frame: (x, y) in pixels, x right, y down,
pixel centres at +0.5, sizes (h, w). The view is level: the picture's vertical is the world's z.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

FILM_MM = 36.0
FOCAL_MM = (24.0, 135.0)
# no camera is nearer to the middle of the shoes (ours)
NEAREST_M = 0.45


@dataclass(frozen=True)
class Camera:
    """A pinhole camera without roll. `fov_deg` is the horizontal field of view, as in mitsuba's `fov_axis: x`.

    kind and crop say what picture it was set up for: one of KINDS and of CROPS, "" if it was placed by hand.
    """

    origin: np.ndarray
    target: np.ndarray
    fov_deg: float
    kind: str = ""
    crop: str = ""

    def __post_init__(self) -> None:
        for name in ("origin", "target"):
            value = np.asarray(getattr(self, name), dtype=float)
            if value.shape != (3,):
                raise ValueError(f"camera {name} has shape {value.shape}, expected (3,)")
            object.__setattr__(self, name, value)

    @property
    def focal_mm(self) -> float:
        """The focal length that has this field of view on film 36 mm wide."""
        return float(FILM_MM / 2 / np.tan(np.radians(self.fov_deg) / 2))

    def to_dict(self) -> dict[str, Any]:
        """The camera for JSON: metres, degrees, millimetres."""
        return {
            "kind": self.kind,
            "crop": self.crop,
            "focal_mm": round(self.focal_mm, 2),
            "fov_deg": round(float(self.fov_deg), 4),
            "origin": self.origin.round(5).tolist(),
            "target": self.target.round(5).tolist(),
        }

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

    kind, crop: a key of KINDS and of CROPS. share: how much of the picture's width the shoes take; bottom and centre:
    where they stand in it, 0 to 1 from the top and from the left.
    """

    kind: str
    crop: str
    azimuth_deg: float
    elevation_deg: float
    fov_deg: float
    share: float
    bottom: float
    centre: float


@dataclass(frozen=True)
class Station:
    """Where a photographer stands for one kind of picture: how often, azimuth and its spread, range of elevations and
    of focal lengths."""

    often: float
    azimuth_deg: float
    spread_deg: float
    elevation_deg: tuple[float, float]
    focal_mm: tuple[float, float] = FOCAL_MM


KINDS = {
    "side": Station(0.32, 88.0, 9.0, (2.0, 22.0)),
    "three-quarter": Station(0.27, 45.0, 13.0, (6.0, 38.0)),
    "front": Station(0.09, 4.0, 9.0, (4.0, 34.0)),
    "rear": Station(0.11, 152.0, 18.0, (4.0, 34.0)),
    "top": Station(0.09, 55.0, 40.0, (48.0, 76.0), (35.0, 135.0)),
    "low": Station(0.12, 60.0, 28.0, (0.0, 4.0), (24.0, 70.0)),
}
"""Kinds of product photos (ours)."""
ANGLED = Station(0.0, 62.0, 7.0, (4.0, 34.0), (35.0, 135.0))
"""A pair at an angle is seen with one shoe in profile and the other turned to the camera (ours)."""
CROPS = {"close-up": (0.26, 0.62, 0.85), "shoes": (0.46, 0.40, 0.62), "legs": (0.28, 0.19, 0.40)}
"""From the shoe alone to the whole lower body: how often, least and greatest share of the width (ours)."""


def sample_view(rng: np.random.Generator, pair: bool, angled: bool = False) -> View:
    """Draw a view: a kind, a crop, a focal length; two shoes take a little more of the picture than one. angled: of a
    pair at an angle, which asks for a three-quarter view of its own."""
    kind = str(rng.choice(list(KINDS), p=[station.often for station in KINDS.values()]))
    kind = "three-quarter" if angled else kind
    crop = str(rng.choice(list(CROPS), p=[often for often, _, _ in CROPS.values()]))
    station, (_, least, most) = ANGLED if angled else KINDS[kind], CROPS[crop]
    azimuth = float(rng.normal(station.azimuth_deg, station.spread_deg) * rng.choice([-1, 1]))
    low, high = station.elevation_deg
    elevation = low + (high - low) * rng.beta(1.2, 1.6)
    focal = float(np.exp(rng.uniform(*np.log(station.focal_mm))))
    share = rng.uniform(least, most) * (1.06 if pair else 0.94)
    fov = float(np.degrees(2 * np.arctan(FILM_MM / 2 / focal)))
    return View(kind, crop, azimuth, elevation, fov, share, rng.uniform(0.84, 0.96), rng.uniform(0.0, 1.0))


def aim(view: View, shoes: np.ndarray, heading_deg: float) -> Camera:
    """The camera that sees shoe points (n, 3), toes pointing heading_deg from -y about z, as the view says."""
    azimuth, elevation = np.radians(heading_deg + view.azimuth_deg), np.radians(view.elevation_deg)
    toward = np.array([np.sin(azimuth) * np.cos(elevation), -np.cos(azimuth) * np.cos(elevation), np.sin(elevation)])
    middle = (shoes.min(axis=0) + shoes.max(axis=0)) / 2
    flat = shoes[:, :2] - middle[:2]
    length = 2 * np.linalg.norm(flat, axis=1).max()
    camera = Camera(middle + 4 * length * toward, middle, view.fov_deg)
    for _ in range(10):
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
        distance = np.maximum(distance * np.clip(looks, 0.6, 1.6), NEAREST_M)
        camera = Camera(target + distance * toward, target, view.fov_deg)
    return replace(camera, kind=view.kind, crop=view.crop)
