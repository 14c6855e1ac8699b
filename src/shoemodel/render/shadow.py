"""The shadow of a leg on level ground: how much of the dome and of the lamp each place of the ground still sees (ours).

Only directions are counted, so with and without the shoe the same ones are, and their ratio has next to no noise. It is
known wherever the ground would be seen, also under the shoe, so nothing need be filled in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32

from shoemodel.render.engine import blocked, lit
from shoemodel.render.leg import Stage
from shoemodel.render.light import AreaLight, Light
from shoemodel.render.parts import Part
from shoemodel.render.pinhole import Pinhole

DOME, LAMP = (12, 10), (6, 6)
"""Directions to the dome (round, up) and points of the lamp (across, along)."""
REACH_M = 1.6
"""No place further from the leg is looked at."""
DOME_M = 3.0
"""Nothing further away hides the dome."""
BOUNCE = 0.22
"""Of the light that is hidden, what the leg sends down instead (ours)."""
LONGER_PX = 128


@dataclass(frozen=True, eq=False)
class GroundShadow:
    """Factors on the light of the ground, on a small grid over a camera's whole film; 1 where no ground is seen."""

    beside_shoe: Float32[np.ndarray, "h w"]
    """Leg and shoe over the shoe alone: what is to be laid on a photo of the shoe."""
    alone: Float32[np.ndarray, "h w"]
    """The leg over nothing."""
    unit: float
    """Radiance of a white ground without any shadow."""


def shadow(
    stage: Stage, shoe: Sequence[Part], light: Light, camera: Pinhole, seed: int = 0, longer_px: int = LONGER_PX
) -> GroundShadow:
    """What a leg takes from the ground's light. shoe: parts that only cast shadow."""
    small = camera.scaled(longer_px / max(camera.size))
    rows, columns = small.size
    y, x = np.mgrid[0:rows, 0:columns] + 0.5
    ways = small.rays(np.stack([x.ravel(), y.ravel()], axis=1))
    with np.errstate(divide="ignore"):
        distance = np.where(ways[:, 2] < -1e-3, -small.origin[2] / np.minimum(ways[:, 2], -1e-3), -1.0)
    places = small.origin + distance[:, None] * ways
    middle = stage.base[:2]
    near = np.flatnonzero((distance > 0) & (np.linalg.norm(places[:, :2] - middle, axis=1) < REACH_M))
    open_light = _arriving(light, np.zeros((1, 3)), seed)[1].sum()
    beside, alone = np.ones(rows * columns), np.ones(rows * columns)
    if len(near):
        rays, light_of = _arriving(light, places[near], seed)
        starts = np.repeat(places[near] + [0, 0, 2e-4], rays.shape[1], axis=0)
        leg = blocked(stage.view, starts, rays.reshape(-1, 3)).reshape(rays.shape[:2])
        shod = np.zeros_like(leg)
        if len(shoe):
            only = lit(shoe, light.environment, light.key)
            shod = blocked(only, starts, rays.reshape(-1, 3)).reshape(rays.shape[:2])
        seen = np.where(leg, BOUNCE, 1.0) * light_of
        alone[near] = seen.sum(axis=1) / light_of.sum(axis=1)
        without = np.where(shod, 0.0, light_of).sum(axis=1)
        beside[near] = (np.where(shod, 0.0, seen).sum(axis=1) + 1e-3) / (without + 1e-3)
    grids = [field.reshape(rows, columns).astype(np.float32) for field in (beside, alone)]
    beside_shoe, alone_there = (cv2.GaussianBlur(grid, (0, 0), 0.8) for grid in grids)
    return GroundShadow(beside_shoe, alone_there, float(open_light) / np.pi)


def _arriving(light: Light, places: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rays (n, k, 3), as long as they must be free, towards the light from places (n, 3) of level ground, and the
    irradiance (n, k) that each stands for."""
    rng = np.random.default_rng(seed)
    dome, dome_light = _dome(light.environment, rng.random((len(places), 2)))
    lamp, lamp_light = _lamp(light.key, places, rng.random((len(places), 2)))
    return np.concatenate([dome * DOME_M, lamp], axis=1), np.concatenate([dome_light, lamp_light], axis=1)


def _strata(counts: tuple[int, int], shift: np.ndarray) -> np.ndarray:
    """Points (n, k, 2) of a grid in the unit square, shifted (n, 2) round it for each place."""
    a, b = np.meshgrid((np.arange(counts[0]) + 0.5) / counts[0], (np.arange(counts[1]) + 0.5) / counts[1])
    grid = np.stack([a.ravel(), b.ravel()], axis=1)
    return (grid[None] + shift[:, None] / counts) % 1.0


def _dome(environment: np.ndarray, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit directions (n, k, 3), as many as the cosine of the zenith, and the irradiance (n, k) of each."""
    u, v = np.moveaxis(_strata(DOME, shift), -1, 0)
    azimuth, sine = 2 * np.pi * u, np.sqrt(v)
    ways = np.stack([sine * np.sin(azimuth), sine * np.cos(azimuth), np.sqrt(1 - v)], axis=-1)
    height, width = environment.shape[:2]
    row = np.clip(np.arcsin(np.clip(sine, 0, 1)) / np.pi * height, 0, height - 1).astype(int)
    column = np.clip(u * width, 0, width - 1).astype(int)
    return ways, environment.mean(axis=2)[row, column] * np.pi / ways.shape[1]


def _lamp(key: AreaLight, places: np.ndarray, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ways (n, k, 3) to points of the lamp, a little short of it, and the irradiance (n, k) of each."""
    forward = (key.target - key.origin) / np.linalg.norm(key.target - key.origin)
    across = np.cross(forward, [0.013, 0.1, 1.0])
    across = across / np.linalg.norm(across)
    along = np.cross(forward, across)
    square = key.half_size_m * (2 * _strata(LAMP, shift) - 1)
    points = key.origin + square[..., :1] * across + square[..., 1:] * along
    ways = points - places[:, None]
    distance = np.linalg.norm(ways, axis=2)
    falling = np.maximum(ways[..., 2], 0) * np.maximum(-(ways @ forward), 0) / distance**4
    area = (2 * key.half_size_m) ** 2 / ways.shape[1]
    return 0.98 * ways, key.radiance.mean() * area * falling
