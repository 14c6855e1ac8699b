"""From an opened picture of any mode to upright 8-bit sRGB: EXIF orientation, alpha, 16 bits, CMYK, colour profiles."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from shoemodel.errors import InputError

DECODING_ERRORS = (OSError, SyntaxError, ValueError, TypeError, IndexError, EOFError, struct.error, zlib.error)
_FLIP = Image.Transpose
_UPRIGHT = {
    2: _FLIP.FLIP_LEFT_RIGHT, 3: _FLIP.ROTATE_180, 4: _FLIP.FLIP_TOP_BOTTOM, 5: _FLIP.TRANSPOSE,
    6: _FLIP.ROTATE_270, 7: _FLIP.TRANSVERSE, 8: _FLIP.ROTATE_90,
}  # fmt: skip


def decode(image: Image.Image, path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """A decoded picture of any mode as upright sRGB, and its alpha where something is not opaque."""
    profile = image.info.get("icc_profile")
    orientation = _orientation(image, path)
    colour, alpha = _split(image, path)
    colour = _to_srgb(colour, profile, path)
    if orientation in _UPRIGHT:
        colour = colour.transpose(_UPRIGHT[orientation])
        alpha = alpha.transpose(_UPRIGHT[orientation]) if alpha else None
    rgb = np.array(colour)
    if alpha is None or alpha.getextrema() == (255, 255):
        return rgb, None
    opacity = np.array(alpha)
    over_white = np.array(Image.composite(colour, Image.new("RGB", colour.size, "white"), alpha))
    return np.where(opacity[..., None] == 255, rgb, over_white), opacity


FILM_DIAGONAL_MM = 43.27
FILM_SHAPE = 4 / 3
"""Of a phone's sensor: a square picture was cut out of one such."""
SAME_SHAPE = 0.02
"""A photo whose sides are in another ratio than its EXIF says was cut out of a larger one."""
_EXIF_IFD, _FOCAL_35MM, _WIDTH, _HEIGHT = 0x8769, 41989, 40962, 40963


def focal_px(image: Image.Image, path: Path) -> float | None:
    """The focal length in px that EXIF states as that on 35 mm film, whose diagonal is 43.27 mm; None without one, and
    where the photo was cropped after it was taken."""
    try:
        tags = image.getexif().get_ifd(_EXIF_IFD)
        focal_mm = float(tags.get(_FOCAL_35MM) or 0)
        taken = sorted(float(tags.get(name) or 0) for name in (_WIDTH, _HEIGHT))
    except DECODING_ERRORS as error:
        warnings.warn(f"{path}: unreadable EXIF, taken as without a focal length ({reason(error)})", stacklevel=4)
        return None
    short, long = sorted(image.size)
    if taken[0] > 0 and abs(np.log(taken[1] / taken[0] * short / long)) > SAME_SHAPE:
        return None
    diagonal = np.hypot(short, max(long, short * FILM_SHAPE) if long < 1.1 * short else long)
    return float(focal_mm / FILM_DIAGONAL_MM * diagonal) if focal_mm > 0 else None


def _orientation(image: Image.Image, path: Path) -> int:
    try:
        return image.getexif().get(0x0112, 1)
    except DECODING_ERRORS as error:
        warnings.warn(f"{path}: unreadable EXIF, taken as upright ({reason(error)})", stacklevel=4)
        return 1


def _split(image: Image.Image, path: Path) -> tuple[Image.Image, Image.Image | None]:
    """Colour in mode L, RGB or CMYK, and alpha in mode L if the file has any."""
    if image.mode.startswith("I"):
        return _from_16_bit(image, path), None
    if image.mode == "LA":
        return image.getchannel("L"), image.getchannel("A")
    try:
        if image.has_transparency_data:
            rgba = image.convert("RGBA")
            return rgba.convert("RGB"), rgba.getchannel("A")
        if image.mode in ("L", "RGB", "CMYK"):
            return image, None
        if image.mode == "F":
            raise ValueError("32-bit floating point")
        return image.convert("L" if image.mode == "1" else "RGB"), None
    except ValueError as error:
        found = f"pixels of mode {image.mode} ({error})"
        raise InputError(f"{path} has {found}; 8 or 16 bits per channel in grey, RGB or CMYK are accepted") from error


def _from_16_bit(image: Image.Image, path: Path) -> Image.Image:
    values = np.asarray(image).astype(np.int64)
    if not 0 <= values.min() <= values.max() <= 65535:
        raise InputError(f"{path} has 32-bit pixels; 8 or 16 bits per channel are accepted")
    return Image.fromarray(((values * 255 + 32767) // 65535).astype(np.uint8))


def _to_srgb(image: Image.Image, profile: bytes | None, path: Path) -> Image.Image:
    """Convert through the embedded profile; pixels that already are sRGB stay untouched."""
    if not profile:
        return image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source) and image.mode == "RGB":
            return image
        if source.profile.xcolor_space.strip() == "RGB":
            image = image.convert("RGB")
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), image.mode, "RGB")
        return transform.apply(image)
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        warnings.warn(f"{path}: unusable colour profile, pixels taken as sRGB ({error})", stacklevel=4)
        return image.convert("RGB")


def reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
