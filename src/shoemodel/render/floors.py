"""Grounds that are looked at from near: tiling linear RGB of SIDE px, sharp at a photo's resolution (ours)."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from jaxtyping import Float32

SIDE = 2048
Texture = Float32[np.ndarray, "SIDE SIDE 3"]
WOODS = ((0.46, 0.30, 0.17), (0.56, 0.42, 0.28), (0.24, 0.14, 0.085), (0.50, 0.45, 0.39))
CONCRETES = ((0.40, 0.39, 0.37), (0.30, 0.30, 0.30), (0.52, 0.50, 0.47))
TILES = ((0.66, 0.64, 0.61), (0.30, 0.30, 0.31), (0.55, 0.50, 0.43))
CARPETS = ((0.42, 0.38, 0.33), (0.16, 0.17, 0.19), (0.32, 0.30, 0.36))


def make(kind: str, rng: np.random.Generator) -> Texture:
    """A ground of one of `KINDS`, and METRES[kind] of it. ValueError for another."""
    if kind not in KINDS:
        raise ValueError(f"no ground {kind!r}; there are {', '.join(KINDS)}")
    return np.clip(KINDS[kind](rng), 0.01, 0.9).astype(np.float32)


def noise(
    rng: np.random.Generator, cells: tuple[int, int], octaves: int, gain: float = 0.5
) -> Float32[np.ndarray, "SIDE SIDE"]:
    """Tiling noise of unit deviation: `cells` (down, across) at the coarsest, twice as many in each further octave."""
    total, weight = np.zeros((SIDE, SIDE), np.float32), 1.0
    for octave in range(octaves):
        rows, columns = (min(SIDE, count << octave) for count in cells)
        grid = np.pad(rng.standard_normal((rows, columns), np.float32), 2, mode="wrap")
        y, x = (-(-SIDE // count) for count in (rows, columns))
        fine = cv2.resize(grid, ((columns + 4) * x, (rows + 4) * y), interpolation=cv2.INTER_CUBIC)
        part = fine[2 * y : 2 * y + rows * y, 2 * x : 2 * x + columns * x]
        total += weight * cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        weight *= gain
    return total / max(float(total.std()), 1e-6)


def _pick(colours: tuple[tuple[float, float, float], ...], rng: np.random.Generator) -> np.ndarray:
    return np.array(colours[rng.integers(len(colours))], np.float32) * rng.uniform(0.9, 1.1)


def wood(rng: np.random.Generator) -> np.ndarray:
    """Boards across the picture: rings, pores, a joint between any two, ends that do not meet."""
    boards, base = 10, _pick(WOODS, rng)
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
    return _pick(CONCRETES, rng) * np.clip(shade, 0.3, 1.4)[..., None]


def tiles(rng: np.random.Generator) -> np.ndarray:
    """Large smooth tiles with narrow joints."""
    count, base = 3, _pick(TILES, rng)
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


def asphalt(rng: np.random.Generator) -> np.ndarray:
    """Stones of several sizes in dark binder, trodden smooth."""
    shade = 0.085 * (1 + 0.12 * noise(rng, (4, 4), 5, 0.6))
    for cells, share, light in ((220, 1.05, 0.10), (400, 1.0, 0.085), (760, 0.9, 0.06)):
        field = noise(rng, (cells, cells), 1)
        stone = np.clip((field - share) * 5, 0, 1)
        shade = shade + stone * light * (0.7 + 0.6 * (noise(rng, (cells // 2, cells // 2), 1) > 0.4))
    shade = shade * (1 + 0.10 * noise(rng, (1024, 1024), 1))
    return shade[..., None] * np.array([1.02, 1.0, 0.97], np.float32)


def carpet(rng: np.random.Generator) -> np.ndarray:
    """Short pile."""
    shade = 1 + 0.14 * noise(rng, (700, 700), 2, 0.9) + 0.06 * noise(rng, (5, 5), 4)
    return _pick(CARPETS, rng) * np.clip(shade, 0.35, 1.6)[..., None]


KINDS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "wood": wood, "concrete": concrete, "tiles": tiles, "asphalt": asphalt, "carpet": carpet,
}  # fmt: skip
METRES = {"wood": 1.3, "concrete": 1.6, "tiles": 1.8, "asphalt": 1.1, "carpet": 1.0}
"""How much ground a picture shows."""
