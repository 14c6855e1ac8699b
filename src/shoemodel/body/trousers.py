"""Trouser legs: tubes of cloth round a leg at rest, bent with it, hanging where it is slack, with folds and a hem.

A tube is a grid of rings (along the leg, from the hem up) by angles. Its radius is the leg's support function (cloth
spans hollows) plus ease, or the cut of the trousers where that is wider. All of this is (ours).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from scipy.ndimage import maximum_filter1d

from shoemodel.body import cloth, creases
from shoemodel.body.cloth import Folds
from shoemodel.body.figure import Figure, group
from shoemodel.body.finishes import OTHER_SIDE
from shoemodel.body.look import WORLD, Look
from shoemodel.render.meshes import rotate_about, smoothstep, transform

ANGLES, RING_M = WORLD.angles, WORLD.ring_m
# close cloth crumples by this much, its hem rises and falls by it, and hangs lower behind by it, metres
CRUMPLE_M, HEM_WAVE_M, HEM_DROP_M = 0.00035, 0.0016, 0.003
# close cloth that is tucked in widens over this length
TUCKED_M = 0.16
# cloth that is tucked in ends this far below the collar; above it, it bulges by as much as this
TUCK_M, BLOUSE_M = 0.02, 0.007


@dataclass(frozen=True)
class Cut:
    """How trousers are cut: ease over the leg, radius at hem and knee (0 follows the leg), metres; folds; weave."""

    ease: float
    hem_radius: float
    knee_radius: float
    folds: Folds = field(default_factory=Folds)
    weave: str = "plain"
    cuff: float = 0.0
    gather: bool = False
    tuck: bool = False


CUTS = {
    "skinny jeans": Cut(0.0035, 0.0, 0.0, Folds(stack=0.0036, knee=0.003, drag=0.0012), "denim"),
    "jeans": Cut(0.007, 0.060, 0.067, Folds(stack=0.0062, knee=0.005, drag=0.003), "denim"),
    "flared jeans": Cut(0.005, 0.090, 0.058, Folds(stack=0.002, knee=0.004, drag=0.0025, drape=0.006), "denim"),
    "chinos": Cut(0.007, 0.054, 0.066, Folds(stack=0.0055, knee=0.0055, drag=0.0034)),
    "suit trousers": Cut(0.009, 0.062, 0.071, Folds(stack=0.003, knee=0.0035, drag=0.0016, crease=0.007), "wool"),
    "corduroy trousers": Cut(0.008, 0.060, 0.068, Folds(stack=0.005, knee=0.005, drag=0.003), "corduroy"),
    "wide trousers": Cut(0.012, 0.105, 0.092, Folds(knee=0.003, drag=0.002, drape=0.011)),
    "sweatpants": Cut(0.012, 0.066, 0.074, Folds(stack=0.0065, knee=0.006, drag=0.004), gather=True),
    "shorts": Cut(0.022, 0.0, 0.0, Folds(drag=0.002, drape=0.006)),
}


@dataclass(frozen=True)
class Tube:
    """A trouser leg at rest: vertices (n, 3), faces, uv (n, 2); relief: its folds (rings, angles) in metres; places
    (n, 3) as in `finishes`; shade (n,): tone of the folds."""

    vertices: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    relief: np.ndarray
    places: np.ndarray
    shade: np.ndarray


def leg_support(points: np.ndarray, heights: np.ndarray, angles: int = ANGLES) -> tuple[np.ndarray, np.ndarray]:
    """Centres (k, 2) and support radii (k, angles) of leg points (n, 3) in slices at evenly spaced heights (k,)."""
    bins = np.round((points[:, 2] - heights[0]) / (heights[1] - heights[0])).astype(int)
    inside = (bins >= 0) & (bins < len(heights))
    points, bins = points[inside], bins[inside]
    counts = np.bincount(bins, minlength=len(heights))
    known = counts > 0
    centre = np.stack([np.bincount(bins, points[:, d], len(heights)) for d in (0, 1)], axis=1)
    centre = np.stack([np.interp(heights, heights[known], centre[known, d] / counts[known]) for d in (0, 1)], axis=1)
    centre = _blurred(centre, along=5.0, around=0.0)
    theta = 2 * np.pi * np.arange(angles) / angles
    reach = (points[:, :2] - centre[bins]) @ np.stack([np.cos(theta), np.sin(theta)])
    order = np.argsort(bins, kind="stable")
    support = np.full((len(heights), angles), 0.01)
    support[known] = np.maximum.reduceat(reach[order], (np.cumsum(counts) - counts)[known], axis=0)
    return centre, _blurred(maximum_filter1d(support, 5, axis=0), along=2.0, around=1.5)


def _blurred(grid: np.ndarray, along: float, around: float) -> np.ndarray:
    """Gaussian blur of a grid (rings, angles) that ends at the rings and closes round the leg; sigmas in cells."""
    pad = int(3 * around) + 1
    wide = np.concatenate([grid[:, -pad:], grid, grid[:, :pad]], axis=1) if around else grid
    sizes = (2 * int(3 * around) + 1, 2 * int(3 * along) + 1)
    blurred = cv2.GaussianBlur(wide, sizes, around or 0.01, None, along, cv2.BORDER_REPLICATE)
    return blurred[:, pad:-pad] if around else blurred


def _cut_radius(cut: Cut, heights: np.ndarray, knee: float) -> np.ndarray:
    """Radius (k,) the cut gives the cloth at rest heights (k,) from the hem up."""
    share = np.clip((heights - heights[0]) / max(knee - heights[0], 0.05), 0, 1.2)
    radius = cut.hem_radius + (cut.knee_radius - cut.hem_radius) * share
    if cut.gather:
        radius = radius * (0.62 + 0.38 * smoothstep((heights - heights[0] - 0.025) / 0.07))
    return radius


def build_tube(
    figure: Figure, points: np.ndarray, side: str, cut: Cut, hem: float, transforms: dict[int, np.ndarray],
    rng: np.random.Generator, look: Look = WORLD,
) -> Tube:  # fmt: skip
    """The side's trouser leg round leg points (n, 3) at rest, from `hem` (rest height above the ankle, metres) to the
    hip, folded and hanging as the pose `transforms` makes it."""
    ankle, knee, hip = (figure.joints[side, name] for name in ("ankle", "knee", "hip"))
    heights = np.arange(ankle[2] + hem, hip[2] - 0.03, RING_M)
    centre, support = leg_support(points, heights)
    tight = support + 0.0015
    smooth = np.maximum(support + cut.ease, _cut_radius(cut, heights, knee[2])[:, None])
    smooth = _blurred(smooth, along=4.0, around=0.0)
    thigh, shin = (transforms[group(side, name)][:3, :3] for name in ("thigh", "shin"))
    bent = float(np.arccos(np.clip((np.trace(thigh.T @ shin) - 1) / 2, -1, 1)))
    if look.close:
        return _close_tube(rng, cut, heights, (centre, tight, smooth), (knee[2], bent), (thigh, shin), look)
    relief = cloth.displacement(rng, cut.folds, heights, knee[2], ANGLES, bent)
    radius = smooth + relief + _sag(smooth - tight, heights, knee[2], thigh, shin)
    radius = _ended(cut, radius, tight, heights)
    relief = radius - _blurred(radius, along=12.0, around=8.0)
    return _grid(centre, _finish_hem(cut, radius, heights), heights, cloth.shade_of(relief), relief)


def _ended(cut: Cut, radius: np.ndarray, tight: np.ndarray, heights: np.ndarray, wide_m: float = 0.03) -> np.ndarray:
    """Radii (rings, angles) tucked in, gathered or hemmed, and nowhere inside the leg's. wide_m: above a shaft, cloth
    is as wide as it is cut from here on."""
    per_m = 1 / (heights[1] - heights[0])
    if cut.tuck:
        above = (heights - heights[0] - TUCK_M)[:, None]
        radius = tight - 0.001 + (radius - tight + 0.001) * smoothstep(above / 0.03)
        radius = radius + BLOUSE_M * np.exp(-(((above - 0.022) / 0.016) ** 2))
        tight = tight - 0.001
    radius = np.maximum(radius, tight)
    if cut.gather:
        few = round(0.036 * per_m)
        radius[:few] = radius[:few].mean(axis=0) * 0.6 + tight[:few] * 0.4
    elif cut.hem_radius and not cut.tuck:
        radius[: round(0.018 * per_m)] += 0.0009  # the hem is sewn of two layers
    return radius


def _close_tube(
    rng: np.random.Generator, cut: Cut, heights: np.ndarray, shape: tuple[np.ndarray, np.ndarray, np.ndarray],
    knee: tuple[float, float], turns: tuple[np.ndarray, np.ndarray], look: Look,
) -> Tube:  # fmt: skip
    """A finer tube with single creases. shape: centres, tightest and smooth radii at rest heights; knee: its height and
    how far it is bent; turns: of thigh and shin."""
    centre, tight, smooth = shape
    fine = np.arange(heights[0], heights[-1], look.ring_m)
    above = fine - heights[0]
    hanging = replace(cut.folds, stack=0.0, knee=0.0, drag=0.0)
    slack = smooth + _sag(smooth - tight, heights, knee[0], *turns)
    tight, slack = (_refined(grid, heights, fine, look.angles) for grid in (tight, slack))
    if cut.tuck:
        slack = tight + (slack - tight) * smoothstep((above - TUCK_M) / TUCKED_M)[:, None]
    relief = cloth.displacement(rng, hanging, fine, knee[0], look.angles, knee[1])
    drawn = creases.draw_creases(rng, cut.folds, knee[0] - heights[0], knee[1])
    relief = relief + creases.raised(drawn, above, look.angles) + creases.waves(rng, cut.folds, above, look.angles)
    crumple = cloth.smooth_noise(rng, relief.shape, (max(len(fine) // 9, 2), look.angles // 16))
    radius = _ended(cut, slack + relief + CRUMPLE_M * crumple, tight, fine)
    relief = radius - _blurred(radius, along=18.0, around=16.0)
    hem_wave = HEM_WAVE_M * cloth.smooth_noise(rng, (4, look.angles), (3, 7))[0]
    shade = cloth.close_shade(relief)
    return _hung(_grid(centre, _finish_hem(cut, radius, fine), heights, shade, relief), hem_wave)


def _refined(grid: np.ndarray, heights: np.ndarray, fine: np.ndarray, angles: int) -> np.ndarray:
    """A grid (rings, angles) at rest heights as a finer one (k, angles) at heights fine (k,)."""
    closed = np.concatenate([grid[:, -4:], grid, grid[:, :4]], axis=1).astype(np.float32)
    # the first column stays the first
    column = np.arange(angles) * grid.shape[1] / angles + 4
    row = (fine - heights[0]) / (heights[1] - heights[0])
    maps = np.meshgrid(column.astype(np.float32), row.astype(np.float32))
    return cv2.remap(closed, maps[0], maps[1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(float)


def _hung(tube: Tube, hem_wave: np.ndarray) -> Tube:
    """A hem is no level circle: it rises and falls by hem_wave (angles,), and hangs lower behind."""
    theta = 2 * np.pi * tube.uv[:, 0]
    height = tube.places[:, 1] % OTHER_SIDE
    column = np.round(tube.uv[:, 0] * len(hem_wave)).astype(int) % len(hem_wave)
    drop = hem_wave[column] - HEM_DROP_M * np.cos(theta - cloth.BACK)
    vertices = tube.vertices.copy()
    vertices[:, 2] += drop * np.exp(-height / 0.05)
    return replace(tube, vertices=vertices)


def _sag(slack: np.ndarray, heights: np.ndarray, knee: float, thigh: np.ndarray, shin: np.ndarray) -> np.ndarray:
    """Slack cloth (k, ANGLES) falls: it lies on the upper side of a slanting leg and hangs from its lower side."""
    theta = 2 * np.pi * np.arange(ANGLES) / ANGLES
    outward = np.stack([np.cos(theta), np.sin(theta)])
    share = smoothstep((heights - knee + 0.06) / 0.12)[:, None]
    down = [turn.T @ np.array([0.0, 0.0, -1.0]) for turn in (shin, thigh)]
    pull = (1 - share) * (down[0][:2] @ outward) + share * (down[1][:2] @ outward)
    return np.clip(slack.mean(axis=1, keepdims=True), 0, 0.04) * 0.9 * pull


@dataclass(frozen=True)
class _Rings:
    """Radii (k, angles) at rest heights `levels` (k,); `turned` (k,): those that show the cloth's other side."""

    radii: np.ndarray
    levels: np.ndarray
    turned: np.ndarray


def _finish_hem(cut: Cut, radius: np.ndarray, heights: np.ndarray) -> _Rings:
    """Add rings at the hem: the cloth's inside, and a rolled cuff when the cut has one."""
    inner = [(radius[j] - 0.0022, heights[j]) for j in (5, 2, 0)]
    outer: list[tuple[np.ndarray, float]] = []
    start = 0
    if cut.cuff > 0:
        start = max(int(cut.cuff / (heights[1] - heights[0])), 2)
        roll = radius[: start + 1].max(axis=0) * 0.5 + radius[: start + 1] * 0.5 + 0.0035
        outer = [(roll[j], heights[j]) for j in range(start + 1)] + [(radius[start] + 0.0005, heights[start])]
    body_rings = [(radius[j], heights[j]) for j in range(start, len(heights))]
    rings = inner + outer + body_rings
    turned = np.arange(len(rings)) < len(inner) + len(outer)
    return _Rings(np.stack([r for r, _ in rings]), np.array([z for _, z in rings]), turned)


def _grid(centre: np.ndarray, rings: _Rings, heights: np.ndarray, shade: np.ndarray, relief: np.ndarray) -> Tube:
    """Vertices, faces and uv of rings; centre (h, 2) is that at rest `heights` (h,), shade a grid between
    the same ends. The seam column is doubled for the uv."""
    levels, angles = rings.levels, rings.radii.shape[1]
    theta = 2 * np.pi * np.arange(angles + 1) / angles
    closed = np.concatenate([rings.radii, rings.radii[:, :1]], axis=1)
    middle = np.stack([np.interp(levels, heights, centre[:, d]) for d in (0, 1)], axis=1)
    x = middle[:, :1] + closed * np.cos(theta)
    y = middle[:, 1:] + closed * np.sin(theta)
    vertices = np.stack([x, y, np.broadcast_to(levels[:, None], x.shape)], axis=2).reshape(-1, 3)
    v = (levels - heights[0]) / (heights[-1] - heights[0])
    uv = np.stack(np.broadcast_arrays(theta[None, :] / (2 * np.pi), v[:, None]), axis=2).reshape(-1, 2)
    height = levels - heights[0] - np.where(rings.turned, OTHER_SIDE, 0.0)
    girth = 2 * np.pi * rings.radii.mean(axis=1)
    places = np.stack([uv[:, 0], np.repeat(height, angles + 1), np.repeat(girth, angles + 1)], axis=1)
    shade = _refined(shade, np.linspace(heights[0], heights[-1], len(shade)), levels, angles)
    shade = np.where(rings.turned[:, None], 1.0, np.concatenate([shade, shade[:, :1]], axis=1)).ravel()
    return Tube(vertices, grid_faces(len(levels), angles + 1), uv, relief, places, shade)


def grid_faces(rows: int, columns: int) -> np.ndarray:
    """Triangles (m, 3) of a grid of vertices, rows going up and columns counter-clockwise seen from above."""
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    a = (row * columns + column).ravel()
    b, c, d = a + 1, a + columns + 1, a + columns
    return np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])


def bend_tube(figure: Figure, side: str, tube: Tube, transforms: dict[int, np.ndarray]) -> np.ndarray:
    """The tube's vertices (n, 3) in the world: turned progressively about the knee, so that cloth keeps its width."""
    knee, hip = figure.joints[side, "knee"], figure.joints[side, "hip"]
    thigh, shin, trunk = transforms[group(side, "thigh")], transforms[group(side, "shin")], transforms[0]
    points = _turn(tube.vertices, knee, thigh[:3, :3].T @ shin[:3, :3], knee[2] + 0.07, knee[2] - 0.07)
    moved = transform(thigh, points)
    near = np.flatnonzero(points[:, 2] > hip[2] - 0.12)
    in_trunk = _turn(points[near], hip, trunk[:3, :3].T @ thigh[:3, :3], hip[2] + 0.08, hip[2] - 0.10)
    share = smoothstep((hip[2] - 0.10 - points[near, 2]) / 0.02)[:, None]
    moved[near] = (1 - share) * transform(trunk, in_trunk) + share * moved[near]
    return moved


def _turn(points: np.ndarray, origin: np.ndarray, turn: np.ndarray, top: float, bottom: float) -> np.ndarray:
    """Rotate points about origin by a share of `turn` (3, 3) that grows from 0 at height top to 1 at bottom."""
    angle = np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))
    axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    if angle < 1e-6:
        return points
    share = smoothstep((top - points[:, 2]) / (top - bottom))
    out = points.copy()
    moving = share > 0
    out[moving] = rotate_about(points[moving], origin, axis / np.linalg.norm(axis), angle * share[moving])
    return out
