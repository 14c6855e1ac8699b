"""How long each stage took, and how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, steps done and steps in all."""


class Clock:
    """Seconds per stage, and progress passed on to the caller."""

    def __init__(self, callback: Progress | None):
        self.seconds: dict[str, float] = {}
        self._callback = callback
        self._begun: set[str] = set()

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Count the seconds within the block, and say that its stage has begun where nothing was said of it."""
        if stage not in self._begun:
            self.report(stage, 0, 1)
        started = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started

    def report(self, stage: str, done: int, total: int) -> None:
        """Say how far a stage is."""
        self._begun.add(stage)
        if self._callback is not None:
            self._callback(stage, done, total)
