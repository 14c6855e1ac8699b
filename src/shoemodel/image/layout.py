"""Where the shoe stands on the canvas (paper 3.2 and Fig. 10).

The default canvas is the photo's own pixels with room added around them, so the shoe moves by whole pixels only and
its visible area can be kept exactly. A customised layout may move, scale, turn or mirror the shoe; then the photo is
warped once and that warp is what is kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.errors import InputError
from shoemodel.image.geometry import Box, Number, Similarity, Size, warp
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.placement import LayoutChoice, Placement

# Room around the shoe's box in foot lengths, and the longest canvas side over the shortest (all ours): the generator
# has learnt square pictures in which the shoe spans 30 to 75 % and the leg leaves through the top.
ROOM_ABOVE, ROOM_BELOW, ROOM_BESIDE = 1.0, 0.12, 0.1
MAX_ASPECT = 4 / 3
MAX_CANVAS_PX = 100_000_000  # four 25-megapixel photos; a strip of a photo, or of a shape, would fill any memory (ours)


@dataclass(frozen=True)
class Layout:
    """A canvas (h, w) in px and the similarity that takes the photo onto it."""

    canvas: Size
    transform: Similarity

    def __post_init__(self) -> None:
        if min(self.canvas) < 1:
            raise ValueError(f"a canvas needs at least 1 px a side, got {self.canvas}")

    @property
    def is_exact(self) -> bool:
        """True where the canvas shows the photo's own pixels, none resampled."""
        return self.transform.is_integer_translation

    def apply_image(self, rgb: UInt8[np.ndarray, "h w 3"], fill: int = 0) -> UInt8[np.ndarray, "H W 3"]:
        """The photo on the canvas, `fill` where it does not reach."""
        return warp(rgb, self.transform, self.canvas, fill)

    def apply_mask(self, mask: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "H W"]:
        """A mask of the photo on the canvas."""
        return warp(mask.astype(np.uint8), self.transform, self.canvas, nearest=True).astype(bool)

    def apply_areas(self, areas: ShoeAreas) -> ShoeAreas:
        """The photo's areas on the canvas, background where it does not reach."""
        return ShoeAreas(warp(areas.labels, self.transform, self.canvas, nearest=True))


# Where the shoe is in the photo.
Shoe = Box | ShoeAreas | Bool[np.ndarray, "h w"]


def keep(photo_size: Size) -> Layout:
    """The photo as it is, nothing added."""
    return Layout(photo_size, Similarity())


def auto(photo_size: Size, shoe: Shoe) -> Layout:
    """The photo extended so that legs fit, never cropped and never resampled (ours).

    Room is added above the shoe, a little below and beside it, then above or beside until the longer side is at most
    4/3 of the shorter. ValueError for an empty mask.
    """
    height, width = photo_size
    box = _box(shoe)
    # A tall boot is narrower than the leg it needs; its length is then judged from its height.
    foot_px = max(box.width, 0.6 * box.height)
    top = _missing(ROOM_ABOVE * foot_px, box.y0)
    bottom = _missing(ROOM_BELOW * foot_px, height - box.y1)
    left = _missing(ROOM_BESIDE * foot_px, box.x0)
    right = _missing(ROOM_BESIDE * foot_px, width - box.x1)
    top += _missing((left + width + right) / MAX_ASPECT, top + height + bottom)
    beside = _missing((top + height + bottom) / MAX_ASPECT, left + width + right)
    # Room beside the shoe goes where it brings the shoe nearer the middle.
    middle = (left + width + right + beside) / 2
    more_left = min(max(round(middle - left - box.centre[0]), 0), beside)
    left, right = left + more_left, right + beside - more_left
    return Layout((top + height + bottom, left + width + right), Similarity(dx=left, dy=top))


def _box(shoe: Shoe) -> Box:
    if isinstance(shoe, Box):
        return shoe
    return Box.of_mask(shoe.shoe if isinstance(shoe, ShoeAreas) else shoe)


def _missing(needed_px: Number, there_px: Number) -> int:
    return max(0, math.ceil(needed_px - there_px))


def place(photo_size: Size, shoe: Shoe, placement: Placement, canvas: Size | None = None) -> Layout:
    """A customised layout (Fig. 10) on `canvas`, by default the one that `auto` would choose.

    A placement that neither scales, turns nor mirrors is rounded to whole pixels, so it stays exact.
    """
    box = _box(shoe)
    canvas = canvas or auto(photo_size, box).canvas
    turned = Similarity(placement.scale, placement.angle_deg, flip=placement.flip)
    target = np.array([placement.x_unit * canvas[1], placement.y_unit * canvas[0]])
    dx, dy = target - turned.apply(np.array(box.centre))
    if turned.is_integer_translation:
        dx, dy = round(dx), round(dy)
    return Layout(canvas, Similarity(placement.scale, placement.angle_deg, float(dx), float(dy), placement.flip))


def arrange(choice: LayoutChoice, photo_size: Size, shoe: Shoe) -> Layout:
    """The layout that a choice means for this photo.

    InputError for a canvas of more than `MAX_CANVAS_PX`.
    """
    layout = _arrange(choice, photo_size, shoe)
    height, width = layout.canvas
    if height * width > MAX_CANVAS_PX:
        found = f"this layout of a photo of {photo_size[1]}x{photo_size[0]} px makes a canvas of {width}x{height} px"
        raise InputError(f"{found}; at most {MAX_CANVAS_PX / 1e6:g} megapixels are accepted")
    return layout


def _arrange(choice: LayoutChoice, photo_size: Size, shoe: Shoe) -> Layout:
    if isinstance(choice.place, Placement):
        canvas = auto(photo_size, shoe).canvas
        return place(photo_size, shoe, choice.place, _formatted(canvas, choice.shape))
    inner = keep(photo_size) if choice.place == "keep" else auto(photo_size, shoe)
    canvas, moved = _formatted(inner.canvas, choice.shape), inner.transform
    above, beside = canvas[0] - inner.canvas[0], canvas[1] - inner.canvas[1]
    return Layout(canvas, Similarity(dx=moved.dx + beside // 2, dy=moved.dy + above))


def _formatted(canvas: Size, shape: tuple[int, int] | None) -> Size:
    """The smallest canvas of a shape (width, height) that holds this one (h, w), to the nearest pixel.

    What is added is room above the shoe, or beside it on both sides: the photo is never cropped (ours).
    """
    if shape is None:
        return canvas
    height, width = canvas
    if width * shape[1] >= height * shape[0]:
        return max(height, round(width * shape[1] / shape[0])), width
    return height, max(width, round(height * shape[0] / shape[1]))
