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
from scipy.ndimage import grey_opening

from shoemodel.image.geometry import Box
from shoemodel.image.masks import ShoeAreas, fill_holes

SMALLEST = 6e-4
"""Wearable pieces below this fraction of the length squared are no opening."""
END = 0.08
"""What counts as an end of the opening, of its width."""
DROP, HEEL_DROP = 0.04, 0.25
"""The rim goes on along the shoe's upper outline until that has dropped this far, towards the toes and the heel."""
STEEP = 1.2
"""A flank of this slope is no rim."""
SPIKE = 0.10
"""What is narrower on the upper outline, such as a pull loop or laces, is no rim."""
HOLE = 3e-3
"""Largest hole above the rim, of the length squared, that a leg is always seen through, such as a lace's loop."""
NOWHERE = -1e6
"""Height, px, of the upper outline where there is no shoe."""
SMALLER = 0.15
"""Wearable pieces below this fraction of the largest are no opening."""
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
    toe: Float[np.ndarray, "2"],
) -> Float32[np.ndarray, "h w"]:
    """Factor, 0 to 1, on the leg's coverage: 0 where it would stick out of the shoe.

    cover: fraction of each pixel that the leg and its clothes fill. loose: that of cloth that hangs freely, such as
    trousers over the shoe; none of it where trousers are tucked in. up, toe: the directions of the shoe's z axis and
    of its toes in the picture at the opening, x right, y down. ValueError for an `up` of no length.
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
    length = float(max(shoe_box.width, shoe_box.height))
    grid, near = _Grid(cover[part].shape, np.asarray(up, float) / length_up), ShoeAreas(areas.labels[part])
    forward = np.asarray(toe, float) / max(float(np.hypot(*toe)), 1e-9)
    allowed = _allowed(grid, cover[part], loose[part], near, forward, length)
    allowed = cv2.dilate(allowed, np.ones((3, 3)))  # columns are px wide: beside a steep edge they leave a gap
    result[part] = _connected(cover[part] * allowed > 0.05, near.wearable, allowed)
    return result


class _Grid:
    """Coordinates of pixels along the up-direction (height) and across it (side), px, and columns along it."""

    def __init__(self, size: tuple[int, int], up: np.ndarray):
        self.across = np.array([-up[1], up[0]])
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
    grid: _Grid, cover: np.ndarray, loose: np.ndarray, areas: ShoeAreas, toe: np.ndarray, length: float
) -> np.ndarray:
    shoe, wearable = areas.shoe, areas.wearable
    opening = _opening(wearable, SMALLEST * length**2)
    tops, bottoms = grid.extreme(shoe, top=True), grid.extreme(shoe, top=False)
    outline = _without_spikes(tops, max(3, round(SPIKE * length)))
    rim = _rim(grid, cover, areas, opening, outline, toe, length)
    height, side = grid.height, grid.side
    # beside the rim: above its ends, leaning outwards along a curve that starts upright
    beyond = np.maximum(rim.left - side, side - rim.right)
    end = np.where(side < (rim.left + rim.right) / 2, rim.left_height, rim.right_height)
    above = np.maximum(height - end, 0)
    beside = np.clip(above**2 / (above + FLARE * length) - beyond + 0.5, 0, 1)
    # over the rim: nothing below the shoe's own upper outline but what shows through gaps above its sole
    top = outline[grid.column]
    over = np.where(top > NOWHERE, np.clip(height - top + 1, 0, 1), height > end)
    opened = np.isfinite(grid.extreme(opening, top=True))[grid.column] if opening.any() else np.zeros(shoe.shape, bool)
    gap = opened & (height < top) & (height > bottoms[grid.column])
    gap |= fill_holes(shoe, HOLE * length**2) & ~shoe & (height > rim.lowest)
    tight = np.where(wearable | gap, 1.0, beside * over)
    hanging = (loose > 0.5) & (height > min(rim.left_height, rim.right_height) - HANG * length)
    return np.where(hanging, 1.0, tight).astype(np.float32)


def _opening(wearable: np.ndarray, smallest_px: float) -> np.ndarray:
    """The wearable area without small pieces, such as the hole for a toe."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(wearable.astype(np.uint8), connectivity=8)
    sizes = stats[:, cv2.CC_STAT_AREA]
    large = sizes > max(smallest_px + 12, SMALLER * sizes[1:].max(initial=0))
    large[0] = False
    return large[labels]


def _rim(
    grid: _Grid,
    cover: np.ndarray,
    areas: ShoeAreas,
    opening: np.ndarray,
    outline: np.ndarray,
    toe: np.ndarray,
    length: float,
) -> _Rim:
    """From the opening, or where none is seen from the leg's middle, outwards along the shoe's upper outline."""
    if opening.any():
        columns, lowest = grid.column[opening], float(grid.height[opening].min())
        starts = int(columns.min()), int(columns.max())
        edge = max(2.0, END * (starts[1] - starts[0]))
        high = [
            float(grid.height[opening & near].max())
            for near in (grid.column < starts[0] + edge, grid.column > starts[1] - edge)
        ]
    else:
        start = _peak(grid, cover, areas.shoe, outline)
        starts, high, lowest = (start, start), [float(outline[start])] * 2, float(outline[start]) - DROP * length
    forward = float(toe @ grid.across)
    ends, heights = [], []
    for index, step in enumerate((-1, 1)):
        drop = HEEL_DROP - (HEEL_DROP - DROP) * min(1.0, max(0.0, step * forward / 0.5))
        end = _walk(
            outline, starts[index], step, min(high[index], float(outline[starts[index]])) - drop * length, length
        )
        ends.append(end)
        heights.append(high[index] if end == starts[index] else float(outline[end]))
    return _Rim(grid.first + ends[0], grid.first + ends[1] + 1, heights[0], heights[1], lowest)


def _walk(outline: np.ndarray, start: int, step: int, lowest: float, length: float) -> int:
    """The column where the upper outline ends: outwards while it is high enough, then back up a steep flank."""
    column, run = start, max(2, round(0.02 * length))
    while 0 <= column + step < len(outline) and outline[column + step] >= lowest:
        column += step
    while (column - start) * step > 0 and outline[np.clip(column - step * run, 0, len(outline) - 1)] - outline[
        column
    ] > STEEP * run:
        column -= step
    return column


def _peak(grid: _Grid, cover: np.ndarray, shoe: np.ndarray, outline: np.ndarray) -> int:
    """The middle of the highest columns of the outline where the leg goes into the shoe."""
    for where in ((cover > 0.5) & shoe, cover > 0.5, shoe):
        share = np.where(outline > NOWHERE, np.bincount(grid.column[where], minlength=grid.count), 0)
        if share.max() > 0:
            break
    heights = np.where(share > 0.25 * share.max(), outline, NOWHERE)
    return int(np.median(np.flatnonzero(heights > heights.max() - 2)))


def _without_spikes(tops: np.ndarray, width: int) -> np.ndarray:
    """The upper outline without what is narrower, such as a pull loop or laces; `NOWHERE` where there is no shoe."""
    return grey_opening(np.maximum(tops, NOWHERE), width).astype(np.float32)


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
