"""The photo's light, sharpness and grain, and a rendered leg brought to them (ours)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from shoemodel.image.geometry import Box
from shoemodel.image.masks import BACKGROUND, VISIBLE, ShoeAreas

WHITE_SHOE, WHITE_GROUND = 0.80, 0.75
"""Albedo that the brightest of the shoe, and of the ground beside it, is taken to have."""
WHITES = (0.45, 1.05)
"""Least and largest linear level of a white surface."""
TINT = 0.35
"""How far the colour of what is bright is believed to be the light's."""
GREY = 1.5
"""Largest over least channel, linear, up to which a colour may be the light's."""
RENDERED_BLUR_PX = 0.45
"""Std of the blur that a renderer's box filter has by itself."""
COARSE_PX, SAMPLE_PX = 1000, 1200
"""A shoe is looked at as if it had about this length, and its grain and edges in a square of this side."""
CALM_PX, CALMEST = 9, 10
"""Noise is what is left in the calmest windows: their side in px, and their percentage."""
MAX_BLUR_PX, MAX_GRAIN = 4.0, 3.0
"""Largest blur in px, and grain in grey levels of 255, that are followed."""


@dataclass(frozen=True, eq=False)
class Levels:
    """How the photo shows things."""

    white: Float[np.ndarray, "3"]
    """Linear light of a white surface."""
    ground: Float[np.ndarray, "3"]
    """Albedo of the ground about the shoe."""
    side: float
    """Where the light comes from: -1 left of the picture, +1 right."""
    blur_px: float
    """Std of the blur of the shoe's own sharpest edges."""
    grain: float
    """Std of its noise, grey levels of 255."""
    grain_px: float
    """Std of the blur that makes white noise as coarse as the photo's."""


def to_linear(srgb: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """sRGB in [0, 1] as linear light."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def to_srgb(linear: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """Linear light as sRGB; what is negative becomes 0."""
    light = np.maximum(linear, 0)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-8) ** (1 / 2.4) - 0.055)


def levels(photo_rgb: UInt8[np.ndarray, "h w 3"], areas: ShoeAreas) -> Levels:
    """Read from the shoe and the ground beside it. ValueError where there is no visible area."""
    box = Box.of_mask(areas.visible)
    length = float(max(box.width, box.height))
    rows, columns = _widened(box, length / 6, areas.size)
    grain, grain_px, blur_px = _texture(photo_rgb, areas.visible)
    step = max(1, round(length / COARSE_PX))  # for what is level over wide areas
    part = slice(rows.start, rows.stop, step), slice(columns.start, columns.stop, step)
    rgb, labels = photo_rgb[part], areas.labels[part]
    shoe, visible, length = labels != BACKGROUND, labels == VISIBLE, length / step
    linear = to_linear(rgb.astype(np.float32) / 255)
    low = np.arange(len(shoe))[:, None] > np.percentile(np.nonzero(shoe)[0], 55)
    near = cv2.distanceTransform((~shoe).astype(np.uint8), cv2.DIST_L2, 5)
    beside = (near > 0) & (near < length / 6) & low
    white = _white(linear, visible, beside)
    ground = np.median(linear[beside], 0) if beside.sum() > 100 else white / 2
    side = _side(linear.mean(-1), shoe, (near > 3) & (near < length / 12) & low, length)
    return Levels(white, np.clip(ground / white, 0.03, 0.8), side, blur_px, grain, grain_px)


def _texture(photo_rgb: np.ndarray, visible: np.ndarray) -> tuple[float, float, float]:
    """Grain, its coarseness and the blur of edges, from the middle of the visible area."""
    ys, xs = np.nonzero(visible[::4, ::4]) if visible[::4, ::4].any() else np.nonzero(visible)
    scale = 4 if visible[::4, ::4].any() else 1
    y, x = (max(0, int(scale * np.median(v)) - SAMPLE_PX // 2) for v in (ys, xs))
    part = slice(y, y + SAMPLE_PX), slice(x, x + SAMPLE_PX)
    rgb, where = photo_rgb[part], visible[part]
    return *_grain(rgb, where), edge_blur(rgb, where)


def _white(linear: np.ndarray, shoe: np.ndarray, beside: np.ndarray) -> np.ndarray:
    grey = linear.mean(-1)
    level = np.percentile(grey[shoe], 95) / WHITE_SHOE
    if beside.sum() > 100:
        level = max(level, np.percentile(grey[beside], 90) / WHITE_GROUND)
    level = float(np.clip(level, *WHITES))
    calm = linear.max(-1) < GREY * linear.min(-1)  # grass says nothing of the light
    bright = linear[(shoe | beside) & (grey > 0.6 * level) & calm]
    if len(bright) < 200:
        return np.full(3, level)
    tint = np.maximum(np.median(bright, 0), 1e-3)
    tint = (tint / tint.mean()) ** TINT
    return level * tint / tint.mean()


def _side(grey: np.ndarray, shoe: np.ndarray, ring: np.ndarray, length: float) -> float:
    """By the ground on both sides of the shoe."""
    smooth = cv2.GaussianBlur(grey, (0, 0), max(length / 60, 0.5))
    before = np.arange(grey.shape[1])[None] < np.nonzero(shoe)[1].mean()
    left, right = smooth[ring & before], smooth[ring & ~before]
    if min(len(left), len(right)) < 50:
        return 0.3
    return float(np.clip(4 * np.log((right.mean() + 0.01) / (left.mean() + 0.01)), -1, 1))


def edge_blur(rgb: UInt8[np.ndarray, "h w 3"], where: Bool[np.ndarray, "h w"]) -> float:
    """Std in px of the blur of the sharpest edges, from their slopes at two scales (Zhuo and Sim, 2011)."""
    grey = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine, coarse = 0.7, 1.4
    slopes = [_slope(cv2.GaussianBlur(grey, (0, 0), sigma)) for sigma in (fine, coarse)]
    peak = (slopes[0] == cv2.dilate(slopes[0], np.ones((3, 3)))) & where & (slopes[0] > 12)
    if peak.sum() < 30:
        return RENDERED_BLUR_PX
    ratio = np.maximum(slopes[0][peak] / np.maximum(slopes[1][peak], 1e-3), 1.02) ** 2
    variance = (coarse**2 - ratio * fine**2) / (ratio - 1)
    return float(min(np.sqrt(max(np.percentile(variance, 25), 0.0)), MAX_BLUR_PX))


def _slope(grey: np.ndarray) -> np.ndarray:
    return np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8))


def _grain(rgb: np.ndarray, where: np.ndarray) -> tuple[float, float]:
    """Std and coarseness of the noise, from differences of pixels one and two apart where they are least."""
    grey = rgb.astype(np.float32).mean(-1)
    usable = (cv2.erode(where.astype(np.uint8), np.ones((CALM_PX, CALM_PX))) > 0) & (grey < 250) & (grey > 8)
    if usable.sum() < 400:
        return 0.0, 0.3
    near, far = (cv2.blur((grey - np.roll(grey, k, 1)) ** 2, (CALM_PX, CALM_PX))[usable] for k in (1, 2))
    calm = near <= np.percentile(near, CALMEST)
    one, two = float(near[calm].mean()), float(far[calm].mean())
    if one < 0.05:
        return 0.0, 0.3
    tried = np.linspace(0, 0.95, 40)  # correlation r of neighbours: two / one = 1 + r + r² + r³ for a Gaussian blur
    r = float(np.interp(two / one, 1 + tried + tried**2 + tried**3, tried))
    coarse = 0.3 if r < 0.07 else float(np.sqrt(-1 / (4 * np.log(r))))
    return min(float(np.sqrt(one / (2 * (1 - r)))), MAX_GRAIN), float(np.clip(coarse, 0.3, 1.5))


def exposure(ground_light: float, leg_light: float) -> float:
    """What a leg's radiance is divided by so that 1 is the photo's white.

    Both are radiance over albedo, as rendered, of the level ground and of the leg. Phones lift what stands upright
    in light from above, hence their geometric mean, the leg's within 0.4 to 2 of the ground's.
    """
    return float(np.sqrt(ground_light * np.clip(leg_light, 0.4 * ground_light, 2 * ground_light)))


def develop(
    linear: Float32[np.ndarray, "h w 3"], cover: Float32[np.ndarray, "h w"], photo: Levels, seed: int = 0
) -> tuple[Float32[np.ndarray, "h w 3"], Float32[np.ndarray, "h w"]]:
    """A leg as the photo's camera would show it: its sRGB in [0, 1] and its coverage.

    linear: its radiance where 1 is white, at its edge mixed with whatever was behind it. cover: fraction of each pixel
    that it fills. Blur, contrast and grain are the photo's; the colours go on beyond the edge.
    """
    colour, alpha = np.zeros_like(linear), np.zeros_like(cover)
    if not (cover > 0).any():
        return colour, alpha
    extra = float(np.sqrt(max(photo.blur_px**2 - RENDERED_BLUR_PX**2, 0)))
    part = _widened(Box.of_mask(cover > 0), 4 * extra + 4, cover.shape)
    light, share = spread(linear[part], cover[part]) * photo.white.astype(np.float32), cover[part]
    if extra > 0.2:
        light, share = (cv2.GaussianBlur(a, (0, 0), extra) for a in (light, share))
    shown = _curve(to_srgb(np.where(light > 0.7, 1 - 0.3 * np.exp(-(light - 0.7) / 0.3), light)))
    noise = cv2.GaussianBlur(
        np.random.default_rng(seed).standard_normal(share.shape, np.float32), (0, 0), photo.grain_px
    )
    noise *= photo.grain / 255 / max(float(noise.std()), 1e-6)
    colour[part] = np.clip(shown + noise[..., None] * (1.4 - 0.8 * shown.mean(-1, keepdims=True)), 0, 1)
    alpha[part] = np.where(share < 1 / 512, 0, share)
    return colour, alpha


def _curve(srgb: np.ndarray) -> np.ndarray:
    """A camera's contrast, mild."""
    return srgb + 0.25 * (srgb * srgb * (3 - 2 * srgb) - srgb)


def spread(linear: Float32[np.ndarray, "h w 3"], cover: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w 3"]:
    """Colours of the nearest pixel that is wholly covered, where one is not; as they are where none is."""
    whole = (cover > 0.97) & (linear.max(-1) > 0)
    if not whole.any():
        return linear
    binary = (~whole).astype(np.uint8)
    _, labels = cv2.distanceTransformWithLabels(binary, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    colours = np.zeros((labels.max() + 1, 3), np.float32)
    colours[labels[whole]] = linear[whole]
    return colours[labels]


def _widened(box: Box, margin: float, size: tuple[int, int]) -> tuple[slice, slice]:
    x0, y0 = (max(0, int(v - margin)) for v in (box.x0, box.y0))
    return slice(y0, min(size[0], int(box.y1 + margin) + 1)), slice(x0, min(size[1], int(box.x1 + margin) + 1))
