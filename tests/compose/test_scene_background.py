"""The scene of a picture: a grey ground with a gradient, a shoe, a blue leg on its bones and a second one beside it."""

import numpy as np
import pytest

from shoemodel.compose import scene_background
from shoemodel.compose.placed import PlacedShoe
from shoemodel.image.masks import ShoeAreas
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
def shoe(wearable):
    rgb, visible = np.zeros((SIDE, SIDE, 3), np.uint8), np.zeros((SIDE, SIDE), bool)
    rgb[92:110, 30:94], visible[92:110, 30:94] = SHOE, True
    return PlacedShoe(rgb, ShoeAreas.from_masks(visible, wearable))


@pytest.fixture
def drawn(ground):
    picture = ground.copy()
    picture[:92, 36:54] = picture[:60, 100:112] = BLUE
    picture[90:113, 27:97] = SHOE  # a shoe that is a little too large
    return picture


def test_legs_and_what_grew_about_the_shoe_are_gone(drawn, ground, shoe, upright):
    scene, visible = scene_background.emptied(drawn, upright, None, shoe), shoe.visible
    assert np.array_equal(scene.rgb[visible], shoe.rgb[visible]) and scene.kind == "scene"
    assert np.abs(scene.rgb[~visible].astype(int) - ground[~visible]).max() < 25


def test_other_shoes_are_gone_where_something_has_seen_them(drawn, ground, shoe, upright):
    drawn[112:124, 104:120] = SHOE
    seen = np.zeros((SIDE, SIDE), bool)
    seen[112:124, 104:120] = True
    scene = scene_background.emptied(drawn, upright, seen, shoe)
    assert np.abs(scene.rgb[seen].astype(int) - ground[seen]).max() < 25
    assert np.array_equal(scene_background.emptied(drawn, upright, None, shoe).rgb[seen], drawn[seen])


def test_the_ground_far_from_shoe_and_legs_stays(drawn, shoe, upright):
    scene = scene_background.emptied(drawn, upright, None, shoe)
    assert np.array_equal(scene.rgb[122:, :24], drawn[122:, :24])


def test_without_a_shoe_and_a_leg_the_picture_stays(ground):
    nobody = Pose(np.zeros((12, 2)), np.zeros(12, int))
    nothing = PlacedShoe(np.zeros_like(ground), ShoeAreas(np.zeros((SIDE, SIDE), np.uint8)))
    assert np.array_equal(scene_background.emptied(ground, nobody, None, nothing).rgb, ground)


def test_a_canvas_that_is_not_square_is_letterboxed(drawn, shoe, upright):
    """The square's bars are no ground to fill from."""
    drawn = drawn.copy()
    drawn[:, :16] = drawn[:, -16:] = 0
    narrow = slice(16, SIDE - 16)
    moved = Pose(upright.points - (16, 0), upright.visibility)
    cut = PlacedShoe(shoe.rgb[:, narrow], ShoeAreas(shoe.areas.labels[:, narrow]))
    scene = scene_background.emptied(drawn, moved, None, cut)
    assert scene.rgb.shape == (SIDE, SIDE - 32, 3) and scene.rgb[:80, 8:44].min() > 100


@pytest.mark.parametrize("width", [1, 40, 90])
def test_holes_are_filled_from_what_lies_around(ground, width):
    hole = np.zeros((SIDE, SIDE), bool)
    hole[10:100, 20 : 20 + width] = True
    filled = scene_background.fill_smoothly(np.where(hole[..., None], np.uint8(0), ground), hole)
    assert np.abs(filled.astype(int) - ground).max() < 12
    assert np.array_equal(filled[~hole], ground[~hole])


def test_nothing_to_fill_from_leaves_the_picture(ground):
    assert np.array_equal(scene_background.fill_smoothly(ground, np.ones((SIDE, SIDE), bool)), ground)


def test_a_larger_canvas_has_the_scene_at_its_size(drawn, shoe, upright):
    rgb, labels = (each.repeat(3, 0).repeat(3, 1) for each in (shoe.rgb, shoe.areas.labels))
    large = PlacedShoe(rgb, ShoeAreas(labels))
    scene = scene_background.emptied(drawn, Pose(3 * upright.points, upright.visibility), None, large)
    assert scene.rgb.shape[:2] == large.size and np.array_equal(scene.rgb[large.visible], rgb[large.visible])
