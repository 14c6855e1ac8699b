"""Identity: the visible area is copied, blending stays outside."""

import numpy as np
import pytest

from shoemodel.compose.paste import max_delta, paste
from shoemodel.image.geometry import Letterbox


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape) + shape[0]).integers(0, 256, shape, np.uint8)


def disc(size: tuple[int, int], radius: float) -> np.ndarray:
    y, x = np.mgrid[: size[0], : size[1]]
    return (x - size[1] / 2) ** 2 + (y - size[0] / 2) ** 2 < radius**2


@pytest.mark.parametrize("feather_px", [None, 0, 5])
@pytest.mark.parametrize("size", [(200, 260), (64, 64), (40, 50)])
def test_visible_area_is_exact(size: tuple[int, int], feather_px: int | None):
    shoe, visible = noise(*size, 3), disc(size, 15) | (noise(*size) > 250)
    result = paste(noise(64, 64, 3), shoe, visible, feather_px)
    assert result.shape == (*size, 3) and result.dtype == np.uint8
    assert max_delta(result, shoe, visible) == 0
    np.testing.assert_array_equal(result[visible], shoe[visible])


def test_blending_reaches_no_further_than_the_ring():
    size = (200, 260)
    shoe, visible, generated = np.full((*size, 3), 200, np.uint8), disc(size, 40), noise(64, 64, 3)
    enlarged = Letterbox(size, (64, 64)).invert_image(generated)
    above = np.arange(size[0])[:, None] < size[0] / 2  # the floor below is in the shoe's shadow
    result, hard, far = paste(generated, shoe, visible, 4), paste(generated, shoe, visible, 0), ~disc(size, 46) & above
    np.testing.assert_array_equal(result[far], enlarged[far])
    np.testing.assert_array_equal(hard[above & ~visible], enlarged[above & ~visible])


def test_ring_fades_from_the_shoes_colour():
    size = (100, 100)
    visible = np.zeros(size, bool)
    visible[30:70, 30:70] = True
    shoe = np.where(visible[..., None], np.uint8(200), np.uint8(0)).repeat(3, axis=2)
    result = paste(np.zeros((100, 100, 3), np.uint8), shoe, visible, 3)
    assert result[50, 69:75, 0].tolist() == [200, 150, 100, 50, 0, 0]


def test_letterboxed_picture_is_cut_and_enlarged():
    generated = np.zeros((64, 64, 3), np.uint8)
    generated[16:48] = 120
    result = paste(generated, np.zeros((100, 200, 3), np.uint8), np.zeros((100, 200), bool))
    assert (result == 120).all()


@pytest.mark.usefixtures("unchecked")
def test_sizes_must_agree():
    with pytest.raises(ValueError, match="one size"):
        paste(noise(64, 64, 3), noise(50, 50, 3), np.zeros((40, 50), bool))
