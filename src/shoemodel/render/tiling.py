"""Noise that repeats without a seam, of which grounds are made (ours)."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float32, Int

SIDE = 2048
"""px of a ground's picture."""


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


def pick(colours: tuple[tuple[float, float, float], ...], rng: np.random.Generator) -> np.ndarray:
    """One of some colours, a little lighter or darker."""
    return np.array(colours[rng.integers(len(colours))], np.float32) * rng.uniform(0.9, 1.1)


def cells(
    rng: np.random.Generator, count: int
) -> tuple[Int[np.ndarray, "SIDE SIDE"], Float32[np.ndarray, "SIDE SIDE"]]:
    """Broken stone: count by count cells about points at random. The number of each pixel's cell, and how far it is
    from its edge, in cells (Worley, 1996: second nearest point less nearest)."""
    points = rng.uniform(-0.2, 1.2, (2, count, count)).astype(np.float32)
    place = (np.arange(SIDE, dtype=np.float32) + 0.5) * (count / SIDE)
    own = place.astype(int)
    nearest, second = np.full((2, SIDE, SIDE), 9.0, np.float32)
    number = np.zeros((SIDE, SIDE), np.int32)
    for down in (-1, 0, 1):
        row = (own + down) % count
        for across in (-1, 0, 1):
            column = (own + across) % count
            y = (own + down).astype(np.float32)[:, None] + points[0][np.ix_(row, column)] - place[:, None]
            x = (own + across).astype(np.float32)[None] + points[1][np.ix_(row, column)] - place[None]
            far = np.sqrt(y * y + x * x)
            nearer = far < nearest
            second = np.where(nearer, nearest, np.minimum(second, far))
            number = np.where(nearer, (row[:, None] * count + column[None]).astype(np.int32), number)
            nearest = np.minimum(nearest, far)
    return number, second - nearest
