"""The areas' edges at the photo's own resolution (ours).

A detector's edges, and a hand's, are good to a few pixels of a thousand. Within a band about them every pixel is
compared with the colours of the shoe and of what surrounds it nearby; a guided filter (He et al., 2010) then ties the
answer to the photo's own edges. Colours at the soft edge are freed of the ground by blurring and fusing foreground and
background (Forte, 2021). Both work in sRGB, in tiles that hold a piece of the band.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from shoemodel.image.geometry import Box
from shoemodel.image.masks import ShoeAreas, dilate

BAND = 1 / 110
"""How far true edges may lie from the given ones, of the shoe's length."""
CERTAIN = 0.95
"""A pixel is the shoe's alone from this fraction on."""
NEAR, TRUST = 2.2, 0.5
"""Weight of a pixel's place in the band, and of its colour, in the odds that it is the shoe's."""
NOISE = 4e-4
"""Variance that every local colour has at least, sRGB squared."""
SMOOTH = 1e-4
"""Contrast below which the guided filter smooths, sRGB squared."""


@dataclass(frozen=True, eq=False)
class SoftAreas:
    """Areas with their edges on the photo's. ValueError for shapes that differ."""

    areas: ShoeAreas
    """Visible is what the shoe fills alone: the area that is certified. Its soft edge counts as background."""
    alpha: Float32[np.ndarray, "h w"]
    """Fraction of each pixel that the visible area fills: 1 inside, 0 far from it."""
    foreground: UInt8[np.ndarray, "h w 3"]
    """The photo, at the soft edge with the shoe's own colour there, free of the ground's."""

    def __post_init__(self) -> None:
        size = self.areas.size
        if self.alpha.shape != size or self.foreground.shape != (*size, 3):
            found = f"{size}, {self.alpha.shape} and {self.foreground.shape}"
            raise ValueError(f"areas (h, w), alpha (h, w) and foreground (h, w, 3) need one size, got {found}")

    def behind(self, leg: Bool[np.ndarray, "h w"]) -> SoftAreas:
        """Without what a leg hides, and without its soft edge."""
        areas = self.areas.behind(leg)
        box = Box.of_mask(areas.shoe)
        edge = dilate(leg, 2 * _radius(box)) & ~areas.visible
        return SoftAreas(areas, np.where(edge, np.float32(0), self.alpha), self.foreground)


def soft_areas(photo_rgb: UInt8[np.ndarray, "h w 3"], areas: ShoeAreas) -> SoftAreas:
    """Edges of the visible area and of the whole shoe, drawn anew within a band about the given ones."""
    if photo_rgb.shape[:2] != areas.size:
        raise ValueError(f"photo and areas need one size, got {photo_rgb.shape[:2]} and {areas.size}")
    if not areas.shoe.any():
        return SoftAreas(areas, np.zeros(areas.size, np.float32), photo_rgb.copy())
    box = Box.of_mask(areas.shoe)
    radius = _radius(box)
    part = tuple(slice(max(0, s.start - 8 * radius), s.stop + 8 * radius) for s in box.slices)
    rgb, visible, wearable = photo_rgb[part], areas.visible[part], areas.wearable[part]
    alpha, shoe = matte(rgb, visible, radius), matte(rgb, visible | wearable, radius)
    labels, soft, foreground = np.zeros_like(areas.labels), np.zeros(areas.size, np.float32), photo_rgb.copy()
    wearable = (shoe > 0.5) & (alpha <= 0.5) & dilate(wearable, radius)
    labels[part] = ShoeAreas.from_masks(alpha >= CERTAIN, wearable).labels
    soft[part], foreground[part] = alpha, _unmixed(rgb, alpha, radius)
    return SoftAreas(ShoeAreas(labels, areas.unsure), soft, foreground)


def _radius(box: Box) -> int:
    """Half the width of the band, px; box: the shoe's."""
    return max(3, round(BAND * max(box.width, box.height)))


def matte(
    photo_rgb: UInt8[np.ndarray, "h w 3"], mask: Bool[np.ndarray, "h w"], radius_px: int
) -> Float32[np.ndarray, "h w"]:
    """How much of each pixel the mask's object fills, 0 to 1; beyond `radius_px` of the mask's edge as it says."""
    alpha = mask.astype(np.float32)
    inside = _depth(mask)
    band = np.abs(inside) <= radius_px
    for tile, wide in _tiles(band, radius_px):
        cut = tuple(slice(t.start - w.start, t.stop - w.start) for t, w in zip(tile, wide, strict=True))
        soft = _matte(photo_rgb[wide].astype(np.float32) / 255, mask[wide], inside[wide], radius_px)[cut]
        alpha[tile] = np.where(band[tile], soft, alpha[tile])
    return _without_specks(alpha, mask, radius_px)


def _matte(rgb: np.ndarray, mask: np.ndarray, depth: np.ndarray, radius: int) -> np.ndarray:
    within, outside = _core(mask, depth, radius), _core(~mask, -depth, radius)
    front, back = (_colours(rgb, weight, 1.6 * radius) for weight in (within, outside))
    odds = np.clip(_likelihood(rgb, *front) - _likelihood(rgb, *back), -6, 6)
    odds *= TRUST * cv2.resize(_distinct(front, back), mask.shape[::-1])
    odds = cv2.GaussianBlur(odds, (0, 0), radius / 6)  # a lone pixel is noise
    chance = 1 / (1 + np.exp(-np.clip(odds + NEAR * depth / radius, -20, 20)))
    chance[depth > radius], chance[depth < -radius] = 1, 0
    soft = guided(rgb, chance.astype(np.float32), max(radius // 2, 2), SMOOTH)
    return np.clip((soft - 0.12) / 0.76, 0, 1)


def _core(mask: np.ndarray, depth: np.ndarray, radius: int) -> np.ndarray:
    """Where the mask is sure, as weights: beyond the band, and the middle of what is thin, such as laces or gaps."""
    core = (depth > radius).astype(np.float32)
    thin = mask & ~dilate(core > 0, radius + 1)
    core[thin & (depth > 1.5)] = 1
    return core


def _colours(rgb: np.ndarray, weight: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of the weighted colours about each pixel, on a smaller grid (n, m, 3): they change slowly."""
    step = max(1, int(sigma / 4))
    small = -(-weight.shape[1] // step), -(-weight.shape[0] // step)
    weighted = rgb * weight[..., None]
    total, first, second = (
        cv2.GaussianBlur(cv2.resize(a, small, interpolation=cv2.INTER_AREA), (0, 0), sigma / step)
        for a in (weight, weighted, weighted * rgb)
    )
    total = total[..., None] + 1e-4
    mean = first / total
    return mean, np.maximum(second / total - mean**2, 0) + NOISE


def _likelihood(rgb: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Logarithm, but for a constant, of how well each pixel fits those colours; (h, w)."""
    size = rgb.shape[1::-1]
    constant = cv2.resize(np.log(variance).sum(-1), size)
    return -(((rgb - cv2.resize(mean, size)) ** 2 / cv2.resize(variance, size)).sum(-1) + constant) / 2


def _distinct(front: tuple[np.ndarray, np.ndarray], back: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """How far two sets of colours differ, 0 to 1 (one less the Bhattacharyya coefficient); (n, m)."""
    total = front[1] + back[1]
    apart = (front[0] - back[0]) ** 2 / (4 * total) + np.log(total / (2 * np.sqrt(front[1] * back[1]))) / 2
    return 1 - np.exp(-apart.sum(-1))


def guided(
    guide: Float32[np.ndarray, "h w 3"], values: Float32[np.ndarray, "h w"], radius_px: int, epsilon: float
) -> Float32[np.ndarray, "h w"]:
    """He's guided filter with a colour guide in [0, 1]: locally, the values as a linear function of the colours.

    That function is found on a smaller picture where the radius is large (He and Sun, 2015).
    """
    size, step = values.shape[::-1], max(1, radius_px // 4)
    small = -(-size[0] // step), -(-size[1] // step)
    if step > 1:
        fewer, coarse = (cv2.resize(a, small, interpolation=cv2.INTER_AREA) for a in (guide, values))
        slope, offset = (cv2.resize(a, size) for a in _linear(fewer, coarse, radius_px // step, epsilon))
    else:
        slope, offset = _linear(guide, values, radius_px, epsilon)
    return (slope * guide).sum(-1) + offset


def _linear(guide: np.ndarray, values: np.ndarray, radius: int, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    """Slope (h, w, 3) and offset (h, w) of the best linear function in every window, averaged over the windows."""

    def box(picture: np.ndarray) -> np.ndarray:
        return cv2.boxFilter(picture, -1, (2 * radius + 1,) * 2, borderType=cv2.BORDER_REFLECT)

    mean, level = box(guide), box(values)
    x, y, z = np.moveaxis(box(guide * values[..., None]) - mean * level[..., None], -1, 0)
    r, g, b = np.moveaxis(guide, -1, 0)
    mr, mg, mb = np.moveaxis(mean, -1, 0)
    rr, gg, bb = (box(c * c) - m * m + epsilon for c, m in ((r, mr), (g, mg), (b, mb)))
    rg, rb, gb = box(r * g) - mr * mg, box(r * b) - mr * mb, box(g * b) - mg * mb
    # the inverse of the symmetric matrix of covariances, by its cofactors
    a, p, q = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    d, s, f = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    determinant = np.maximum(rr * a + rg * p + rb * q, 1e-12)
    slope = np.stack([a * x + p * y + q * z, p * x + d * y + s * z, q * x + s * y + f * z], -1) / determinant[..., None]
    return box(slope), box(level - (slope * mean).sum(-1))


def _unmixed(photo_rgb: np.ndarray, alpha: np.ndarray, radius: int) -> np.ndarray:
    """The photo with the foreground's own colour where alpha is soft."""
    result = photo_rgb.copy()
    soft = (alpha > 0) & (alpha < 1)
    for tile, wide in _tiles(soft, radius):
        cut = tuple(slice(t.start - w.start, t.stop - w.start) for t, w in zip(tile, wide, strict=True))
        rgb, share = photo_rgb[wide].astype(np.float32), alpha[wide]
        front = back = rgb
        for size in (4 * radius + 1, 5):
            front, back = _fused(rgb, front, back, share, size)
        colour = np.clip(np.round(front), 0, 255).astype(np.uint8)[cut]
        result[tile] = np.where(soft[tile][..., None], colour, result[tile])
    return result


def _fused(
    rgb: np.ndarray, front: np.ndarray, back: np.ndarray, alpha: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """One pass of blur fusion: both colours averaged nearby, then corrected so that their mixture is the photo."""
    a = alpha[..., None]
    near = cv2.blur(front * a, (size, size)) / (cv2.blur(alpha, (size, size))[..., None] + 1e-5)
    beyond = cv2.blur(back * (1 - a), (size, size)) / (cv2.blur(1 - alpha, (size, size))[..., None] + 1e-5)
    front = near + a * (rgb - a * near - (1 - a) * beyond)
    return np.clip(front, 0, 255), beyond


def _without_specks(alpha: np.ndarray, mask: np.ndarray, radius: int) -> np.ndarray:
    """Alpha without pieces smaller than the radius squared that stand apart from the mask, and without such holes."""
    limit = radius**2
    for there, value in ((alpha > 0.02, 0.0), (alpha < 0.98, 1.0)):
        own = mask if value == 0 else ~mask
        _, labels, stats, _ = cv2.connectedComponentsWithStats(there.view(np.uint8), connectivity=8)
        held = np.zeros(len(stats), bool)
        held[np.unique(labels[there & (cv2.erode(own.view(np.uint8), np.ones((3, 3))) > 0)])] = True
        small = (stats[:, cv2.CC_STAT_AREA] < limit) & ~held
        small[0] = False
        alpha = np.where(small[labels], np.float32(value), alpha)
    return alpha


def _depth(mask: np.ndarray) -> np.ndarray:
    """Distance in px from the mask's edge, positive inside."""
    binary = mask.astype(np.uint8)
    return cv2.distanceTransform(binary, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - binary, cv2.DIST_L2, 5)


def _tiles(where: np.ndarray, radius: int) -> Iterator[tuple[tuple[slice, slice], tuple[slice, slice]]]:
    """Squares that hold something of `where`, each with the wider one that its filters read."""
    side, margin = max(256, 24 * radius), 6 * radius
    height, width = where.shape
    for y in range(0, height, side):
        for x in range(0, width, side):
            tile = slice(y, min(y + side, height)), slice(x, min(x + side, width))
            if where[tile].any():
                wide = tuple(
                    slice(max(0, s.start - margin), min(s.stop + margin, n))
                    for s, n in zip(tile, where.shape, strict=True)
                )
                yield tile, (wide[0], wide[1])
