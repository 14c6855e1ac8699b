"""Shoes get the patterns of photos, and what is no shoe gets none."""

import numpy as np
import pytest

from shoemodel.training.patterns import patterned


@pytest.fixture
def shoe():
    mask = np.zeros((64, 64), bool)
    mask[16:48, 8:56] = True
    return mask


def stripes() -> np.ndarray:
    return np.repeat(np.where(np.arange(80) % 8 < 4, 40, 220).astype(np.uint8)[None, :, None], 80, 0).repeat(3, 2)


def test_only_the_shoe_changes(shoe):
    plain = np.full((64, 64, 3), 120, np.uint8)
    changed = [patterned(plain, shoe, [stripes()], np.random.default_rng(seed)) for seed in range(8)]
    assert all((picture[~shoe] == 120).all() for picture in changed)
    assert max(picture[shoe].std() for picture in changed) > 15


def test_a_colour_is_changed_as_a_whole_or_not_at_all(shoe):
    two = np.full((64, 64, 3), 60, np.uint8)
    two[:, 32:] = 200
    for seed in range(12):
        picture = patterned(two, shoe, [stripes()], np.random.default_rng(seed))
        left, right = picture[:, :32][shoe[:, :32]], picture[:, 32:][shoe[:, 32:]]
        if np.unique(left).size == 1 and np.unique(right).size > 1:
            return
    raise AssertionError("no draw of twelve changed one of two colours alone")


def test_the_same_generator_gives_the_same_picture_and_no_shoe_none(shoe):
    plain = np.full((64, 64, 3), 120, np.uint8)
    one, other = (patterned(plain, shoe, [stripes()], np.random.default_rng(3)) for _ in range(2))
    assert (one == other).all()
    assert (patterned(plain, ~shoe & shoe, [stripes()], np.random.default_rng(3)) == plain).all()
