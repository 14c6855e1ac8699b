"""What is certified and what nothing covers keeps its bytes."""

from dataclasses import replace

import numpy as np

from shoemodel.compose.lay import in_place, lay
from shoemodel.compose.layers import Layers
from shoemodel.compose.matting import SoftAreas
from shoemodel.image.masks import ShoeAreas

SIZE = (60, 80)


def photo() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (*SIZE, 3), np.uint8)


def soft(visible: np.ndarray, alpha: np.ndarray | None = None) -> SoftAreas:
    areas = ShoeAreas.from_masks(visible, np.zeros(SIZE, bool))
    alpha = visible.astype(np.float32) if alpha is None else alpha
    return SoftAreas(areas, alpha, np.full((*SIZE, 3), 200, np.uint8))


def layers(alpha: np.ndarray, shadow: np.ndarray | None = None, grey: float = 0.5) -> Layers:
    shadow = np.ones(SIZE, np.float32) if shadow is None else shadow
    return Layers(np.full((*SIZE, 3), grey, np.float32), alpha.astype(np.float32), shadow)


def test_order_and_exactness():
    background, visible = photo(), np.zeros(SIZE, bool)
    visible[30:, 20:60] = True
    leg, shadow = np.zeros(SIZE), np.ones(SIZE, np.float32)
    leg[:40, 30:50] = 1
    shadow[50:, :30] = 0.5
    result = lay(background, layers(leg, shadow), soft(visible))
    np.testing.assert_array_equal(result[visible], background[visible])
    untouched = (leg == 0) & (shadow == 1)
    np.testing.assert_array_equal(result[untouched], background[untouched])
    assert (result[:30, 30:50] == 128).all()
    dark = (shadow < 1) & ~visible
    assert (result[dark] <= background[dark]).all() and result[dark].mean() < 0.8 * background[dark].mean()


def test_soft_edge_lies_over_the_leg_in_its_own_colour():
    visible, alpha = np.zeros(SIZE, bool), np.zeros(SIZE, np.float32)
    visible[:, 41:], alpha[:, 41:], alpha[:, 40] = True, 1, 0.25
    result = lay(photo(), layers(np.ones(SIZE), grey=0.0), soft(visible, alpha))
    assert (result[:, 40] == 50).all() and (result[:, :40] == 0).all()


def test_shadow_leaves_the_shoes_soft_edge():
    visible, alpha = np.zeros(SIZE, bool), np.full(SIZE, 0.5, np.float32)
    background = np.full((*SIZE, 3), 255, np.uint8)
    half = lay(background, layers(np.zeros(SIZE), np.full(SIZE, 0.2, np.float32)), soft(visible, alpha))
    full = lay(background, layers(np.zeros(SIZE), np.full(SIZE, 0.2, np.float32)), soft(visible, 0 * alpha))
    assert (half > full).all()


def test_nothing_changes_nothing():
    background = photo()
    empty = soft(np.zeros(SIZE, bool))
    np.testing.assert_array_equal(lay(background, layers(np.zeros(SIZE)), empty), background)


def test_another_place_takes_that_of_the_ground_and_of_nothing_else():
    picture, labels = photo(), np.zeros(SIZE, np.uint8)
    labels[20:50, 20:60], labels[20:30, 30:50] = 1, 2
    edges = SoftAreas(ShoeAreas(labels), (labels == 1).astype(np.float32), picture)
    place = np.full((*SIZE, 3), 0.2, np.float32)
    result = in_place(picture, place, edges)
    np.testing.assert_array_equal(result[labels == 1], picture[labels == 1])
    np.testing.assert_array_equal(result[24:26, 35:45], picture[24:26, 35:45])  # the lining
    assert (result[:17] == 51).all() and (result[53:] == 51).all()
    dark = np.full(SIZE, 0.5, np.float32)
    shaded = lay(picture, Layers(np.zeros((*SIZE, 3), np.float32), np.zeros(SIZE, np.float32), dark, place), edges)
    assert (shaded[:15] < 51).all()
    np.testing.assert_array_equal(shaded[labels == 1], picture[labels == 1])


def test_what_a_leg_stands_before_is_laid_without_its_soft_edge():
    background, visible = photo(), np.zeros(SIZE, bool)
    visible[40:], visible[10:20, 30:40] = True, True
    alpha = visible.astype(np.float32)
    alpha[9, 30:40] = 0.5
    before = visible.copy()
    before[40:] = False
    leg = layers(np.ones(SIZE), grey=0.0)
    edges = soft(visible, alpha)
    assert (lay(background, leg, edges)[9, 30:40] == 100).all()
    result = lay(background, replace(leg, before=before), edges)
    assert (result[:40] == 0).all()
    np.testing.assert_array_equal(result[40:], background[40:])
