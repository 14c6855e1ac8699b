"""Tuples on disk: the round trip, whole shards only, and going on after an interruption."""

import functools
import io
import tarfile

import numpy as np
import pytest
from PIL import Image

from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.errors import InputError
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose


def tiny_sample(index: int, seed: int = 3) -> Sample:
    rng = np.random.default_rng((seed, index))
    labels = np.zeros((16, 16), np.uint8)
    labels[4:10, 4:10], labels[10:12, 4:10] = 1, 2
    meta = {"seed": seed, "index": index, "size": 16, "captions": ["a"], "family": "boot", "shoe_id": "b0"}
    meta |= {"feet": ["left", "right"], "camera": {}, "scene": {}, "version": "0"}
    return Sample(
        key=shards.sample_key(seed, index),
        worn=rng.integers(0, 256, (16, 16, 3), dtype=np.uint8),
        unworn=rng.integers(0, 256, (16, 16, 3), dtype=np.uint8),
        areas=ShoeAreas(labels),
        pose=Pose(np.full((12, 2), 7.25), np.array([2, 1, 0] * 4)),
        caption="legs in boots",
        meta=meta,
    )


def same(a: Sample, b: Sample) -> bool:
    return a.to_members() == b.to_members() and a.key == b.key


def test_a_sample_survives_its_files():
    sample = tiny_sample(5)
    back = Sample.from_members(sample.key, sample.to_members())
    assert sample.check() == []
    assert np.array_equal(back.worn, sample.worn) and np.array_equal(back.areas.labels, sample.areas.labels)
    assert np.array_equal(back.pose.points, sample.pose.points) and back.meta == sample.meta
    assert same(back, sample)


def test_a_missing_member_is_named():
    members = tiny_sample(0).to_members()
    del members["areas.png"]
    with pytest.raises(InputError, match=r"areas\.png"):
        Sample.from_members("3-0000000", members)


def collected_sample(index: int = 0, **changes) -> Sample:
    """A tuple from a photo: X_w in the place of the unworn picture, no wearable area."""
    drawn = tiny_sample(index)
    visible = drawn.areas.visible
    x_w = np.where(visible[..., None], drawn.worn, np.uint8(0))
    meta = {name: drawn.meta[name] for name in ("size", "captions", "family", "shoe_id", "feet")}
    meta |= {"unworn": False, "photo": {}, "licence": "CC0", "consent": "yes", "models": {}, "unknown": ["left_hip"]}
    areas = ShoeAreas(visible.astype(np.uint8))
    return Sample(**{**vars(drawn), "unworn": x_w, "areas": areas, "meta": meta, "key": f"photo-{index}", **changes})


def test_a_collected_sample_has_its_shoe_instead_of_an_unworn_picture(tmp_path):
    sample = collected_sample()
    assert sample.check() == [] and not sample.has_unworn
    members = sample.to_members()
    assert list(members) == ["worn.png", "shoe.png", "areas.png", "json"]
    assert same(Sample.from_members(sample.key, members), sample)
    shards.write_shard(tmp_path, 0, collected_sample, range(2))
    assert shards.keys_in(shards.shard_path(tmp_path, 0)) == {"photo-0", "photo-1"}
    assert [each.key for each in shards.read(tmp_path)] == ["photo-0", "photo-1"]


def test_a_collected_sample_claims_no_more_than_a_photo_shows():
    drawn = tiny_sample(0)
    wrong = collected_sample(areas=drawn.areas).check()
    assert "a wearable area without an unworn picture that shows it" in wrong
    assert "X_w is not the worn picture where the shoe is" in collected_sample(unworn=drawn.unworn).check()
    unsigned = {name: value for name, value in collected_sample().meta.items() if name != "consent"}
    assert "the record lacks ['consent']" in collected_sample(meta=unsigned).check()
    members = collected_sample().to_members()
    members["unworn.png"] = members.pop("shoe.png")
    with pytest.raises(InputError, match="the record says unworn: False"):
        Sample.from_members("photo-0", members)


def test_check_finds_what_is_wrong():
    good = tiny_sample(0)
    stray = Sample(**{**vars(good), "pose": Pose(np.full((12, 2), 99.0), np.full(12, 2))})
    assert any("left_hip" in problem for problem in stray.check())
    bare = Sample(**{**vars(good), "areas": ShoeAreas(np.zeros((16, 16), np.uint8))})
    assert any("cover" in problem for problem in bare.check())
    still = Sample(**{**vars(good), "unworn": good.worn})
    assert any("same picture" in problem for problem in still.check())


def test_reading_gives_what_was_written_in_order(tmp_path):
    for number in (1, 0):
        shards.write_shard(tmp_path, number, tiny_sample, shards.shard_indices(number, 5, per_shard=3))
    samples = list(shards.read(tmp_path))
    assert [sample.meta["index"] for sample in samples] == [0, 1, 2, 3, 4]
    assert all(same(sample, tiny_sample(i)) for i, sample in enumerate(samples))


def test_the_same_shard_has_the_same_bytes(tmp_path):
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    written = [shards.write_shard(tmp_path / name, 0, tiny_sample, range(3)).read_bytes() for name in "ab"]
    assert written[0] == written[1]


def test_an_interrupted_shard_leaves_nothing(tmp_path):
    def failing(index: int) -> Sample:
        if index == 2:
            raise KeyboardInterrupt
        return tiny_sample(index)

    with pytest.raises(KeyboardInterrupt):
        shards.write_shard(tmp_path, 0, failing, range(3))
    assert list(tmp_path.iterdir()) == []


def test_only_what_is_missing_is_unfinished(tmp_path):
    unfinished = functools.partial(shards.unfinished, tmp_path, seed=3, per_shard=3)
    assert unfinished(num=5) == [0, 1]
    shards.write_shard(tmp_path, 0, tiny_sample, range(3))
    shards.write_shard(tmp_path, 1, tiny_sample, range(3, 5))
    assert unfinished(num=5) == []
    assert unfinished(num=7) == [1, 2], "the short last shard must grow with the set"
    assert shards.unfinished(tmp_path, 5, seed=4, per_shard=3) == [0, 1], "another seed's samples do not count"


def test_a_truncated_shard_is_unfinished(tmp_path):
    path = shards.write_shard(tmp_path, 0, tiny_sample, range(3))
    path.write_bytes(path.read_bytes()[:2000])
    assert shards.unfinished(tmp_path, 3, seed=3, per_shard=3) == [0]


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"shard-000000\.tar"):
        list(shards.read(tmp_path))


def test_members_bear_the_names_of_the_format(tmp_path):
    path = shards.write_shard(tmp_path, 0, tiny_sample, range(1))
    with tarfile.open(path) as tar:
        assert tar.getnames() == [f"3-0000000.{name}" for name in ("worn.png", "unworn.png", "areas.png", "json")]
        data = tar.extractfile("3-0000000.areas.png").read()
    assert Image.open(io.BytesIO(data)).mode == "P"
