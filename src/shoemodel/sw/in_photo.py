"""Legs in the photo itself: its surroundings stay, and nothing but the leg is drawn (ours).

The paper draws the surroundings anew from the prompt. Where the photo's own are wanted, its latents outside the room of
the leg are put back before each step (`sw.known`), so that what is drawn in the room continues them, and a
ShoeControlNet that was trained for it sees X_w in the photo and not on black. Then the leg alone is cut out of what was
drawn and laid over the photo at its full resolution: ground, contact shadow and the shoe's whole outline are the
photo's. Where a canvas is larger than the photo, its edges are continued.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from shoemodel.geometry import Box, Letterbox
from shoemodel.layout import Layout
from shoemodel.masks import ShoeAreas, dilate, erode, fill_holes
from shoemodel.pose import FOOT_INDICES, LEG_INDICES, Pose, extents
from shoemodel.sw import conditions
from shoemodel.sw.known import Known
from shoemodel.sw.paste import nearest_colours, paste

Source = Literal["drawn", "photo"]
"""Where a result's surroundings come from: from the prompt, or from the photo."""
GUIDANCE: Mapping[Source, float] = {"drawn": 7.0, "photo": 3.0}
"""Where none is asked for: the paper's; beside a photo, whose colours stay, that burns the leg's (ours)."""
HALF_WIDTH = 0.33
"""Of the room, from the leg's bones, in extents of the foot: trousers fit, and little beside them (ours)."""
LIKELY, CORE = 0.25, 0.1
"""Half the widths about the bones in which what was drawn is probably leg and certainly leg, in extents of the foot."""
CHANGED, UNCHANGED = 20.0, 8.0
"""Difference from the photo above which a pixel was drawn anew, and below which it was not, of 255."""
PLAIN = 2.5
"""Deviation of a photo's edge from its own smooth course up to which it can be continued, of 255."""
SMOOTH_PX = 2.0
"""Deviation of the blur before pictures are compared, at 256 px: the generator has no finer texture."""
EDGE_PX = 2.0
"""Deviation of the blur that smooths the matte's outline, at 256 px."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The photo on its canvas (h, w), which a result keeps but for the leg."""

    rgb: UInt8[np.ndarray, "h w 3"]
    wearable: Bool[np.ndarray, "h w"]
    """Where the leg covers the shoe."""

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
        """X' on the canvas: the leg of what was drawn over the photo; the visible area is the photo's pixel by pixel.

        shoe: X_w on the canvas, see `paste.place`; the pose stands in canvas px.
        """
        square = _Square(self, shoe, pose, len(drawn))
        letterbox = Letterbox(self.wearable.shape, drawn.shape[:2])
        share = letterbox.invert_map(square.matte(drawn))
        result, leg = self.rgb.copy(), letterbox.invert_image(drawn)
        if share.any():
            near = Box.of_mask(share > 0).slices
            part = self.rgb[near].astype(np.float32)
            result[near] = np.round(part + share[near][..., None] * (leg[near] - part))
        visible = shoe[..., 3] == 255
        result[visible] = shoe[visible][:, :3]
        return result

    def stray(self, drawn: UInt8[np.ndarray, "s s 3"], shoe: UInt8[np.ndarray, "h w 4"], pose: Pose) -> float:
        """Share of the leg that lies farther from the pose's bones than LIKELY: of a torn hem, a second leg, what hangs
        beside it (ours). Arguments as in `compose`; NaN where there is no leg."""
        square = _Square(self, shoe, pose, len(drawn))
        share = square.matte(drawn)
        return float(share[~square.likely].sum() / share.sum()) if share.any() else math.nan


class _Square:
    """Surroundings, X_w and pose in the networks' square."""

    def __init__(self, around: Surroundings, shoe: UInt8[np.ndarray, "h w 4"], pose: Pose, side_px: int):
        canvas = around.wearable.shape
        square = Letterbox(canvas, (side_px, side_px))
        self.rgb, self.unit = square.apply_image(around.rgb), side_px / 256
        visible, self.wearable = (square.apply_labels(mask) for mask in (shoe[..., 3] == 255, around.wearable))
        self.room = dilate(self.wearable, 2 * self.unit)
        self.likely, self.core = self.wearable.copy(), self.wearable.copy()
        for bones, extent in _legs(conditions.pose_in_square(pose, canvas, side_px)):
            lowest = _opening(bones[0], self.wearable, visible, extent)
            above = (_along(visible.shape, *bones[0]) >= lowest) & ~visible
            for mask, half_width in ((self.room, HALF_WIDTH), (self.likely, LIKELY), (self.core, CORE)):
                mask |= above & _about(visible.shape, bones, half_width * extent)
        self.room &= ~visible

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
        labels[self.core & (change > CHANGED)] = cv2.GC_FGD
        leg = fill_holes(_cut(drawn, labels)) & self.room | (self.wearable & self.room)
        leg = dilate(erode(leg, EDGE_PX * self.unit), EDGE_PX * self.unit)  # without what is thinner
        _, pieces = cv2.connectedComponents(leg.astype(np.uint8))
        leg &= np.isin(pieces, np.unique(pieces[self.core & leg]))
        smooth = cv2.GaussianBlur(leg.astype(np.float32), (0, 0), EDGE_PX * self.unit)
        return np.clip(2 * smooth - 0.5, 0, 1)


def finish(
    drawn: UInt8[np.ndarray, "s s 3"],
    shoe: UInt8[np.ndarray, "h w 4"],
    pose: Pose,
    around: Surroundings | None = None,
) -> UInt8[np.ndarray, "h w 3"]:
    """X' on the canvas: the shoe pasted onto what was drawn (3.3), or the leg laid over the surroundings that stay."""
    if around is not None:
        return around.compose(drawn, shoe, pose)
    return paste(drawn, shoe[..., :3], shoe[..., 3] == 255)


def guidance_of(guidance: float | None, surroundings: Source) -> float:
    """The guidance asked for, or the one for these surroundings."""
    return GUIDANCE[surroundings] if guidance is None else guidance


def require_source(surroundings: str) -> None:
    """ValueError for what is no `Source`."""
    if surroundings not in get_args(Source):
        raise ValueError(f"surroundings is {surroundings!r}; {' and '.join(get_args(Source))} are accepted")


def frame(photo_rgb: UInt8[np.ndarray, "h w 3"], layout: str) -> str:
    """The layout's text for a photo whose surroundings are kept: "auto" adds room only where the edges are plain, as
    before a white ground, and can be continued; else it keeps the photo's frame."""
    edges = (photo_rgb[0], photo_rgb[:, 0], photo_rgb[:, -1])
    return layout if all(map(_is_plain, edges)) else re.sub("^auto", "keep", layout)


def _is_plain(line: UInt8[np.ndarray, "n 3"]) -> bool:
    smooth = cv2.GaussianBlur(line[None].astype(np.float32), (0, 0), max(len(line) / 50, 1))
    return float((line - smooth[0]).std()) <= PLAIN


def _legs(pose: Pose) -> list[tuple[np.ndarray, float]]:
    """Each leg that is there: its bones (2, 2, 2), shank and thigh from below, and the extent of its foot, px."""
    found = []
    for side in range(2):
        indices = LEG_INDICES[3 * side : 3 * side + 3]
        if pose.exists[list(indices)].all():
            (hip, knee, ankle), foot = pose.points[list(indices)], pose.points[list(FOOT_INDICES[4 * side :][:4])]
            found.append((np.array([[ankle, knee], [knee, hip]]), float(extents(foot))))
    return found


def _grid(shape: tuple[int, ...]) -> np.ndarray:
    """(h, w, 2): x and y of each pixel's middle."""
    return np.stack(np.meshgrid(np.arange(shape[1]) + 0.5, np.arange(shape[0]) + 0.5), axis=-1)


def _along(shape: tuple[int, ...], start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """How far each pixel lies from `start` in the direction of `end`, px."""
    return (_grid(shape) - start) @ (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)


def _about(shape: tuple[int, ...], bones: np.ndarray, radius_px: float) -> np.ndarray:
    """The pixels within `radius_px` of the bones (n, 2, 2)."""
    near = np.zeros(shape, bool)
    for start, end in bones:
        length = float(np.linalg.norm(end - start))
        nearest = start + (_along(shape, start, end).clip(0, length) / max(length, 1e-6))[..., None] * (end - start)
        near |= np.linalg.norm(_grid(shape) - nearest, axis=-1) <= radius_px
    return near


def _opening(shank: np.ndarray, wearable: np.ndarray, visible: np.ndarray, extent: float) -> float:
    """From where on along the shank there is leg, px from the ankle: the lowest of the wearable area at the shank, or
    where none is seen (a boot's rim, edge-on) the point where the shank leaves the visible area."""
    along = _along(visible.shape, *shank)
    near = along[wearable & _about(visible.shape, shank[None], HALF_WIDTH * extent)]
    return float(near.min() if near.size else along[visible & _about(visible.shape, shank[None], 2)].max(initial=0))


def _cut(rgb: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """GrabCut's foreground; the labels' own where they leave nothing to decide."""
    probable = labels % 2 == 1  # OpenCV's foreground labels are odd
    if not (labels == cv2.GC_FGD).any() or not probable.any():
        return probable
    cv2.setRNGSeed(0)
    models = np.zeros((2, 1, 65))
    found, _, _ = cv2.grabCut(np.ascontiguousarray(rgb), labels.copy(), (0, 0, 1, 1), *models, 3, cv2.GC_INIT_WITH_MASK)
    return found % 2 == 1
