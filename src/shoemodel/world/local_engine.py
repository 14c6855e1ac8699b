"""Shards made by several processes of this machine, each with one thread; what they tell as they go."""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import os
import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shoemodel.data import shards
from shoemodel.data.sample import Sample

Make = Callable[[int], Sample]
Jobs = dict[int, range]
"""Number of a shard -> the indices in it."""


@dataclass(frozen=True)
class Event:
    """What a worker tells: that a sample is made, or what went wrong."""

    key: str = ""
    job: int = 0
    """What it belongs to: of its jobs a worker does one after the other."""
    seconds: float = 0.0
    """What the sample took."""
    first: bool = False
    """Whether it was the worker's first, for which the renderer was compiled."""
    redraws: tuple[str, ...] = ()
    failure: str = ""


def run(make: Make, out: Path, jobs: Jobs, count: int, prepare: Callable[[], None]) -> Iterator[Event]:
    """Write the shards in `count` processes, each prepared first, and give their events; all processes end when the
    iterator does."""
    context = mp.get_context("spawn")
    todo, events = context.SimpleQueue(), context.Queue()
    workers = [
        context.Process(target=_serve, args=(make, out, todo, events, prepare), daemon=True) for _ in range(count)
    ]
    try:
        with _single_threaded_environment():
            for worker in workers:
                worker.start()
        for job in [*jobs.items(), *[None] * count]:
            todo.put(job)
        while any(worker.is_alive() for worker in workers) or not events.empty():
            try:
                yield events.get(timeout=1)
            except queue.Empty:
                dead = [worker for worker in workers if worker.exitcode not in (None, 0)]
                if dead:
                    yield Event(failure=f"a worker died with exit code {dead[0].exitcode} (out of memory?)")
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join()


@contextlib.contextmanager
def _single_threaded_environment() -> Iterator[None]:
    """Many processes with one thread each are faster than few with many; numpy reads this when it is imported."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(make: Make, out: Path, todo: Any, events: Any, prepare: Callable[[], None]) -> None:
    """A worker: one shard after another, until it is told to stop or its parent is gone."""
    parent = os.getppid()
    prepare()
    first, began = True, time.monotonic()

    def report(sample: Sample) -> None:
        nonlocal first, began
        now = time.monotonic()
        events.put(Event(sample.key, number, now - began, first, tuple(sample.meta["redraws"])))
        first, began = False, now
        if os.getppid() != parent:
            raise KeyboardInterrupt

    try:
        while (job := todo.get()) is not None:
            number, indices = job
            shards.write_shard(out, number, make, indices, report)
    except KeyboardInterrupt:
        return
    except Exception as error:
        events.put(Event(failure=f"{type(error).__name__}: {error}"))
