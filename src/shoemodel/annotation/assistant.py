"""What WD and SAM propose for a photo: where the annotator begins, and what a click finds (4.1).

One thread computes; while one photo is drawn on, the next one is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from shoemodel.annotation.folder import AnnotationFolder
from shoemodel.errors import InputError
from shoemodel.image.io import Photo
from shoemodel.image.masks import ShoeAreas
from shoemodel.stages import Points, Stages

KEPT = 16
"""Photos whose proposals are kept in memory."""


@dataclass(frozen=True, eq=False)
class Proposal:
    """Areas of the photo's size, empty where no shoe was found."""

    areas: ShoeAreas
    words: str = ""
    """What the annotator should know: why there are none, or what is doubtful about them."""


def propose(pipeline: Stages, photo: Photo, points: Points | None = None, outside: Points | None = None) -> Proposal:
    """WD's answer for the shoe that is found by itself, or by SAM at `points`, and not at those `outside` (photo px).

    Where WD sees nothing that stays visible, all of the shoe counts as visible.
    """
    try:
        region = pipeline.find_region(photo, points=points, outside=outside)
    except InputError as error:
        return Proposal(ShoeAreas(np.zeros(photo.size, np.uint8)), str(error))
    try:
        return Proposal(pipeline.detect_areas(photo, region), "; ".join(region.warnings))
    except InputError as error:
        return Proposal(ShoeAreas(region.mask.astype(np.uint8)), str(error))


class Assistant:
    """Proposals for the photos of a folder."""

    def __init__(self, pipeline: Stages, folder: AnnotationFolder):
        self.pipeline, self.folder = pipeline, folder
        self._thread = ThreadPoolExecutor(1, "proposals")
        self._begun: dict[str, Future[Proposal]] = {}

    def look_ahead(self, name: str | None) -> None:
        """Begin with a photo that nobody drew on, and do not wait."""
        if name is not None and self.folder.state(name) == "new":
            self._of(name)

    def start(self, name: str) -> Proposal:
        """WD's answer. InputError where the photo cannot be read."""
        return self._of(name).result()

    def find(self, name: str, points: Sequence[Sequence[float]], outside: Sequence[Sequence[float]]) -> Proposal:
        """The shoe at these points. InputError where the photo cannot be read."""
        photo = self.folder.photo(name)
        on, off = (np.array(given, float).reshape(-1, 2) if given else None for given in (points, outside))
        return self._thread.submit(propose, self.pipeline, photo, on, off).result()

    def close(self) -> None:
        """Begin nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _of(self, name: str) -> Future[Proposal]:
        if name not in self._begun:
            while len(self._begun) >= KEPT:
                self._begun.pop(next(iter(self._begun)))
            self._begun[name] = self._thread.submit(lambda: propose(self.pipeline, self.folder.photo(name)))
        return self._begun[name]
