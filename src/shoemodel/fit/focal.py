"""The focal length of a photo from its EXIF data, where that says enough."""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from shoemodel.geometry import Size

EXIF_IFD, FOCAL_35MM, WIDTH, HEIGHT = 0x8769, 41989, 40962, 40963
DIAGONAL_35MM = 43.27
SAME_SHAPE = 0.02
"""A photo whose sides are in another ratio than its EXIF data says was cropped."""


def focal_px_of(path: Path | str, size: Size) -> float | None:
    """Focal length in px of a photo decoded to `size` (h, w), or None where nothing reliable is said.

    Only the 35 mm equivalent counts, for without the sensor's size the focal length itself means nothing; and only
    where the photo was not cropped after it was taken, as far as its EXIF data tell.
    """
    try:
        with Image.open(path) as image:
            tags = image.getexif().get_ifd(EXIF_IFD)
    except (OSError, UnidentifiedImageError, SyntaxError):
        return None
    focal = float(tags.get(FOCAL_35MM) or 0)
    taken = (float(tags.get(HEIGHT) or 0), float(tags.get(WIDTH) or 0))
    if focal <= 0:
        return None
    if min(taken) > 0 and abs(math.log((max(taken) / min(taken)) / (max(size) / min(size)))) > SAME_SHAPE:
        return None
    return focal / DIAGONAL_35MM * math.hypot(*size)
