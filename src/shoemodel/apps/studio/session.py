"""What one user has in hand: photos, and the pictures drawn so far."""

from __future__ import annotations

import tempfile
import threading
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from shoemodel.apps.studio.recipe import Recipe
from shoemodel.apps.studio.work import Work
from shoemodel.errors import InputError
from shoemodel.image.pose import Pose


@dataclass(frozen=True, eq=False)
class Shot:
    """One finished picture, its files and how it was made."""

    folder: Path
    index: int
    recipe: Recipe
    pose: Pose
    seed: int
    verdict: str
    """"" where every visible pixel is the photo's, else what does not hold."""
    score: float | None
    """Quality in [0, 1]; None where the pack cannot judge."""
    reasons: list[str]
    work: Work
    warnings: tuple[str, ...] = ()

    @property
    def png(self) -> Path:
        """The result, its parameters inside."""
        return self.folder / f"image_{self.index:02d}.png"


class Session:
    """One user's."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        """Held by whoever changes a work: a brush stroke waits for the search that is under way."""
        self.works: list[Work] = []
        self.current = 0
        self.asked: deque[threading.Event] = deque()
        """Runs that were asked for and have not ended, the first one first; set where one was cancelled."""
        self.drawing = False
        """Whether the first of them has begun."""
        self.editing: int | None = None
        self.seen: dict[str, int] = {}
        """Of each kind of event that the page numbers, the last one that came here."""
        self.shots: list[Shot] = []
        self.latest = 0
        """Where the shots of the last run begin."""
        self.selected: Shot | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Session:
        """Itself: gradio copies a state when it begins, and there is nothing to keep apart."""
        return self

    @cached_property
    def _temporary(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="shoemodel-studio-", ignore_cleanup_errors=True)

    @property
    def folder(self) -> Path:
        """Where the runs are written; removed when the session or the studio ends."""
        return Path(self._temporary.name)

    @property
    def work(self) -> Work | None:
        """The photo in hand."""
        return self.works[self.current] if self.works else None

    def is_newest(self, kind: str, number: int) -> bool:
        """Whether no later event of this kind was here before."""
        newest = number > self.seen.get(kind, 0)
        if newest:
            self.seen[kind] = number
        return newest

    def in_hand(self) -> Work:
        """The photo in hand; InputError where there is none."""
        if self.work is None:
            raise InputError("there is no photo yet: drop one in step 1")
        return self.work

    def close(self) -> None:
        """Remove the session's files."""
        self._temporary.cleanup()
