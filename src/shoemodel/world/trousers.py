"""Trouser legs: tubes of cloth round a leg at rest, bent with it, with folds, a hem and a woven texture.

A tube is a grid of rings (along the leg, from the hem up) by angles. Its radius is the leg's support function (cloth
spans hollows) plus ease, or the cut of the trousers where that is wider. All of this is (ours).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, maximum_filter1d

from shoemodel.world.body import Body, Figure, group
from shoemodel.world.meshes import rotate_about, smoothstep, transform

ANGLES = 72
RING_M = 0.005


@dataclass(frozen=True)
class Cut:
    """How trousers are cut: ease over the leg, radius at hem and knee (0 follows the leg), size of folds; metres."""

    ease: float
    hem_radius: float
    knee_radius: float
    folds: float
    cuff: float = 0.0
    gather: bool = False


CUTS = {
    "skinny jeans": Cut(0.004, 0.0, 0.0, 0.0022),
    "jeans": Cut(0.008, 0.062, 0.068, 0.0042),
    "chinos": Cut(0.008, 0.055, 0.067, 0.0046),
    "wide trousers": Cut(0.012, 0.098, 0.092, 0.0070),
    "sweatpants": Cut(0.012, 0.066, 0.074, 0.0075, gather=True),
    "shorts": Cut(0.022, 0.0, 0.0, 0.0045),
}


@dataclass(frozen=True)
class Tube:
    """A trouser leg at rest: vertices (n, 3), faces, uv (n, 2)."""

    vertices: np.ndarray
    faces: np.ndarray
    uv: np.ndarray


def leg_support(points: np.ndarray, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centres (k, 2) and support radii (k, ANGLES) of leg points (n, 3) in slices at rest heights (k,)."""
    bins = np.clip(np.round((points[:, 2] - heights[0]) / RING_M).astype(int), -1, len(heights))
    inside = (bins >= 0) & (bins < len(heights))
    points, bins = points[inside], bins[inside]
    counts = np.bincount(bins, minlength=len(heights))
    centre = np.stack([np.bincount(bins, points[:, d], len(heights)) for d in (0, 1)], axis=1)
    known = counts > 0
    centre = np.stack([np.interp(heights, heights[known], centre[known, d] / counts[known]) for d in (0, 1)], axis=1)
    centre = gaussian_filter(centre, (5, 0), mode="nearest")
    theta = 2 * np.pi * np.arange(ANGLES) / ANGLES
    outward = np.stack([np.cos(theta), np.sin(theta)])
    reach = (points[:, :2] - centre[bins]) @ outward
    support = np.full((len(heights), ANGLES), 0.01)
    np.maximum.at(support, bins, reach)
    return centre, gaussian_filter(maximum_filter1d(support, 5, axis=0), (2, 1.5), mode=("nearest", "wrap"))


def _cut_radius(cut: Cut, heights: np.ndarray, hem: float, knee: float) -> np.ndarray:
    """Radius (k,) the cut gives the cloth at rest heights above the hem."""
    share = np.clip((heights - hem) / max(knee - hem, 0.05), 0, 1.2)
    radius = cut.hem_radius + (cut.knee_radius - cut.hem_radius) * share
    if cut.gather:
        radius = radius * (0.62 + 0.38 * smoothstep((heights - hem - 0.025) / 0.07))
    return radius


def fold_pattern(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Ridges (rings, angles) of about unit size, slanted like cloth pulled one way round the leg."""
    pattern = np.zeros(shape)
    for slant, along, around, size in ((0.5, 3.0, 9.0, 1.0), (-0.4, 3.5, 8.0, 1.0), (0.1, 7.0, 14.0, 0.7)):
        noise = gaussian_filter(rng.standard_normal(shape), (along, around), mode=("nearest", "wrap"))
        noise = noise / noise.std()
        shifts = (slant * np.arange(shape[0])).astype(int)
        columns = (np.arange(shape[1])[None, :] + shifts[:, None]) % shape[1]
        pattern += size * np.take_along_axis(noise, columns, axis=1)
    return 1.2 - np.abs(pattern) * 0.8


def build_tube(
    body: Body, figure: Figure, side: str, cut: Cut, hem: float, bent: float, rng: np.random.Generator
) -> Tube:
    """The side's trouser leg from `hem` (rest height above the ankle, metres) to the hip; bent: knee angle in rad."""
    ankle, knee, hip = (figure.joints[side, name] for name in ("ankle", "knee", "hip"))
    heights = np.arange(ankle[2] + hem, hip[2] - 0.03, RING_M)
    weight = body.weights[:, [group(side, joint) for joint in ("thigh", "shin")]].sum(axis=1)
    sign = 1.0 if side == "left" else -1.0
    points = figure.vertices[(weight > 0.35) & (sign * figure.vertices[:, 0] > 0.0)]
    centre, support = leg_support(points, heights)
    tight = support + 0.0015
    radius = np.maximum(support + cut.ease, _cut_radius(cut, heights, heights[0], knee[2])[:, None])
    radius = gaussian_filter(radius, (4, 0), mode="nearest")
    above = heights - heights[0]
    near_knee = np.exp(-(((heights - knee[2]) / 0.09) ** 2))
    amount = cut.folds * (0.35 + 0.8 * np.exp(-above / 0.07) + (0.35 + 1.2 * min(bent, 1.2)) * near_knee)
    radius = np.maximum(radius + amount[:, None] * fold_pattern(rng, radius.shape), tight)
    if cut.gather:
        radius[:8] = radius[:8].mean(axis=0) * 0.6 + tight[:8] * 0.4
    rings, levels = _finish_hem(cut, radius, heights)
    return _grid(centre, rings, levels, heights)


def _finish_hem(cut: Cut, radius: np.ndarray, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add rings at the hem: the cloth's inside, and a rolled cuff when the cut has one: (radii, heights)."""
    inner = [(radius[j] - 0.0022, heights[j]) for j in (5, 2, 0)]
    outer: list[tuple[np.ndarray, float]] = []
    if cut.cuff > 0:
        count = max(int(cut.cuff / RING_M), 2)
        roll = radius[: count + 1].max(axis=0) * 0.5 + radius[: count + 1] * 0.5 + 0.0035
        outer = [(roll[j], heights[j]) for j in range(count + 1)] + [(radius[count] + 0.0005, heights[count])]
        start = count
    else:
        start = 0
    body_rings = [(radius[j], heights[j]) for j in range(start, len(heights))]
    rings = inner + outer + body_rings
    return np.stack([r for r, _ in rings]), np.array([z for _, z in rings])


def _grid(centre: np.ndarray, rings: np.ndarray, levels: np.ndarray, heights: np.ndarray) -> Tube:
    """Vertices, faces and uv of rings (k, ANGLES) at rest heights `levels`; the seam column is doubled for the uv."""
    theta = 2 * np.pi * np.arange(ANGLES + 1) / ANGLES
    closed = np.concatenate([rings, rings[:, :1]], axis=1)
    middle = np.stack([np.interp(levels, heights, centre[:, d]) for d in (0, 1)], axis=1)
    x = middle[:, :1] + closed * np.cos(theta)
    y = middle[:, 1:] + closed * np.sin(theta)
    vertices = np.stack([x, y, np.broadcast_to(levels[:, None], x.shape)], axis=2).reshape(-1, 3)
    v = (levels - heights[0]) / (heights[-1] - heights[0])
    uv = np.stack(np.broadcast_arrays(theta[None, :] / (2 * np.pi), v[:, None]), axis=2).reshape(-1, 2)
    row, column = np.meshgrid(np.arange(len(levels) - 1), np.arange(ANGLES), indexing="ij")
    a = (row * (ANGLES + 1) + column).ravel()
    b, c, d = a + 1, a + ANGLES + 2, a + ANGLES + 1
    return Tube(vertices, np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]), uv)


def bend_tube(figure: Figure, side: str, tube: Tube, transforms: dict[int, np.ndarray]) -> np.ndarray:
    """The tube's vertices (n, 3) in the world: turned progressively about the knee, so that cloth keeps its width."""
    knee, hip = figure.joints[side, "knee"], figure.joints[side, "hip"]
    thigh, shin, trunk = transforms[group(side, "thigh")], transforms[group(side, "shin")], transforms[0]
    points = _turn(tube.vertices, knee, thigh[:3, :3].T @ shin[:3, :3], knee[2] + 0.07, knee[2] - 0.07)
    in_trunk = _turn(points, hip, trunk[:3, :3].T @ thigh[:3, :3], hip[2] + 0.08, hip[2] - 0.10)
    share = smoothstep((hip[2] - 0.10 - points[:, 2]) / 0.02)[:, None]
    return (1 - share) * transform(trunk, in_trunk) + share * transform(thigh, points)


def _turn(points: np.ndarray, origin: np.ndarray, turn: np.ndarray, top: float, bottom: float) -> np.ndarray:
    """Rotate points about origin by a share of `turn` (3, 3) that grows from 0 at height top to 1 at bottom."""
    angle = np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))
    axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    if angle < 1e-6:
        return points
    share = smoothstep((top - points[:, 2]) / (top - bottom))
    return rotate_about(points, origin, axis / np.linalg.norm(axis), angle * share)


def cloth_texture(rng: np.random.Generator, colour: np.ndarray, denim: bool, length_m: float) -> np.ndarray:
    """Linear RGB (512, 256, 3) of a trouser leg, first row at the hip: weave, fading, side seams, hem stitches."""
    h, w = 512, 256
    threads = gaussian_filter(rng.standard_normal((h, w)), (6, 0.4), mode="wrap") * 2.0
    cross = gaussian_filter(rng.standard_normal((h, w)), (0.4, 4), mode="wrap") * 1.5
    blotch = gaussian_filter(rng.standard_normal((h, w)), 24, mode="wrap") * 24
    tone = 1 + (0.10 if denim else 0.04) * (threads + cross) + (0.06 if denim else 0.03) * blotch
    height_m = length_m * (1 - (np.arange(h) + 0.5) / h)
    if denim:
        fade = np.exp(-(((height_m - 0.62 * length_m) / (0.22 * length_m)) ** 2))[:, None]
        front = np.exp(-(((np.arange(w) / w - 0.75) / 0.13) ** 2))[None, :]
        tone = tone + rng.uniform(0.2, 1.0) * fade * front
    texture = colour * tone[:, :, None]
    u = np.arange(w) / w
    for seam in (0.0, 0.5):
        texture[:, np.abs((u - seam + 0.5) % 1 - 0.5) < 0.006] *= 0.72
    stitch = np.abs(height_m - 0.016) < 0.0012
    texture[stitch] = texture[stitch] * 0.5 + (np.array([0.40, 0.22, 0.06]) if denim else colour * 0.6) * 0.5
    return np.clip(texture, 0.005, 0.92)
