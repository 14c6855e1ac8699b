"""The only file that opens or saves a picture.

Whatever comes in, inside there is one kind of picture: sRGB, HWC uint8, upright. Whatever goes out is written under a
temporary name in the same folder and then renamed, so that nothing half-written is left behind.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from shoemodel.errors import InputError
from shoemodel.image import decode
from shoemodel.image.masks import COLOURS

MAX_PIXELS = 50_000_000
MIN_SIDE = 32
MAX_RATIO = 10  # of the longer to the shorter side: whatever is larger shows no shoe, and canvases for it are enormous
# Formats decoded by libraries alone; EPS, say, would start an interpreter.
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000")
ACCEPTED = "PNG, JPEG, WebP, AVIF, TIFF, BMP, GIF, JPEG 2000 and HEIC"
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture as it came from a file: sRGB pixels, its transparency if any, where it was, its bytes' SHA-256.

    Pixels that are not fully opaque stand composed over white in `rgb`; opaque ones are the file's own.
    """

    rgb: UInt8[np.ndarray, "h w 3"]
    alpha: UInt8[np.ndarray, "h w"] | None
    path: Path
    sha256: str
    focal_px: float | None = None
    """Focal length in px, where EXIF states it."""

    @property
    def size(self) -> tuple[int, int]:
        """(h, w) in px."""
        return self.rgb.shape[:2]


def load(path: Path | str, max_pixels: int = MAX_PIXELS) -> Photo:
    """Read a picture of at least 32 px a side, 10:1 and `max_pixels` at most; of an animation, the first frame.

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
    image = _open_picture(file, path, _is_heic(file.read(12)), max_pixels)
    _check_size(image, path, max_pixels)
    try:
        image.load()
    except Image.DecompressionBombError as error:
        limit = f"at most {max_pixels / 1e6:g} megapixels are accepted"
        raise InputError(f"{path} is too large: {error}; {limit}") from error
    except decode.DECODING_ERRORS as error:
        raise InputError(f"{path} is damaged or cut off ({error}); a complete picture is accepted") from error
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Photo(*decode.decode(image, path), path, sha256, decode.focal_px(image, path))


def from_pil(image: Image.Image, name: str = "photo") -> Photo:
    """A picture that is already in memory, treated as `load` treats a file; its hash is that of its upright pixels.

    InputError for sizes that `load` refuses.
    """
    _check_size(image, Path(name), MAX_PIXELS)
    rgb, alpha = decode.decode(image, Path(name))
    return Photo(rgb, alpha, Path(name), hashlib.sha256(rgb.tobytes()).hexdigest(), decode.focal_px(image, Path(name)))


AnyPhoto = Photo | str | os.PathLike[str] | Image.Image | UInt8[np.ndarray, "h w 3"]
"""What a caller may hand in."""


def as_photo(image: AnyPhoto | np.ndarray) -> Photo:
    """What a caller handed in, a file's name too, as a Photo; the hash of one from no file is that of its pixels.

    Raises:
        InputError: no picture, or an array that is not (h, w, 3) uint8.
    """
    if isinstance(image, Photo):
        return image
    if isinstance(image, str | os.PathLike):
        return load(Path(image))
    if isinstance(image, Image.Image):
        return from_pil(image)
    if isinstance(image, np.ndarray) and image.ndim == 3 and image.shape[2] == 3 and image.dtype == np.uint8:
        return from_pil(Image.fromarray(image))
    found = f"an array {image.shape} of {image.dtype}" if isinstance(image, np.ndarray) else type(image).__name__
    raise InputError(f"the photo is {found}; a file, a Photo, a PIL image or an array (h, w, 3) of uint8 is accepted")


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
        why = decode.reason(error)
        raise InputError(f"{str(path)!r} cannot be read ({why}); a readable file is accepted") from error


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS


def _open_picture(file: io.BufferedReader | io.BytesIO, path: Path, heic: bool, max_pixels: int) -> Image.Image:
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
        limit = f"{max_pixels / 1e6:g} megapixels"
        raise InputError(f"{path} has far more pixels than fit here; at most {limit} are accepted") from error
    except UnidentifiedImageError as error:
        raise InputError(f"{path} is not a picture that can be read; {ACCEPTED} are accepted") from error
    except decode.DECODING_ERRORS as error:
        raise InputError(f"{path} is damaged ({decode.reason(error)}); a complete picture is accepted") from error


def _check_size(image: Image.Image, path: Path, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        found = f"{width}x{height} px ({width * height / 1e6:.0f} megapixels)"
        raise InputError(f"{path} has {found}; at most {max_pixels / 1e6:g} megapixels are accepted")
    if min(width, height) < MIN_SIDE:
        raise InputError(f"{path} has {width}x{height} px; at least {MIN_SIDE} px a side are accepted")
    if max(width, height) > MAX_RATIO * min(width, height):
        found = f"{path} has {width}x{height} px"
        raise InputError(f"{found}; a longer side of at most {MAX_RATIO} times the shorter is accepted")


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


def encode_webp(image: UInt8[np.ndarray, "h w *c"], exif: bytes | None = None) -> bytes:
    """RGB or RGBA as WebP without loss; quality is effort here: 80 takes four times as long for a thousandth less."""
    return _encoded(Image.fromarray(image), "WEBP", lossless=True, quality=20, **({"exif": exif} if exif else {}))


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
        raise InputError(f"{path} cannot be written ({decode.reason(error)}); a writable folder is accepted") from error


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    image.save(buffer := io.BytesIO(), kind, **options)
    return buffer.getvalue()
