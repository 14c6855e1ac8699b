"""Legs in the photo itself: it stays as the background, and nothing but the leg is generated (ours).

The paper generates the background from the prompt. Where the photo's own is wanted, its latents outside the leg mask
are put back before each step (`sw.known`), so that what is generated in the mask continues them, and a ShoeControlNet
that was trained for it sees X_w in the photo and not on black. Then the leg alone is cut out of what was generated and
laid over the photo at its full resolution: ground, contact shadow and the shoe's whole outline are the photo's. Where a
canvas is larger than the photo, its edges are continued.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from shoemodel.compose.harmonise import grain
from shoemodel.compose.kinds import Background
from shoemodel.compose.leg_mask import LegMask, cut
from shoemodel.compose.paste import feather_of, nearest_colours, paste
from shoemodel.compose.placed import PlacedShoe
from shoemodel.image.geometry import Box, Letterbox
from shoemodel.image.layout import Layout
from shoemodel.image.masks import dilate, erode, fill_holes
from shoemodel.image.pose import Pose
from shoemodel.sw import conditions
from shoemodel.sw.known import Known

CHANGED, UNCHANGED = 20.0, 8.0
"""Difference from the photo above which a pixel is new, and below which it was not, of 255."""
SMOOTH_PX = 2.0
"""Std of the blur before images are compared, at 256 px: the generator has no finer texture."""
BLEED_PX = 3.0
"""How far inside the leg its colours are taken for its edge, at 256 px."""
EDGE_PX = 2.0
"""Std of the blur that smooths the matte's outline, at 256 px."""


@dataclass(frozen=True, eq=False)
class BackgroundImage:
    """What a result keeps but for the leg, on the canvas (h, w)."""

    rgb: UInt8[np.ndarray, "h w 3"]
    kind: Background = "photo"
    """The photo itself, or a scene that was generated before the leg (`compose.scene_background`)."""
    _squares: dict[int, UInt8[np.ndarray, "s s 3"]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, photo_rgb: UInt8[np.ndarray, "ph pw 3"], layout: Layout) -> BackgroundImage:
        """A photo, its edges continued where the canvas is larger."""
        rgb, there = layout.apply_image(photo_rgb), layout.apply_mask(np.ones(photo_rgb.shape[:2], bool))
        if not there.all():
            inner = there if layout.is_exact else erode(there, 2)  # resampling mixes the edge with black
            rgb = np.where(inner[..., None], rgb, nearest_colours(rgb, inner))
        return cls(rgb)

    def square(self, side_px: int) -> UInt8[np.ndarray, "s s 3"]:
        """Letterboxed into the networks' square."""
        if side_px not in self._squares:
            self._squares[side_px] = Letterbox(self.rgb.shape[:2], (side_px, side_px)).apply_image(self.rgb)
        return self._squares[side_px]

    def known(self, shoe: PlacedShoe, pose: Pose, side_px: int) -> Known:
        """What is given to the generator in its square: all but the leg mask. The pose stands in px of the canvas."""
        return Known(self.square(side_px), shoe.leg_mask(pose, side_px).allowed)

    def x_w(self, shoe: PlacedShoe, side_px: int, controlnet: Any) -> UInt8[np.ndarray, "s s 3"]:
        """X_w in the networks' square: in the photo, all but the wearable area, for a ShoeControlNet that was trained
        with it, as its configuration says (`sees_photo`); for another on black."""
        if not controlnet.config.get("sees_photo", False):
            return shoe.square(side_px).rgb
        return conditions.wearable_shoe(self.square(side_px), ~shoe.square(side_px).wearable)

    def compose(self, generated: UInt8[np.ndarray, "s s 3"], shoe: PlacedShoe, pose: Pose) -> np.ndarray:
        """X' on the canvas, (h, w, 3) uint8: the leg of what was generated over the background; the visible area is
        the photo's own. The pose stands in px of the canvas."""
        side_px = len(generated)
        mask, letterbox = shoe.leg_mask(pose, side_px), shoe.square(side_px).letterbox
        matte, scale = leg_matte(mask, self.square(side_px), generated), 1 / letterbox.scale_xy.min()
        alpha = np.clip((letterbox.invert_map(matte) - 0.5) * max(1, scale) + 0.5, 0, 1)  # as crisp as the canvas
        result = self.rgb.copy()
        if alpha.any():
            near = Box.of_mask(alpha > 0).slices
            leg = letterbox.invert_image(without_edges(mask, generated, matte))[near].astype(np.float32)
            leg += grain(shoe.rgb, shoe.visible, scale)[near][..., None]
            part = self.rgb[near].astype(np.float32)
            result[near] = np.clip(np.round(part + alpha[near][..., None] * (leg - part)), 0, 255)
        result[shoe.visible] = shoe.rgb[shoe.visible]
        return result


def leg_matte(
    mask: LegMask, photo: UInt8[np.ndarray, "s s 3"], generated: UInt8[np.ndarray, "s s 3"]
) -> Float[np.ndarray, "s s"]:
    """How much of each pixel is taken from what was generated, 0 to 1: the leg.

    That is what differs from the photo about its bones, and by GrabCut what in the leg mask looks like it.
    """
    smooth = (cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), SMOOTH_PX * mask.unit) for rgb in (photo, generated))
    before, after = smooth
    change = np.where(mask.allowed, np.abs(after - before).max(-1), 0)
    labels = np.full(change.shape, cv2.GC_BGD, np.uint8)
    labels[change > UNCHANGED] = cv2.GC_PR_BGD
    labels[mask.likely & (change > CHANGED)] = cv2.GC_PR_FGD
    labels[mask.core & (change > UNCHANGED)] = cv2.GC_FGD
    leg = fill_holes(cut(generated, labels)) & mask.allowed | (mask.wearable & mask.allowed)
    edge_px = EDGE_PX * mask.unit
    leg |= mask.visible & dilate(leg, 2 * edge_px)  # the shoe covers it there
    leg = dilate(erode(leg, edge_px), edge_px)  # without what is thinner
    _, pieces = cv2.connectedComponents((leg & ~mask.visible).astype(np.uint8))
    leg &= mask.visible | np.isin(pieces, np.unique(pieces[mask.core & leg]))
    soft = cv2.GaussianBlur(leg.astype(np.float32), (0, 0), edge_px)
    return np.where(mask.visible, 0, np.clip(2 * soft - 0.5, 0, 1))


def without_edges(
    mask: LegMask, generated: UInt8[np.ndarray, "s s 3"], matte: Float[np.ndarray, "s s"]
) -> UInt8[np.ndarray, "s s 3"]:
    """`generated` with the leg's edge in the colours beside it: the generator mixes them with those of the ground."""
    leg, width = matte > 0.5, BLEED_PX * mask.unit
    core = erode(leg | mask.visible, width) & leg
    core |= leg & ~dilate(core, width + 1)
    if not core.any():
        return generated
    smooth = cv2.GaussianBlur(nearest_colours(generated, core), (0, 0), width / 2)
    return np.where(core[..., None], generated, smooth)


def finish(
    generated: UInt8[np.ndarray, "s s 3"], shoe: PlacedShoe, pose: Pose, background: BackgroundImage | None = None
) -> UInt8[np.ndarray, "h w 3"]:
    """X' on the canvas: the shoe pasted onto what was generated (3.3), or the leg laid over its background."""
    if background is None:
        return paste(generated, shoe.rgb, shoe.visible)
    worn = background.compose(generated, shoe, pose)
    if background.kind == "photo":
        return worn
    return paste(worn, shoe.rgb, shoe.visible, feather_of(generated.shape[:2], shoe.size))
