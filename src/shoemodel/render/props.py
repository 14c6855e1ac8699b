"""Things that stand about: boxes, balls, pots, books and cups on the floor behind the legs (ours).

Coordinates are those of a place: x right, y away from the camera, z up. Props carry plain colours, for every picture
costs the renderer time.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shoemodel.render.parts import Material, Part
from shoemodel.render.surfaces import box

SIDES = 28
SHARE = 0.5
"""Studios and rooms with props, where there is space for them."""
REACH_M = 0.3
"""No prop reaches farther than this from its middle."""


def scatter(rng: np.random.Generator, nearest_m: float, farthest_m: float, studio: bool) -> list[Part]:
    """None, or a few props between two distances behind the origin; in a studio plain solids."""
    if rng.random() > SHARE or farthest_m < nearest_m:
        return []
    makers = SOLIDS if studio else THINGS
    parts: list[Part] = []
    taken: list[tuple[float, float, float]] = []
    for number in range(rng.integers(1, 5)):
        x, y = rng.uniform(-0.9, 0.9), rng.uniform(nearest_m, farthest_m)
        if any((x - u) ** 2 + (y - v) ** 2 < (r + 0.22) ** 2 for u, v, r in taken):
            continue
        taken.append((x, y, 0.22))
        parts += makers[rng.integers(len(makers))](rng, f"prop_{number}", x, y)
    return parts


def colour(rng: np.random.Generator) -> np.ndarray:
    """Linear RGB (3,): quiet more often than loud."""
    grey = rng.uniform(0.06, 0.75)
    return np.clip(grey + rng.uniform(0, 1) ** 1.5 * (rng.uniform(0.02, 0.75, 3) - grey), 0.02, 0.85)


def lathe(name: str, x: float, y: float, profile: np.ndarray, paint: np.ndarray, gloss: float) -> Part:
    """A body of revolution about the vertical through (x, y): profile (k, 2) of radius and height, from below up."""
    profile = np.asarray(profile, float)
    angle = np.linspace(0, 2 * np.pi, SIDES + 1)[:-1]
    radius, height = profile[:, :1], profile[:, 1:]
    vertices = np.stack(
        [x + radius * np.cos(angle), y + radius * np.sin(angle), np.broadcast_to(height, (len(profile), SIDES))], axis=2
    )
    row, column = (i.ravel() for i in np.meshgrid(np.arange(len(profile) - 1), np.arange(SIDES), indexing="ij"))
    a, b = row * SIDES + column, row * SIDES + (column + 1) % SIDES
    faces = np.concatenate([np.stack([a, b, b + SIDES], 1), np.stack([a, b + SIDES, a + SIDES], 1)])
    colours = np.tile(paint, (len(profile) * SIDES, 1))
    return Part(name, vertices.reshape(-1, 3), faces, Material("plain", gloss, 0.4), colours=colours)


def _ball(rng: np.random.Generator, name: str, x: float, y: float) -> list[Part]:
    radius = rng.uniform(0.03, 0.14)
    tilt = np.linspace(0.01, np.pi - 0.01, 16)
    profile = np.stack([radius * np.sin(tilt), radius * (1 - np.cos(tilt))], axis=1)
    return [lathe(name, x, y, profile, colour(rng), rng.uniform(0.2, 0.9))]


def _cylinder(rng: np.random.Generator, name: str, x: float, y: float) -> list[Part]:
    """A plinth, a stool or a cup, by its size; its edge is doubled to stay sharp."""
    radius, height = rng.uniform(0.03, 0.2), rng.uniform(0.05, 0.45)
    profile = [[radius, 0], [radius, height - 0.002], [radius, height], [radius - 0.002, height], [0.001, height]]
    return [lathe(name, x, y, np.array(profile), colour(rng), rng.uniform(0.3, 0.9))]


def _cone(rng: np.random.Generator, name: str, x: float, y: float) -> list[Part]:
    radius, height = rng.uniform(0.06, 0.16), rng.uniform(0.12, 0.5)
    return [lathe(name, x, y, np.array([[radius, 0], [0.002, height]]), colour(rng), rng.uniform(0.3, 0.9))]


def _carton(rng: np.random.Generator, name: str, x: float, y: float) -> list[Part]:
    """A shoe box with its lid, a cube or a bag."""
    half = rng.uniform([0.08, 0.06, 0.05], [0.22, 0.16, 0.2])
    paint = colour(rng) if rng.random() < 0.6 else np.array([0.38, 0.26, 0.15]) * rng.uniform(0.7, 1.2)
    lid = half * [1.03, 1.03, 0.15]
    return [
        box(name, [x, y, half[2]], half, paint, 1.0),
        box(f"{name}_lid", [x, y, 2 * half[2] - lid[2] + 0.004], lid, paint * rng.uniform(0.6, 1.0), 1.0),
    ]


def _books(rng: np.random.Generator, name: str, x: float, y: float) -> list[Part]:
    parts, top = [], 0.0
    for number in range(rng.integers(2, 6)):
        half = rng.uniform([0.08, 0.06, 0.008], [0.13, 0.09, 0.02])
        middle = [x + rng.normal(0, 0.01), y + rng.normal(0, 0.01), top + half[2]]
        parts.append(box(f"{name}_{number}", middle, half, colour(rng), 1.0))
        top += 2 * half[2]
    return parts


def _plant(rng: np.random.Generator, name: str, x: float, y: float) -> list[Part]:
    """A pot with long arching leaves."""
    radius, height = rng.uniform(0.06, 0.14), rng.uniform(0.1, 0.25)
    pot = lathe(name, x, y, np.array([[0.7 * radius, 0], [radius, height], [0.9 * radius, height], [0.85 * radius,
                height - 0.03], [0.001, height - 0.03]]), colour(rng), 0.7)  # fmt: skip
    count, steps = int(rng.integers(10, 26)), np.linspace(0, 1, 7)
    length, way = rng.uniform(0.12, 0.36, count), rng.uniform(0, 2 * np.pi, count)
    lean = rng.uniform(0.15, 0.9, count)
    out = length[:, None] * lean[:, None] * steps**1.6
    up = height - 0.02 + length[:, None] * (steps - 0.45 * lean[:, None] * steps**2.5)
    wide = 0.022 * np.sin(np.pi * np.clip(0.12 + 0.88 * steps, 0, 1)) * np.ones((count, 1))
    cos, sin = np.cos(way)[:, None], np.sin(way)[:, None]
    edges = [np.stack([x + out * cos - s * wide * sin, y + out * sin + s * wide * cos, up], axis=2) for s in (-1, 1)]
    vertices = np.concatenate(edges, axis=1).reshape(-1, 3)
    leaf = np.concatenate([[[i, i + 1, i + 8], [i, i + 8, i + 7]] for i in range(6)])
    faces = (np.arange(count)[:, None, None] * 14 + leaf).reshape(-1, 3)
    green = np.array([0.06, 0.15, 0.035]) * rng.uniform(0.5, 1.6, 3) * rng.uniform(0.6, 1.3, (count, 1))
    leaves = Part(f"{name}_leaves", vertices, faces, Material("plain", 0.6, 0.3), colours=np.repeat(green, 14, axis=0))
    return [pot, leaves]


Maker = Callable[[np.random.Generator, str, float, float], list[Part]]
SOLIDS: tuple[Maker, ...] = (_ball, _cylinder, _cylinder, _cone, _carton)
THINGS: tuple[Maker, ...] = (_ball, _carton, _carton, _books, _plant, _plant, _cylinder)
