"""The square of a photo that becomes a tuple: from the hips down, as far as the photo reaches (ours).

No border is made up: a square that does not fit is made smaller, and then keeps the shoes and loses the hips.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.collect.people import SIDES, Person
from shoemodel.image.geometry import Box, Similarity, warp
from shoemodel.image.pose import NAMES

MARGIN = 0.08
"""About legs and shoes, of their longer side."""
ABOUT_SHOES = 0.04
"""The least space about the shoes, of the longer side of their box."""
ABOVE_HIPS = 0.25
"""Of the space that is left about legs with their hips: above them are belly and face."""


def around(person: Person, shoes: Bool[np.ndarray, "h w"], least_px: float) -> Box | None:
    """Whole pixels about the legs and the shoes, `least_px` at least where the photo is so large; None where no square
    of the photo holds the shoes."""
    height, width = shoes.shape
    held = Box.of_mask(shoes)
    points = person.pose.points[person.pose.exists]
    inside = points[((points >= 0) & (points < (width, height))).all(1)]
    corners = np.concatenate([inside, held.corners()])
    low, high = corners.min(0), corners.max(0)
    wanted = (1 + 2 * MARGIN) * float((high - low).max())
    space = ABOUT_SHOES * max(held.width, held.height)
    least = max(held.width, held.height) + 2 * space
    side = int(min(max(wanted, least, least_px), height, width))
    if side < max(held.width, held.height):
        return None
    hips = bool(person.pose.exists[[NAMES.index(f"{side}_hip") for side in SIDES]].any())
    x = _start(low[0], high[0], held.x0 - space, held.x1 + space, side, width, before=0.5, lost=0.5)
    y = _start(low[1], high[1], held.y0 - space, held.y1 + space, side, height, ABOVE_HIPS if hips else 0.5, lost=1.0)
    return Box(x, y, x + side, y + side)


def _start(
    low: float, high: float, first: float, last: float, side: int, limit: int, before: float, lost: float
) -> int:
    """Where the square begins along one axis of a photo of `limit` px. Of the space that the extent [low, high] leaves,
    `before` lies before it; of what does not fit, `lost` is cut off there. [first, last] is inside if it fits."""
    spare = side - (high - low)
    start = low - spare * (before if spare >= 0 else lost)
    start = min(max(start, last - side), first) if last - first <= side else (first + last - side) / 2
    return int(np.clip(round(start), 0, limit - side))


def to_tuple(square: Box, size: int) -> Similarity:
    """From the photo's pixels to those of a tuple of `size` px."""
    scale = size / square.width
    return Similarity(scale, 0.0, -square.x0 * scale, -square.y0 * scale)


def cut(rgb: UInt8[np.ndarray, "h w 3"], square: Box, size: int) -> UInt8[np.ndarray, "s s 3"]:
    """The square's pixels at `size` px."""
    part = np.ascontiguousarray(rgb[square.slices])
    return warp(part, Similarity(size / square.width), (size, size))


def cut_mask(mask: Bool[np.ndarray, "h w"], square: Box, size: int) -> Bool[np.ndarray, "s s"]:
    """The same of a mask: what covers at least half of a pixel."""
    part = np.ascontiguousarray(mask[square.slices]).astype(np.uint8) * 255
    return warp(part, Similarity(size / square.width), (size, size)) >= 128
