"""The scene of a picture: a grey ground with a gradient, a shoe, a blue leg on its bones and a second one beside it."""

import numpy as np
import pytest

from shoemodel.compose import scene_background
from shoemodel.image.pose import Pose

SIDE = 128
BLUE, SHOE = (30, 60, 200), (140, 90, 40)


@pytest.fixture
def ground():
    return np.linspace(120, 180, SIDE)[None, :, None].repeat(SIDE, 0).repeat(3, 2).astype(np.uint8)


@pytest.fixture
def wearable():
    mask = np.zeros((SIDE, SIDE), bool)
    mask[88:92, 34:54] = True
    return mask


@pytest.fixture
def shoe():
    rgba = np.zeros((SIDE, SIDE, 4), np.uint8)
    rgba[92:110, 30:94] = (*SHOE, 255)
    return rgba


@pytest.fixture
def drawn(ground):
    picture = ground.copy()
    picture[:92, 36:54] = picture[:60, 100:112] = BLUE
    picture[90:113, 27:97] = SHOE  # a shoe that is a little too large
    return picture


def test_legs_and_what_grew_about_the_shoe_are_gone(drawn, ground, shoe, upright, wearable):
    around, visible = scene_background.emptied(drawn, shoe, upright, wearable), shoe[..., 3] == 255
    assert np.array_equal(around.rgb[visible], shoe[visible][:, :3]) and around.background == "scene"
    assert np.abs(around.rgb[~visible].astype(int) - ground[~visible]).max() < 25
    assert np.array_equal(around.wearable, wearable)


def test_other_shoes_are_gone_where_something_has_seen_them(drawn, ground, shoe, upright, wearable):
    drawn[112:124, 104:120] = SHOE
    seen = np.zeros((SIDE, SIDE), bool)
    seen[112:124, 104:120] = True
    around = scene_background.emptied(drawn, shoe, upright, wearable, seen)
    assert np.abs(around.rgb[seen].astype(int) - ground[seen]).max() < 25
    assert np.array_equal(scene_background.emptied(drawn, shoe, upright, wearable).rgb[seen], drawn[seen])


def test_the_ground_far_from_shoe_and_legs_stays(drawn, shoe, upright, wearable):
    around = scene_background.emptied(drawn, shoe, upright, wearable)
    assert np.array_equal(around.rgb[122:, :24], drawn[122:, :24])


def test_without_a_shoe_and_a_leg_the_picture_stays(ground):
    nobody = Pose(np.zeros((12, 2)), np.zeros(12, int))
    around = scene_background.emptied(ground, np.zeros((SIDE, SIDE, 4), np.uint8), nobody, None)
    assert np.array_equal(around.rgb, ground)


def test_a_canvas_that_is_not_square_is_letterboxed(drawn, shoe, upright, wearable):
    """The square's bars are no ground to fill from."""
    drawn = drawn.copy()
    drawn[:, :16] = drawn[:, -16:] = 0
    narrow = slice(16, SIDE - 16)
    moved = Pose(upright.points - (16, 0), upright.visibility)
    around = scene_background.emptied(drawn, shoe[:, narrow], moved, wearable[:, narrow])
    assert around.rgb.shape == (SIDE, SIDE - 32, 3) and around.rgb[:80, 8:44].min() > 100


@pytest.mark.parametrize("width", [1, 40, 90])
def test_holes_are_filled_from_what_lies_around(ground, width):
    hole = np.zeros((SIDE, SIDE), bool)
    hole[10:100, 20 : 20 + width] = True
    filled = scene_background.fill_smoothly(np.where(hole[..., None], np.uint8(0), ground), hole)
    assert np.abs(filled.astype(int) - ground).max() < 12
    assert np.array_equal(filled[~hole], ground[~hole])


def test_nothing_to_fill_from_leaves_the_picture(ground):
    assert np.array_equal(scene_background.fill_smoothly(ground, np.ones((SIDE, SIDE), bool)), ground)


def test_a_larger_canvas_has_the_scene_at_its_size(drawn, shoe, upright, wearable):
    large = [each.repeat(3, 0).repeat(3, 1) for each in (shoe, wearable)]
    around = scene_background.emptied(drawn, large[0], Pose(3 * upright.points, upright.visibility), large[1])
    kept = large[0][..., 3] == 255
    assert around.rgb.shape[:2] == kept.shape and np.array_equal(around.rgb[kept], large[0][kept][:, :3])
