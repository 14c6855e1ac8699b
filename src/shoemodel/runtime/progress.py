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

    @contextmanager
    def __call__(self, stage: str, done: int = 0, total: int = 1) -> Iterator[Callable[[int], None]]:
        def report(more: int) -> None:
            if self._callback is not None:
                self._callback(stage, done + more, total)

        started = time.perf_counter()
        report(0)
        yield report
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started
