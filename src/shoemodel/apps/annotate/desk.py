"""What lies on the desk: the folder, the assistant, and at which photo one page is."""

from __future__ import annotations

import threading
from typing import Any

from shoemodel.annotation import exchange, tuples
from shoemodel.annotation.assistant import Assistant
from shoemodel.annotation.folder import AnnotationFolder
from shoemodel.apps.pages import brush
from shoemodel.errors import InputError
from shoemodel.image.masks import ShoeAreas
from shoemodel.stages import Stages

SIDE = 1600
"""Longer side in px of what is painted on; of larger photos, what the brush does not touch keeps its pixels."""
ABREAST = 9
"""Photos in the strip."""
THUMB = 160
"""Longer side in px of those."""


class Place:
    """Where one page is in the queue."""

    def __init__(self) -> None:
        self.name = ""
        self.version = 0
        """Counts the areas that were sent to the page: it draws them anew when it changes."""
        self.seen: dict[str, int] = {}
        """Of each kind of event that the page numbers, the last one that came here."""

    def is_newest(self, kind: str, number: int) -> bool:
        """Whether no later event of this kind was here before."""
        newest = number > self.seen.get(kind, 0)
        if newest:
            self.seen[kind] = number
        return newest


class Desk:
    """One annotator's folder, used by one handler at a time."""

    def __init__(self, folder: AnnotationFolder, pipeline: Stages, size: int = tuples.SIZE):
        self.folder, self.size = folder, size
        self.assistant = Assistant(pipeline, folder)
        self.lock = threading.RLock()
        self._thumbs: dict[str, str] = {}

    def areas(self, name: str) -> tuple[ShoeAreas, str]:
        """What is drawn on a photo, else what the networks found, with words about that."""
        drawn = self.folder.areas(name)
        if drawn is not None:
            return drawn, ""
        proposal = self.assistant.start(name)
        return proposal.areas, proposal.words

    def finish(self, name: str) -> None:
        """Take the areas as they are. InputError where nothing stays visible."""
        self.folder.save(name, self.areas(name)[0], "done")

    def write(self) -> str:
        """Write tuples and COCO's file of what is done, and say so in a sentence."""
        count = tuples.write(self.folder, self.size)
        exchange.export(self.folder, "coco")
        return f"{self.folder.out}: {count} photos as tuples of {self.size} px (shard-*.tar) and in coco.json"

    def to_paint(self, name: str, areas: ShoeAreas, version: int) -> dict[str, Any]:
        """A photo and its areas for the brush."""
        photo = self.folder.photo(name)
        height, width = photo.size
        pictures = {"photo": brush.jpeg_url(brush.small(photo.rgb, SIDE)), "labels": brush.labels_url(areas, SIDE)}
        return {**pictures, "width": width, "height": height, "points": [], "key": name, "version": version}

    def strip(self, name: str) -> dict[str, Any]:
        """The photos about this one, and how many are done."""
        names = self.folder.names
        at = names.index(name)
        first = max(0, min(at - ABREAST // 2, len(names) - ABREAST))
        cards = [
            {"name": other, "picture": self._thumb(other), "state": self.folder.state(other), "number": number}
            for number, other in enumerate(names[first : first + ABREAST], first + 1)
        ]
        counts = self.folder.counts()
        return {"cards": cards, "current": name, "number": at + 1, "total": len(names), "counts": dict(counts)}

    def _thumb(self, name: str) -> str:
        """A small picture, none for a photo that cannot be read."""
        if name not in self._thumbs:
            try:
                self._thumbs[name] = brush.jpeg_url(brush.small(self.folder.photo(name).rgb, THUMB))
            except InputError:  # said when the photo is opened
                self._thumbs[name] = ""
        return self._thumbs[name]
