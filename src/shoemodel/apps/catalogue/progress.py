"""How far a catalogue is and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shoemodel.apps.catalogue.work import Done


class Pace:
    """Rows weigh as many pictures as they ask for; loading the model counts, so the first estimates are too long."""

    def __init__(self, pictures: Mapping[str, int]):
        self.left = dict(pictures)
        self.began, self.drawn, self.failed = time.monotonic(), 0, 0

    def add(self, done: Done) -> None:
        """Count a row; a failed one says nothing of the rate."""
        pictures = self.left.pop(done.sku)
        if done.error:
            self.failed += 1
        else:
            self.drawn += pictures

    def note(self) -> str:
        """Failures and time left in words."""
        failed = f"{self.failed} failed, " if self.failed else ""
        if not self.drawn:
            return f"{failed}no estimate yet"
        seconds = (time.monotonic() - self.began) / self.drawn * sum(self.left.values())
        return f"{failed}{timedelta(seconds=round(seconds))} left"


def watched(answers: Iterable[Done], pace: Pace, console: Console) -> Iterator[Done]:
    """The same, with a bar on a terminal and a line a row elsewhere."""
    total = len(pace.left)
    columns = (
        TextColumn("rows"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("rows", total=total, note="loading the model")
        for count, done in enumerate(answers, 1):
            yield done
            pace.add(done)
            bar.update(task, completed=count, note=pace.note())
            if not console.is_terminal:
                state = f"failed: {done.error}" if done.error else f"done in {done.seconds:.1f} s"
                console.print(
                    f"{count}/{total} {done.sku} {state}; {pace.note()}", soft_wrap=True, highlight=False, markup=False
                )
