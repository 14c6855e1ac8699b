"""The scene of a picture: what is left of it without its legs, for a second pass to draw them in (ours).

A generator that has X_w as a condition only draws the shoe a little too large, or its edge in a colour of its own, and
lumps and second legs beside it; what it drew beyond X_w stays when X_w is pasted. So of the first picture the scene is
kept alone: the legs are cut out, they, a ring about the shoe and what the judge takes for other shoes are filled from
what lies around, and X_w is put in place. In that scene the leg is drawn as in a photo
(`compose.photo_background`): where no leg can be, nothing can grow.

Measured: `docs/results.md`.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.compose.harmonise import follow_light
from shoemodel.compose.leg_mask import Room, cut
from shoemodel.compose.photo_background import Surroundings
from shoemodel.image.geometry import Letterbox
from shoemodel.image.masks import dilate
from shoemodel.image.pose import Pose
from shoemodel.sw.conditions import in_square, pose_in_square

WIDE = 0.6
"""Half the width about the bones that is filled in any case, in extents of the foot."""
RING_PX, FADE_PX = 8.0, 4.0
"""Width of the ring about shoe and legs that is filled too, and deviation of the blur beyond it, at 256 px."""
SWEEPS = 40
"""Of the membrane over a hole, at each of its sizes."""


def emptied(
    drawn: UInt8[np.ndarray, "s s 3"],
    shoe: UInt8[np.ndarray, "h w 4"],
    pose: Pose,
    wearable: Bool[np.ndarray, "h w"] | None,
    shoes: Bool[np.ndarray, "s s"] | None = None,
) -> Surroundings:
    """What the first pass drew, without its legs and shoes and with X_w in place, on the canvas.

    shoe: X_w on the canvas, see `paste.place`; pose and wearable area, None for none, stand on the canvas too. shoes:
    where in what was drawn shoes are, those beside the legs as well, if something has looked.
    """
    canvas = shoe.shape[:2]
    wearable = np.zeros(canvas, bool) if wearable is None else wearable
    square, (x_w, visible) = Letterbox(canvas, drawn.shape[:2]), in_square(shoe, len(drawn))
    room = Room(visible, square.apply_labels(wearable), pose_in_square(pose, canvas, len(drawn)))
    outside = ~square.apply_labels(np.ones(canvas, bool))
    legs = _legs_drawn(drawn, room, outside)
    shod = legs | visible if shoes is None else legs | visible | shoes
    hole = dilate(shod, RING_PX * room.unit) | room.about(WIDE)
    hole = dilate(hole, 2 * FADE_PX * room.unit)
    ground = follow_light(drawn, x_w, visible) if visible.any() else drawn
    filled = fill_smoothly(ground, hole | outside)
    share = cv2.GaussianBlur(hole.astype(np.float32), (0, 0), FADE_PX * room.unit)[..., None]
    empty = np.round(ground + share * (filled.astype(np.float32) - ground)).astype(np.uint8)
    rgb, kept = square.invert_image(empty), shoe[..., 3] == 255
    rgb[kept] = shoe[kept][:, :3]
    return Surroundings(rgb, wearable, "scene")


def _legs_drawn(drawn: np.ndarray, room: Room, outside: np.ndarray) -> Bool[np.ndarray, "s s"]:
    """What looks like the legs that stand on the bones, wherever it is."""
    labels = np.full(outside.shape, cv2.GC_PR_BGD, np.uint8)
    labels[room.likely] = cv2.GC_PR_FGD
    labels[room.core] = cv2.GC_FGD
    labels[room.visible | outside] = cv2.GC_BGD
    return cut(drawn, labels)


def fill_smoothly(rgb: UInt8[np.ndarray, "h w 3"], hole: Bool[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w 3"]:
    """`rgb` with a membrane over its hole, as smooth as its border allows (Laplace's equation, relaxed from coarse to
    fine); unchanged where all of it is a hole."""
    if hole.all():
        return rgb
    weight = (~hole).astype(np.float32)
    levels = [(rgb * weight[..., None], weight)]
    while min(levels[-1][1].shape) > 4:
        levels.append((cv2.pyrDown(levels[-1][0]), cv2.pyrDown(levels[-1][1])))
    filled = np.full((1, 1, 3), rgb[~hole].mean(0), np.float32)
    for colours, weight in reversed(levels):
        known = (weight > 0)[..., None]
        given = colours / np.maximum(weight, 1e-9)[..., None]
        filled = cv2.resize(filled, weight.shape[::-1], interpolation=cv2.INTER_LINEAR)
        for _ in range(SWEEPS):
            filled = cv2.blur(np.where(known, given, filled), (3, 3), borderType=cv2.BORDER_REPLICATE)
    return np.where(hole[..., None], np.clip(np.round(filled), 0, 255).astype(np.uint8), rgb)
