"""The same samples mapped over Ray Data, on a cluster or on this machine.

The workers make samples and send their files' bytes; the shards are written here, by the process that was started, so
that no folder has to be shared. A shard is written as soon as it is complete, whatever the order in which samples come.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from shoemodel.data import shards
from shoemodel.data.sample import MEMBERS, Sample
from shoemodel.runtime.ray import started
from shoemodel.world.local_engine import Event, Jobs, Make

CHUNK = 8
"""Consecutive samples that one worker makes in one go: neighbours share a shoe and a body."""


def run(make: Make, out: Path, jobs: Jobs, count: int, prepare: Callable[[], None]) -> Iterator[Event]:
    """Write the shards with `count` Ray actors, each prepared first, and give their events.

    Raises `InputError` where ray is not installed.
    """
    made: dict[int, dict[int, Sample]] = {number: {} for number in jobs}
    for row in _mapped(make, jobs, count, prepare):
        if row["failure"]:
            yield Event(failure=row["failure"])
            return
        number, index = row["shard"], row["index"]
        sample = Sample.from_members(row["key"], {name: row[name] for name in MEMBERS})
        yield Event(sample.key, index // CHUNK, row["seconds"], row["first"], tuple(sample.meta["redraws"]))
        made[number][index] = sample
        if len(made[number]) == len(jobs[number]):
            shards.write_shard(out, number, made.pop(number).__getitem__, jobs[number])


def chunks(jobs: Jobs) -> dict[int, int]:
    """How many samples there are in each of the pieces that the workers take."""
    sizes: dict[int, int] = {}
    for indices in jobs.values():
        for index in indices:
            sizes[index // CHUNK] = sizes.get(index // CHUNK, 0) + 1
    return sizes


def _mapped(make: Make, jobs: Jobs, count: int, prepare: Callable[[], None]) -> Iterator[dict[str, Any]]:
    """What `_Maker` gives for every index of the jobs, in any order."""
    data = started(count + 1)
    todo = [{"shard": number, "index": index} for number, indices in jobs.items() for index in indices]
    rows = data.from_items(todo, override_num_blocks=-(-len(todo) // CHUNK))
    actors = data.ActorPoolStrategy(size=count)
    yield from rows.map(_Maker, fn_constructor_args=(make, prepare), compute=actors, num_cpus=1).iter_rows()


class _Maker:
    """An actor: makes a sample of each row."""

    def __init__(self, make: Make, prepare: Callable[[], None]):
        prepare()
        self.make, self.first = make, True

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """{shard, index} -> the same with key, seconds, first, failure and the bytes of each member."""
        began, first = time.monotonic(), self.first
        key, members, failure = "", dict.fromkeys(MEMBERS, b""), ""
        try:
            sample = self.make(row["index"])
            key, members = sample.key, sample.to_members()
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
        self.first = False
        told = {"key": key, "seconds": time.monotonic() - began, "first": first, "failure": failure}
        return {**row, **told, **members}
