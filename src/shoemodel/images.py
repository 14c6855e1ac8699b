"""The only file that opens or saves a picture.

Whatever comes in, inside there is one kind of picture: sRGB, HWC uint8, upright. Whatever goes out is written under a
temporary name in the same folder and then renamed, so that nothing half-written is left behind.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import struct
import warnings
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from shoemodel.errors import InputError
from shoemodel.masks import COLOURS

MAX_PIXELS = 50_000_000
MIN_SIDE = 32
# Formats decoded by libraries alone; EPS, say, would start an interpreter.
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000")
ACCEPTED = "PNG, JPEG, WebP, AVIF, TIFF, BMP, GIF, JPEG 2000 and HEIC"
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_DECODING_ERRORS = (OSError, SyntaxError, ValueError, TypeError, IndexError, EOFError, struct.error, zlib.error)
_FLIP = Image.Transpose
_UPRIGHT = {
    2: _FLIP.FLIP_LEFT_RIGHT, 3: _FLIP.ROTATE_180, 4: _FLIP.FLIP_TOP_BOTTOM, 5: _FLIP.TRANSPOSE,
    6: _FLIP.ROTATE_270, 7: _FLIP.TRANSVERSE, 8: _FLIP.ROTATE_90,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture as it came from a file: sRGB pixels, its transparency if any, where it was, its bytes' SHA-256.

    Pixels that are not fully opaque stand composed over white in `rgb`; opaque ones are the file's own.
    """

    rgb: UInt8[np.ndarray, "h w 3"]
    alpha: UInt8[np.ndarray, "h w"] | None
    path: Path
    sha256: str

    @property
    def size(self) -> tuple[int, int]:
        """(h, w) in px."""
        return self.rgb.shape[:2]


def load(path: Path | str, max_pixels: int = MAX_PIXELS) -> Photo:
    """Read a picture of at least 32 px a side and at most `max_pixels`; of an animation, the first frame.

    EXIF orientation is applied, an embedded colour profile converted to sRGB. InputError for everything that is not
    such a picture; the number of pixels is checked from the header, before anything is decoded.
    """
    path = Path(path)
    with _opened(path) as file:
        return _read(file, path, max_pixels)


def from_bytes(data: bytes, name: str, max_pixels: int = MAX_PIXELS) -> Photo:
    """A picture file that is already in memory, treated as `load` treats a file; `name` only names it."""
    return _read(io.BytesIO(data), Path(name), max_pixels)


def _read(file: io.BufferedReader | io.BytesIO, path: Path, max_pixels: int) -> Photo:
    image = _open_picture(file, path, _is_heic(file.read(12)))
    _check_size(image, path, max_pixels)
    try:
        image.load()
    except Image.DecompressionBombError as error:
        limit = f"at most {max_pixels / 1e6:g} megapixels are accepted"
        raise InputError(f"{path} is too large: {error}; {limit}") from error
    except _DECODING_ERRORS as error:
        raise InputError(f"{path} is damaged or cut off ({error}); a complete picture is accepted") from error
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Photo(*_decode(image, path), path, sha256)


def from_pil(image: Image.Image, name: str = "photo") -> Photo:
    """A picture that is already in memory, treated as `load` treats a file; its hash is that of its upright pixels.

    InputError for sizes that `load` refuses.
    """
    _check_size(image, Path(name), MAX_PIXELS)
    rgb, alpha = _decode(image, Path(name))
    return Photo(rgb, alpha, Path(name), hashlib.sha256(rgb.tobytes()).hexdigest())


def as_photo(image: Photo | Image.Image | UInt8[np.ndarray, "h w 3"]) -> Photo:
    """What a caller may hand in, as a Photo; the hash of one that comes from no file is that of its pixels.

    Raises:
        InputError: no picture, or an array that is not (h, w, 3) uint8.
    """
    if isinstance(image, Photo):
        return image
    if isinstance(image, Image.Image):
        return from_pil(image)
    if isinstance(image, np.ndarray) and image.ndim == 3 and image.shape[2] == 3 and image.dtype == np.uint8:
        return from_pil(Image.fromarray(image))
    found = f"an array {image.shape} of {image.dtype}" if isinstance(image, np.ndarray) else type(image).__name__
    raise InputError(f"the photo is {found}; a Photo, a PIL image or an array (h, w, 3) of uint8 is accepted")


def _opened(path: Path) -> io.BufferedReader:
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder; a picture file is accepted")
        if not path.exists():
            raise InputError(f"{path} does not exist; a picture file is accepted")
        if not path.is_file():
            raise InputError(f"{path} is not a regular file; a picture file is accepted")
        return path.open("rb")
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(f"{str(path)!r} cannot be read ({_reason(error)}); a readable file is accepted") from error


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS


def _open_picture(file: io.BufferedReader | io.BytesIO, path: Path, heic: bool) -> Image.Image:
    """Parse the header only."""
    file.seek(0)
    formats: tuple[str, ...] = FORMATS
    if heic:
        try:
            import pillow_heif
        except ImportError as error:
            raise InputError(f"{path} is a HEIC picture; install shoemodel[heic] or give {ACCEPTED[:-9]}") from error
        pillow_heif.register_heif_opener()
        formats = ("HEIF",)
    try:
        with warnings.catch_warnings():
            # The size is judged right after, more strictly.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(file, formats=formats)
    except Image.DecompressionBombError as error:
        limit = f"{MAX_PIXELS / 1e6:g} megapixels"
        raise InputError(f"{path} has far more pixels than fit here; at most {limit} are accepted") from error
    except UnidentifiedImageError as error:
        raise InputError(f"{path} is not a picture that can be read; {ACCEPTED} are accepted") from error
    except _DECODING_ERRORS as error:
        raise InputError(f"{path} is damaged ({_reason(error)}); a complete picture is accepted") from error


def _check_size(image: Image.Image, path: Path, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        found = f"{width}x{height} px ({width * height / 1e6:.0f} megapixels)"
        raise InputError(f"{path} has {found}; at most {max_pixels / 1e6:g} megapixels are accepted")
    if min(width, height) < MIN_SIDE:
        raise InputError(f"{path} has {width}x{height} px; at least {MIN_SIDE} px a side are accepted")


def _decode(image: Image.Image, path: Path) -> tuple[np.ndarray, np.ndarray | None]:
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


def _orientation(image: Image.Image, path: Path) -> int:
    try:
        return image.getexif().get(0x0112, 1)
    except _DECODING_ERRORS as error:
        warnings.warn(f"{path}: unreadable EXIF, taken as upright ({_reason(error)})", stacklevel=4)
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


def encode_png(
    image: UInt8[np.ndarray, "h w *c"], text: Mapping[str, str] | None = None, exif: bytes | None = None
) -> bytes:
    """Grey, RGB or RGBA as PNG; `text` becomes iTXt entries, `exif` an eXIf entry."""
    info = PngInfo()
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    return _encoded(Image.fromarray(image), "PNG", pnginfo=info, exif=exif)


def encode_palette_png(labels: UInt8[np.ndarray, "h w"], colours: Sequence[tuple[int, int, int]] = COLOURS) -> bytes:
    """A label map as palette PNG: the pixel is the label, `colours[label]` what a viewer shows."""
    if labels.size and labels.max() >= len(colours):
        raise ValueError(f"labels must be below the {len(colours)} colours, got {labels.max()}")
    image = Image.frombytes("P", labels.shape[::-1], labels.tobytes())
    image.putpalette([channel for colour in colours for channel in colour])
    return _encoded(image, "PNG")


def save_png(
    path: Path | str,
    image: UInt8[np.ndarray, "h w *c"],
    text: Mapping[str, str] | None = None,
    exif: bytes | None = None,
) -> None:
    """Write grey, RGB or RGBA as PNG; InputError where the folder cannot be written."""
    write_bytes(path, encode_png(image, text, exif))


def save_palette_png(
    path: Path | str, labels: UInt8[np.ndarray, "h w"], colours: Sequence[tuple[int, int, int]] = COLOURS
) -> None:
    """Write a label map as palette PNG, by default in the colours of the shoe's areas."""
    write_bytes(path, encode_palette_png(labels, colours))


def encode_jpeg(image: UInt8[np.ndarray, "h w 3"], quality: int = 92) -> bytes:
    """RGB as JPEG without chroma subsampling."""
    return _encoded(Image.fromarray(image), "JPEG", quality=quality, subsampling=0)


def save_jpeg(path: Path | str, image: UInt8[np.ndarray, "h w 3"], quality: int = 92) -> None:
    """Write RGB as `encode_jpeg` gives it."""
    write_bytes(path, encode_jpeg(image, quality))


def encode_webp(image: UInt8[np.ndarray, "h w *c"]) -> bytes:
    """RGB or RGBA as WebP without loss."""
    return _encoded(Image.fromarray(image), "WEBP", lossless=True)


def write_bytes(path: Path | str, data: bytes) -> None:
    """Write a file whole or not at all: a temporary name in the same folder, then a rename."""
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            with temporary.open("xb") as file:
                file.write(data)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({_reason(error)}); a writable folder is accepted") from error


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    image.save(buffer := io.BytesIO(), kind, **options)
    return buffer.getvalue()


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
