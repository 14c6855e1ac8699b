"""Augmentation of wearable-area detection (3.1): mosaic p = 0.8, rotation in [−15°, 15°] p = 0.5, colour, scale.

The ranges of colour and scale, and everything that is not in that list (imperfect regions, other light and lining,
blur, noise, JPEG, white balance, mirror images), are (ours): the networks learn from renders and must read photos.
Pictures are HWC uint8, masks bool, labels uint8 with IGNORE where there is nothing to learn.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.image import masks
from shoemodel.image.crop import about_centre, square_around
from shoemodel.image.geometry import Box, Similarity, warp
from shoemodel.wd.model import MARGIN

IGNORE = 255
MOSAIC_P, ROTATE_P, ROTATE_DEG = 0.8, 0.5, 15.0
RELINE_P = 0.2
LOOPS_P = 0.25
"""Share of the regions that hold the ground seen through their straps: of sandals on a carpet nobody finds it all."""

Picture = UInt8[np.ndarray, "h w 3"]
Mask = Bool[np.ndarray, "h w"]


def placement(
    rng: np.random.Generator,
    side: int,
    scale: tuple[float, float],
    shift: float = 0.0,
    flip_p: float = 0.5,
    turn_deg: float = ROTATE_DEG,
) -> Similarity:
    """A random similarity about the centre of a square of `side` px; `shift` is a share of the side."""
    angle_deg = rng.uniform(-turn_deg, turn_deg) if rng.random() < ROTATE_P else 0.0
    factor = float(np.exp(rng.uniform(*np.log(scale))))
    dx, dy = rng.uniform(-shift, shift, 2) * side
    return about_centre(side, factor, angle_deg, (dx, dy), rng.random() < flip_p)


def photometric(rgb: Picture, rng: np.random.Generator) -> Picture:
    """Light, colour, exposure, sharpness, noise and compression of another place and camera, in that order."""
    if rng.random() < 0.3:
        rgb = _relit(rgb, rng)
    rgb = cv2.LUT(rgb, _tone_curves(rng))
    if rng.random() < 0.5:
        rgb = _saturate(rgb, rng.uniform(0.3, 1.6))
    if rng.random() < 0.2:
        rgb = _turn_hue(rgb, int(rng.integers(-30, 31)))
    if rng.random() < 0.5:
        rgb = _softened(rgb, rng)
    if rng.random() < 0.5:
        rgb = _noisy(rgb, rng)
    if rng.random() < 0.5:
        rgb = _jpeg(rgb, int(rng.integers(20, 95)))
    return rgb


def _relit(rgb: Picture, rng: np.random.Generator) -> Picture:
    """Light that falls off across the picture or, half of the time, a cast shadow with an edge."""
    height, width = rgb.shape[:2]
    waves = cv2.resize(rng.standard_normal((4, 4), np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.5:
        waves = np.tanh(rng.uniform(3, 30) * (waves - rng.uniform(-0.5, 0.5)))
    shade = 1 + rng.uniform(0.08, 0.35) * waves
    return np.clip(rgb * shade[..., None], 0, 255).astype(np.uint8)


def _softened(rgb: Picture, rng: np.random.Generator) -> Picture:
    """Out of focus, moved while exposed, or enlarged from a small picture."""
    height, width = rgb.shape[:2]
    kind = rng.integers(3)
    if kind == 0:
        return cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.4, 1.8))
    if kind == 1:
        length, angle = rng.uniform(2, 6), rng.uniform(0, np.pi)
        kernel = np.zeros((9, 9), np.float32)
        tip = length / 2 * np.array([np.cos(angle), np.sin(angle)])
        ends = [tuple(np.round(4 + sign * tip).astype(int).tolist()) for sign in (-1, 1)]
        cv2.line(kernel, *ends, 1.0)
        return cv2.filter2D(rgb, -1, kernel / kernel.sum())
    scale = rng.uniform(0.35, 0.8)
    small = cv2.resize(rgb, (max(1, int(width * scale)), max(1, int(height * scale))), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC])))


def _noisy(rgb: Picture, rng: np.random.Generator) -> Picture:
    """Sensor noise: more of it in the light than in the dark, in grains of one to two pixels, grey or coloured."""
    height, width = rgb.shape[:2]
    grain = rng.uniform(1, 2)
    size = (max(1, int(height / grain)), max(1, int(width / grain)), 1 if rng.random() < 0.3 else 3)
    noise = cv2.resize(rng.standard_normal(size, np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    spread = np.sqrt(rng.uniform(0.5, 6) ** 2 + rng.uniform(0, 0.8) * rgb.astype(np.float32))
    return np.clip(rgb + spread * noise.reshape(height, width, -1), 0, 255).astype(np.uint8)


def _tone_curves(rng: np.random.Generator) -> np.ndarray:
    """(1, 256, 3) uint8 lookup table: white balance (grey-world shifts), brightness, contrast and gamma."""
    unit = np.linspace(0, 1, 256)[:, None] ** rng.uniform(0.65, 1.5)
    contrast = rng.uniform(0.7, 1.3)
    gain = rng.uniform(0.75, 1.25) * rng.uniform(0.9, 1.1, 3)
    curves = ((unit - 0.5) * contrast + 0.5) * gain + rng.uniform(-0.08, 0.08)
    return (np.clip(curves, 0, 1) * 255).astype(np.uint8)[None]


def _saturate(rgb: Picture, amount: float) -> Picture:
    grey = cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return cv2.addWeighted(rgb, amount, grey, 1 - amount, 0)


def _turn_hue(rgb: Picture, turn: int) -> Picture:
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.int16) + turn) % 180
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def _jpeg(rgb: Picture, quality: int) -> Picture:
    _, data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def imperfect(mask: Mask, rng: np.random.Generator) -> Mask:
    """A shoe region as a segmenter might have found it: too wide or narrow, wavy, with holes or extra blobs."""
    if rng.random() < 0.15:
        return mask
    height, width = mask.shape
    waves = cv2.resize(rng.standard_normal((6, 6), np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    side = max(height, width)
    found = (outside - inside) < (rng.normal(0, 0.006) + waves * rng.uniform(0, 0.008)) * side
    if rng.random() < 0.25:
        found = _blobs(found, mask, rng, value=False)
    if rng.random() < 0.25:
        found = _blobs(found, outside < 0.05 * side, rng, value=True)
    if rng.random() < 0.15:
        found |= _ground(mask, rng)
    return found if found.any() else mask


def _ground(mask: Mask, rng: np.random.Generator) -> Mask:
    """A strip of ground or shadow below the shoe that was taken for a part of it, over some of its length."""
    height, width = mask.shape
    reach = np.ones((2 * max(1, int(height * rng.uniform(0.01, 0.05))) + 1, 1), np.uint8)
    below = cv2.dilate(mask.astype(np.uint8), reach).astype(bool)
    below[: int(np.nonzero(mask)[0].mean())] = False
    columns = np.flatnonzero(mask.any(axis=0))
    start, end = np.sort(rng.choice(columns, 2))
    return below & (start <= np.arange(width)) & (np.arange(width) <= end)


def _without_loops(mask: Mask, rng: np.random.Generator) -> Mask:
    """With the ground that is seen through straps and between two shoes: gaps no wider than is drawn at random, and all
    that is enclosed then."""
    box = Box.of_mask(mask)
    radius = max(2, round(max(box.width, box.height) * rng.uniform(0.01, 0.08)))
    closed = cv2.morphologyEx(
        np.pad(mask.astype(np.uint8), radius),
        cv2.MORPH_CLOSE,
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)),
    )[radius:-radius, radius:-radius]
    return masks.fill_holes(closed > 0)


def _blobs(mask: Mask, where: Mask, rng: np.random.Generator, value: bool) -> Mask:
    """Set up to three ellipses centred in `where` to `value`."""
    painted = mask.astype(np.uint8)
    rows, columns = np.nonzero(where)
    for _ in range(rng.integers(1, 4)):
        at = rng.integers(len(rows))
        axes = (rng.uniform(0.01, 0.05, 2) * max(mask.shape) + 1).astype(int)
        centre = (int(columns[at]), int(rows[at]))
        cv2.ellipse(painted, centre, axes.tolist(), rng.uniform(0, 180), 0, 360, int(value), -1)
    return painted.astype(bool)


def _relined(rgb: Picture, wearable: Mask, rng: np.random.Generator) -> Picture:
    """Another lining: what a leg hides in other colours, so that it is told by its place and not by its darkness."""
    other = cv2.LUT(_saturate(_turn_hue(rgb, int(rng.integers(180))), rng.uniform(0, 2)), _tone_curves(rng))
    if rng.random() < 0.5:
        other = np.clip(other.astype(np.float32) * rng.uniform(1, 3), 0, 255).astype(np.uint8)
    soft = cv2.GaussianBlur(wearable.astype(np.float32), (0, 0), 0.7)[..., None]
    return (rgb * (1 - soft) + other * soft).astype(np.uint8)


def shoe_example(
    rgb: Picture,
    labels: UInt8[np.ndarray, "h w"],
    rng: np.random.Generator,
    side: int,
    reline_p: float = RELINE_P,
    plain: bool = False,
) -> tuple[UInt8[np.ndarray, "{side} {side} 3"], UInt8[np.ndarray, "{side} {side}"]]:
    """One shoe: X_m cropped as at inference, then turned, scaled, shifted, mirrored and recoloured; and its target.

    Shoe pixels that the imperfect region lost are IGNORE: they are black, nothing tells what they were. reline_p: how
    often the wearable area alone is given other colours. plain: only the paper's augmentation, on the exact region.
    """
    if plain:
        return _plain_example(rgb, labels, rng, side)
    if rng.random() < reline_p:
        rgb = _relined(rgb, labels == masks.WEARABLE, rng)
    region = imperfect(labels != masks.BACKGROUND, rng)
    if rng.random() < LOOPS_P:
        region |= _without_loops(labels != masks.BACKGROUND, rng)
    transform = square_around(region, side, MARGIN).then(placement(rng, side, (0.75, 1.15), shift=0.06))
    x_m = photometric(warp(rgb, transform, (side, side)), rng)
    region = warp(region.astype(np.uint8), transform, (side, side), nearest=True).astype(bool)
    target = warp(labels, transform, (side, side), nearest=True)
    target[(target != masks.BACKGROUND) & ~region] = IGNORE
    return x_m * region[..., None].astype(np.uint8), target


def _plain_example(
    rgb: Picture, labels: UInt8[np.ndarray, "h w"], rng: np.random.Generator, side: int
) -> tuple[UInt8[np.ndarray, "{side} {side} 3"], UInt8[np.ndarray, "{side} {side}"]]:
    """X_m turned, scaled and in other colours; and its target."""
    moved = placement(rng, side, (0.75, 1.15), flip_p=0.0)
    transform = square_around(labels != masks.BACKGROUND, side, MARGIN).then(moved)
    target = warp(labels, transform, (side, side), nearest=True)
    x_m = cv2.LUT(warp(rgb, transform, (side, side)), _tone_curves(rng))
    if rng.random() < 0.5:
        x_m = _saturate(x_m, rng.uniform(0.3, 1.6))
    return x_m * (target != masks.BACKGROUND)[..., None].astype(np.uint8), target


def mosaic(
    examples: list[tuple[Picture, UInt8[np.ndarray, "s s"]]], rng: np.random.Generator, side: int
) -> tuple[UInt8[np.ndarray, "{side} {side} 3"], UInt8[np.ndarray, "{side} {side}"]]:
    """Four examples around a random point of one frame, each resized to about its quarter, as mmsegmentation does."""
    frame, target = np.zeros((side, side, 3), np.uint8), np.zeros((side, side), np.uint8)
    x, y = (rng.uniform(0.3, 0.7, 2) * side).astype(int).tolist()
    quarters = [(0, y, 0, x), (0, y, x, side), (y, side, 0, x), (y, side, x, side)]
    for (picture, labels), (y0, y1, x0, x1) in zip(examples, quarters, strict=True):
        small = int(max(y1 - y0, x1 - x0) * rng.uniform(0.8, 1.2))
        shrunk = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
        shrunk_labels = cv2.resize(labels, (small, small), interpolation=cv2.INTER_NEAREST)
        # A cut piece, or one that leaves room, lies against the mosaic's centre.
        height, width = min(small, y1 - y0), min(small, x1 - x0)
        rows = slice(y1 - height, y1) if y0 == 0 else slice(y0, y0 + height)
        columns = slice(x1 - width, x1) if x0 == 0 else slice(x0, x0 + width)
        frame[rows, columns] = _side(_side(shrunk, height, y0 == 0, 0), width, x0 == 0, 1)
        target[rows, columns] = _side(_side(shrunk_labels, height, y0 == 0, 0), width, x0 == 0, 1)
    return frame, target


def _side(array: np.ndarray, length: int, last: bool, axis: int) -> np.ndarray:
    """The first or last `length` entries along an axis."""
    start = array.shape[axis] - length if last else 0
    return array.take(range(start, start + length), axis)
