"""What a result was made with, inside the picture itself: as PNG text and as EXIF, the same JSON in both.

PNG: iTXt entries `Software` and `parameters`. EXIF, which JPEG and WebP carry too: Software and UserComment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base

KEY = "parameters"
_ASCII = b"ASCII\0\0\0"
"""Character code of a UserComment (EXIF 2.32, section 4.6.5)."""


def software() -> str:
    """Name and version of this package."""
    return f"shoemodel {version('shoemodel')}"


def text(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Entries for `image.io.encode_png`."""
    return {"Software": software(), KEY: json.dumps(parameters, ensure_ascii=False)}


def exif(parameters: Mapping[str, Any]) -> bytes:
    """An EXIF block for any format; letters beyond ASCII are escaped as JSON does it."""
    block = Image.Exif()
    block[Base.Software] = software()
    block.get_ifd(IFD.Exif)[Base.UserComment] = _ASCII + json.dumps(parameters).encode("ascii")
    return block.tobytes()


def of_exif(block: Image.Exif) -> dict[str, Any]:
    """The parameters in a picture's EXIF; ValueError where there are none."""
    comment = block.get_ifd(IFD.Exif).get(Base.UserComment, b"")
    if not comment.startswith(_ASCII):
        raise ValueError("the EXIF block holds no UserComment in ASCII")
    return json.loads(comment.removeprefix(_ASCII))
