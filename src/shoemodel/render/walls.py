"""What walls and backdrops look like: plaster, wallpaper, panels, boards, tiles and curtains as tiling pictures, and
paper that is lit or dyed unevenly (ours)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from shoemodel.render.parts import Part
from shoemodel.render.textures import SIDE, noise

WALL_M = 3.0
"""A wall's picture is repeated after this length, except curtains and tiles."""


def paint(rng: np.random.Generator, colour: np.ndarray) -> tuple[np.ndarray, float]:
    """A wall of mainly one colour (3,): linear RGB (SIDE, SIDE, 3), and the length in metres it is repeated after."""
    name = str(rng.choice(list(SHARES), p=list(SHARES.values())))
    size_m = {"tiles": rng.uniform(0.8, 1.4), "curtain": rng.uniform(0.9, 1.6)}.get(name, WALL_M)
    return np.clip(KINDS[name](rng, np.asarray(colour, float)), 0.01, 0.92).astype(np.float32), size_m


def _grid() -> tuple[np.ndarray, np.ndarray]:
    """u to the right and v up, in [0, 1)."""
    axis = (np.arange(SIDE) + 0.5) / SIDE
    return np.meshgrid(axis, axis[::-1])


def _plaster(rng: np.random.Generator, colour: np.ndarray) -> np.ndarray:
    """Trowelled, with stains: grain and clouds of several sizes, dirt towards the floor."""
    _, v = _grid()
    tone = 1 + rng.uniform(0.015, 0.05) * noise(rng, 4) + rng.uniform(0.01, 0.05) * noise(rng, 32, gain=0.9)
    tone -= rng.uniform(0.0, 0.25) * np.exp(-v / rng.uniform(0.02, 0.06))
    return colour * tone[..., None]


def _wallpaper(rng: np.random.Generator, colour: np.ndarray) -> np.ndarray:
    """Stripes, or a small motif at every other place of a lattice, in a second colour."""
    u, v = _grid()
    count = int(rng.choice([20, 24, 32, 40]))
    if rng.random() < 0.5:
        marked = u * count % 1 < rng.uniform(0.15, 0.5)
    else:
        row = (v * count).astype(int)
        x, y = (u * count + 0.5 * (row % 2)) % 1 - 0.5, v * count % 1 - 0.5
        petals = 0.18 + rng.uniform(0, 0.12) * np.cos(rng.integers(1, 6) * np.arctan2(y, x))
        marked = np.hypot(x, y) < petals
    second = colour + rng.uniform(0.15, 0.6) * (rng.uniform(0.05, 0.85, 3) - colour)
    return np.where(marked[..., None], second, colour) * (1 + 0.02 * noise(rng, 8))[..., None]


def _panels(rng: np.random.Generator, colour: np.ndarray) -> np.ndarray:
    """Framed fields with light on their upper edges and shade under them; above, perhaps another colour."""
    u, v = _grid()
    count, top = int(rng.choice([3, 4, 6])), rng.uniform(0.28, 0.36)
    x = np.abs(u * count % 1 - 0.5)
    edge_x, edge_y = (0.40 - x) / count, np.minimum(v - 0.06, top - 0.05 - v)
    edge = np.minimum(edge_x, edge_y)
    groove = np.exp(-((edge / 0.004) ** 2)) * (v < top)
    tone = 1 - 0.3 * groove + 0.12 * np.exp(-(((edge - 0.008) / 0.003) ** 2)) * (v < top) + 0.015 * noise(rng, 8)
    tone -= 0.35 * np.exp(-(((v - top) / 0.004) ** 2))
    above = colour + rng.choice([0.0, rng.uniform(0.2, 0.7)]) * (rng.uniform(0.05, 0.85, 3) - colour)
    return np.where((v > top)[..., None], above, colour) * tone[..., None]


def _boards(rng: np.random.Generator, colour: np.ndarray) -> np.ndarray:
    """Upright boards, painted or of bare wood, with gaps."""
    u, _ = _grid()
    count = int(rng.choice([16, 24, 32]))
    tone = rng.normal(1, rng.uniform(0.01, 0.10), count)[(u * count).astype(int)]
    tone = tone * (1 + rng.uniform(0.01, 0.06) * noise(rng, 2, stretch=(1, 32), gain=0.8))
    tone[u * count % 1 < 0.06] *= rng.uniform(0.3, 0.7)
    return colour * tone[..., None]


def _tiles(rng: np.random.Generator, colour: np.ndarray) -> np.ndarray:
    """Glazed tiles, oblong in a running bond or square, with joints."""
    u, v = _grid()
    rows, columns = (16, 8) if rng.random() < 0.6 else (8, 8)
    row = (v * rows).astype(int)
    along = (u * columns + (0.5 * (row % 2) if rows > columns else 0.0)) % columns
    tone = rng.normal(1, 0.04, (rows, columns))[row, along.astype(int)]
    tone = tone * (1.04 - 0.12 * np.hypot(along % 1 - 0.5, v * rows % 1 - 0.5))
    joint = (along % 1 < 0.025) | (v * rows % 1 < 0.05)
    return np.where(joint[..., None], rng.uniform(0.15, 0.7), colour * tone[..., None])


def _curtain(rng: np.random.Generator, colour: np.ndarray) -> np.ndarray:
    """Upright folds, shaded as hanging cloth is."""
    u, v = _grid()
    count = int(rng.integers(5, 12))
    phase = 2 * np.pi * (count * u + rng.uniform(0.05, 0.2) * np.sin(2 * np.pi * (u * 3 + 0.2 * np.cos(2 * np.pi * v))))
    tone = 0.78 + 0.2 * np.sin(phase) + 0.08 * np.sin(2 * phase + 1.0) + 0.01 * noise(rng, 16)
    return colour * tone[..., None]


KINDS: dict[str, Callable[[np.random.Generator, np.ndarray], np.ndarray]] = {
    "plaster": _plaster, "wallpaper": _wallpaper, "panels": _panels, "boards": _boards, "tiles": _tiles,
    "curtain": _curtain,
}  # fmt: skip
SHARES = {"plaster": 0.4, "wallpaper": 0.14, "panels": 0.16, "boards": 0.12, "tiles": 0.08, "curtain": 0.10}
"""How often each is met in a room."""


def graded(paper: Part, rng: np.random.Generator) -> Part:
    """A backdrop whose colour changes with height: lighter or darker above, or into another colour, as where paper is
    lit by a lamp of its own or printed."""
    assert paper.texture is not None
    colour = paper.texture.mean(axis=(0, 1))
    height = paper.vertices[:, 2:]
    share = np.clip((height - rng.uniform(0.0, 0.3)) / rng.uniform(0.8, 2.5), 0, 1)
    other = colour * rng.uniform(0.25, 1.5) if rng.random() < 0.7 else rng.uniform(0.05, 0.85, 3)
    colours = np.clip(colour + share * (other - colour), 0.01, 0.92)
    return dataclasses.replace(paper, texture=None, uv=None, colours=colours)
