"""A choice of layout, as data and as text (Fig. 10). Nothing heavy is imported here; `image.layout` carries it out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Literal

from shoemodel.errors import InputError

LIMITS = {"x_unit": (0, 1), "y_unit": (0, 1), "scale": (0.1, 4), "angle_deg": (-180, 180)}
FORM = "auto|keep|x,y,scale,angle[,flip][,W:H]"
ACCEPTED = (
    '"auto", "keep" or "x,y,scale,angle[,flip]" (x and y 0 to 1, scale 0.1 to 4, angle -180 to 180 degrees), and '
    'a shape such as ",4:5" behind it,'
)


@dataclass(frozen=True, kw_only=True)
class Placement:
    """The middle of the shoe's box at (x, y) of the canvas, its size, turn and mirroring.

    Raises InputError for numbers outside LIMITS.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    x_unit: float
    """Fraction of the canvas's width."""
    y_unit: float
    """Fraction of its height."""
    scale: float = 1.0
    """1 keeps the photo's size."""
    angle_deg: float = 0.0
    """Clockwise."""
    flip: bool = False
    """Mirrored."""

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            if not low <= getattr(self, name) <= high:
                raise InputError(f"layout has {name} {getattr(self, name):g}; {low:g} to {high:g} is accepted")

    def __str__(self) -> str:
        numbers = ",".join(f"{getattr(self, name):.6g}" for name in LIMITS)
        return numbers + (",flip" if self.flip else "")


@dataclass(frozen=True, kw_only=True)
class LayoutChoice:
    """Where the shoe stands on which canvas. Raises InputError for a shape that is none."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    place: Literal["auto", "keep"] | Placement = "auto"
    """auto: the canvas is extended where legs need room; keep: the photo as it is; or a place of the user's."""
    shape: tuple[int, int] | None = None
    """Width to height: the canvas is the smallest of this shape that holds the place's own."""

    def __post_init__(self) -> None:
        if isinstance(self.place, str) and self.place not in ("auto", "keep"):
            raise InputError(f"layout has the place {self.place!r}; auto, keep or a placement is accepted")
        if self.shape is not None and not all(1 <= side < 100_000 for side in self.shape):
            raise InputError(f"layout has the shape {self.shape[0]}:{self.shape[1]}; whole numbers from 1 are accepted")

    def __str__(self) -> str:
        """As `parse` reads it."""
        return str(self.place) + (f",{self.shape[0]}:{self.shape[1]}" if self.shape else "")


def parse(text: str) -> LayoutChoice:
    """Read "auto", "keep" or "x,y,scale,angle[,flip]", each with ",W:H" behind it for a canvas of that shape.

    InputError for anything else.
    """
    inner, comma, last = text.rpartition(",")
    shape = re.fullmatch(r"([1-9]\d{0,4}):([1-9]\d{0,4})", last.strip()) if comma else None
    if shape is None:
        return LayoutChoice(place=_place(text, text))
    return LayoutChoice(place=_place(inner, text), shape=(int(shape[1]), int(shape[2])))


def _place(text: str, whole: str) -> Literal["auto", "keep"] | Placement:
    """A layout without a shape; `whole` is what the user gave."""
    if text == "auto":
        return "auto"
    if text == "keep":
        return "keep"
    *numbers, last = (part.strip() for part in text.split(","))
    flip = last == "flip"
    try:
        values = [float(part) for part in (numbers if flip else [*numbers, last])]
    except ValueError as error:
        raise InputError(f"layout {whole!r} is not readable; {ACCEPTED} is accepted") from error
    if len(values) != len(LIMITS):
        raise InputError(f"layout {whole!r} does not fit; {ACCEPTED} is accepted")
    try:
        return Placement(**dict(zip(LIMITS, values, strict=True)), flip=flip)
    except InputError as error:
        raise InputError(f"layout {whole!r} does not fit; {ACCEPTED} is accepted") from error
