"""X_w in place on a canvas, and what follows from it: computed once an image (paper 3.2; the leg mask is ours)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.compose.leg_mask import LegMask
from shoemodel.image.geometry import Letterbox, Size
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose


@dataclass(frozen=True, eq=False)
class Square:
    """A placed shoe letterboxed into the networks' square of s px."""

    letterbox: Letterbox
    """From the canvas to the square."""
    rgb: UInt8[np.ndarray, "s s 3"]
    """X_w."""
    visible: Bool[np.ndarray, "s s"]
    wearable: Bool[np.ndarray, "s s"]

    def pose(self, pose: Pose) -> Pose:
        """A pose in px of the canvas, in px of the square."""
        return Pose(self.letterbox.apply_points(pose.points), pose.visibility)


@dataclass(frozen=True, eq=False)
class PlacedShoe:
    """The shoe of one photo on the canvas (h, w). ValueError for sizes that differ."""

    rgb: UInt8[np.ndarray, "h w 3"]
    """X_w: the photo's pixels on the visible area, black elsewhere."""
    areas: ShoeAreas
    """Visible and wearable area on the canvas."""
    _squares: dict[int, Square] = field(default_factory=dict, init=False, repr=False)
    _leg_masks: dict[tuple[Pose, int], LegMask] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.rgb.shape != (*self.areas.size, 3):
            raise ValueError(f"X_w and areas need one size, got {self.rgb.shape} and {self.areas.size}")

    @classmethod
    def of(cls, photo_rgb: UInt8[np.ndarray, "ph pw 3"], areas: ShoeAreas, layout: Layout) -> PlacedShoe:
        """A photo and its areas, both on the photo's grid, taken onto the layout's canvas."""
        placed = layout.apply_areas(areas)
        return cls(cv2.copyTo(layout.apply_image(photo_rgb), placed.visible.view(np.uint8)), placed)

    def behind(self, leg: Bool[np.ndarray, "h w"]) -> PlacedShoe:
        """Without what a leg hides."""
        return PlacedShoe(np.where(leg[..., None], np.uint8(0), self.rgb), self.areas.behind(leg))

    @property
    def size(self) -> Size:
        """(h, w) of the canvas in px."""
        return self.areas.size

    @property
    def visible(self) -> Bool[np.ndarray, "h w"]:
        """X_v on the canvas."""
        return self.areas.visible

    @cached_property
    def rgba(self) -> UInt8[np.ndarray, "h w 4"]:
        """X_w with alpha 255 exactly on the visible area, 0 elsewhere."""
        return cv2.merge([self.rgb, 255 * self.visible.view(np.uint8)])

    def square(self, side_px: int) -> Square:
        """The same in the networks' square."""
        if side_px not in self._squares:
            box = Letterbox(self.size, (side_px, side_px))
            visible, wearable = (box.apply_labels(mask) for mask in (self.areas.visible, self.areas.wearable))
            self._squares[side_px] = Square(box, box.apply_image(self.rgb), visible, wearable)
        return self._squares[side_px]

    def leg_mask(self, pose: Pose, side_px: int) -> LegMask:
        """Where in the networks' square the leg of a pose, in px of the canvas, may be."""
        key = pose, side_px
        if key not in self._leg_masks:
            square = self.square(side_px)
            self._leg_masks[key] = LegMask(square.visible, square.wearable, square.pose(pose))
        return self._leg_masks[key]
