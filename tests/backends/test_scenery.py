"""What a prompt's places mean, and what is seen of them."""

from dataclasses import replace

import numpy as np
import pytest

from shoemodel.backends import scenery
from shoemodel.backends.scenery import Scenery
from shoemodel.compose.photo_light import Levels
from shoemodel.errors import InputError
from shoemodel.image.masks import ShoeAreas
from shoemodel.render import engine, floors
from shoemodel.render.light import soft_light
from tests.backends.test_align import fit_from_the_side

LEVELS = Levels(np.full(3, 0.8), np.full(3, 0.4), 0.5, 0.5, 0.0, 0.3)


@pytest.mark.parametrize(
    ("places", "ground", "unknown"),
    [
        (("wooden floor",), "wood", []),
        (("concrete floor",), "concrete", []),
        (("city street", "park"), "concrete", ["park"]),
        (("beach",), None, ["beach"]),
        ((), None, []),
    ],
)
def test_places_are_grounds(places, ground, unknown):
    found, left = scenery.of_places(places)
    assert (found.ground if found else None, left) == (ground, unknown)


def test_a_backdrop_has_its_colour():
    red, green, blue = scenery.of_places(["light pink background"])[0].colour
    assert red > blue > green
    assert scenery.of_places(["white backdrop"])[0].colour == (scenery.WHITE,) * 3
    assert scenery.of_places(["background"])[0].colour is None


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


@pytest.mark.parametrize("kind", floors.KINDS)
def test_grounds_repeat_without_a_seam(kind):
    texture = floors.make(kind, np.random.default_rng(0))
    assert texture.shape == (floors.SIDE, floors.SIDE, 3) and texture.min() > 0 and texture.max() < 1
    for axis in (0, 1):
        steps = np.abs(np.diff(texture, axis=axis)).mean(axis=(1 - axis, 2))
        seam = np.abs(np.take(texture, 0, axis) - np.take(texture, -1, axis)).mean()
        assert seam <= 1.2 * steps.max()
