"""Grounds of the open air that are looked at from near: asphalt, sand, snow, cobbles, slabs; as `floors` has them.

Not flat (ours), so they are shaded here as what rises and falls under the light: a direction (right, up) in the
picture of the ground, no longer than 1, the shorter the higher the light stands.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float

from shoemodel.render.tiling import SIDE, cells, noise, pick

Lit = Float[np.ndarray, "2"]
SANDS = ((0.58, 0.46, 0.31), (0.64, 0.53, 0.38), (0.52, 0.42, 0.29))
STONES = ((0.22, 0.21, 0.20), (0.28, 0.25, 0.22), (0.17, 0.17, 0.18))
SLABS = ((0.34, 0.33, 0.31), (0.27, 0.27, 0.27), (0.40, 0.37, 0.33))


def relief(height: Float[np.ndarray, "h w"], light: Lit, strength: float) -> Float[np.ndarray, "h w"]:
    """Factor on the light of ground that rises by `height`: what faces the light is brighter."""
    down = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) / 2
    right = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) / 2
    slope = -right * light[0] + down * light[1]
    return np.clip(1 + strength * slope, 0.35, 1.9)


def asphalt(rng: np.random.Generator, light: Lit) -> np.ndarray:
    """Broken stones of several greys in dark binder, worn flat and gritty."""
    number, edge = cells(rng, 170)
    each = rng.random((3, 170 * 170), np.float32)[:, number]
    stone = np.clip((edge - 0.08 - 0.30 * each[0] ** 2) / 0.12, 0, 1) * (each[1] > 0.12)
    grit = noise(rng, (1024, 1024), 2, 0.9)
    shade = relief(cv2.GaussianBlur(stone, (0, 0), 0.8), light, 0.32) * relief(grit, light, 0.10)
    tone = 0.055 + 0.10 * each[2] ** 1.6 + 0.16 * (each[1] > 0.93) * each[2]
    binder = 0.040 * (1 + 0.25 * grit)
    grey = binder + stone * (tone * (1 + 0.10 * grit) - binder)
    warm = stone[..., None] * (each[0] - 0.5)[..., None] * np.array([0.16, 0.02, -0.16], np.float32)
    worn = 1 + 0.07 * noise(rng, (4, 4), 5, 0.6)
    return (grey * shade * worn)[..., None] * (np.array([1.02, 1.0, 0.97], np.float32) + warm)


def sand(rng: np.random.Generator, light: Lit) -> np.ndarray:
    """Dry sand, trodden: dimples with soft rims, crumbs, grains of several colours."""
    ground = _dimples(rng, 150) + 0.10 * noise(rng, (8, 8), 3) + 0.022 * noise(rng, (64, 64), 3, 0.6)
    grains = noise(rng, (1024, 1024), 2, 1.0)
    light_on = relief(ground, light, 30.0) * relief(grains, light, 0.16)
    tone = 1 + 0.02 * noise(rng, (4, 4), 4) + 0.18 * grains + 0.05 * noise(rng, (512, 512), 1)
    dark = noise(rng, (1024, 1024), 1) > 2.2
    pale = noise(rng, (1024, 1024), 1) > 2.2
    tone = tone * np.where(dark, 0.5, 1) * np.where(pale, 1.5, 1)
    return pick(SANDS, rng) * (light_on * tone)[..., None]


def _dimples(rng: np.random.Generator, count: int) -> Float[np.ndarray, "h w"]:
    """Hollows with a low rim, as feet and wind leave them."""
    side = SIDE // 4
    height = np.zeros((side, side), np.float32)
    for _ in range(count):
        radius = rng.uniform(9, 26)
        reach = int(3 * radius)
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1] / radius
        turn, long = rng.uniform(0, np.pi), rng.uniform(1.0, 1.7)
        across, along = x * np.cos(turn) + y * np.sin(turn), (y * np.cos(turn) - x * np.sin(turn)) / long
        far = np.hypot(across, along)
        shape = -np.exp(-(far**2)) + 0.45 * np.exp(-(((far - 1.45) / 0.45) ** 2))
        rows, columns = (np.arange(-reach, reach + 1) + rng.integers(side) for _ in range(2))
        height[np.ix_(rows % side, columns % side)] += shape * rng.uniform(0.3, 1.0) * radius / 26
    grown = cv2.resize(np.pad(height, 2, mode="wrap"), None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    return grown[8:-8, 8:-8]


def snow(rng: np.random.Generator, light: Lit) -> np.ndarray:
    """Trodden snow: crumbs and hollows, its shadows bluish."""
    hollows, crumbs = noise(rng, (8, 8), 4, 0.6), noise(rng, (128, 128), 4, 0.75)
    crumbs = np.where(crumbs > 0.6, crumbs, 0.35 * crumbs)
    shade = relief(hollows, light, 7.0) * relief(crumbs, light, 0.9)
    return 0.82 * np.clip(shade, 0.55, 1.09)[..., None] ** np.array([1.1, 1.0, 0.85], np.float32)


def cobbles(rng: np.random.Generator, light: Lit) -> np.ndarray:
    """Stones in rows, each a little round, with dark joints of sand."""
    rows, columns = 14, 12
    v, u = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    v = v + 0.004 * noise(rng, (12, 12), 2)
    row = np.floor(v * rows).astype(int) % rows
    shift = (0.5 * (np.arange(rows) % 2) + rng.uniform(-0.12, 0.12, rows))[row]
    across = u * columns + shift + 0.05 * noise(rng, (16, 16), 2)
    stone = row * columns + np.floor(across).astype(int) % columns
    edge_u, edge_v = (np.abs(part % 1.0 - 0.5) * 2 for part in (across, v * rows))
    rise = (1 - edge_u**5) * (1 - edge_v**5)
    grain = noise(rng, (256, 256), 3, 0.7)
    shade = relief(cv2.GaussianBlur(rise, (0, 0), 3), light, 14.0) * relief(grain, light, 0.5)
    tone = (1 + rng.normal(0, 0.13, rows * columns))[stone] * (1 + 0.06 * grain + 0.06 * noise(rng, (32, 32), 3))
    warm = rng.normal(0, 0.05, rows * columns)[stone][..., None] * np.array([1.0, 0.1, -1.0])
    deep = np.clip((rise - 0.12) / 0.3, 0, 1)
    joint = 0.06 * (1 + 0.25 * noise(rng, (512, 512), 2))
    stones = pick(STONES, rng) * (1 + warm) * (tone * shade * (0.5 + 0.5 * deep))[..., None]
    return np.where((deep > 0)[..., None], stones, joint[..., None] * np.array([1.1, 1.0, 0.85]))


def slabs(rng: np.random.Generator, light: Lit) -> np.ndarray:
    """Concrete paving slabs, laid with half bonds, worn and spotted."""
    rows, columns = 4, 3
    v, u = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    row = np.minimum((v * rows).astype(int), rows - 1)
    across = u * columns + 0.5 * (row % 2)
    slab = row * columns + np.floor(across).astype(int) % columns
    gap = np.minimum(
        np.minimum(across % 1.0, 1 - across % 1.0) / columns, np.minimum(v * rows % 1.0, 1 - v * rows % 1.0) / rows
    )
    gap_px = gap * SIDE + 0.7 * noise(rng, (256, 256), 2)
    grain = noise(rng, (512, 512), 2, 0.8)
    bevel = np.clip(gap_px / 9, 0, 1)
    shade = relief(cv2.GaussianBlur(bevel, (0, 0), 1.5), light, 2.5) * relief(grain, light, 0.16)
    tone = (1 + rng.normal(0, 0.045, rows * columns))[slab] * (1 + 0.05 * noise(rng, (6, 6), 6, 0.65) + 0.06 * grain)
    stain = np.clip(noise(rng, (9, 9), 4) - 1.3, 0, 1)
    tone = tone * (1 - 0.16 * stain)
    colour = pick(SLABS, rng) * (tone * shade)[..., None]
    return np.where((gap_px < 4)[..., None], 0.05 * (1 + 0.3 * noise(rng, (512, 512), 1))[..., None], colour)
