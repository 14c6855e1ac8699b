"""Legs in the photo itself: a grey photo, a shoe with an opening, a blue leg above it."""

from types import SimpleNamespace

import numpy as np
import pytest

from shoemodel.compose.photo_background import BackgroundImage
from shoemodel.compose.placed import PlacedShoe
from shoemodel.image import layout
from shoemodel.image.geometry import Similarity
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose

SIDE = 128
BLUE, ORANGE = (30, 60, 200), (230, 140, 20)


@pytest.fixture
def areas():
    """A shoe 64 px long; 20 px of its upper edge are the opening."""
    visible, wearable = np.zeros((SIDE, SIDE), bool), np.zeros((SIDE, SIDE), bool)
    visible[90:110, 30:94] = True
    wearable[90:94, 34:54] = True
    return ShoeAreas.from_masks(visible & ~wearable, wearable)


@pytest.fixture
def photo():
    return np.random.default_rng(0).integers(118, 138, (SIDE, SIDE, 3)).astype(np.uint8)


@pytest.fixture
def shoe(photo, areas):
    return PlacedShoe.of(photo, areas, layout.keep(photo.shape[:2]))


@pytest.fixture
def background(photo):
    return BackgroundImage.of(photo, layout.keep(photo.shape[:2]))


def test_the_leg_mask_begins_at_the_opening_and_leaves_the_shoe(background, areas, shoe, upright):
    known = background.known(shoe, upright, SIDE)
    assert np.array_equal(known.picture, background.rgb)
    assert known.free[:88, 36:52].all() and known.free[areas.wearable].all()
    assert not known.free[areas.visible].any() and not known.free[96:].any() and not known.free[:, 100:].any()


def test_x_w_stands_in_the_photo_where_the_controlnet_has_learnt_it(background, areas, photo, shoe):
    x_w = background.x_w(shoe, SIDE, SimpleNamespace(config={"sees_photo": True}))
    assert np.array_equal(x_w[~areas.wearable], photo[~areas.wearable]) and not x_w[areas.wearable].any()
    assert np.array_equal(background.x_w(shoe, SIDE, SimpleNamespace(config={})), shoe.rgb)


def test_without_a_leg_only_the_opening_is_free(background, areas, shoe):
    nobody = Pose(np.zeros((12, 2)), np.zeros(12, int))
    free = background.known(shoe, nobody, SIDE).free
    assert free[areas.wearable].all() and not free[:86].any()


def test_a_boot_seen_from_the_side_has_its_mask_above_the_rim(photo, upright):
    visible = np.zeros((SIDE, SIDE), bool)
    visible[90:110, 30:94] = visible[50:90, 30:58] = True
    areas = ShoeAreas.from_masks(visible, np.zeros_like(visible))
    place = layout.keep(visible.shape)
    free = BackgroundImage.of(photo, place).known(PlacedShoe.of(photo, areas, place), upright, SIDE).free
    assert free[:49, 36:52].all() and not free[52:].any()


def test_the_leg_alone_is_laid_over_the_photo(background, areas, photo, shoe, upright):
    drawn = photo.copy()
    drawn[:94, 36:54] = BLUE
    drawn[10:40, 62:72] = ORANGE  # something else, in the mask too
    result = background.compose(drawn, shoe, upright)
    assert np.abs(result[4:88, 40:50].astype(int) - BLUE).max() <= 2
    assert np.array_equal(result[areas.visible], photo[areas.visible])
    assert np.array_equal(result[:, 62:], photo[:, 62:]) and np.array_equal(result[96:], photo[96:])


def test_a_halo_at_the_legs_edge_takes_the_legs_colour(background, shoe, upright, photo):
    drawn = photo.copy()
    drawn[:94, 36:54] = BLUE
    drawn[:88, 36:37] = drawn[:88, 53:54] = ORANGE
    result = background.compose(drawn, shoe, upright)[10:80].astype(int)
    assert np.abs(result[:, 38:52] - BLUE).max() <= 2
    assert (result[..., 0] - result[..., 2]).max() < 20  # redder than blue is the halo alone


def test_the_mask_is_narrower_beside_the_ankle(background, shoe, upright):
    free = background.known(shoe, upright, SIDE).free
    assert free[84].sum() < 0.75 * free[20].sum()


def test_nothing_drawn_leaves_the_photo(background, areas, photo, shoe, upright):
    result = background.compose(photo, shoe, upright)
    assert np.array_equal(result[:80], photo[:80])


def test_a_larger_photo_keeps_its_pixels(areas, photo, upright):
    """The networks' square is a quarter of the photo."""
    large = np.random.default_rng(1).integers(118, 138, (4 * SIDE, 4 * SIDE, 3)).astype(np.uint8)
    labels = areas.labels.repeat(4, 0).repeat(4, 1)
    place = layout.keep(labels.shape)
    shoe, background = PlacedShoe.of(large, ShoeAreas(labels), place), BackgroundImage.of(large, place)
    drawn = photo.copy()
    drawn[:94, 36:54] = BLUE
    result = background.compose(drawn, shoe, Pose(4 * upright.points, upright.visibility))
    leg = result[40:340, 164:196].astype(float)
    assert np.abs(leg.mean((0, 1)) - BLUE).max() <= 1 and 2 < leg.std((0, 1)).max() < 8  # as rough as the shoe
    assert ((np.abs(result[40:340] - BLUE) > 30).all(-1) & (result[40:340] != large[40:340]).any(-1)).mean() < 0.02
    assert np.array_equal(result[:, 256:], large[:, 256:]) and np.array_equal(result[labels == 1], large[labels == 1])


def test_edges_are_continued_beyond_the_photo(photo):
    placed = Layout((SIDE + 30, SIDE + 8), Similarity(dx=8, dy=30))
    background = BackgroundImage.of(photo, placed)
    assert np.array_equal(background.rgb[30:, 8:], photo)
    assert (background.rgb[:30, 8:] == photo[0]).all() and (background.rgb[30:, :8] == photo[:, :1]).all()
    turned = BackgroundImage.of(photo, Layout((SIDE, SIDE), Similarity(0.5, 20, 30, 20)))
    assert turned.rgb.min() > 100  # no black from outside


def test_a_turned_shoe_at_the_photos_edge_is_kept_exactly(photo, upright):
    """Resampling mixes the photo's edge with what lies outside, and that mixture is the shoe that is kept."""
    visible = np.zeros((SIDE, SIDE), bool)
    visible[90:, 30:94] = True
    areas = ShoeAreas.from_masks(visible, np.zeros_like(visible))
    turned = Layout((SIDE, SIDE), Similarity(0.6, 15, 40, 10))
    shoe, background = PlacedShoe.of(photo, areas, turned), BackgroundImage.of(photo, turned)
    kept = shoe.visible
    assert (background.rgb[kept] != shoe.rgb[kept]).any()
    assert np.array_equal(background.compose(photo, shoe, upright)[kept], shoe.rgb[kept])
