"""Backdrops that are painted: a beach before the sea, and a snowy field before trees (ours)."""

from __future__ import annotations

import cv2
import numpy as np

from shoemodel.render.backdrops import EYE_M, GROUND, Backdrop

HEIGHT = 512
DRY_M, WET_M = 7.0, 10.5
"""How far the dry sand and the wet reach."""
SAND = GROUND * np.array([1.24, 0.99, 0.72])
SHALLOW, DEEP = np.array([0.10, 0.23, 0.25]), np.array([0.035, 0.12, 0.22])
HAZE, ZENITH = np.array([0.62, 0.72, 0.84]), np.array([0.17, 0.34, 0.72])
CLOUD = np.array([0.95, 0.95, 0.96])


def winter(rng: np.random.Generator) -> Backdrop:
    """Snow as far as bare trees under a white sky."""
    elevation = _elevation()[:, None]
    ground = np.full((HEIGHT, 2 * HEIGHT, 3), GROUND) * [0.985, 1.0, 1.02]
    ridge = np.radians(5.5 + 2.0 * _waves(rng, 70) + 1.2 * _waves(rng, 300))
    wood = cv2.GaussianBlur(rng.standard_normal((HEIGHT, 2 * HEIGHT)).astype(np.float32), (0, 0), 1.6, sigmaY=7)
    trees = GROUND * np.array([0.30, 0.29, 0.30]) * np.exp(0.5 * wood / wood.std())[..., None]
    trees = trees + np.clip(elevation / np.maximum(ridge, 0.02), 0, 1)[..., None] * (0.75 * GROUND - trees)
    sky = GROUND * np.array([1.06, 1.10, 1.15]) + 0 * ground
    picture = np.where((elevation < ridge)[..., None], trees, sky)
    picture = np.where((elevation > 0.004)[..., None], picture, ground)
    return Backdrop(picture.astype(np.float32), 0.5)


def beach(rng: np.random.Generator) -> Backdrop:
    """The sea lies straight ahead, under a summer sky."""
    elevation = _elevation()
    below = np.maximum(-elevation, 1e-4)[:, None]
    distance = EYE_M / np.tan(below) + 0 * np.zeros((1, 2 * HEIGHT))
    line = distance * (1 + 0.06 * _waves(rng, 6))
    wet = np.clip((line - DRY_M) / 1.0, 0, 1)[..., None]
    ground = SAND * (1 + 0.05 * _waves(rng, 60)[..., None]) * (1 - 0.45 * wet)
    far = np.clip((distance - WET_M) / 60, 0, 1)[..., None]
    water = SHALLOW + far**0.5 * (DEEP - SHALLOW)
    ripple = cv2.GaussianBlur(rng.standard_normal((HEIGHT, 2 * HEIGHT)).astype(np.float32), (0, 0), 5, sigmaY=0.7)
    water = water * (1 + 0.22 * (ripple / ripple.std())[..., None])
    foam = np.zeros_like(distance)
    for at, width in ((WET_M, 0.5), (WET_M + 4.5, 0.5), (WET_M + 13, 0.9)):
        foam = np.maximum(foam, np.clip(1.2 - np.abs(line - at * (1 + 0.05 * _waves(rng, 14))) / width, 0, 1))
    picture = np.where((line > WET_M)[..., None], water, ground)
    picture = picture + (0.8 * foam)[..., None] * (CLOUD * 0.9 - picture)
    up = np.clip(np.sin(np.maximum(elevation, 0)), 0, 1)[:, None, None] ** 0.6
    sky = HAZE + up * (ZENITH - HAZE) + 0 * picture
    cloud = cv2.GaussianBlur(rng.standard_normal((HEIGHT, 2 * HEIGHT)).astype(np.float32), (0, 0), 22, sigmaY=7)
    cover = np.clip(cloud / cloud.std() - 0.7, 0, 1)[..., None] * np.clip(3 * up, 0, 1)
    sky = sky + 0.75 * cover * (CLOUD - sky)
    return Backdrop(np.where((elevation > 0)[:, None, None], sky, picture).astype(np.float32), 0.5)


def _elevation() -> np.ndarray:
    """Of the rows of a panorama, radians."""
    return (0.5 - (np.arange(HEIGHT) + 0.5) / HEIGHT) * np.pi


def _waves(rng: np.random.Generator, cells: int) -> np.ndarray:
    """One line (2 HEIGHT,) of noise of unit deviation, of so many cells."""
    few = rng.standard_normal((1, cells)).astype(np.float32)
    line = cv2.resize(few, (2 * HEIGHT, 1), interpolation=cv2.INTER_CUBIC)
    return line / max(float(line.std()), 1e-6)
