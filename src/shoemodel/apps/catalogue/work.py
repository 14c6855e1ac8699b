"""What both engines do with a row: make its files, or say why not. Nothing here knows of other rows."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shoemodel.apps.catalogue.manifest import Row
from shoemodel.errors import InputError
from shoemodel.execute import execute
from shoemodel.image import draw
from shoemodel.image import io as images
from shoemodel.pipeline import ShoeModelPipeline

THUMBNAIL = "thumbnail.jpg"
THUMBNAIL_SIDE = 256  # px


@dataclass(frozen=True)
class Done:
    """A row that is done or has failed."""

    sku: str
    seconds: float
    files: dict[str, bytes] = field(default_factory=dict)
    """Of its folder, by name; none where it has failed."""
    error: str = ""


def make(pipeline: ShoeModelPipeline, row: Row, pack: Mapping[str, str], photo: Path | None = None) -> Done:
    """Carry out a row's request. Whatever goes wrong costs this row only.

    photo: where the picture lies if not where the row says.
    """
    began, place = time.monotonic(), photo or row.photo
    files, error = {}, ""
    try:
        files = _files(pipeline, row, pack, place)
    except InputError as refused:
        error = str(refused).replace(str(place), row.named)
    except Exception as failure:  # told in the table
        error = f"{type(failure).__name__}: {failure}"
    return Done(row.sku, time.monotonic() - began, files, error)


def _files(pipeline: ShoeModelPipeline, row: Row, pack: Mapping[str, str], place: Path) -> dict[str, bytes]:
    photo = images.load(place)
    outcome = execute(pipeline, photo, row.request, pack)
    with tempfile.TemporaryDirectory(prefix="shoemodel-") as temporary:
        folder = Path(temporary) / "run"
        outcome.save(folder)
        images.save_jpeg(folder / THUMBNAIL, draw.shrunk(outcome.result.pixels[outcome.best], THUMBNAIL_SIDE))
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
