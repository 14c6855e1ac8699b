"""The ring of a shoe's opening: the upper's edge round the ankle, or the outline of an insole (ours)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from shoemodel.shoes.build import spring
from shoemodel.shoes.implicit import surface
from shoemodel.shoes.last import Last
from shoemodel.shoes.parameters import ShoeParameters
from shoemodel.shoes.upper import cut_field, shell_field

STEP = 0.003
EDGE_M = 0.0025
"""How near its cut edge a point of the upper counts as the edge."""
INSOLE_MARGIN_S = 0.04
"""Of open shoes the insole counts as the opening, but for this much of the foot's length at toe and heel."""


def rim(last: Last, p: ShoeParameters, count: int) -> Float[np.ndarray, "count 3"]:
    """A closed ring of points in the shoe's frame, from the heel on, first towards +x; a tongue is cut at the heel's
    height. Of an open shoe, the outline of its insole."""
    if not p.collar:
        return _ring(_insole(last, p, count), count)
    return _ring(np.concatenate([_edge(last, p), _insole(last, p, count)]), count)


def _edge(last: Last, p: ShoeParameters) -> Float[np.ndarray, "k 3"]:
    """Points of the edge of the upper round the opening: a tongue is cut at the heel's height and straps are left
    out."""
    cut = replace(p, straps=(), padding=0.0, tongue=min(p.tongue, p.collar[0][1]) if p.throat_radius < 0 else p.tongue)
    low = np.append(last.plan.origin, last.sole - 0.006)
    high = np.append(last.plan.origin + np.array(last.plan.values.shape) * last.plan.step, last.top)

    def upper(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        return shell_field(last, cut, x[:, None, None], y[None, :, None], z[None, None])

    points, _ = surface(upper, low, high, STEP)
    found = points[np.abs(cut_field(last, cut, *points.T)) < EDGE_M]
    found[:, 2] += spring(last, p, found[:, 1])
    return found


def _insole(last: Last, p: ShoeParameters, count: int) -> Float[np.ndarray, "k 3"]:
    """Points of the outline of the footbed but for its ends; of an upper that is open behind, before it."""
    angle = 2 * np.pi * np.arange(4 * count) / (4 * count)
    s = 0.5 - (0.5 - INSOLE_MARGIN_S) * np.cos(angle)
    y = -s * last.length
    x = last.plan.origin[0] + last.plan.step * np.arange(last.plan.values.shape[0])
    inside = last.plan.on(x, y) < -0.004
    outer = np.array([x[row][[0, -1]] if row.any() else [np.nan, np.nan] for row in inside.T])
    points = np.stack([np.where(angle < np.pi, outer[:, 1], outer[:, 0]), y, last.bed(y) + spring(last, p, y)], axis=1)
    ends = max((at for at, height in p.collar if height < 0), default=-1.0) if p.collar else 1.0
    return points[np.isfinite(points[:, 0]) & (s < ends)]


def _ring(edge: Float[np.ndarray, "k 3"], count: int) -> Float[np.ndarray, "count 3"]:
    """Points of an edge in any order -> a closed ring, evenly spaced, by angle from above."""
    middle = (edge[:, :2].min(axis=0) + edge[:, :2].max(axis=0)) / 2
    half = np.ptp(edge[:, :2], axis=0) / 2
    away = (edge[:, :2] - middle) / half
    angle = np.arctan2(away[:, 0], away[:, 1]) % (2 * np.pi)
    bins = np.floor(angle / (2 * np.pi) * 72).astype(int)
    path = np.array([edge[bins == k].mean(axis=0) for k in range(72) if (bins == k).any()])
    path = np.concatenate([path, path[:1]])
    way = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1)))
    at = np.linspace(0, way[-1], count, endpoint=False)
    return np.stack([np.interp(at, way, path[:, k]) for k in range(3)], axis=1)
