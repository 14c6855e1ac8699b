"""Marks that look like a maker's: shapes on the flank and lettering, all drawn by rule and nobody's (ours)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

# strokes of letters between the corners of a box: (x, y) to (x, y), y up
_STROKES = np.array([
    [0, 0, 0, 1], [1, 0, 1, 1], [0, 1, 1, 1], [0, 0.5, 1, 0.5], [0, 0, 1, 0], [0, 1, 1, 0], [0, 0, 1, 1],
    [0, 1, 0.5, 0.5], [0.5, 0.5, 1, 1], [0.5, 0, 0.5, 0.5], [0, 0, 0.5, 1], [0.5, 1, 1, 0], [1, 0, 1, 0.5],
])  # fmt: skip
_LETTERS = ((0, 1, 3), (0, 2, 3, 4), (0, 4), (0, 1, 2, 4), (0, 2, 3, 12), (7, 8, 9), (10, 11), (0, 1, 5), (2, 6, 4),
            (0, 2, 3), (5, 6), (2, 9))  # fmt: skip


def _segment(u: np.ndarray, v: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Distance of points (u, v) from a segment (x0, y0, x1, y1)."""
    x, y = ends[2] - ends[0], ends[3] - ends[1]
    t = np.clip(((u - ends[0]) * x + (v - ends[1]) * y) / (x * x + y * y + 1e-12), 0, 1)
    return np.hypot(u - ends[0] - t * x, v - ends[1] - t * y)


def lettering(u: np.ndarray, v: np.ndarray, height: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """Edge of a word of `count` letters centred at (0, 0), u to the right and v up, metres."""
    width, stroke = height * rng.uniform(0.55, 0.8), height * rng.uniform(0.08, 0.14)
    pitch = width * 1.45
    letters = rng.integers(len(_LETTERS), size=count)
    edge = np.full(len(u), 1.0)
    inside = np.flatnonzero((np.abs(u) < (count + 1) * pitch / 2) & (np.abs(v) < height))
    for k, letter in enumerate(letters):
        x = u[inside] - (k - (count - 1) / 2) * pitch + width / 2
        for ends in _STROKES[list(_LETTERS[letter])]:
            distance = _segment(x, v[inside] + height / 2, ends * [width, height, width, height])
            edge[inside] = np.minimum(edge[inside], distance - stroke)
    return edge


def _bars(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    count, slant, half = int(rng.choice([1, 2, 4, 5])), rng.uniform(-0.7, 0.7), rng.uniform(0.0018, 0.0035)
    pitch = half * rng.uniform(3.2, 4.5)
    at = u - slant * v + (count - 1) * pitch / 2
    near = np.clip(np.round(at / pitch), 0, count - 1)
    return np.maximum(np.abs(at - near * pitch) - half, np.abs(v) - rng.uniform(0.016, 0.026))


def _waves(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    length, high = rng.uniform(0.05, 0.10), rng.uniform(0.003, 0.007)
    bend = high * np.sin(2 * np.pi * u / rng.uniform(0.05, 0.09) + rng.uniform(0, 6))
    half = rng.uniform(0.0018, 0.0030)
    gap = rng.uniform(0.008, 0.011)
    lines = np.minimum(np.abs(v - bend - gap / 2), np.abs(v - bend + gap / 2))
    return np.maximum(lines - half, np.abs(u) - length / 2)


def _bolt(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size = rng.uniform(0.020, 0.032)
    points = np.array([[-1.2, -0.6], [-0.3, 0.25], [0.2, -0.25], [1.2, 0.7]]) * size
    distance = np.min([_segment(u, v, np.r_[a, b]) for a, b in pairwise(points)], 0)
    return distance - size * rng.uniform(0.10, 0.18)


def _star(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    points, size, sharp = int(rng.choice([4, 6, 7, 8])), rng.uniform(0.013, 0.020), rng.uniform(0.3, 0.6)
    angle, radius = np.arctan2(v, u), np.hypot(u, v)
    fold = np.abs((angle * points / (2 * np.pi)) % 1 - 0.5) * 2
    return (radius - size * (sharp + (1 - sharp) * fold)) * 0.7


def _rings(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size, half = rng.uniform(0.010, 0.018), rng.uniform(0.0015, 0.004)
    edge = np.abs(np.hypot(u, v) - size) - half
    if rng.random() < 0.5:
        return np.minimum(edge, np.abs(np.hypot(u - 1.3 * size, v) - size) - half)
    return np.minimum(edge, np.hypot(u, v) - 0.4 * size)


def _leaf(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size, turn = rng.uniform(0.03, 0.045), rng.uniform(-0.6, 0.6)
    a, b = u * np.cos(turn) + v * np.sin(turn), v * np.cos(turn) - u * np.sin(turn)
    lens = np.maximum(np.hypot(a, b - size), np.hypot(a, b + size)) - 1.25 * size
    return np.maximum(lens, -(np.abs(b) - 0.0012)) if rng.random() < 0.6 else lens


def _chevrons(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    steep, half, gap = rng.uniform(-0.9, 0.9), rng.uniform(0.002, 0.004), rng.uniform(0.011, 0.015)
    at = u + steep * np.abs(v)
    lines = np.min([np.abs(at - k * gap) for k in range(int(rng.integers(1, 4)))], 0)
    return np.maximum(lines - half, np.abs(v) - rng.uniform(0.013, 0.022))


def _comet(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A band that tapers towards the heel and kinks upwards."""
    length = rng.uniform(0.08, 0.12)
    t = np.clip(u / length + 0.5, 0, 1)
    middle = rng.uniform(0.01, 0.02) * (1 - t) - 0.4 * np.maximum(u - rng.uniform(0.01, 0.03), 0)
    return np.maximum(np.abs(v - middle) - 0.0015 - rng.uniform(0.005, 0.009) * t, np.abs(u) - length / 2)


def _letter(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return lettering(u - 0.3 * v, v, rng.uniform(0.022, 0.032), int(rng.integers(1, 3)), rng)


def _word(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return lettering(u, v, rng.uniform(0.009, 0.014), int(rng.integers(4, 8)), rng)


SHAPES: tuple[Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray], ...] = (
    _bars, _bars, _waves, _bolt, _star, _rings, _leaf, _chevrons, _comet, _letter, _word,
)  # fmt: skip


def side_mark(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Edge of one of the shapes, centred at (0, 0), u along the shoe and v up, metres."""
    return SHAPES[rng.integers(len(SHAPES))](u, v, rng)
