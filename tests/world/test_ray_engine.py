"""The same samples over Ray Data: the shards are those of the local engine, byte for byte, and a failure is named.

This file imports no renderer, for each of Ray's actors imports it anew.
"""

import inspect
from pathlib import Path

import pytest

pytest.importorskip("ray")

from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.world import local_engine, ray_engine
from tests.toys import toy_sample

pytestmark = pytest.mark.slow
NUM = 52


def sample(index: int) -> Sample:
    return Sample(**{**vars(toy_sample(index)), "meta": {**toy_sample(index).meta, "redraws": []}})


def broken(index: int) -> Sample:
    if index == 1:
        raise RuntimeError("sample 0-0000001 failed")
    return sample(index)


def nothing() -> None:
    """Toys need no renderer."""


def jobs(folder: Path, num: int) -> dict[int, range]:
    return {n: shards.shard_indices(n, num) for n in shards.unfinished(folder, num, seed=0)}


@pytest.fixture(scope="module", autouse=True)
def stopped():
    """Ray's processes end with this file."""
    import ray

    yield
    ray.shutdown()


def test_the_shards_have_the_same_bytes_and_finished_ones_are_kept(tmp_path):
    expected = tmp_path / "expected"
    expected.mkdir()
    for number, indices in jobs(expected, NUM).items():
        shards.write_shard(expected, number, sample, indices)
    events = list(ray_engine.run(sample, tmp_path, jobs(tmp_path, NUM), 1, nothing))
    assert sorted(event.key for event in events) == [shards.sample_key(0, i) for i in range(NUM)]
    assert sum(event.first for event in events) == 1
    for number in (0, 1):
        assert shards.shard_path(tmp_path, number).read_bytes() == shards.shard_path(expected, number).read_bytes()
    assert jobs(tmp_path, NUM) == {} and jobs(tmp_path, NUM + 1) == {1: range(50, NUM + 1)}


def test_a_sample_that_fails_is_named(tmp_path):
    events = list(ray_engine.run(broken, tmp_path, jobs(tmp_path, 3), 1, nothing))
    assert events[-1].failure == "RuntimeError: sample 0-0000001 failed"
    assert not shards.shard_path(tmp_path, 0).exists()


def test_pieces_cover_every_sample_once():
    pieces = ray_engine.chunks({0: range(0, 50), 1: range(50, 60)})
    assert pieces == {**dict.fromkeys(range(7), 8), 7: 4}


def test_both_engines_are_called_alike():
    """`synthesize` takes one or the other."""
    assert inspect.signature(ray_engine.run) == inspect.signature(local_engine.run)
