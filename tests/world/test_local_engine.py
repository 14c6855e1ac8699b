"""Shards by processes: whole, resumable, failures named. Without a renderer, which each process would import anew."""

import functools
import multiprocessing as mp
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose
from shoemodel.world import local_engine
from shoemodel.world.progress import Pace, watch

FAKE_SEED = 11


def fake_sample(seed: int, index: int, pause: float = 0.0) -> Sample:
    """A tuple out of nothing."""
    time.sleep(pause)
    rng = np.random.default_rng((seed, index))
    labels = np.zeros((16, 16), np.uint8)
    labels[4:10, 4:10] = 1
    meta = {"seed": seed, "index": index, "redraws": ["too small"] if index % 3 == 0 else []}
    worn, unworn = rng.integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    pose = Pose(np.full((12, 2), 8.0), np.full(12, 2))
    return Sample(shards.sample_key(seed, index), worn, unworn, ShoeAreas(labels), pose, "legs", meta)


def broken_sample(seed: int, index: int) -> Sample:
    if index == 1:
        raise RuntimeError(f"sample {shards.sample_key(seed, index)} failed")
    return fake_sample(seed, index)


def nothing() -> None:
    """Fake samples need no renderer."""


def work(make, folder: Path, num: int, count: int = 2) -> list[local_engine.Event]:
    jobs = {n: shards.shard_indices(n, num) for n in shards.unfinished(folder, num, FAKE_SEED)}
    return list(local_engine.run(functools.partial(make, FAKE_SEED), folder, jobs, count, prepare=nothing))


def run_slowly(folder: str) -> None:
    """A process of its own, to be killed: 120 samples at 0.03 s."""
    work(functools.partial(fake_sample, pause=0.03), Path(folder), 120, count=1)


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_killed_run_goes_on_and_loses_and_doubles_nothing(tmp_path):
    process = mp.get_context("spawn").Process(target=run_slowly, args=(str(tmp_path),))
    process.start()
    deadline = time.monotonic() + 60
    while not shards.shard_path(tmp_path, 0).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    finished = shards.shard_path(tmp_path, 0).stat().st_mtime_ns
    assert shards.unfinished(tmp_path, 120, FAKE_SEED), "it was killed before the end"
    time.sleep(0.3)  # an orphan sees within one sample that its parent is gone
    shards.clear_partial(tmp_path)

    work(fake_sample, tmp_path, 120)
    assert shards.shard_path(tmp_path, 0).stat().st_mtime_ns == finished, "the finished shard was kept"
    assert [sample.meta["index"] for sample in shards.read(tmp_path)] == list(range(120))


def test_a_resumed_folder_has_the_bytes_of_one_run_in_one_go(tmp_path):
    for name in ("whole", "resumed"):
        (tmp_path / name).mkdir()
    work(fake_sample, tmp_path / "whole", 110, count=2)
    work(fake_sample, tmp_path / "resumed", 60, count=1)
    work(fake_sample, tmp_path / "resumed", 110, count=1)
    for number in range(3):
        one, other = (shards.shard_path(tmp_path / name, number).read_bytes() for name in ("whole", "resumed"))
        assert one == other, "the number of processes and the order must not matter"


def test_events_count_samples_redraws_and_the_warm_up(tmp_path):
    events = work(fake_sample, tmp_path, 7, count=1)
    assert sorted(event.key for event in events) == [shards.sample_key(FAKE_SEED, i) for i in range(7)]
    assert sum(len(event.redraws) for event in events) == 3
    assert [event.first for event in events] == [True] + [False] * 6 and {event.job for event in events} == {0}
    assert all(event.seconds > 0 for event in events)


def test_a_failing_sample_is_named(tmp_path):
    with pytest.raises(RuntimeError, match="11-0000001"):
        watch(Console(quiet=True), iter(work(broken_sample, tmp_path, 3, count=1)), Pace({0: 3}, 1))
    assert not shards.shard_path(tmp_path, 0).exists()
