"""Which light a leg has, by the photo's shadow and by words."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from shoemodel.backends import lamps, photo_sun
from shoemodel.backends.photo_sun import Sun
from shoemodel.compose.photo_light import Levels
from shoemodel.fit.each import FittedShoe
from shoemodel.image.masks import ShoeAreas
from shoemodel.render.light import SOFT_M
from shoemodel.render.meshes import rotation
from tests.backends.test_align import SIZE, fit_from_the_side

LEVELS = Levels(np.full(3, 0.8), np.full(3, 0.4), 0.7, 0.5, 0.0, 0.3)


@pytest.fixture(scope="module")
def fit():
    """A sneaker seen from 35 degrees above."""
    level = fit_from_the_side()
    turn = rotation("y", -35.0)
    middle = level.camera.origin - [1.0, 0, 0]
    camera = replace(
        level.camera, rotation=level.camera.rotation @ turn.T, origin=middle + turn @ np.array([1.0, 0, 0])
    )
    return replace(level, camera=camera)


def photo(fit, towards, depth, penumbra_px=1.0):
    """Grey ground with the shadow of the shoe in light from `towards`, a little noise, and the shoe on it."""
    shoe = np.zeros(SIZE, np.uint8)
    for face in fit.camera.project(fit.placed(fit.proxy.vertices))[0].astype(np.int32)[fit.proxy.faces]:
        cv2.fillConvexPoly(shoe, face, 1)
    shade = photo_sun.shadow_of(fit, fit.camera, np.asarray(towards), np.zeros(2), fit.camera.size)
    shade = cv2.GaussianBlur(shade, (0, 0), penumbra_px)
    linear = 0.4 * np.exp(-depth * shade) * np.random.default_rng(0).normal(1, 0.04, SIZE)
    rgb = np.clip(255 * linear ** (1 / 2.2), 0, 255).astype(np.uint8)
    rgb[shoe > 0] = 90
    return np.repeat(rgb[..., None], 3, 2), FittedShoe(fit, ShoeAreas(shoe))


@pytest.mark.parametrize("azimuth_deg", [30, 150, 260])
def test_the_light_is_found_by_the_shadow(fit, azimuth_deg):
    turn, rise = np.radians([azimuth_deg, 40])
    towards = np.array([np.cos(rise) * np.sin(turn), -np.cos(rise) * np.cos(turn), np.sin(rise)])
    rgb, one = photo(fit, towards, 0.7)
    sun = photo_sun.find(rgb, one, one.areas.shoe)
    assert sun is not None and np.array(sun.towards) @ towards > np.cos(np.radians(22))
    assert sun.depth == pytest.approx(0.7, abs=0.25) and sun.to_dict()["source"] == "shadow of the shoe"


def test_a_blurred_shadow_is_of_a_larger_lamp(fit):
    towards = np.array([0.5, 0.6, 0.62]) / np.linalg.norm([0.5, 0.6, 0.62])
    hard, soft = (photo_sun.find(*with_areas(photo(fit, towards, 0.7, px))) for px in (1.0, 16.0))
    assert hard.lamp_m < soft.lamp_m


def with_areas(made):
    rgb, one = made
    return rgb, one, one.areas.shoe


def test_without_a_shadow_there_is_no_evidence(fit):
    assert photo_sun.find(*with_areas(photo(fit, [0.0, 0.5, 0.8], 0.0))) is None


def test_ground_that_is_seen_at_grazing_angles_says_nothing():
    assert photo_sun.find(*with_areas(photo(fit_from_the_side(), [0.5, 0.6, 0.62], 0.8))) is None


def test_light_follows_evidence_then_words(fit):
    sun = Sun((0.6, 0.0, 0.8), 0.1, 0.5, 0.3)

    def lamp(sun, *words):
        key = lamps.light_of(LEVELS, sun, fit.camera, words).key
        return key, (key.origin - key.target) / np.linalg.norm(key.origin - key.target)

    assert lamp(None)[0].half_size_m == SOFT_M == lamp(sun, "soft")[0].half_size_m
    np.testing.assert_allclose(lamp(sun)[1], sun.towards, atol=1e-6)
    hard, low = lamp(None, "hard"), lamp(None, "sunset")
    assert hard[0].half_size_m < 0.3 and low[1][2] < 0.4 < hard[1][2]
    assert low[0].radiance[0] > 1.1 * low[0].radiance[2]
    assert hard[1] @ fit.camera.rotation[0] > 0  # from the photo's brighter side
    other = replace(LEVELS, side=-0.7)
    key = lamps.light_of(other, None, fit.camera, ("hard",)).key
    assert (key.origin - key.target) @ fit.camera.rotation[0] < 0


def test_a_pairs_lamp_is_one_in_the_frames_of_both_shoes(fit):
    """A shoe that was turned by a quarter sees the lamp from the other side."""
    turn = rotation("z", 90.0)
    other = replace(fit, camera=replace(fit.camera, rotation=fit.camera.rotation @ turn))
    sun = Sun((0.6, 0.0, 0.8), 0.1, 0.5, 0.4)
    assert sun.of_other(fit, fit) is sun
    seen = sun.of_other(fit, other)
    np.testing.assert_allclose(seen.towards, turn.T @ [0.6, 0.0, 0.8], atol=1e-9)
    assert replace(seen, towards=sun.towards) == sun
    turned = [
        replace(fit, camera=replace(fit.camera, rotation=fit.camera.rotation @ rotation("y", by))) for by in (90, -90)
    ]
    assert [sun.of_other(fit, each) is None for each in turned].count(True) == 1, "below the ground of one of them"
