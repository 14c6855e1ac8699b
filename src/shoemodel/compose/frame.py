"""Room for the leg: a plain ground is continued beyond the photo's frame (ours).

Packshots are cropped close, and a leg needs about a foot's length above its shoe. Where the photo's edges are plain,
one colour, a soft gradient or pure white, the canvas grows and the ground goes on: white stays white, a colour keeps
its noise, a gradient levels out. Other photos keep their frame, and the leg leaves it.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.image.geometry import Box
from shoemodel.image.layout import Layout
from shoemodel.image.masks import dilate
from shoemodel.image.placement import LayoutChoice

STRIP = 0.015
"""Width of the strips along the edges that are looked at, of the photo's shorter side."""
NEAR = 0.04
"""Distance from the shoe within which an edge shows its shadow and is not looked at, of the same."""
OWN_COURSE = 1 / 12
"""Std of the blur that gives an edge's own course, of its length."""
UNEVEN, STAIN, NOISE = 1.6, 5.0, 6.0
"""Limits of a plain edge, in grey levels: deviation from its own course, the largest but for 2 %, and that of noise."""
WHITE, WHITISH = 255, 250
"""Median of pure white, and what nine tenths of it reach."""
FREE = 0.25
"""An edge of which less is free of the shoe says nothing."""
MAX_BORDER = 0.012
"""Widest drawn border that is replaced, of the shorter side; and how much it differs from what it surrounds."""
BORDER_STEP = 4.0
ROOM = 0.08
"""A shoe nearer the upper edge leaves no room for a leg, of its length."""
TREND = 0.5
"""A gradient goes on over this fraction of the new room, then levels out."""


def is_plain(photo_rgb: UInt8[np.ndarray, "h w 3"], shoe: Bool[np.ndarray, "h w"]) -> bool:
    """Whether the upper edge and both sides are plain where the shoe is not near; a drawn chequerboard is not."""
    strips = _strips(photo_rgb, shoe)[:3]
    judged = [_is_plain(strip, free) for strip, free in strips if free.mean() > FREE]
    return bool(judged) and all(judged)


def is_white(photo_rgb: UInt8[np.ndarray, "h w 3"], shoe: Bool[np.ndarray, "h w"]) -> bool:
    """Whether the ground is the pure white of packshots."""
    free = [strip[there] for strip, there in _strips(photo_rgb, shoe)]
    pixels = np.concatenate(free).min(-1)
    return bool(len(pixels) and np.median(pixels) >= WHITE and np.percentile(pixels, 10) >= WHITISH)


def choose(photo_rgb: UInt8[np.ndarray, "h w 3"], shoe: Bool[np.ndarray, "h w"], layout: LayoutChoice) -> LayoutChoice:
    """The layout for a photo whose background stays: "auto" grows a plain ground, else keeps the frame."""
    return layout if layout.place != "auto" or is_plain(photo_rgb, shoe) else replace(layout, place="keep")


def no_room(shoe: Bool[np.ndarray, "h w"]) -> str | None:
    """A warning, where the shoe on the canvas comes so near its upper edge that no leg has room above it."""
    if not shoe.any():
        return None
    box = Box.of_mask(shoe)
    if box.y0 >= ROOM * max(box.width, box.height):
        return None
    return "the shoe reaches the upper edge, there is no room for a leg above it; the layout 0.5,0.7,1,0 makes some"


def extend(
    photo_rgb: UInt8[np.ndarray, "h w 3"], layout: Layout, shoe: Bool[np.ndarray, "h w"], seed: int = 0
) -> UInt8[np.ndarray, "H W 3"]:
    """The photo on the canvas, its ground continued to the canvas's edges.

    A photo that is placed by whole pixels keeps its own, but for a drawn border; shoe: where it is in the photo.
    """
    canvas, there = layout.apply_image(photo_rgb), layout.apply_mask(np.ones(shoe.shape, bool))
    if there.all():
        return canvas
    if not layout.is_exact or not is_plain(photo_rgb, shoe):
        return _surrounded(photo_rgb, layout, shoe)
    dx, dy = round(layout.transform.dx), round(layout.transform.dy)
    y0, x0 = max(dy, 0), max(dx, 0)
    y1, x1 = min(dy + shoe.shape[0], len(canvas)), min(dx + shoe.shape[1], canvas.shape[1])
    inner, hidden = canvas[y0:y1, x0:x1].copy(), shoe[y0 - dy : y1 - dy, x0 - dx : x1 - dx]
    top, left, right, bottom = (_border(inner, hidden, side) for side in range(4))
    kept, covered = (a[top : len(a) - bottom, left : a.shape[1] - right] for a in (inner, hidden))
    room = (y0 + top, len(canvas) - y1 + bottom, x0 + left, canvas.shape[1] - x1 + right)
    grown = _grown(kept, covered, room, np.random.default_rng(seed))
    grown[y0:y1, x0:x1][hidden] = inner[hidden]
    return grown


def _grown(rgb: np.ndarray, shoe: np.ndarray, room: tuple[int, int, int, int], rng: np.random.Generator) -> np.ndarray:
    """With `room` px above, below, left and right."""
    above, below, left, right = room
    for count, turns in ((left, 1), (right, 3), (above, 0), (below, 2)):
        if count > 0:  # that side is turned upwards; counter-clockwise, the left one last becomes the lower one
            turned, hidden = (np.rot90(a, -turns % 4) for a in (rgb, shoe))
            new = _continued(turned, hidden, count, rng)
            rgb = np.rot90(np.concatenate([new, turned]), turns % 4)
            shoe = np.rot90(np.concatenate([np.zeros(new.shape[:2], bool), hidden]), turns % 4)
    return np.ascontiguousarray(rgb)


def _continued(rgb: np.ndarray, shoe: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` rows above a picture."""
    depth = min(_width(shoe.shape), len(rgb))
    near = ~dilate(shoe[: 4 * depth], NEAR * min(shoe.shape))
    strip, free = rgb[:depth], near[:depth]
    if not free.any():
        strip, free = rgb[:depth], np.ones_like(free)
    values = strip[free]
    if np.median(values.min(-1)) >= WHITE and np.percentile(values.min(-1), 10) >= WHITISH:
        return np.full((count, rgb.shape[1], 3), 255, np.uint8)
    sigma = float(depth)
    course = _course(strip, free, sigma)
    reach = TREND * count
    slope = _slope(rgb[: 4 * depth], near, course, depth)
    distance = np.arange(count, 0, -1, dtype=np.float32) - 0.5
    rows = _widening(course, distance) + (reach * (1 - np.exp(-distance / reach)))[:, None, None] * slope
    return np.clip(np.round(rows + _noise(strip, free, course, rows.shape, rng)), 0, 255).astype(np.uint8)


def _course(strip: np.ndarray, free: np.ndarray, sigma: float) -> np.ndarray:
    """The strip's (k, n, 3) colours along its length, (n, 3), where free; smooth, and interpolated elsewhere."""
    weight = free.astype(np.float32)[..., None]
    count = weight.sum(0)
    line = (strip.astype(np.float32) * weight).sum(0) / np.maximum(count, 1)
    known = np.flatnonzero(count[:, 0] > 0)
    line = np.stack([np.interp(np.arange(len(line)), known, line[known, c]) for c in range(3)], 1)
    return _blurred(line, sigma)


def _blurred(line: np.ndarray, sigma: float) -> np.ndarray:
    kernel = int(min(6 * sigma, 2 * len(line) - 2)) // 2 * 2 + 1
    return cv2.GaussianBlur(line.astype(np.float32)[None], (kernel, 1), sigma, borderType=cv2.BORDER_REFLECT)[0]


def _slope(rgb: np.ndarray, free: np.ndarray, course: np.ndarray, depth: int) -> np.ndarray:
    """Change in grey levels a row upwards at the edge, (n, 3), very smooth; 0 where it is less than the noise."""
    if len(rgb) < 4 * depth or free[2 * depth :].mean() < FREE:
        return np.zeros_like(course)
    inner = _course(rgb[2 * depth :], free[2 * depth :], float(depth))
    change = _blurred(course - inner, len(course) / 6) / (2.5 * depth)
    return np.where(np.abs(change) * len(course) < 1, 0, change)


def _widening(course: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """The course at each distance, (rows, n, 3), the smoother the farther, so that nothing of it makes a streak."""
    steps = np.geomspace(1, max(float(distance.max()), 2), 8)
    lines = np.stack([course, *(_blurred(course, 0.6 * s) for s in steps)])
    place = np.interp(distance, [0, *steps], np.arange(len(lines)))
    lower = np.minimum(place.astype(int), len(lines) - 2)
    share = (place - lower)[:, None, None]
    return (lines[lower] * (1 - share) + lines[lower + 1] * share).astype(np.float32)


def _noise(
    strip: np.ndarray, free: np.ndarray, course: np.ndarray, shape: tuple[int, ...], rng: np.random.Generator
) -> np.ndarray:
    """As much noise as the strip has about its course, and as coarse."""
    rest = (strip - course).astype(np.float32)[free]
    deviation = 1.4826 * np.median(np.abs(rest - np.median(rest, 0)), 0)
    if deviation.max() < 0.35:
        return np.zeros(shape, np.float32)
    grey = cv2.GaussianBlur(rng.standard_normal(shape[:2], np.float32), (0, 0), 0.6)
    return (grey / grey.std())[..., None] * np.minimum(deviation, NOISE).astype(np.float32)


def _strips(photo_rgb: np.ndarray, shoe: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """The edges' strips, each (k, n, 3), and where they are free: above, left, right, below; first rows outside."""
    top, left, right, bottom = (_border(photo_rgb, shoe, side) for side in range(4))
    inside = slice(top, len(shoe) - bottom), slice(left, shoe.shape[1] - right)
    depth, far = _width(shoe.shape), ~dilate(shoe, NEAR * min(shoe.shape))
    strips = []
    for side in range(4):
        rgb, free = (np.rot90(a[inside], -(0, 1, 3, 2)[side] % 4) for a in (photo_rgb, far))
        strips.append((rgb[:depth], free[:depth]))
    return strips


def _border(rgb: np.ndarray, shoe: np.ndarray, side: int) -> int:
    """Width in px of a drawn border: outermost rows of one colour that differ from those inside; 0 where none."""
    turned = np.rot90(rgb, -(0, 1, 3, 2)[side] % 4)
    most = max(2, round(MAX_BORDER * min(shoe.shape)))
    if len(turned) < 3 * most:
        return 0
    rows = np.median(turned[: 3 * most].astype(np.float32), 1)
    inside = np.median(rows[most:], 0)
    even = np.abs(turned[: most + 1] - rows[: most + 1, None]).mean((1, 2)) < BORDER_STEP
    differs = even & (np.abs(rows[: most + 1] - inside).max(-1) > BORDER_STEP)
    width = int(np.argmin(differs))
    return 0 if differs.all() else width


def _is_plain(strip: np.ndarray, free: np.ndarray) -> bool:
    grey = strip.astype(np.float32)
    sigma = max(OWN_COURSE * strip.shape[1], 2.0)
    rest = grey - _course(strip, free, sigma)
    weight = free.astype(np.float32)[..., None]
    local = cv2.GaussianBlur(rest * weight, (0, 0), 2) / np.maximum(cv2.GaussianBlur(weight, (0, 0), 2), 0.1)[..., None]
    uneven = np.abs(local[free])
    return bool(
        np.sqrt((uneven**2).mean()) <= UNEVEN
        and np.percentile(uneven, 98) <= STAIN
        and (rest - local)[free].std() <= NOISE
    )


def _surrounded(photo_rgb: np.ndarray, layout: Layout, shoe: np.ndarray) -> np.ndarray:
    """Any photo on the canvas, what surrounds the shoe mirrored beyond its frame, the smoother the farther."""
    canvas, there = layout.apply_image(photo_rgb), layout.apply_mask(np.ones(shoe.shape, bool))
    inner = there if layout.is_exact else there & ~dilate(~there, 2)  # resampling mixes the edge with black
    source, matrix = _without_shoe(photo_rgb, shoe), layout.transform.matrix()
    matrix[:, 2] += matrix[:, :2].sum(1) / 2 - 0.5  # OpenCV counts from the middle of the first pixel
    result = mirrored = cv2.warpAffine(
        source, matrix, layout.canvas[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    ).astype(np.float32)
    distance = cv2.distanceTransform((~there).astype(np.uint8), cv2.DIST_L2, 5)
    for sigma in (0.004, 0.012, 0.036):
        sigma *= max(layout.canvas)
        share = np.clip(distance / (4 * sigma), 0, 1)[..., None]
        result = result * (1 - share) + cv2.GaussianBlur(mirrored, (0, 0), sigma) * share
    return np.where(inner[..., None], canvas, np.round(result)).astype(np.uint8)


def _without_shoe(photo_rgb: np.ndarray, shoe: np.ndarray) -> np.ndarray:
    """The photo with the colours of what surrounds the shoe in its place, found on a small picture."""
    hidden = dilate(shoe, NEAR * min(shoe.shape)).astype(np.uint8)
    scale = min(1.0, 256 / max(shoe.shape))
    small, covered = (
        cv2.resize(a, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for a in (photo_rgb, 255 * hidden)
    )
    filled = cv2.inpaint(small, (covered > 0).astype(np.uint8), 3, cv2.INPAINT_TELEA)
    return np.where(hidden[..., None] > 0, cv2.resize(filled, shoe.shape[::-1]), photo_rgb)


def _width(size: tuple[int, int]) -> int:
    return max(3, round(STRIP * min(size)))
