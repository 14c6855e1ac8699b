"""Drawn areas as tuples: what is cut out, what is said to be lacking, and who learns from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shoemodel.annotation import tuples
from shoemodel.data import coco, datasets, inspection, shards
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image.masks import ShoeAreas
from shoemodel.training import feet, wd
from tests.annotation.conftest import SIZES, drawn


def test_the_tuples_are_sound_and_say_what_they_lack(annotated):
    assert tuples.write(annotated, 96) == 2
    found = inspection.inspect(annotated.out)
    assert found.problems == {} and found.summary["tuples"] == 2 == found.summary["shoes"]
    samples = list(shards.read(annotated.out))
    assert [sample.meta["shoe_id"] for sample in samples] == ["photo/boot", "photo/pump"]
    for sample in samples:
        assert sample.lacks == {"worn", "keypoints", "captions"} and not sample.is_worn
        assert sample.unworn.shape == (96, 96, 3) and sample.areas.wearable.any()
        assert np.ptp(np.nonzero(sample.areas.shoe)[1]) + 1 == pytest.approx(64, abs=2), "a margin of a quarter"
    with pytest.raises(InputError, match="no keypoints to write"):
        coco.dataset(samples, "")


def test_a_second_writing_replaces_the_first(annotated, monkeypatch):
    monkeypatch.setattr(shards, "PER_SHARD", 1)
    tuples.write(annotated, 64)
    before = [path.read_bytes() for path in shards.shard_paths(annotated.out)]
    tuples.write(annotated, 64)
    assert [path.read_bytes() for path in shards.shard_paths(annotated.out)] == before
    annotated.leave_out("boot")
    tuples.write(annotated, 64)
    assert [sample.meta["shoe_id"] for sample in shards.read(annotated.out)] == ["photo/pump"]
    annotated.leave_out("pump")
    with pytest.raises(InputError, match="no photo is done"):
        tuples.write(annotated, 64)


def test_the_square_stays_in_the_photo_and_shows_the_edge_where_it_cannot(tmp_path):
    rgb = np.zeros((100, 300, 3), np.uint8)
    rgb[...] = np.arange(300)[None, :, None] // 2
    labels = np.zeros((100, 300), np.uint8)
    labels[40:60, 5:45] = 1  # its square of 60 px would begin before the photo
    sample = tuples.tuple_of(images.from_pil(images.Image.fromarray(rgb)), ShoeAreas(labels), 0, 60)
    assert np.array_equal(np.flatnonzero(sample.areas.shoe.any(axis=0)), np.arange(5, 45))
    assert (sample.unworn == rgb[20:80, :60]).all()
    labels[:] = 0
    labels[:, 100:300] = 1  # its square of 300 px is higher than the photo
    sample = tuples.tuple_of(images.from_pil(images.Image.fromarray(rgb)), ShoeAreas(labels), 0, 300)
    assert sample.areas.shoe.sum() == 20_000 and (sample.unworn[0] == sample.unworn[150]).all()


def test_areas_learn_from_it_and_nothing_else_does(annotated):
    for name in ("loafer", "slide"):
        annotated.save(name, drawn(SIZES[name]), "done")
    tuples.write(annotated, 64)
    loaded = datasets.load(annotated.out)
    task = wd.WDTask(wd.smoke(), loaded)
    batch = task.batch(np.random.default_rng(0), np.arange(2))
    loss, _ = task.loss(batch)
    assert loss.isfinite() and set(batch["labels"].unique().tolist()) >= {0, 1, 2}
    with pytest.raises(InputError, match="4 tuples without keypoints"):
        feet.FeetTask(feet.smoke(), loaded)
    with pytest.raises(InputError, match="without keypoints"):
        loaded.split()


@pytest.mark.parametrize("size", [10, 4096])
def test_sizes_that_make_no_sense(annotated, size):
    with pytest.raises(InputError, match="from 64 to 2048"):
        tuples.write(annotated, size)


def test_what_a_tuple_says_it_lacks_may_not_be_there(annotated):
    sample = tuples.tuple_of(annotated.photo("boot"), annotated.areas("boot"), 0, 96)
    assert sample.check() == []
    for meta, words in (
        ({"feet": ["left"]}, "keypoints or feet, which it says it lacks"),
        ({"captions": ["a boot"]}, "captions, which it says it lacks"),
        ({"worn": True}, "a worn picture, which it says it lacks"),
        ({"lacks": ["areas"]}, "it lacks ['areas']"),
    ):
        assert any(words in problem for problem in replace(sample, meta=sample.meta | meta).check())
