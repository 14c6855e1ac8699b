"""A queue of photos and the areas that one annotator drew on them, in a folder that can be left and taken up again.

```
DATA/annotations.json     the state of each photo, and the hash of the photo that was drawn on
DATA/areas/boot.png       finished areas: a palette PNG of the photo's size, 0 background, 1 visible, 2 wearable
DATA/drafts/boot.png      areas that somebody began to draw
```

Every change is on the disk before it is answered; a photo is never written to.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, TextIO, get_args

import numpy as np
from PIL import Image

from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image.decode import DECODING_ERRORS
from shoemodel.image.masks import ShoeAreas
from shoemodel.runtime import files

State = Literal["new", "draft", "done", "left out"]
"""new: nobody drew on it; left out: no areas are to be drawn (no shoe in it, or a bad photo)."""
SUFFIXES = (
    ".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".gif", ".jp2", ".heic", ".heif",
)  # fmt: skip
RECORD = "annotations.json"
VERSION = 1


@dataclass(frozen=True)
class Entry:
    """What is recorded of one photo."""

    state: State
    sha256: str
    """Of the photo's file when it was drawn on."""


def photos_of(folder: Path) -> dict[str, Path]:
    """The photos that lie in a folder, by the name without its ending, in the order of these names.

    Raises:
        InputError: no such folder, no photo in it, or two that differ in their ending alone.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; a folder of photos is accepted")
    found: dict[str, Path] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() not in SUFFIXES or file.name.startswith(".") or not file.is_file():
            continue
        if file.stem in found:
            raise InputError(f"{found[file.stem]} and {file.name} differ in their ending alone: rename one")
        found[file.stem] = file
    if not found:
        raise InputError(f"{folder}: found no photo; files ending in {', '.join(SUFFIXES)} are accepted")
    return found


class AnnotationFolder:
    """The photos of one folder, and the areas drawn on them in another."""

    def __init__(self, photos: Path, out: Path):
        """Open DATA, or begin it. InputError where there is no photo, or a record that cannot be read."""
        self.source, self.out = photos, out
        self.photos = photos_of(photos)
        self._entries = _read(out / RECORD)
        self._load = lru_cache(maxsize=4)(images.load)

    @property
    def names(self) -> tuple[str, ...]:
        """The photos' names without ending, in the order of the queue."""
        return tuple(self.photos)

    def lock(self) -> TextIO:
        """Keep other processes from drawing in this folder until the file is closed. InputError where one does."""
        self._make(self.out)
        try:
            return files.lock(self.out / ".lock")
        except BlockingIOError as error:
            raise InputError(f"{self.out} is being drawn in by another process; give another --out") from error

    def state(self, name: str) -> State:
        """How far a photo is."""
        return self._entries[name].state if name in self._entries else "new"

    def counts(self) -> Counter[State]:
        """How many photos are in each state."""
        counted: Counter[State] = Counter(dict.fromkeys(get_args(State), 0))
        counted.update(self.state(name) for name in self.names)
        return counted

    def photo(self, name: str) -> images.Photo:
        """A photo. InputError where it cannot be read, or is another than the one that was drawn on."""
        photo = self._load(self.photos[name])
        entry = self._entries.get(name)
        if entry is not None and entry.sha256 != photo.sha256:
            raise InputError(
                f"{self.photos[name]} is another photo than the one that was drawn on; give it another name, or take "
                f"{name}.png out of {self.out} and its lines out of {RECORD}"
            )
        return photo

    def areas(self, name: str) -> ShoeAreas | None:
        """What was drawn on a photo, finished or not; None where nothing was."""
        file = self._file(name, self.state(name))
        return read_areas(file) if file.exists() else None

    def save(self, name: str, areas: ShoeAreas, state: State | None = None) -> None:
        """Write areas of the photo's size, and the photo's state; None keeps one that is done, else makes it a draft.

        Raises:
            InputError: another size than the photo's, or finished areas without any visible one.
        """
        photo, before = self.photo(name), self.state(name)
        after: State = state or ("done" if before == "done" else "draft")
        if areas.size != photo.size:
            raise InputError(f"the areas of {name} are {_words(areas.size)}, but the photo is {_words(photo.size)}")
        if after == "done" and not areas.visible.any():
            raise InputError(f"nothing of the shoe in {photo.path.name} stays visible: paint that, or leave it out")
        target = self._file(name, after)
        self._make(target.parent)
        images.save_palette_png(target, areas.labels)
        self._enter(name, Entry(after, photo.sha256))
        if self._file(name, before) != target:
            self._file(name, before).unlink(missing_ok=True)

    def leave_out(self, name: str) -> None:
        """Say that a photo has no areas to draw; what was drawn on it stays as a draft."""
        sha256, finished = files.sha256(self.photos[name]), self._file(name, "done")  # also of one that cannot be read
        if finished.exists():
            self._make(self._file(name, "draft").parent)
            finished.replace(self._file(name, "draft"))
        self._make(self.out)
        self._enter(name, Entry("left out", sha256))

    def forget(self, name: str) -> None:
        """Take away what was drawn on a photo: it is new again."""
        for state in ("done", "draft"):
            self._file(name, state).unlink(missing_ok=True)
        if self._entries.pop(name, None) is not None:
            self._write()

    def first_open(self) -> str:
        """The first photo that is neither done nor left out, else the first one: where one left off."""
        return self.next_open(self.names[-1]) or self.names[0]

    def next_open(self, name: str) -> str | None:
        """The next photo after `name` that is neither done nor left out, beginning again at the end; None: all are."""
        at = self.names.index(name) + 1
        order = (*self.names[at:], *self.names[:at])
        return next((other for other in order if self.state(other) in ("new", "draft")), None)

    def finished(self) -> Iterator[tuple[str, ShoeAreas]]:
        """Names and areas of the photos that are done, in the order of the queue."""
        for name in self.names:
            if self.state(name) == "done":
                yield name, read_areas(self._file(name, "done"))

    def _file(self, name: str, state: State) -> Path:
        return self.out / ("areas" if state == "done" else "drafts") / f"{name}.png"

    def _enter(self, name: str, entry: Entry) -> None:
        if self._entries.get(name) != entry:
            self._entries[name] = entry
            self._write()

    def _write(self) -> None:
        record = {name: asdict(entry) for name, entry in sorted(self._entries.items())}
        text = json.dumps({"version": VERSION, "photos": record}, indent=1)
        images.write_bytes(self.out / RECORD, (text + "\n").encode())

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"the folder {folder} cannot be written ({error.strerror})") from error


def read_areas(file: Path) -> ShoeAreas:
    """Areas from a palette PNG as this folder holds it. InputError for anything else."""
    try:
        with Image.open(file, formats=("PNG",)) as image:
            return ShoeAreas(np.array(image))
    except DECODING_ERRORS as error:
        raise InputError(f"{file} cannot be read ({error}); a PNG of the labels 0, 1 and 2 is accepted") from error


def _read(file: Path) -> dict[str, Entry]:
    if not file.exists():
        return {}
    try:
        photos = json.loads(file.read_text(encoding="utf-8"))["photos"]
        entries = {str(name): Entry(**entry) for name, entry in photos.items()}
        if unknown := {entry.state for entry in entries.values()} - {*get_args(State)}:
            raise ValueError(f"unknown states {sorted(unknown)}")
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{file} cannot be read ({error}); one written by `shoemodel annotate` is accepted") from error
    return entries


def _words(size: tuple[int, int]) -> str:
    return f"{size[1]}x{size[0]} px"
