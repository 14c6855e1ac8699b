"""Grounds that are looked at from near."""

import cv2
import numpy as np
import pytest

from shoemodel.errors import InputError
from shoemodel.render import floors


@pytest.mark.parametrize("kind", floors.METRES)
def test_grounds_repeat_without_a_seam(kind):
    texture = floors.make(kind, np.random.default_rng(0))
    assert texture.shape == (floors.SIDE, floors.SIDE, 3) and texture.min() > 0 and texture.max() < 1
    for axis in (0, 1):
        steps = np.abs(np.diff(texture, axis=axis)).mean(axis=(1 - axis, 2))
        seam = np.abs(np.take(texture, 0, axis) - np.take(texture, -1, axis)).mean()
        assert seam <= 1.2 * steps.max()


def test_what_rises_towards_the_light_is_bright():
    """A ridge in the middle of the picture, its left side facing light from the left."""
    height = np.maximum(0, 1 - np.abs(np.arange(64.0) - 32) / 10)[None].repeat(8, 0)
    shade = floors.outdoor_floors.relief(height, np.array([-1.0, 0.0]), 2.0)
    assert shade[4, 26] > 1.1 and shade[4, 38] < 0.9 and shade[4, 5] == pytest.approx(1)


def test_a_photo_of_the_users_may_be_the_ground(tmp_path):
    cv2.imwrite(str(tmp_path / "wood.png"), np.full((30, 40, 3), (0, 0, 200), np.uint8))
    texture = floors.read(tmp_path / "wood.png")
    assert texture.shape == (floors.SIDE, floors.SIDE, 3) and texture[..., 0].min() > 0.5 > texture[..., 1].max()
    (tmp_path / "wood.jpg").write_text("no picture")
    with pytest.raises(InputError, match="found no picture"):
        floors.read(tmp_path / "wood.jpg")


def test_an_unknown_ground_is_named():
    with pytest.raises(ValueError, match="no ground 'lava'"):
        floors.make("lava", np.random.default_rng(0))
