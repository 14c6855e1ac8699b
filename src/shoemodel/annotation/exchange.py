"""Areas from and for other tools: COCO, Label Studio, CVAT, and folders of PNG label maps."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Literal, get_args

from shoemodel.annotation import cvat, label_studio
from shoemodel.annotation.folder import AnnotationFolder, read_areas
from shoemodel.annotation.shapes import Drawn, photo_named
from shoemodel.errors import InputError
from shoemodel.image import io as images

Format = Literal["coco", "label-studio", "cvat"]
FORMATS: tuple[Format, ...] = get_args(Format)
ACCEPTED = "COCO's .json, Label Studio's .json, CVAT's .xml or .zip and a folder of PNG label maps are accepted"


@dataclass(frozen=True)
class Imported:
    """What came of a file, by the photos' names."""

    taken: tuple[str, ...]
    kept: tuple[str, ...]
    """Photos that were done already: what is drawn here is never replaced."""
    unknown: tuple[str, ...]
    """Names of the file that are no photo of the folder."""


def export(folder: AnnotationFolder, kind: Format) -> list[Path]:
    """Write the photos that are done for another tool, into DATA, and return the files.

    Raises:
        InputError: no photo is done, or a package is missing.
    """
    drawn = [Drawn(folder.photos[name].name, areas) for name, areas in folder.finished()]
    if not drawn:
        raise InputError(f"{folder.out}: no photo is done yet, so there is nothing to write")
    title = folder.source.resolve().name
    texts = _written(kind, drawn, title)
    targets = []
    for name, text in texts.items():
        targets.append(folder.out / name)
        images.write_bytes(targets[-1], text.encode())
    return targets


def _written(kind: Format, drawn: list[Drawn], title: str) -> dict[str, str]:
    if kind == "label-studio":
        return label_studio.write(drawn, title)
    if kind == "cvat":
        return cvat.write(drawn, title)
    return _coco().write(drawn, f"visible and wearable areas of {title}")


def take(folder: AnnotationFolder, source: Path) -> Imported:
    """Take the areas of a file as done, for the photos that it names and that are not done yet.

    Raises:
        InputError: a file that is none of ACCEPTED or names no photo of the folder; sizes that differ from the
            photo's; areas without a visible one. Photos that came before it in the file are taken.
    """
    taken, kept, unknown = [], [], []
    for drawn in read(source):
        name = photo_named(drawn.name, folder.names)
        if name is None:
            unknown.append(drawn.name)
        elif folder.state(name) == "done":
            kept.append(name)
        else:
            folder.save(name, drawn.areas, "done")
            taken.append(name)
    if not taken and not kept:
        told = f"it names {', '.join(unknown[:3])}" if unknown else "it holds no areas"
        raise InputError(f"{source} has nothing for the photos of {folder.source}: {told}")
    return Imported(tuple(taken), tuple(kept), tuple(unknown))


def read(source: Path) -> Iterator[Drawn]:
    """The areas of a file or folder, whichever of ACCEPTED it is. InputError for anything else."""
    if source.is_dir():
        return _maps(source)
    try:
        data = source.read_bytes()
    except OSError as error:
        raise InputError(f"{source} cannot be read ({error.strerror}); {ACCEPTED}") from error
    if zipfile.is_zipfile(source):
        data = _unzipped(source)
    if data.lstrip()[:1] == b"<":
        return cvat.read(data, source.name)
    try:
        content = json.loads(data)
    except ValueError as error:
        raise InputError(f"{source} is neither JSON nor XML; {ACCEPTED}") from error
    if isinstance(content, list):
        return label_studio.read(content, source.name)
    return _coco().read(content, source.name)


def _maps(source: Path) -> Iterator[Drawn]:
    files = sorted(source.glob("*.png"))
    if not files:
        raise InputError(f"{source}: found no .png; {ACCEPTED}")
    return (Drawn(file.name, read_areas(file)) for file in files)


def _unzipped(source: Path) -> bytes:
    """CVAT's download: annotations.xml beside the pictures."""
    with zipfile.ZipFile(source) as bundle:
        if "annotations.xml" not in bundle.namelist():
            raise InputError(f"{source} holds no annotations.xml; {ACCEPTED}")
        return bundle.read("annotations.xml")


def _coco() -> ModuleType:
    try:
        from shoemodel.annotation import coco
    except ImportError as error:
        raise InputError(f"COCO's format needs the package {error.name}: install shoemodel[annotate]") from error
    return coco
