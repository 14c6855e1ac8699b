"""Where a leg may be seen: it begins at the shoe's rim (ours).

A leg and its foot are modelled whole, and no shoe is exactly as wide as its model, so parts of them would stick out
behind the heel, beside a shaft or through the gap before a heel. Skin, socks and tight cloth are seen in the wearable
area and above the shoe, as the shoe's own up-direction goes, and beside it only above the ends of its rim, from where
they may widen; other cloth may hang beside the shoe. Lengths are fractions of the shoe's.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32

from shoemodel.geometry import Box
from shoemodel.masks import ShoeAreas

SMALLEST = 6e-4
"""Wearable pieces below this fraction of the length squared are no opening."""
END = 0.08
"""What counts as an end of the opening, of its width."""
DROP = 0.05
"""A rim that is not seen ends where the shoe's upper outline has dropped this far."""
FLARE = 0.06
"""Height above the rim's end at which a leg may lean outwards by half as much."""
HANG = 0.10
"""How far loose cloth may hang below the rim."""


@dataclass(frozen=True)
class _Rim:
    """The opening across the up-direction: where it ends, how high the ends are and how low it goes; px."""

    left: float
    right: float
    left_height: float
    right_height: float
    lowest: float


def seen(
    cover: Float32[np.ndarray, "h w"],
    loose: Float32[np.ndarray, "h w"],
    areas: ShoeAreas,
    up: Float[np.ndarray, "2"],
) -> Float32[np.ndarray, "h w"]:
    """Factor, 0 to 1, on the leg's coverage: 0 where it would stick out of the shoe.

    cover: fraction of each pixel that the leg and its clothes fill. loose: that of cloth that hangs freely, such as
    trousers over the shoe; none of it where trousers are tucked in. up: the direction of the shoe's z axis in the
    picture at the opening, x right, y down. ValueError for an `up` of no length.
    """
    length_up = float(np.hypot(*up))
    if not length_up > 0:
        raise ValueError(f"up needs a length, got {up}")
    result = np.zeros_like(cover)
    if not (cover > 0).any() or not areas.shoe.any():
        return result if areas.shoe.any() else np.ones_like(cover)
    shoe_box, leg_box = Box.of_mask(areas.shoe), Box.of_mask(cover > 0)
    rows, columns = (
        slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(shoe_box.slices, leg_box.slices, strict=True)
    )
    part = rows, columns
    length = max(shoe_box.width, shoe_box.height)
    grid = _Grid(cover[part].shape, np.asarray(up, float) / length_up)
    allowed = _allowed(grid, cover[part], loose[part], areas.shoe[part], areas.wearable[part], length)
    result[part] = _connected(cover[part] * allowed > 0.05, areas.wearable[part], allowed)
    return result


class _Grid:
    """Coordinates of pixels along the up-direction (height) and across it (side), px, and columns along it."""

    def __init__(self, size: tuple[int, int], up: np.ndarray):
        y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
        self.height = (x * up[0] + y * up[1]).astype(np.float32)
        self.side = (-x * up[1] + y * up[0]).astype(np.float32)
        self.column = np.floor(self.side - self.side.min()).astype(np.int32)
        self.first, self.count = float(self.side.min()), int(self.column.max()) + 1

    def extreme(self, mask: np.ndarray, top: bool) -> np.ndarray:
        """Largest (top) or smallest height of the mask in each column, infinite where it is not there."""
        missing = -np.inf if top else np.inf
        values = np.full(self.count, missing, np.float32)
        (np.maximum if top else np.minimum).at(values, self.column[mask], self.height[mask])
        near = np.stack([np.roll(values, k) for k in (-1, 0, 1)])  # columns along a slanted axis skip pixels
        near[0, -1] = near[2, 0] = missing
        return near.max(0) if top else near.min(0)


def _allowed(
    grid: _Grid, cover: np.ndarray, loose: np.ndarray, shoe: np.ndarray, wearable: np.ndarray, length: float
) -> np.ndarray:
    opening = _opening(wearable, SMALLEST * length**2)
    tops = grid.extreme(shoe, top=True)
    rim = _seen_rim(grid, opening) if opening.any() else _hidden_rim(grid, cover, shoe, tops, length)
    height, side = grid.height, grid.side
    # beside the rim: above its ends, leaning outwards along a curve that starts upright
    beyond = np.maximum(rim.left - side, side - rim.right)
    end = np.where(side < (rim.left + rim.right) / 2, rim.left_height, rim.right_height)
    above = np.maximum(height - end, 0)
    free = above**2 / (above + FLARE * length) * np.where(above > 0, 1.0, 0.0)
    beside = np.clip(free - beyond + 0.5, 0, 1)
    # in and over the rim: nothing below the shoe's own upper outline but what shows through its gaps
    top = tops[grid.column]
    over = np.clip(height - top + 1, 0, 1)
    gap = (height < top) & (height > grid.extreme(shoe, top=False)[grid.column])
    inner = np.isfinite(grid.extreme(opening, top=True))[grid.column] & gap if opening.any() else np.zeros_like(gap)
    over = np.where(np.isfinite(top), np.maximum(over, inner), height > rim.lowest)
    tight = np.where(wearable, 1.0, beside * over * (height > rim.lowest - 1))
    hanging = (loose > 0.5) & (height > min(rim.left_height, rim.right_height) - HANG * length)
    return np.where(hanging, 1.0, tight).astype(np.float32)


def _opening(wearable: np.ndarray, smallest_px: float) -> np.ndarray:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(wearable.astype(np.uint8), connectivity=8)
    large = stats[:, cv2.CC_STAT_AREA] > smallest_px + 12
    large[0] = False
    return large[labels]


def _seen_rim(grid: _Grid, opening: np.ndarray) -> _Rim:
    side, height = grid.side[opening], grid.height[opening]
    left, right = float(side.min()), float(side.max())
    edge = max(2.0, END * (right - left))
    ends = (height[side < left + edge].max(), height[side > right - edge].max())
    return _Rim(left, right + 1, float(ends[0]), float(ends[1]), float(height.min()))


def _hidden_rim(grid: _Grid, cover: np.ndarray, shoe: np.ndarray, tops: np.ndarray, length: float) -> _Rim:
    """Of a shaft or collar seen from the side: from the leg's middle outwards along the shoe's upper outline."""
    known = np.flatnonzero(np.isfinite(tops))
    legs = np.bincount(grid.column[(cover > 0.5) & shoe], minlength=grid.count)
    weights = legs if legs.sum() else np.bincount(grid.column[cover > 0.5], minlength=grid.count)
    near = known[weights[known] > 0.25 * weights.max()] if weights.max() else known
    near = near if len(near) else known
    peak = int(near[np.argmax(tops[near])])
    lowest = tops[peak] - DROP * length

    def end(step: int) -> int:
        column = peak
        while 0 <= column + step < grid.count and tops[column + step] >= lowest:
            column += step
        return column

    left, right = end(-1), end(1)
    width = max(2, round(END * (right - left)))
    heights = tops[left : left + width].max(), tops[right - width + 1 : right + 1].max()
    return _Rim(grid.first + left, grid.first + right + 1, float(heights[0]), float(heights[1]), float(lowest))


def _connected(there: np.ndarray, wearable: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """`allowed` without pieces of the leg that neither begin in the opening nor are the largest."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(there.astype(np.uint8), connectivity=8)
    if count <= 2:
        return allowed
    kept = np.zeros(count, bool)
    inside = cv2.dilate(wearable.astype(np.uint8), np.ones((5, 5))) > 0
    kept[np.unique(labels[inside])] = True
    kept[0] = kept[1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())] = True
    return np.where(kept[labels], allowed, 0).astype(np.float32)
