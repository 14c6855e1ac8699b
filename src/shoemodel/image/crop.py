"""The square around a shoe in which the networks look at it; training and inference cut it with the same function."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from shoemodel.image.geometry import Box, Similarity, warp


def to_network(rgb: UInt8[np.ndarray, "*n h w 3"]) -> Float[np.ndarray, "*n 3 h w"]:
    """HWC uint8 → CHW float32 in [-1, 1], what the area and foot networks read; batches too."""
    return np.ascontiguousarray(np.moveaxis(rgb, -1, -3), np.float32) / 127.5 - 1.0


def square_around(mask: Bool[np.ndarray, "h w"], side: int, margin: float) -> Similarity:
    """Moves picture px into a crop of `side` px: the square around a mask's box, with `margin` of its longer side on
    each side. ValueError for an empty mask. No rotation, so aspect is kept and the box is letterboxed in the square.
    """
    box = Box.of_mask(mask)
    scale = side / (max(box.width, box.height) * (1 + 2 * margin))
    x, y = box.centre
    return Similarity(scale, 0.0, side / 2 - x * scale, side / 2 - y * scale)


def crop_to_mask(
    rgb: UInt8[np.ndarray, "h w 3"], mask: Bool[np.ndarray, "h w"], side: int, margin: float
) -> tuple[UInt8[np.ndarray, "side side 3"], Similarity]:
    """The masked pixels on black, cropped to a square of `side` px, and the transform picture px → crop px."""
    transform = square_around(mask, side, margin)
    return masked_crop(rgb, mask, transform, side), transform


def masked_crop(
    rgb: UInt8[np.ndarray, "h w 3"], mask: Bool[np.ndarray, "h w"], transform: Similarity, side: int
) -> UInt8[np.ndarray, "side side 3"]:
    """The masked pixels on black, moved by `transform` into a square of `side` px."""
    box = Box.of_mask(mask)
    shoe = cv2.copyTo(rgb[box.slices], mask[box.slices].view(np.uint8))
    return warp(shoe, Similarity(dx=box.x0, dy=box.y0).then(transform), (side, side))


def about_centre(
    side: float,
    scale: float = 1.0,
    angle_deg: float = 0.0,
    shift_px: tuple[float, float] = (0.0, 0.0),
    flip: bool = False,
) -> Similarity:
    """Scale, turn and mirror a square picture of `side` px about its centre, then shift it."""
    linear = Similarity(scale, angle_deg, 0.0, 0.0, flip)
    x, y = side / 2 - linear.apply(np.array([side / 2, side / 2])) + shift_px
    return Similarity(scale, angle_deg, float(x), float(y), flip)
