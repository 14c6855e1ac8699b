"""How far a run of workers is and how long it will still take, from what the samples took since the warm-up."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shoemodel.world.local_engine import Event

ENOUGH = 4
"""Samples after the warm-up from which a rate is told (ours: consecutive ones share a shoe)."""


class Pace:
    """The rate of `workers` processes that do `jobs`, {number: samples}, one after the other."""

    def __init__(self, jobs: Mapping[int, int], workers: int):
        self.left = dict(jobs)
        self.workers = workers
        self.started: set[int] = set()
        self.warm, self.spent = 0, 0.0

    def add(self, event: Event) -> None:
        """Count a sample; a worker's first, for which code was compiled, says nothing of the rate."""
        self.left[event.job] -= 1
        self.started.add(event.job)
        if not event.first:
            self.warm, self.spent = self.warm + 1, self.spent + event.seconds

    @property
    def hourly(self) -> float | None:
        """Samples an hour of all workers together once warm; None where too few are made."""
        return 3600 * self.workers * self.warm / self.spent if self.warm >= ENOUGH and self.spent > 0 else None

    def seconds_left(self) -> float | None:
        """Until the last worker is done: a job is never shared, so at the end some workers stand idle."""
        if self.hourly is None:
            return None
        running = [count for job, count in self.left.items() if job in self.started and count]
        waiting = [count for job, count in self.left.items() if job not in self.started]
        ends = sorted(running)[-self.workers :] + [0] * max(self.workers - len(running), 0)
        heapq.heapify(ends)
        for count in waiting:
            heapq.heappush(ends, heapq.heappop(ends) + count)
        return max(ends) * self.spent / self.warm

    def note(self) -> str:
        """Rate and time left in words."""
        hourly, left = self.hourly, self.seconds_left()
        if hourly is None or left is None:
            return "warming up"
        return f"{hourly:.0f} an hour, {left // 3600:.0f}:{left % 3600 // 60:02.0f}:{left % 60:02.0f} left"


def watch(console: Console, events: Iterator[Event], pace: Pace) -> str:
    """Show how far the work is; RuntimeError at the first failure. Returns what was done, and how fast."""
    total = sum(pace.left.values())
    began, done, redraws = time.monotonic(), 0, 0
    columns = (TextColumn("rendering"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[note]}"), console=console) as progress:
        task = progress.add_task("render", total=total, note="warming up")
        for event in events:
            if event.failure:
                raise RuntimeError(event.failure)
            pace.add(event)
            done, redraws = done + 1, redraws + len(event.redraws)
            progress.update(task, completed=done, note=f"{pace.note()}, {redraws} redrawn")
    if done < total:
        raise RuntimeError(f"the workers ended after {done} of {total} tuples; the same command goes on")
    seconds = time.monotonic() - began
    warm = "" if pace.hourly is None else f", {pace.hourly:,.0f} once warm"
    rate = 3600 * done / max(seconds, 1e-9)
    return f"{done:,} tuples in {seconds:,.0f} s: {rate:,.0f} tuples an hour{warm}, {redraws} redrawn"
