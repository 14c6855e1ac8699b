"""The last step: photo < shadow < leg < soft edge of the visible area < its certified pixels (ours)."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

from shoemodel.compose.layers import Layers
from shoemodel.compose.matting import SoftAreas
from shoemodel.compose.photo_light import to_linear, to_srgb
from shoemodel.image.geometry import Box

ROWS = 512
"""Rows worked on at a time: the floats of a photo of 24 megapixels would fill the memory."""


def lay(background_rgb: UInt8[np.ndarray, "h w 3"], layers: Layers, soft: SoftAreas) -> UInt8[np.ndarray, "h w 3"]:
    """The picture on the canvas (h, w).

    background_rgb: the photo on the canvas, or with another ground about the shoe. Where there is neither leg nor
    shadow, and on the visible area, its bytes stay. ValueError for sizes that differ.
    """
    size = background_rgb.shape[:2]
    if layers.size != size or soft.areas.size != size:
        raise ValueError(f"background, layers and areas need one size, got {size}, {layers.size}, {soft.areas.size}")
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
