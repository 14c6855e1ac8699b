"""The scene of an image: what is left of it without its legs, for a second pass to generate them in (ours).

A generator that has X_w as a condition only makes the shoe a little too large, or its edge in a colour of its own, and
lumps and second legs beside it; what it made beyond X_w stays when X_w is pasted. So of the first image the scene alone
is kept: the legs are cut out, they, a ring about the shoe and what the judge takes for other shoes are filled from what
lies around, and X_w is put in place. In that scene the leg is generated as in a photo (`compose.photo_background`):
where no leg can be, nothing can grow.

Measured: `docs/results.md`.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.compose.harmonise import follow_light
from shoemodel.compose.leg_mask import LegMask, cut
from shoemodel.compose.photo_background import BackgroundImage
from shoemodel.compose.placed import PlacedShoe
from shoemodel.image.masks import dilate
from shoemodel.image.pose import Pose

WIDE = 0.6
"""Half the width about the bones that is filled in any case, in foot lengths."""
RING_PX, FADE_PX = 8.0, 4.0
"""Width of the ring about shoe and legs that is filled too, and std of the blur beyond it, at 256 px."""
SWEEPS = 40
"""Of the membrane over a hole, at each of its sizes."""


def emptied(
    generated: UInt8[np.ndarray, "s s 3"], pose: Pose, shoes: Bool[np.ndarray, "s s"] | None, shoe: PlacedShoe
) -> BackgroundImage:
    """What the first pass generated, without its legs and shoes and with X_w in place, on the canvas.

    The pose stands in px of the canvas. shoes: where in what was generated shoes are, those beside the legs as well;
    None where nothing has looked.
    """
    side_px = len(generated)
    square, mask = shoe.square(side_px), shoe.leg_mask(pose, side_px)
    outside = ~square.letterbox.apply_labels(np.ones(shoe.size, bool))
    legs = _legs_in(generated, mask, outside)
    shod = legs | square.visible if shoes is None else legs | square.visible | shoes
    hole = dilate(shod, RING_PX * mask.unit) | mask.about(WIDE)
    hole = dilate(hole, 2 * FADE_PX * mask.unit)
    ground = follow_light(generated, square.rgb, square.visible) if square.visible.any() else generated
    filled = fill_smoothly(ground, hole | outside)
    alpha = cv2.GaussianBlur(hole.astype(np.float32), (0, 0), FADE_PX * mask.unit)[..., None]
    empty = np.round(ground + alpha * (filled.astype(np.float32) - ground)).astype(np.uint8)
    rgb = square.letterbox.invert_image(empty)
    rgb[shoe.visible] = shoe.rgb[shoe.visible]
    return BackgroundImage(rgb, "scene")


def _legs_in(generated: np.ndarray, mask: LegMask, outside: np.ndarray) -> Bool[np.ndarray, "s s"]:
    """What looks like the legs that stand on the bones, wherever it is."""
    labels = np.full(outside.shape, cv2.GC_PR_BGD, np.uint8)
    labels[mask.likely] = cv2.GC_PR_FGD
    labels[mask.core] = cv2.GC_FGD
    labels[mask.visible | outside] = cv2.GC_BGD
    return cut(generated, labels)


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
