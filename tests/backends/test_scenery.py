"""Scenes about a camera: what is seen of places."""

from dataclasses import replace

import numpy as np
import pytest

from shoemodel.backends import scenery
from shoemodel.backends.settings import Scenery
from shoemodel.compose.photo_light import Levels
from shoemodel.errors import InputError
from shoemodel.image.masks import ShoeAreas
from shoemodel.render import engine
from shoemodel.render.light import soft_light
from shoemodel.render.meshes import rotation
from tests.backends.test_align import fit_from_the_side

LEVELS = Levels(np.full(3, 0.8), np.full(3, 0.4), 0.5, 0.5, 0.0, 0.3)


def picture(wanted, camera, seed=0):
    engine.start(threads=2)
    light = soft_light(camera.rotation[0], camera.rotation[2], 0.5)
    return scenery.picture(wanted, camera, light, 0.35, LEVELS, seed)


@pytest.fixture(scope="module")
def camera():
    return fit_from_the_side().camera.scaled(0.3)


def test_a_scene_is_of_its_seed_and_fills_the_film(camera):
    wooden, again, other = (picture(Scenery("wood"), camera, seed) for seed in (1, 1, 2))
    assert wooden.shape == (*camera.size, 3) and wooden.min() > 0 and wooden.max() <= 1
    np.testing.assert_array_equal(wooden, again)
    assert not np.array_equal(wooden, other)


def test_from_below_the_ground_there_is_no_scene(camera):
    with pytest.raises(InputError, match="from below its ground"):
        picture(Scenery("wood"), replace(camera, origin=np.array([1.0, 0.0, -0.1])))


def test_the_ground_is_darkest_where_the_sole_stands():
    labels = np.zeros((100, 160), np.uint8)
    labels[40:70, 40:120] = 1
    factor = scenery.on_ground(np.ones((20, 32), np.float32), ShoeAreas(labels))
    assert factor[71, 80] < 0.8 < factor[85, 80] and factor[20, 20] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    "wanted", [Scenery("grass", behind="park"), Scenery("sand", behind="sea"), Scenery("concrete", behind="steps")]
)
def test_open_scenes_and_stairs_fill_the_film(camera, wanted):
    assert picture(wanted, higher(camera)).min() > 0


def test_grass_is_green_and_its_park_goes_on_with_it(camera):
    seen = picture(Scenery("grass", behind="park"), higher(camera))
    below = seen[-20:].mean(axis=(0, 1))
    assert below[1] > 1.2 * below[0] and below[1] > 1.2 * below[2]


def test_what_is_far_is_blurred_as_a_disc(camera):
    film = camera.scaled(0.5)
    linear = np.zeros((*film.size, 3), np.float32)
    linear[40, 50] = 100.0
    near, far = (scenery.out_of_focus(linear, np.full(film.size, depth), 1.0, film) for depth in (1.0, 20.0))
    np.testing.assert_array_equal(near, linear)
    assert far[40, 50, 0] < 15 and far.sum() == pytest.approx(linear.sum(), rel=0.02)


def higher(camera):
    """The same camera, 0.3 m up, looking a little down."""
    turned = rotation("y", 20.0)
    return replace(camera, origin=np.array([0.8, 0.0, 0.34]), rotation=camera.rotation @ turned)
