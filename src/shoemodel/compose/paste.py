"""Identity: the shoe's visible area is copied onto the generated picture (paper 3.3).

The networks generate the background at their own size; these are enlarged to the canvas and X_w goes on top at full
resolution. Inside the visible area the result's pixels are the photo's, max |Δ| = 0. Blending touches pixels outside
it only: the background takes on the photo's light and a contact shadow, and a thin ring the colour of the nearest
shoe pixel, fading out, which softens the seam (ours).
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.compose.harmonise import contact_shadow, follow_light
from shoemodel.image.geometry import Box, Letterbox
from shoemodel.image.masks import dilate, erode, feather


def paste(
    generated: UInt8[np.ndarray, "gh gw 3"],
    shoe_rgb: UInt8[np.ndarray, "h w 3"],
    visible: Bool[np.ndarray, "h w"],
    feather_px: int | None = None,
) -> UInt8[np.ndarray, "h w 3"]:
    """X′ at the canvas's size (h, w) from what the generator drew, letterboxed or already at (h, w).

    shoe_rgb: the photo on the canvas. visible: the area to keep. feather_px: the ring's width outside it in canvas px,
    by default `feather_of`; 0 cuts hard.
    """
    if shoe_rgb.shape != (*visible.shape, 3):
        raise ValueError(f"shoe and visible area need one size, got {shoe_rgb.shape} and {visible.shape}")
    result = Letterbox(visible.shape, generated.shape[:2]).invert_image(generated)
    if not visible.any():
        return result
    result = follow_light(result, shoe_rgb, visible)
    result = np.round(result * (1 - contact_shadow(visible))[..., None]).astype(np.uint8)
    if feather_px is None:
        feather_px = feather_of(generated.shape[:2], visible.shape)
    if feather_px > 0:
        _soften(result, shoe_rgb, visible, feather_px)
    result[visible] = shoe_rgb[visible]
    assert max_delta(result, shoe_rgb, visible) == 0
    return result


def feather_of(generated: tuple[int, int], canvas: tuple[int, int]) -> int:
    """Width of the ring in px of the canvas (h, w): half a pixel of the generator's picture, at least 1 (ours)."""
    return max(1, round(0.5 / Letterbox(canvas, generated).scale_xy.min()))


def max_delta(
    image: UInt8[np.ndarray, "h w 3"], shoe_rgb: UInt8[np.ndarray, "h w 3"], visible: Bool[np.ndarray, "h w"]
) -> int:
    """The largest difference of any channel inside the visible area; 0 where that area is empty."""
    inside = image[visible].astype(np.int16) - shoe_rgb[visible]
    return int(np.abs(inside).max(initial=0))


def _soften(result: np.ndarray, shoe_rgb: np.ndarray, visible: np.ndarray, feather_px: int) -> None:
    """Fade the shoe's edge colour into `result`, in place, around the visible area.

    That colour is taken from as far inside as the ring is wide, and smoothed: the outermost pixels are mixed with the
    photo's ground. Parts that are thinner, such as laces, lend their own.
    """
    tight, margin = Box.of_mask(visible), feather_px + 1
    rows = slice(max(0, int(tight.y0) - margin), int(tight.y1) + margin)
    columns = slice(max(0, int(tight.x0) - margin), int(tight.x1) + margin)
    inside, shoe, window = visible[rows, columns], shoe_rgb[rows, columns], result[rows, columns]
    weight = feather(inside, feather_px)
    ring = (weight > 0) & ~inside
    core = erode(inside, feather_px)
    core |= inside & ~dilate(core, feather_px + 1)
    edge = cv2.GaussianBlur(nearest_colours(shoe, core), (0, 0), feather_px / 2)[ring].astype(np.float32)
    blended = edge * weight[ring, None] + window[ring] * (1 - weight[ring, None])
    window[ring] = np.round(blended).astype(np.uint8)


def nearest_colours(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Every pixel's nearest masked pixel's colour."""
    _, labels = cv2.distanceTransformWithLabels(
        (~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((labels.max() + 1, 3), np.uint8)
    colours[labels[mask]] = image[mask]
    return colours[labels]
