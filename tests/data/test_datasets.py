"""Tuples in memory: what is read back, and the split by shoe."""

import numpy as np
import pytest

from shoemodel.data.datasets import load
from shoemodel.errors import InputError


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
