"""Surroundings that belong to the shoe: light, colour and grain as in the photo, and a contact shadow (ours).

All work on the enlarged picture of the generator, at the canvas's size, before the shoe goes on top; they never see
the result's visible area, which stays the photo's.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from shoemodel.image.masks import erode

LARGEST_LIGHT = 1.25
"""Brightness changes by this factor at most: a shoe drawn in another colour is no sign of other light."""
LARGEST_CAST = 1.06
"""And each channel by this factor beyond it."""
TIGHT, WIDE = (0.015, 0.5), (0.06, 0.25)
"""Std in foot lengths, and depth: the line where sole and floor meet, and the dimmer ground around it."""
FINER = 0.375
"""Std of the blur beyond which a texture is the generator's affair, in its own pixels."""
GRAIN = 1.0
"""Std of the grain, in units of the texture's median absolute deviation (one is about 0.67 std)."""
SMALLEST_SHOE = 0.1
"""Pieces of the visible area below this share of the largest cast no shadow of their own."""


def follow_light(
    picture: UInt8[np.ndarray, "h w 3"], shoe_rgb: UInt8[np.ndarray, "h w 3"], visible: Bool[np.ndarray, "h w"]
) -> UInt8[np.ndarray, "h w 3"]:
    """`picture` with the photo's light and white balance.

    The generator drew the shoe as well, and what its colours there lack against the photo's is what its light lacks:
    one gain for the brightness and a smaller one for each channel, both limited, and both only as far as the drawn
    shoe resembles the true one.
    """
    inner = erode(visible, 0.05 * np.sqrt(visible.sum()))  # the drawn shoe's edge lies elsewhere
    inner = inner if inner.any() else visible
    drawn, true = (image[inner].astype(np.float64) + 1 for image in (picture, shoe_rgb))
    light = true.mean() / drawn.mean()
    cast = true.mean(axis=0) / drawn.mean(axis=0) / light
    gain = np.clip(light, 1 / LARGEST_LIGHT, LARGEST_LIGHT) * np.clip(cast, 1 / LARGEST_CAST, LARGEST_CAST)
    gain **= _resemblance(drawn, true)
    table = np.clip(np.round(np.arange(256)[:, None] * gain), 0, 255).astype(np.uint8)
    return cv2.LUT(picture, table[:, None, :])


def _resemblance(drawn: np.ndarray, true: np.ndarray) -> float:
    """Correlation of two sets of colours (n, 3) about their means, at least 0."""
    a, b = (colours - colours.mean(axis=0) for colours in (drawn, true))
    scale = np.sqrt((a**2).sum() * (b**2).sum())
    return max(0.0, float((a * b).sum() / scale)) if scale else 0.0


def contact_shadow(visible: Bool[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
    """How dark the floor is around the soles, 0 to below 1: each shoe stands on the convex hull of its lower edge."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(visible.astype(np.uint8), connectivity=8)
    light = np.ones(visible.shape, np.float32)
    for index in range(1, count):
        width, height, area = stats[index, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA]]
        if area >= SMALLEST_SHOE * stats[1:, cv2.CC_STAT_AREA].max():
            foot_px = max(width, 0.6 * height)
            light *= 1 - _shadow_of(labels == index, foot_px)
    return 1 - light


def _shadow_of(shoe: np.ndarray, foot_px: float) -> np.ndarray:
    """The shadow of one shoe: its hull, a little lower and blurred, below its lower edge only."""
    points = cv2.findNonZero(shoe.astype(np.uint8))
    hull = cv2.fillConvexPoly(np.zeros(shoe.shape, np.float32), cv2.convexHull(points), 1.0)
    dark = sum(depth * _lowered(hull, deviation * foot_px) for deviation, depth in (TIGHT, WIDE))
    columns = np.flatnonzero(shoe.any(axis=0))
    lowest = shoe.shape[0] - 1 - shoe[::-1].argmax(axis=0)[columns]
    edge = np.interp(np.arange(shoe.shape[1]), columns, lowest)  # the outermost columns' height beyond them
    below = np.clip((np.arange(shoe.shape[0])[:, None] - edge) / (0.04 * foot_px) + 1, 0, 1)
    return (dark * below).astype(np.float32)


def _lowered(hull: np.ndarray, deviation_px: float) -> np.ndarray:
    """The hull blurred and shifted down; a wide blur is computed on a smaller picture."""
    height, width = hull.shape
    smaller = max(1.0, deviation_px / 4)
    size = (math.ceil(width / smaller), math.ceil(height / smaller))
    small = cv2.resize(hull, size, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), max(deviation_px / smaller, 0.5))
    down = np.array([[1, 0, 0], [0, 1, deviation_px]], np.float32)
    return cv2.warpAffine(cv2.resize(blurred, (width, height)), down, (width, height))


def grain(
    shoe_rgb: UInt8[np.ndarray, "h w 3"], visible: Bool[np.ndarray, "h w"], scale: float
) -> Float[np.ndarray, "h w"]:
    """Texture for a drawn surface, in grey levels: noise as fine and as strong as the shoe's own surface is beyond the
    generator's resolution, of which one pixel is `scale` of the canvas. None where the canvas is not the larger."""
    inner = erode(visible, 2 * scale)
    if scale <= 1 or not inner.any():
        return np.zeros(visible.shape, np.float32)
    grey = cv2.cvtColor(np.ascontiguousarray(shoe_rgb), cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), FINER * scale))[inner]
    noise = np.random.default_rng(0).standard_normal(visible.shape, np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), FINER / 2 * scale)
    return noise * (GRAIN * float(np.median(fine)) / max(float(noise.std()), 1e-9))
