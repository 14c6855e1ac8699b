"""Edges move onto the photo's own, and colours at soft ones are the shoe's."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from shoemodel.compose.matting import SoftAreas, soft_areas
from shoemodel.image.masks import ShoeAreas

SHOE, GROUND = np.array([200.0, 60, 40]), np.array([40.0, 90, 160])


def ellipse(width: float, height: float, size: tuple[int, int] = (240, 360)) -> np.ndarray:
    """Coverage of an ellipse in the middle of a picture."""
    y, x = np.mgrid[: size[0], : size[1]] + 0.5
    radius = np.hypot((x - size[1] / 2) / width, (y - size[0] / 2) / height)
    return np.clip((1 - radius) * min(width, height) + 0.5, 0, 1).astype(np.float32)


def scene(blur_px: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """A shoe-coloured ellipse on a ground, with noise, and how much of each pixel it fills."""
    true = cv2.GaussianBlur(ellipse(140, 70), (0, 0), blur_px)
    photo = true[..., None] * SHOE + (1 - true[..., None]) * GROUND
    photo += np.random.default_rng(0).normal(0, 2, photo.shape)
    return np.clip(np.round(photo), 0, 255).astype(np.uint8), true


def areas_of(visible: np.ndarray) -> ShoeAreas:
    return ShoeAreas.from_masks(visible, np.zeros_like(visible))


@pytest.mark.parametrize("shift", [(0, 0), (2, -1), (-2, 2)])
def test_a_shifted_outline_finds_the_edge(shift: tuple[int, int]):
    photo, true = scene()
    drawn = np.roll(true > 0.5, shift, (0, 1))
    soft = soft_areas(photo, areas_of(drawn))
    assert np.abs(soft.alpha - true).mean() < 0.6 * max(np.abs(drawn - true).mean(), 0.006)
    certain = soft.areas.visible
    assert true[certain].min() > 0.45 and (true[certain] < 0.8).mean() < 0.01 and certain[true > 0.999].mean() > 0.97


def test_colours_at_the_edge_are_free_of_the_ground():
    photo, true = scene()
    soft = soft_areas(photo, areas_of(true > 0.5))
    edge = (true > 0.3) & (true < 0.7)
    mixed, own = (np.abs(picture[edge] - SHOE).mean() for picture in (photo.astype(float), soft.foreground))
    assert own < 0.35 * mixed
    inside = soft.alpha == 1
    np.testing.assert_array_equal(soft.foreground[inside], photo[inside])


def test_far_from_the_edge_areas_stay():
    photo, true = scene()
    drawn = true > 0.5
    wearable = ellipse(50, 20) > 0.5
    areas = replace(ShoeAreas.from_masks(drawn & ~wearable, wearable), unsure=0.07)
    soft = soft_areas(photo, areas)
    assert soft.areas.unsure == 0.07
    assert soft.areas.wearable[ellipse(40, 10) > 0.5].all()
    assert not soft.areas.shoe[ellipse(150, 80) == 0].any()
    assert not (soft.areas.visible & soft.areas.wearable).any()


def test_white_on_white_stays_a_smooth_outline():
    photo = np.full((240, 360, 3), 255, np.uint8)
    drawn = ellipse(140, 70) > 0.5
    soft = soft_areas(photo, areas_of(drawn))
    assert soft.areas.visible[ellipse(134, 64) > 0.5].all() and not (soft.alpha[ellipse(147, 77) == 0] > 0).any()


@pytest.mark.usefixtures("unchecked")
def test_no_shoe_is_no_edge():
    photo, _ = scene()
    assert soft_areas(photo, areas_of(np.zeros(photo.shape[:2], bool))).alpha.max() == 0
    with pytest.raises(ValueError, match="one size"):
        soft_areas(photo[1:], areas_of(np.zeros(photo.shape[:2], bool)))
    with pytest.raises(ValueError, match="one size"):
        SoftAreas(areas_of(np.zeros((3, 4), bool)), np.zeros((3, 5), np.float32), np.zeros((3, 4, 3), np.uint8))
