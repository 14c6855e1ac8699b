"""Folds of a trouser leg seen close: single ridges with a valley under each, as long and as many as cloth has (ours).

Fields are as in `cloth`: (rings, angles) metres, rings upwards from the hem, angles counter-clockwise from the left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from shoemodel.body import cloth
from shoemodel.body.cloth import BACK, FRONT, Folds

RADIUS_M = 0.062
"""Of the leg on which creases are laid out."""
WAVES_M = (0.09, 0.035)
"""Broad waves of slack cloth: as long as this along the leg, and as high as the share of its folds' sizes."""


@dataclass(frozen=True)
class Crease:
    """A ridge: its middle (angle, metres above the hem), metres of half its length, of its width and height; its slant
    from level, radians; and how far it bends, metres per metre squared."""

    angle: float
    height_m: float
    half_m: float
    width_m: float
    raised_m: float
    slant: float = 0.0
    bend: float = 0.0


def draw_creases(rng: np.random.Generator, folds: Folds, knee_m: float, bent_rad: float) -> list[Crease]:
    """Creases of a leg whose knee is knee_m above its hem and bent by bent_rad."""
    found: list[Crease] = []
    if folds.stack:
        found += _above_hem(rng, folds.stack)
    if folds.drag:
        found += _pulled(rng, folds.drag, knee_m)
    if folds.knee:
        found += _behind_knee(rng, folds.knee * (0.35 + 0.9 * min(bent_rad, 1.4)), knee_m)
    return found


def _above_hem(rng: np.random.Generator, size_m: float) -> list[Crease]:
    """Too much length gathers over the ankle: short ridges on one side of the leg, slanted in turn."""
    side = rng.uniform(0, 2 * np.pi)
    found = []
    height = rng.uniform(0.030, 0.045)
    for number in range(int(rng.integers(7, 11))):
        slant = (1 if number % 2 else -1) * rng.uniform(0.05, 0.45)
        fades = np.exp(-((height / 0.17) ** 2))
        found.append(
            Crease(
                side + np.pi * (number % 2) + rng.normal(0, 0.8),
                height,
                rng.uniform(0.035, 0.085),
                rng.uniform(0.007, 0.013),
                size_m * fades * rng.uniform(0.5, 1.1),
                slant,
                rng.normal(0, 1.6),
            )
        )
        height += float(rng.uniform(0.05, 0.21) ** 2)
    return found


def _pulled(rng: np.random.Generator, size_m: float, knee_m: float) -> list[Crease]:
    """Long slanted lines from the hollow of the knee down round the calf."""
    found = []
    for _ in range(int(rng.integers(6, 10))):
        sign = rng.choice([-1.0, 1.0])
        away = BACK + sign * rng.uniform(0.3, 2.2)
        found.append(
            Crease(
                away,
                knee_m - rng.uniform(0.06, 0.30),
                rng.uniform(0.06, 0.13),
                rng.uniform(0.008, 0.016),
                size_m * rng.uniform(0.5, 1.0),
                sign * -rng.uniform(0.6, 1.15),
                rng.normal(0, 1.0),
            )
        )
    return found


def _behind_knee(rng: np.random.Generator, size_m: float, knee_m: float) -> list[Crease]:
    """Ridges in the hollow of the knee that cross each other, and run out at both sides of the kneecap."""
    found = []
    for number in range(int(rng.integers(9, 13))):
        sign = 1.0 if number % 2 else -1.0
        up = rng.uniform(-0.10, 0.08)
        found.append(
            Crease(
                BACK + sign * rng.uniform(0.0, 1.5),
                knee_m + up,
                rng.uniform(0.03, 0.075),
                rng.uniform(0.006, 0.012),
                size_m * rng.uniform(0.5, 1.0) * np.exp(-((up / 0.10) ** 2)),
                sign * rng.uniform(-0.1, 0.6) * (1 if up > 0 else -1),
                rng.normal(0, 2.0),
            )
        )
    return found


def raised(creases: list[Crease], above: Float[np.ndarray, "rings"], angles: int) -> Float[np.ndarray, "rings angles"]:
    """How far creases stand off smooth cloth at metres above the hem."""
    theta = 2 * np.pi * np.arange(angles) / angles
    total = np.zeros((len(above), angles))
    for crease in creases:
        reach = crease.half_m + 3 * crease.width_m
        rows = np.flatnonzero(np.abs(above - crease.height_m) < reach)
        if len(rows) == 0:
            continue
        aside = RADIUS_M * cloth.turned(theta, crease.angle)[None, :]
        up = (above[rows] - crease.height_m)[:, None]
        c, s = np.cos(crease.slant), np.sin(crease.slant)
        along, across = c * aside + s * up, c * up - s * aside
        share = np.clip(1 - (along / crease.half_m) ** 2, 0, 1)
        width = crease.width_m * (0.55 + 0.45 * share)
        total[rows] += crease.raised_m * share**1.5 * _profile((across - crease.bend * along**2) / width)
    return total


def _profile(x: np.ndarray) -> np.ndarray:
    """Across a fold: a round crest, a tight valley under it and a shallow one above."""
    below = np.exp(-(((x + 1.35) / 0.6) ** 2))
    return np.exp(-(x**2)) - 0.62 * below - 0.25 * np.exp(-(((x - 1.7) / 0.9) ** 2))


def waves(rng: np.random.Generator, folds: Folds, above: np.ndarray, angles: int) -> np.ndarray:
    """Broad hollows and swellings of cloth that does not lie against the leg."""
    long, share = WAVES_M
    size = folds.stack + folds.drag + 0.5 * folds.drape
    cells = max(int(np.ptp(above) / long), 2)
    field = cloth.smooth_noise(rng, (len(above), angles), (cells, 4))
    slow = cloth.smooth_noise(rng, (len(above), angles), (max(cells // 2, 2), 3))
    # the hem is no circle, either
    open_end = cloth.smooth_noise(rng, (4, angles), (2, 4))[0] * np.exp(-((above / 0.10) ** 2))[:, None]
    front = np.exp(-((cloth.turned(2 * np.pi * np.arange(angles) / angles, FRONT) / 0.7) ** 2))
    return size * (share * 10 * field + 0.3 * slow) * (1 - 0.3 * front) + 0.35 * size * open_end
