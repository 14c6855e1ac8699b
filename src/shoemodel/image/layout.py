"""Where the shoe stands on the canvas (paper 3.2 and Fig. 10).

The default canvas is the photo's own pixels with room added around them, so the shoe moves by whole pixels only and
its visible area can be kept exactly. A customised layout may move, scale, turn or mirror the shoe; then the photo is
warped once and that warp is what is kept.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.errors import InputError
from shoemodel.image.geometry import Box, Number, Similarity, Size, warp
from shoemodel.image.masks import ShoeAreas

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


@dataclass(frozen=True)
class Placement:
    """A customised layout: the middle of the shoe's box at (x, y) of the canvas, its size, turn and mirroring.

    x_unit, y_unit: fractions of the canvas. scale: 1 keeps the photo's size. angle_deg: clockwise.
    """

    x_unit: Number
    y_unit: Number
    scale: Number = 1.0
    angle_deg: Number = 0.0
    flip: bool = False


@dataclass(frozen=True)
class Formatted:
    """A choice on a canvas `width` to `height`: the smallest of this shape that holds the choice's own canvas.

    What is added is room above the shoe, or beside it on both sides: the photo is never cropped (ours).
    """

    choice: Literal["auto", "keep"] | Placement
    width: int
    height: int

    def apply(self, canvas: Size) -> Size:
        """(h, w) of the shape, to the nearest pixel."""
        height, width = canvas
        if width * self.height >= height * self.width:
            return max(height, round(width * self.height / self.width)), width
        return height, max(width, round(height * self.width / self.height))


Choice = Literal["auto", "keep"] | Placement | Formatted
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


def arrange(choice: Choice, photo_size: Size, shoe: Shoe) -> Layout:
    """The layout that a parsed choice means for this photo.

    InputError for a canvas of more than `MAX_CANVAS_PX`.
    """
    if isinstance(choice, Formatted):
        layout = _format(choice, photo_size, shoe)
    elif isinstance(choice, Placement):
        layout = place(photo_size, shoe, choice)
    else:
        layout = keep(photo_size) if choice == "keep" else auto(photo_size, shoe)
    height, width = layout.canvas
    if height * width > MAX_CANVAS_PX:
        found = f"this layout of a photo of {photo_size[1]}x{photo_size[0]} px makes a canvas of {width}x{height} px"
        raise InputError(f"{found}; at most {MAX_CANVAS_PX / 1e6:g} megapixels are accepted")
    return layout


def _format(choice: Formatted, photo_size: Size, shoe: Shoe) -> Layout:
    if isinstance(choice.choice, Placement):
        return place(photo_size, shoe, choice.choice, choice.apply(auto(photo_size, shoe).canvas))
    inner = arrange(choice.choice, photo_size, shoe)
    canvas, moved = choice.apply(inner.canvas), inner.transform
    above, beside = canvas[0] - inner.canvas[0], canvas[1] - inner.canvas[1]
    return Layout(canvas, Similarity(dx=moved.dx + beside // 2, dy=moved.dy + above))


def parse(text: str) -> Choice:
    """Read "auto", "keep" or "x,y,scale,angle[,flip]", each with ",W:H" behind it for a canvas of that shape.

    InputError for anything else.
    """
    inner, comma, last = text.rpartition(",")
    if comma and (shape := re.fullmatch(r"([1-9]\d{0,4}):([1-9]\d{0,4})", last.strip())):
        choice = _parse_choice(inner, text)
        return Formatted(choice, int(shape[1]), int(shape[2]))
    return _parse_choice(text, text)


def _parse_choice(text: str, whole: str) -> Literal["auto", "keep"] | Placement:
    """A layout without a shape; `whole` is what the user gave."""
    if text == "auto":
        return "auto"
    if text == "keep":
        return "keep"
    accepted = (
        '"auto", "keep" or "x,y,scale,angle[,flip]" (x and y 0 to 1, scale 0.1 to 4, angle -180 to 180 degrees), and '
        'a shape such as ",4:5" behind it,'
    )
    *numbers, last = (part.strip() for part in text.split(","))
    flip = last == "flip"
    try:
        values = [float(part) for part in (numbers if flip else [*numbers, last])]
    except ValueError as error:
        raise InputError(f"layout {whole!r} is not readable; {accepted} is accepted") from error
    limits = ((0, 1), (0, 1), (0.1, 4), (-180, 180))
    if len(values) != 4 or not all(low <= value <= high for value, (low, high) in zip(values, limits, strict=True)):
        raise InputError(f"layout {whole!r} does not fit; {accepted} is accepted")
    x_unit, y_unit, scale, angle_deg = values
    return Placement(x_unit, y_unit, scale, angle_deg, flip)
