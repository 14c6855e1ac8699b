"""Legs in the photo itself: its surroundings stay, and nothing but the leg is drawn (ours).

The paper draws the surroundings anew from the prompt. Where the photo's own are wanted, its latents outside the room of
the leg are put back before each step (`sw.known`), so that what is drawn in the room continues them, and a
ShoeControlNet that was trained for it sees X_w in the photo and not on black. Then the leg alone is cut out of what was
drawn and laid over the photo at its full resolution: ground, contact shadow and the shoe's whole outline are the
photo's. Where a canvas is larger than the photo, its edges are continued.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from shoemodel.compose.harmonise import grain
from shoemodel.compose.leg_mask import Room, cut
from shoemodel.compose.paste import feather_of, nearest_colours, paste
from shoemodel.image.geometry import Box, Letterbox
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas, dilate, erode, fill_holes
from shoemodel.image.pose import Pose
from shoemodel.sw import conditions
from shoemodel.sw.known import Known

Background = Literal["scene", "photo"]
"""What stands behind the legs: a scene from the prompt, or the photo itself."""
GUIDANCE: Mapping[Background, float] = {"scene": 7.0, "photo": 3.0}
"""Where none is asked for: the paper's; beside a photo, whose colours stay, that burns the leg's (ours)."""
CHANGED, UNCHANGED = 20.0, 8.0
"""Difference from the photo above which a pixel was drawn anew, and below which it was not, of 255."""
SMOOTH_PX = 2.0
"""Deviation of the blur before pictures are compared, at 256 px: the generator has no finer texture."""
BLEED_PX = 3.0
"""How far inside the leg its colours are taken for its edge, at 256 px."""
EDGE_PX = 2.0
"""Deviation of the blur that smooths the matte's outline, at 256 px."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What a result keeps but for the leg, on the canvas (h, w): the photo, or a scene."""

    rgb: UInt8[np.ndarray, "h w 3"]
    wearable: Bool[np.ndarray, "h w"]
    """Where the leg covers the shoe."""
    background: Background = "photo"
    """The photo itself, or a scene that was drawn before the leg (`compose.scene_background`)."""

    @classmethod
    def of(cls, photo_rgb: UInt8[np.ndarray, "ph pw 3"], areas: ShoeAreas, layout: Layout) -> Surroundings:
        """A photo's own, with the areas on its grid."""
        rgb, there = layout.apply_image(photo_rgb), layout.apply_mask(np.ones(areas.size, bool))
        if not there.all():
            inner = there if layout.is_exact else erode(there, 2)  # resampling mixes the edge with black
            rgb = np.where(inner[..., None], rgb, nearest_colours(rgb, inner))
        return cls(rgb, layout.apply_mask(areas.wearable))

    def known(self, shoe: UInt8[np.ndarray, "h w 4"], pose: Pose, side_px: int) -> Known:
        """What is given to the generator in its square: all but the room of the leg. Arguments as in `compose`."""
        square = _Square(self, shoe, pose, side_px)
        return Known(square.rgb, square.room)

    def x_w(self, side_px: int, controlnet: Any) -> UInt8[np.ndarray, "s s 3"] | None:
        """X_w in the photo, all but the wearable area, in the networks' square, for a ShoeControlNet that was trained
        with it, as its configuration says (`sees_photo`); None for another, whose X_w stands on black."""
        if not controlnet.config.get("sees_photo", False):
            return None
        square = Letterbox(self.wearable.shape, (side_px, side_px))
        return conditions.wearable_shoe(square.apply_image(self.rgb), ~square.apply_labels(self.wearable))

    def compose(
        self, drawn: UInt8[np.ndarray, "s s 3"], shoe: UInt8[np.ndarray, "h w 4"], pose: Pose
    ) -> UInt8[np.ndarray, "h w 3"]:
        """X' on the canvas: the leg of what was drawn over the surroundings; the visible area is the photo's own.

        shoe: X_w on the canvas, see `paste.place`; the pose stands in canvas px.
        """
        square, visible = _Square(self, shoe, pose, len(drawn)), shoe[..., 3] == 255
        letterbox = Letterbox(self.wearable.shape, drawn.shape[:2])
        matte, scale = square.matte(drawn), 1 / letterbox.scale_xy.min()
        share = np.clip((letterbox.invert_map(matte) - 0.5) * max(1, scale) + 0.5, 0, 1)  # as crisp as the canvas
        result = self.rgb.copy()
        if share.any():
            near = Box.of_mask(share > 0).slices
            leg = letterbox.invert_image(square.without_edges(drawn, matte))[near].astype(np.float32)
            leg += grain(shoe[..., :3], visible, scale)[near][..., None]
            part = self.rgb[near].astype(np.float32)
            result[near] = np.clip(np.round(part + share[near][..., None] * (leg - part)), 0, 255)
        result[visible] = shoe[visible][:, :3]
        return result


class _Square(Room):
    """Surroundings, X_w and pose in the networks' square."""

    def __init__(self, around: Surroundings, shoe: UInt8[np.ndarray, "h w 4"], pose: Pose, side_px: int):
        canvas = around.wearable.shape
        square = Letterbox(canvas, (side_px, side_px))
        visible, wearable = (square.apply_labels(mask) for mask in (shoe[..., 3] == 255, around.wearable))
        super().__init__(visible, wearable, conditions.pose_in_square(pose, canvas, side_px))
        self.rgb = square.apply_image(around.rgb)

    def matte(self, drawn: UInt8[np.ndarray, "s s 3"]) -> Float[np.ndarray, "s s"]:
        """How much of each pixel is taken from what was drawn, 0 to 1: the leg.

        That is what differs from the photo about its bones, and by GrabCut what in the room looks like it.
        """
        smooth = (cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), SMOOTH_PX * self.unit) for rgb in (self.rgb, drawn))
        before, after = smooth
        change = np.where(self.room, np.abs(after - before).max(-1), 0)
        labels = np.full(change.shape, cv2.GC_BGD, np.uint8)
        labels[change > UNCHANGED] = cv2.GC_PR_BGD
        labels[self.likely & (change > CHANGED)] = cv2.GC_PR_FGD
        labels[self.core & (change > UNCHANGED)] = cv2.GC_FGD
        leg = fill_holes(cut(drawn, labels)) & self.room | (self.wearable & self.room)
        edge_px = EDGE_PX * self.unit
        leg |= self.visible & dilate(leg, 2 * edge_px)  # the shoe covers it there
        leg = dilate(erode(leg, edge_px), edge_px)  # without what is thinner
        _, pieces = cv2.connectedComponents((leg & ~self.visible).astype(np.uint8))
        leg &= self.visible | np.isin(pieces, np.unique(pieces[self.core & leg]))
        smooth = cv2.GaussianBlur(leg.astype(np.float32), (0, 0), edge_px)
        return np.where(self.visible, 0, np.clip(2 * smooth - 0.5, 0, 1))

    def without_edges(self, drawn: UInt8[np.ndarray, "s s 3"], matte: Float[np.ndarray, "s s"]) -> np.ndarray:
        """`drawn` with the leg's edge in the colours beside it: the generator mixes them with those of the ground."""
        leg, width = matte > 0.5, BLEED_PX * self.unit
        core = erode(leg | self.visible, width) & leg
        core |= leg & ~dilate(core, width + 1)
        if not core.any():
            return drawn
        smooth = cv2.GaussianBlur(nearest_colours(drawn, core), (0, 0), width / 2)
        return np.where(core[..., None], drawn, smooth)


def finish(
    drawn: UInt8[np.ndarray, "s s 3"],
    shoe: UInt8[np.ndarray, "h w 4"],
    pose: Pose,
    around: Surroundings | None = None,
) -> UInt8[np.ndarray, "h w 3"]:
    """X' on the canvas: the shoe pasted onto what was drawn (3.3), or the leg laid over its surroundings."""
    if around is None:
        return paste(drawn, shoe[..., :3], shoe[..., 3] == 255)
    worn = around.compose(drawn, shoe, pose)
    if around.background == "photo":
        return worn
    return paste(worn, shoe[..., :3], shoe[..., 3] == 255, feather_of(drawn.shape[:2], shoe.shape[:2]))


def guidance_of(guidance: float | None, background: Background) -> float:
    """The guidance asked for, or the one for this background."""
    return GUIDANCE[background] if guidance is None else guidance
