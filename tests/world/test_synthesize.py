"""Sets of samples: whole, resumable, refused where they would mix; one real scene through the whole chain."""

import functools
import importlib.util
import json
import multiprocessing as mp
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

pytest.importorskip("mitsuba")
pytest.importorskip("anny")

from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.errors import InputError
from shoemodel.masks import ShoeAreas, dilate
from shoemodel.pose import Pose
from shoemodel.world import local_engine
from shoemodel.world import synthesize as module
from shoemodel.world.progress import Pace, watch
from shoemodel.world.render import Rejected
from shoemodel.world.synthesize import make_sample, synthesize

FAKE_SEED = 11


def fake_sample(seed: int, index: int, pause: float = 0.0, **_) -> Sample:
    """A sound sample without a renderer."""
    time.sleep(pause)
    rng = np.random.default_rng((seed, index))
    labels = np.zeros((16, 16), np.uint8)
    labels[4:10, 4:10] = 1
    meta = {"seed": seed, "index": index, "redraws": ["too small"] if index % 3 == 0 else []}
    worn, unworn = rng.integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    pose = Pose(np.full((12, 2), 8.0), np.full(12, 2))
    return Sample(shards.sample_key(seed, index), worn, unworn, ShoeAreas(labels), pose, "legs", meta)


def broken_sample(seed: int, index: int, **_) -> Sample:
    if index == 1:
        raise RuntimeError(f"sample {shards.sample_key(seed, index)} failed")
    return fake_sample(seed, index)


def nothing() -> None:
    """Fake samples need no renderer."""


def jobs_of(folder: Path, num: int) -> dict[int, range]:
    return {n: shards.shard_indices(n, num) for n in shards.unfinished(folder, num, FAKE_SEED)}


def work(make, folder: Path, num: int, count: int = 2) -> list:
    jobs = jobs_of(folder, num)
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


def test_events_count_samples_and_redraws(tmp_path):
    events = work(fake_sample, tmp_path, 7, count=1)
    assert sorted(event.key for event in events) == [shards.sample_key(FAKE_SEED, i) for i in range(7)]
    assert sum(len(event.redraws) for event in events) == 3
    assert [event.first for event in events] == [True] + [False] * 6 and {event.job for event in events} == {0}


def test_a_failing_sample_is_named(tmp_path):
    with pytest.raises(RuntimeError, match="11-0000001"):
        watch(Console(quiet=True), iter(work(broken_sample, tmp_path, 3, count=1)), Pace({0: 3}, 1))
    assert not shards.shard_path(tmp_path, 0).exists()


def test_eight_bad_draws_are_an_error_that_names_the_sample(monkeypatch):
    attempts = []

    def scene(seed: int, index: int, assets: Path | None, attempt: int) -> int:
        attempts.append(attempt)
        return attempt

    def reject(*_) -> Sample:
        raise Rejected("the shoes are too small")

    monkeypatch.setattr(module, "sample_scene", scene)
    monkeypatch.setattr(module, "render", reject)
    with pytest.raises(RuntimeError, match=r"2-0000009 failed 8 draws: the shoes are too small"):
        make_sample(2, 9)
    assert attempts == list(range(8))


def test_a_folder_with_another_set_is_refused(tmp_path):
    module._claim(tmp_path, {"seed": 1, "size": 64})
    module._claim(tmp_path, {"seed": 1, "size": 64})
    with pytest.raises(InputError, match="seed"):
        module._claim(tmp_path, {"seed": 2, "size": 64})


@pytest.mark.parametrize("bad", [{"num": 0}, {"size": 8}, {"workers": 0}, {"assets": Path("no/such/folder")}])
def test_bad_arguments_are_refused_before_anything_is_written(tmp_path, bad):
    arguments = {"num": 1, "seed": 1, "out": tmp_path / "new", **bad}
    with pytest.raises(InputError):
        synthesize(**arguments)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="writable"):
        synthesize(1, 1, tmp_path / "file" / "out")


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    synthesize(2, 3, folder, size=64, workers=1, spp=4)
    return folder


def test_real_samples_are_sound_and_do_not_depend_on_the_process(real):
    samples = list(shards.read(real))
    assert [sample.check() for sample in samples] == [[], []]
    here = make_sample(3, 1, size=64, spp=4)
    assert here.to_members() == samples[1].to_members()
    assert json.loads((real / "world.json").read_text())["seed"] == 3


def test_away_from_the_body_a_real_scene_keeps_its_look(real):
    for sample in shards.read(real):
        difference = np.abs(sample.worn.astype(int) - sample.unworn.astype(int)).max(-1)
        near = dilate(difference > 60, 10)
        if (~near).mean() > 0.2:
            assert difference[~near].mean() < 12
        assert np.median(difference[sample.areas.visible]) < 30


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs ray")
def test_real_samples_made_over_ray_are_those_of_the_local_engine(real, tmp_path):
    synthesize(2, 3, tmp_path, size=64, workers=1, spp=4, engine="ray")
    assert shards.shard_path(tmp_path, 0).read_bytes() == shards.shard_path(real, 0).read_bytes()


def test_without_ray_one_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"install shoemodel\[ray\]"):
        synthesize(1, 1, tmp_path, size=64, engine="ray")
