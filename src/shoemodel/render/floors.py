"""Grounds that are looked at from near: tiling linear RGB of SIDE px, sharp at a photo's resolution (ours)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float32

from shoemodel.errors import InputError
from shoemodel.render import outdoor_floors
from shoemodel.render.outdoor_floors import Lit
from shoemodel.render.tiling import SIDE, noise, pick

Texture = Float32[np.ndarray, "SIDE SIDE 3"]
WOODS = ((0.46, 0.30, 0.17), (0.56, 0.42, 0.28), (0.24, 0.14, 0.085), (0.50, 0.45, 0.39))
CONCRETES = ((0.40, 0.39, 0.37), (0.30, 0.30, 0.30), (0.52, 0.50, 0.47))
TILES = ((0.66, 0.64, 0.61), (0.30, 0.30, 0.31), (0.55, 0.50, 0.43))
CARPETS = ((0.42, 0.38, 0.33), (0.16, 0.17, 0.19), (0.30, 0.31, 0.33))


def read(path: Path) -> Texture:
    """A photographed ground of the user's, laid as it is. Raises InputError for what is no picture."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise InputError(f"{path}: found no picture; a .jpg or .png of the ground, seen from above, is accepted")
    linear = (cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)[..., ::-1] / np.float32(255)) ** 2.2
    return np.clip(linear, 0.01, 0.9).astype(np.float32)


def make(kind: str, rng: np.random.Generator, light: Lit | None = None) -> Texture:
    """METRES[kind] of one of their grounds; light: as `outdoor_floors` has it. ValueError for another kind."""
    if kind in KINDS:
        made = KINDS[kind](rng)
    elif kind in RELIEFS:
        made = RELIEFS[kind](rng, np.array([0.6, 0.3]) if light is None else light)
    else:
        raise ValueError(f"no ground {kind!r}; there are {', '.join(METRES)}")
    return np.clip(made, 0.01, 0.9).astype(np.float32)


def wood(rng: np.random.Generator) -> np.ndarray:
    """Boards across the picture: rings, pores, a joint between any two, ends that do not meet."""
    boards, base = 10, pick(WOODS, rng)
    v, u = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    board = np.minimum((v * boards).astype(int), boards - 1)
    along = (u + rng.random(boards, np.float32)[board]) % 1.0
    half = (along > 0.5).astype(int)
    number = 2 * board + half
    warp = noise(rng, (24, 2), 4)
    phase = (v * boards % 1.0) * rng.uniform(3, 9, 2 * boards)[number] + 0.35 * warp + rng.random(2 * boards)[number]
    rings = np.abs(phase % 1.0 - 0.5) * 2
    pores = noise(rng, (512, 8), 3, 0.8)
    tone = 1 + rng.normal(0, 0.09, 2 * boards)[number]
    shade = tone * (1 + 0.10 * (rings - 0.5) + 0.05 * noise(rng, (64, 4), 4) + 0.035 * pores)
    shade -= 0.16 * np.clip(pores - 1.9, 0, 1)
    colour = base * np.clip(shade, 0.3, 1.6)[..., None] ** np.array([0.9, 1.0, 1.1], np.float32)
    edge = np.minimum(v * boards % 1.0, 1 - v * boards % 1.0) / boards
    end = np.minimum(along % 0.5, 0.5 - along % 0.5)
    gap = np.minimum(edge, end) * SIDE
    return colour * np.clip(0.35 + 0.65 * (gap - 0.8) / 1.6, 0.35, 1)[..., None]


def concrete(rng: np.random.Generator) -> np.ndarray:
    """Clouds, stains, fine sand and air holes."""
    shade = 1 + 0.07 * noise(rng, (3, 3), 6, 0.6) + 0.045 * noise(rng, (512, 512), 2)
    holes = noise(rng, (160, 160), 2)
    shade -= 0.5 * np.clip(holes - 2.9, 0, 0.6)
    return pick(CONCRETES, rng) * np.clip(shade, 0.3, 1.4)[..., None]


def tiles(rng: np.random.Generator) -> np.ndarray:
    """Large smooth tiles with narrow joints."""
    count, base = 3, pick(TILES, rng)
    v, u = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) * (count / SIDE)
    tone = (
        1
        + rng.normal(0, 0.025, (count, count))[
            np.minimum(v.astype(int), count - 1), np.minimum(u.astype(int), count - 1)
        ]
    )
    shade = tone * (1 + 0.03 * noise(rng, (4, 4), 7, 0.6))
    joint = np.minimum.reduce([v % 1, 1 - v % 1, u % 1, 1 - u % 1]) * SIDE / count
    colour = base * shade[..., None]
    return np.where((joint < 3)[..., None], 0.55 * base * (1 + 0.1 * noise(rng, (512, 512), 1))[..., None], colour)


def carpet(rng: np.random.Generator) -> np.ndarray:
    """Short pile."""
    shade = 1 + 0.14 * noise(rng, (700, 700), 2, 0.9) + 0.06 * noise(rng, (5, 5), 4)
    return pick(CARPETS, rng) * np.clip(shade, 0.35, 1.6)[..., None]


KINDS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "wood": wood, "concrete": concrete, "tiles": tiles, "carpet": carpet,
}  # fmt: skip
RELIEFS: dict[str, Callable[[np.random.Generator, Lit], np.ndarray]] = {
    "asphalt": outdoor_floors.asphalt, "sand": outdoor_floors.sand, "snow": outdoor_floors.snow,
    "cobbles": outdoor_floors.cobbles, "slabs": outdoor_floors.slabs,
}  # fmt: skip
METRES = {
    "wood": 1.3, "concrete": 1.6, "tiles": 1.8, "asphalt": 0.9, "carpet": 1.0, "sand": 1.0, "snow": 1.2, "cobbles": 1.3,
    "slabs": 1.5,
}  # fmt: skip
"""How much ground a picture shows."""
