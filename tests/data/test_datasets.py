"""Tuples in memory: what is read back, and the split by shoe."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from shoemodel.data import shards
from shoemodel.data.datasets import load
from shoemodel.data.sample import Sample
from shoemodel.errors import InputError
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose
from tests.toys import toy_sample


def test_arrays_hold_what_the_shards_hold(toy_folder):
    tuples = load(toy_folder, limit=8)
    assert len(tuples) == 8 and tuples.size == 256
    assert tuples.worn.dtype == np.uint8 and tuples.labels.shape == (8, 256, 256)
    assert set(np.unique(tuples.labels)) == {0, 1, 2}
    assert tuples.captions[0] == ("a toy shoe",)


def test_a_point_outside_the_picture_is_present_when_its_leg_is(toy_folder):
    tuples = load(toy_folder)
    both = tuples.present.all(axis=1)
    assert both.any() and not both.all()
    outside = tuples.present & (tuples.visibility == 0)
    assert outside[:, [0, 6]].any()  # hips above the picture
    assert not (~tuples.present & (tuples.visibility > 0)).any()


def test_split_shares_no_shoe_and_loses_no_tuple(toy_folder):
    tuples = load(toy_folder)
    train, test = tuples.split()
    assert len(train) + len(test) == len(tuples) and len(test) > 0
    assert not set(train.shoe_ids) & set(test.shoe_ids)


def test_one_shoe_cannot_be_split(toy_folder):
    with pytest.raises(InputError, match="at least 2"):
        load(toy_folder, limit=1).split()


def test_empty_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="no shard"):
        load(tmp_path)


def test_folders_of_two_sizes_become_one_set_of_the_larger(toy_folder, tmp_path):
    def half(index: int) -> Sample:
        whole = toy_sample(index)
        worn, unworn = (cv2.resize(picture, (128, 128)) for picture in (whole.worn, whole.unworn))
        areas = ShoeAreas(np.ascontiguousarray(whole.areas.labels[::2, ::2]))
        pose = Pose(whole.pose.points / 2, whole.pose.visibility)
        return replace(whole, worn=worn, unworn=unworn, areas=areas, pose=pose)

    shards.write_shard(tmp_path, 0, half, range(8))
    tuples = load(tmp_path, toy_folder, limit=8)
    assert len(tuples) == 16 and tuples.worn.shape == (16, 256, 256, 3)
    assert np.allclose(tuples.points[:8], tuples.points[8:], atol=0.02)  # shards hold hundredths
    assert tuples.shoe_ids[:8] == tuples.shoe_ids[8:]
    assert (tuples.labels[:8] == tuples.labels[8:]).mean() > 0.99
    steps = (np.diff(tuples.labels[0], axis=1) != 0).sum(0)  # steps of two would begin in odd columns alone
    assert steps[::2].sum() > 0 and steps[1::2].sum() > 0


def test_a_folder_of_two_sizes_is_refused(tmp_path):
    def grown(index: int) -> Sample:
        side = (64, 256)[index]
        picture = np.zeros((side, side, 3), np.uint8)
        return replace(toy_sample(index), worn=picture, unworn=picture)

    shards.write_shard(tmp_path, 0, grown, range(2))
    with pytest.raises(InputError, match="256, 256"):
        load(tmp_path)
