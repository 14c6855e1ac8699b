"""The photo's sharpness, grain and white are read, and given to a leg."""

import cv2
import numpy as np
import pytest

from shoemodel.compose import photo_light as light
from shoemodel.image.masks import ShoeAreas

SIZE = (200, 260)


def patches(blur_px: float, grain: float = 0.0) -> tuple[np.ndarray, ShoeAreas]:
    """A shoe of grey patches with sharp edges, on grey ground, blurred, then with noise."""
    rng = np.random.default_rng(0)
    picture = np.full(SIZE, 150, np.float32)
    visible = np.zeros(SIZE, bool)
    visible[60:160, 30:230] = True
    picture[60:160, 30:230] = cv2.resize(rng.uniform(30, 220, (4, 8)), (200, 100), interpolation=cv2.INTER_NEAREST)
    picture = cv2.GaussianBlur(picture, (0, 0), blur_px) if blur_px else picture
    picture = np.clip(np.round(picture + rng.normal(0, grain, SIZE) if grain else picture), 0, 255)
    return picture.astype(np.uint8)[..., None].repeat(3, 2), ShoeAreas.from_masks(visible, np.zeros(SIZE, bool))


@pytest.mark.parametrize("blur_px", [1.0, 1.5, 2.5])
def test_blur_is_measured(blur_px: float):
    assert light.levels(*patches(blur_px)).blur_px == pytest.approx(blur_px, abs=0.35)


@pytest.mark.parametrize("grain", [0.0, 1.5, 2.5])
def test_grain_is_measured(grain: float):
    assert light.levels(*patches(1.0, grain)).grain == pytest.approx(grain, abs=0.4)


def test_light_comes_from_the_brighter_side():
    photo, areas = patches(1.0)
    photo[150:, :130] //= 2
    assert light.levels(photo, areas).side > 0.5
    assert light.levels(photo[:, ::-1], areas).side < -0.5


def test_linear_and_back():
    values = np.linspace(0, 1, 256)
    np.testing.assert_allclose(light.to_srgb(light.to_linear(values)), values, atol=1e-4)


def test_a_leg_takes_the_photos_blur_and_loses_what_was_behind_it():
    cover, linear = np.zeros(SIZE, np.float32), np.zeros((*SIZE, 3), np.float32)
    cover[:, 100:160], cover[:, 99] = 1, 0.5
    linear[:, 100:160], linear[:, 99] = 0.3, 0.15  # the edge is mixed with black
    photo = light.Levels(np.ones(3), np.full(3, 0.5), 0.0, 2.0, 0.0, 0.5)
    colour, alpha = light.develop(linear, cover, photo)
    assert colour[:, 95:165].std() < 1e-3 and colour.dtype == alpha.dtype == np.float32
    assert 0 < alpha[100, 96] < alpha[100, 99] < alpha[100, 102] <= 1 and alpha[100, 80] == 0
    sharp = light.develop(linear, cover, light.Levels(np.ones(3), np.full(3, 0.5), 0.0, 0.0, 0.0, 0.5))[1]
    np.testing.assert_array_equal(sharp, cover)


def test_grain_follows_the_seed():
    cover, linear = np.ones(SIZE, np.float32), np.full((*SIZE, 3), 0.2, np.float32)
    photo = light.Levels(np.ones(3), np.full(3, 0.5), 0.0, 0.3, 2.0, 0.6)
    one, same, other = (light.develop(linear, cover, photo, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any() and 1.5 < 255 * one.std() < 3


def test_exposure_lies_between_ground_and_leg():
    assert light.exposure(0.4, 0.4) == pytest.approx(0.4)
    assert 0.1 < light.exposure(0.4, 0.2) < 0.4 < light.exposure(0.4, 0.9)
