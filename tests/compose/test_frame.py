"""Plain grounds are told from others and go on beyond the frame as they are."""

import cv2
import numpy as np
import pytest

from shoemodel.compose.frame import choose, extend, is_plain, is_white, no_room
from shoemodel.image.geometry import Similarity
from shoemodel.image.layout import Layout
from shoemodel.image.placement import parse

SHAPED = parse("auto,4:5")

SIZE = (160, 200)
GROWN = Layout((300, 260), Similarity(dx=30, dy=130))


def shoe_at(x0: int = 50, x1: int = 150, y0: int = 80, y1: int = 140) -> np.ndarray:
    shoe = np.zeros(SIZE, bool)
    shoe[y0:y1, x0:x1] = True
    return shoe


def ground(kind: str) -> np.ndarray:
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    rng = np.random.default_rng(0)
    grey = {
        "white": np.full(SIZE, 255.0),
        "colour": np.full(SIZE, 180.0),
        "noisy": 180 + rng.normal(0, 3, SIZE),
        "gradient": 150 + 0.3 * y + 0.1 * x,
        "chequerboard": 230 + 25.0 * ((x // 8 + y // 8) % 2),
        "grass": 120 + 60 * cv2.GaussianBlur(rng.normal(0, 3, SIZE), (0, 0), 2),
        "horizon": np.where(y < 60, 200.0, 120.0),
    }[kind]
    picture = np.clip(np.round(grey), 0, 255).astype(np.uint8)[..., None].repeat(3, 2)
    picture[shoe_at()] = 30
    return picture


@pytest.mark.parametrize("kind", ["white", "colour", "noisy", "gradient"])
def test_plain_grounds_grow(kind: str):
    assert is_plain(ground(kind), shoe_at()) and choose(ground(kind), shoe_at(), SHAPED) == SHAPED
    assert is_white(ground(kind), shoe_at()) == (kind == "white")


@pytest.mark.parametrize("kind", ["chequerboard", "grass", "horizon"])
def test_others_keep_their_frame(kind: str):
    assert choose(ground(kind), shoe_at(), SHAPED) == parse("keep,4:5")
    assert choose(ground(kind), shoe_at(), parse("keep")) == parse("keep")
    assert not is_white(ground(kind), shoe_at())


def test_a_shoe_at_the_frame_does_not_forbid_it():
    photo, shoe = ground("white"), shoe_at(0, 130)
    photo[shoe] = np.random.default_rng(0).integers(0, 256, (shoe.sum(), 3))
    assert is_plain(photo, shoe) and is_white(photo, shoe)
    grown = extend(photo, GROWN, shoe)
    assert (grown[:130] == 255).all() and (grown[:, 230:] == 255).all()


@pytest.mark.parametrize("kind", ["white", "colour"])
def test_one_colour_goes_on_exactly(kind: str):
    photo, shoe = ground(kind), shoe_at()
    grown = extend(photo, GROWN, shoe)
    np.testing.assert_array_equal(grown[130:290, 30:230], photo)
    there = GROWN.apply_mask(np.ones(SIZE, bool))
    assert (grown[~there] == photo[0, 0]).all()


def test_noise_goes_on():
    photo, shoe = ground("noisy"), shoe_at()
    above = extend(photo, GROWN, shoe)[:130, 30:230].astype(float)
    assert abs(above.mean() - 180) < 1 and 2 < above.std() < 4
    rows = above.mean(1)  # nothing of the last row is drawn out
    assert above.mean(0).std() < 1.2 and rows.std() < 1.2


def test_a_gradient_goes_on_without_a_seam_and_levels_out():
    grown = extend(ground("gradient"), GROWN, shoe_at()).astype(float)[..., 0]
    steps = np.diff(grown[:, 100])
    assert np.abs(steps[:150]).max() <= 2 and np.abs(np.diff(grown[10])).max() <= 1
    assert grown[131, 100] - 30 < grown[0, 100] < grown[131, 100] - 3


def test_a_drawn_border_is_replaced_but_for_the_shoe():
    photo, shoe = ground("white"), shoe_at(0, 100)
    photo[:1], photo[:, :1] = 0, 0
    grown = extend(photo, GROWN, shoe)
    on_canvas = GROWN.apply_mask(shoe)
    assert (grown[:200][~on_canvas[:200]] == 255).all()
    np.testing.assert_array_equal(grown[on_canvas], photo[shoe])


def test_a_turned_photo_is_surrounded_by_its_colours():
    layout = Layout((300, 260), Similarity(0.8, 12, 60, 60))
    grown = extend(ground("colour"), layout, shoe_at())
    assert np.abs(grown[:40].astype(int) - 180).max() <= 5


def test_no_room():
    assert no_room(shoe_at()) is None
    assert no_room(np.zeros(SIZE, bool)) is None
    warning = no_room(shoe_at(y0=6))
    assert warning is not None and "the layout" in warning
