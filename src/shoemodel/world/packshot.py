"""How shops photograph shoes: cameras, light and plain ground (ours)."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from shoemodel.render import light
from shoemodel.render.camera import FILM_MM, Camera
from shoemodel.render.light import AreaLight
from shoemodel.render.parts import Part
from shoemodel.render.surfaces import quad

STATIONS = {
    "side": (0.34, 88.0, 8.0, (0.0, 16.0)), "three-quarter": (0.28, 45.0, 14.0, (4.0, 38.0)),
    "front": (0.08, 5.0, 9.0, (4.0, 40.0)), "rear": (0.12, 150.0, 18.0, (4.0, 34.0)),
    "top": (0.18, 60.0, 60.0, (40.0, 84.0)),
}  # fmt: skip
"""How often, azimuth from the toes and its spread, range of elevations, degrees (ours)."""
FOCAL_MM = (35.0, 135.0)
SHARE, NEAREST_M, AIMING = (0.78, 0.93), 0.4, 6
"""How much of the picture's side the shoes take; no camera is nearer than this; rounds in which it is aimed."""


def sample_camera(rng: np.random.Generator, points: Float[np.ndarray, "n 3"]) -> Camera:
    """A shop's view of shoes (n, 3) whose toes point to -y, which fill the picture."""
    kind = str(rng.choice(list(STATIONS), p=[often for often, *_ in STATIONS.values()]))
    _, azimuth, spread, (low, high) = STATIONS[kind]
    turn = np.radians(rng.normal(azimuth, spread) * rng.choice([-1, 1]))
    rise, focal = np.radians(rng.uniform(low, high)), float(np.exp(rng.uniform(*np.log(FOCAL_MM))))
    toward = np.array([np.sin(turn) * np.cos(rise), -np.cos(turn) * np.cos(rise), np.sin(rise)])
    fov = float(np.degrees(2 * np.arctan(FILM_MM / 2 / focal)))
    share, target = rng.uniform(*SHARE), (points.min(axis=0) + points.max(axis=0)) / 2
    distance = focal / FILM_MM * float(np.linalg.norm(np.ptp(points, axis=0))) / share
    for _ in range(AIMING):
        camera = Camera(target + distance * toward, target, fov, kind, "close-up")
        found, depth = camera.project(points, (1, 1))
        middle, extent = (found.min(axis=0) + found.max(axis=0)) / 2 - 0.5, float(np.ptp(found, axis=0).max())
        target = target + middle * FILM_MM / focal * float(np.median(depth)) @ camera.axes()[:2]
        distance = max(NEAREST_M, distance * extent / share)
    return Camera(target + distance * toward, target, fov, kind, "close-up")


def sample_light(rng: np.random.Generator) -> tuple[np.ndarray, AreaLight]:
    """A surrounding, even or with windows, and a lamp, hard or soft, from anywhere above."""
    even = rng.random() < 0.4
    surrounding = light.normalised(np.ones((32, 64, 3))) if even else light.interior(rng, 64)
    azimuth, elevation = rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(25, 80))
    way = [np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)]
    half = float(np.exp(rng.uniform(np.log(0.06), np.log(1.3))))
    tint = light.warmth(float(np.clip(rng.normal(0.1, 0.3), -0.8, 1)))
    return surrounding, light.area_light(np.multiply(way, 2.5), np.zeros(3), half, rng.uniform(0.2, 2.5), tint)


def sample_ground(rng: np.random.Generator) -> Part:
    """A floor of one colour, white as often as not."""
    white = rng.random() < 0.5
    colour = np.full(3, rng.uniform(0.8, 0.95)) if white else rng.uniform(0.03, 0.7) * rng.uniform(0.7, 1.2, 3)
    return quad("ground", [-4, -4, 0], [8, 0, 0], [0, 8, 0], np.clip(colour, 0.02, 0.95), 1.0)
