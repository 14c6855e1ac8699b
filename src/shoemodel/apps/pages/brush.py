"""Areas of a shoe as the brush in the browser (static/paint.js) takes and gives them."""

from __future__ import annotations

import base64
import io

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image

from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image.decode import DECODING_ERRORS
from shoemodel.image.masks import VISIBLE, WEARABLE, ShoeAreas

SIDE = 1024
"""Longer side in px of what is painted on in the browser, where nothing else is said."""


def data_url(picture: bytes, kind: str = "png") -> str:
    """Bytes of a picture as a URL."""
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def jpeg_url(rgb: UInt8[np.ndarray, "h w 3"]) -> str:
    """RGB as a URL of a JPEG."""
    return data_url(images.encode_jpeg(rgb, 88), "jpeg")


def small(image: np.ndarray, side: int = SIDE, nearest: bool = False) -> np.ndarray:
    """Reduced so that the longer side has at most `side` px."""
    scale = min(1.0, side / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_NEAREST if nearest else cv2.INTER_AREA)


def labels_url(areas: ShoeAreas, side: int = SIDE) -> str:
    """Areas to paint on, as a URL of a palette PNG."""
    return data_url(images.encode_palette_png(small(areas.labels, side, nearest=True)))


def painted(areas: ShoeAreas, url: str, side: int = SIDE) -> ShoeAreas:
    """The areas on the photo's grid after the brush; `url` is what it left, pixels it did not touch stay as they are.

    Raises:
        InputError: no such picture, or one of another size than was sent.
    """
    before = small(areas.labels, side, nearest=True)
    try:
        sent = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])), formats=("PNG",)).convert("RGBA")
    except (*DECODING_ERRORS, Image.DecompressionBombError) as error:
        raise InputError(f"the painted areas cannot be read ({error}); a PNG is accepted") from error
    if sent.size != before.shape[::-1]:
        raise InputError(f"the painted areas are {sent.size}, but {before.shape[::-1]} was sent to be painted on")
    rgba = np.array(sent).astype(int)
    yellow = rgba[..., 0] > rgba[..., 2]
    after = np.where(rgba[..., 3] < 128, 0, np.where(yellow, WEARABLE, VISIBLE)).astype(np.uint8)
    size = areas.size[::-1]
    changed = cv2.resize((after != before).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return ShoeAreas(np.where(changed, cv2.resize(after, size, interpolation=cv2.INTER_NEAREST), areas.labels))
