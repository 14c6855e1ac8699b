"""Light and shadow around the shoe."""

import numpy as np
import pytest

from shoemodel.compose.harmonise import LARGEST_LIGHT, contact_shadow, follow_light, grain

SIZE = (120, 200)


def shoe_box(x0: int = 50, x1: int = 150) -> np.ndarray:
    visible = np.zeros(SIZE, bool)
    visible[50:90, x0:x1] = True
    return visible


def textured(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(60, 160, (*SIZE, 3), np.uint8)


def test_a_dark_picture_of_the_same_shoe_is_brightened_to_the_photo():
    photo = textured()
    dark = (photo * 0.85).astype(np.uint8)
    lit = follow_light(dark, photo, shoe_box())
    assert np.abs(lit.astype(int) - photo).max() <= 3


def test_brightness_changes_within_limits_and_not_at_all_for_another_shoe():
    photo = textured()
    black = (photo * 0.3).astype(np.uint8)
    lit = follow_light(black, photo, shoe_box())
    assert 1.1 < lit.mean() / black.mean() < LARGEST_LIGHT * 1.05
    inverted = 255 - photo
    assert np.array_equal(follow_light(inverted, photo, shoe_box()), inverted)


def test_the_shadow_lies_under_the_sole_and_fades():
    dark = contact_shadow(shoe_box())
    assert not dark[:80].any() and dark.max() < 1
    assert dark[91, 100] > 0.4 > dark[97, 100] > dark[110, 100] > 0
    assert dark[91, 5] < 0.05


def test_every_shoe_of_a_pair_has_its_shadow_and_a_speck_has_none():
    pair = shoe_box(20, 80) | shoe_box(120, 180)
    pair[30, 100] = True
    dark = contact_shadow(pair)
    assert dark[91, 50] == pytest.approx(dark[91, 150], abs=0.02) and dark[91, 50] > 0.25
    assert dark[32, 100] == 0


def test_a_heel_s_arch_is_in_the_shade():
    pump = shoe_box()
    pump[75:90, 70:110] = False
    assert contact_shadow(pump)[85, 90] > 0.3


def test_grain_is_as_strong_as_the_shoes_own_and_only_where_the_canvas_is_larger():
    rng, visible = np.random.default_rng(0), np.zeros((200, 200), bool)
    visible[40:160, 40:160] = True
    smooth, rough = np.full((200, 200, 3), 120, np.uint8), rng.integers(110, 131, (200, 200, 3)).astype(np.uint8)
    assert grain(rough, visible, 1.0).max() == 0
    assert grain(smooth, visible, 4.0).std() < 0.1
    assert 2 < grain(rough, visible, 4.0).std() < 8
    assert grain(rough, np.zeros_like(visible), 4.0).max() == 0
