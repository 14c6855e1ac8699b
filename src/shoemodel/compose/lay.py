"""The last step: photo < shadow < leg < soft edge of the visible area < its certified pixels (ours)."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from shoemodel.compose.layers import Layers
from shoemodel.compose.matting import SoftAreas
from shoemodel.compose.photo_light import to_linear, to_srgb
from shoemodel.image.geometry import Box

LINING_EDGE_PX = 0.8
"""Softness of the wearable area's edge before another place."""
ROWS = 512
"""Rows worked on at a time: the floats of a photo of 24 megapixels would fill the memory."""


def lay(background_rgb: UInt8[np.ndarray, "h w 3"], layers: Layers, soft: SoftAreas) -> UInt8[np.ndarray, "h w 3"]:
    """The picture on the canvas (h, w).

    background_rgb: the photo on the canvas, or with another ground about the shoe; the layers' place, where they have
    one, takes the place of its ground. Where there is neither leg nor
    shadow, and on the visible area but for `layers.before`, its bytes stay. ValueError for sizes that differ.
    """
    size = background_rgb.shape[:2]
    if layers.size != size or soft.areas.size != size:
        raise ValueError(f"background, layers and areas need one size, got {size}, {layers.size}, {soft.areas.size}")
    if layers.before is not None and layers.before.any():
        soft = soft.behind(layers.before)
    if layers.place is not None:
        background_rgb = in_place(background_rgb, layers.place, soft)
    result = background_rgb.copy()
    changed = ((layers.alpha > 0) | (layers.shadow < 1)) & ~soft.areas.visible
    if not changed.any():
        return result
    rows, columns = Box.of_mask(changed).slices
    for top in range(rows.start, rows.stop, ROWS):
        part = slice(top, min(top + ROWS, rows.stop)), columns
        there = changed[part]
        result[part][there] = _mixed(background_rgb[part][there], layers, soft, part, there)
    return result


def in_place(
    photo_rgb: UInt8[np.ndarray, "h w 3"], place: Float32[np.ndarray, "h w 3"], soft: SoftAreas
) -> UInt8[np.ndarray, "h w 3"]:
    """The shoe of the photo, its wearable area included, before another place (sRGB in [0, 1])."""
    inside = cv2.erode(soft.areas.wearable.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    cover = np.maximum(soft.alpha, cv2.GaussianBlur(inside, (0, 0), LINING_EDGE_PX))[..., None]
    mixed = cover * soft.foreground + (1 - cover) * (255 * place)
    return np.where(soft.areas.visible[..., None], photo_rgb, np.round(mixed)).astype(np.uint8)


def _mixed(
    background: np.ndarray, layers: Layers, soft: SoftAreas, part: tuple[slice, slice], there: np.ndarray
) -> np.ndarray:
    """The changed pixels (n, 3) of a part of the canvas."""
    shoe, leg, shadow = (a[part][there][:, None] for a in (soft.alpha, layers.alpha, layers.shadow))
    shadow = 1 - (1 - shadow) * (1 - shoe)
    shaded = to_srgb(to_linear(background.astype(np.float32) / 255) * shadow)
    own = soft.foreground[part][there].astype(np.float32) / 255
    worn = shoe * own + (1 - shoe) * layers.colour[part][there]
    return np.round(255 * np.clip((1 - leg) * shaded + leg * worn, 0, 1)).astype(np.uint8)
