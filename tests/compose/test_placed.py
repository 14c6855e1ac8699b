"""A placed shoe: X_w on its canvas, and what follows from it, computed once."""

import numpy as np
import pytest

from shoemodel.compose.placed import PlacedShoe
from shoemodel.image.geometry import Similarity
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas


@pytest.fixture
def photo():
    return np.random.default_rng(0).integers(1, 256, (40, 50, 3), np.uint8)


@pytest.fixture
def areas():
    labels = np.zeros((40, 50), np.uint8)
    labels[20:35, 10:40], labels[15:20, 12:20] = 1, 2
    return ShoeAreas(labels)


@pytest.fixture
def placed(photo, areas):
    return PlacedShoe.of(photo, areas, Layout((60, 70), Similarity(dx=8, dy=15)))


def test_x_w_is_opaque_on_the_visible_area_only(placed, photo, areas):
    there = placed.rgba[..., 3] == 255
    np.testing.assert_array_equal(placed.rgba[15:55, 8:58, :3][areas.visible], photo[areas.visible])
    assert there.sum() == areas.visible.sum() and not placed.rgba[~there].any()
    assert (there == placed.visible).all() and placed.size == (60, 70)


def test_squares_and_leg_masks_are_computed_once(placed, upright):
    assert placed.square(32) is placed.square(32) and placed.square(32) is not placed.square(64)
    assert placed.leg_mask(upright, 32) is placed.leg_mask(upright, 32)
    square = placed.square(70)
    assert not (square.visible & square.wearable).any() and (square.rgb[square.visible] > 0).all()


def test_sizes_must_agree(photo):
    with pytest.raises(ValueError, match="one size"):
        PlacedShoe(photo, ShoeAreas(np.zeros((40, 40), np.uint8)))


def test_what_a_leg_hides_is_left_out(placed):
    leg = np.zeros(placed.size, bool)
    leg[:25] = True
    less = placed.behind(leg)
    assert not (less.visible & leg).any() and (less.visible == (placed.visible & ~leg)).all()
    assert not less.rgba[leg].any()
    np.testing.assert_array_equal(less.rgb[less.visible], placed.rgb[less.visible])
    assert (less.areas.shoe == placed.areas.shoe).all()
