"""Where the shoe stands on the canvas."""

import numpy as np
import pytest

from shoemodel.errors import InputError
from shoemodel.image.geometry import Box, Similarity
from shoemodel.image.layout import Layout, Placement, arrange, auto, keep, parse
from shoemodel.image.masks import ShoeAreas

PHOTOS = [
    ((400, 600), Box(20, 30, 590, 390)),  # a low shoe that fills its photo
    ((900, 500), Box(100, 40, 400, 880)),  # a tall boot
    ((1000, 1000), Box(450, 600, 620, 700)),  # a small shoe in a large photo
    ((300, 1200), Box(30, 100, 430, 250)),  # a panorama, the shoe at its left
    ((2000, 600), Box(10, 1500, 590, 1900)),  # a tall photo with room above
]


@pytest.mark.parametrize(("size", "box"), PHOTOS)
def test_auto_makes_room_without_cropping_or_resampling(size: tuple[int, int], box: Box):
    layout = auto(size, box)
    (height, width), move = layout.canvas, layout.transform
    assert layout.is_exact
    assert move.dx >= 0 and move.dy >= 0 and move.dx + size[1] <= width and move.dy + size[0] <= height
    foot = max(box.width, 0.6 * box.height)
    assert box.y0 + move.dy >= foot
    assert height - (box.y1 + move.dy) >= 0.12 * foot
    assert box.x0 + move.dx >= 0.1 * foot and width - (box.x1 + move.dx) >= 0.1 * foot
    assert max(layout.canvas) <= 4 / 3 * min(layout.canvas) + 2


@pytest.mark.parametrize(("size", "box"), PHOTOS[:2])
def test_auto_frames_a_filling_shoe_as_the_generator_has_learnt_it(size: tuple[int, int], box: Box):
    layout = auto(size, box)
    assert 0.3 <= max(box.width, box.height) / max(layout.canvas) <= 0.75
    assert box.centre[1] + layout.transform.dy > layout.canvas[0] / 2


def test_auto_brings_the_shoe_towards_the_middle():
    layout = auto((2000, 600), Box(10, 1500, 300, 1900))
    assert layout.canvas[1] / 2 == pytest.approx(155 + layout.transform.dx, abs=1)


def test_auto_adds_nothing_where_there_is_room():
    assert auto((1000, 1000), Box(450, 600, 620, 700)) == keep((1000, 1000))


def test_auto_takes_box_mask_or_areas():
    labels = np.zeros((200, 300), np.uint8)
    labels[60:150, 30:250], labels[50:60, 100:150] = 1, 2
    areas = ShoeAreas(labels)
    assert auto((200, 300), areas) == auto((200, 300), areas.shoe) == auto((200, 300), Box(30, 50, 250, 150))


def test_a_canvas_that_would_fill_the_memory_is_refused():
    with pytest.raises(InputError, match="200x19999800 px; at most 100 megapixels"):
        arrange(parse("keep,1:99999"), (100, 200), Box(10, 10, 190, 90))
    with pytest.raises(InputError, match="at most 100 megapixels"):
        arrange("auto", (1500, 15000), Box(100, 100, 14900, 1400))


def test_layout_moves_pixels_and_areas_alike():
    rng = np.random.default_rng(0)
    photo, labels = rng.integers(0, 256, (40, 50, 3), np.uint8), rng.integers(0, 3, (40, 50), np.uint8)
    layout = Layout((70, 60), Similarity(dx=4, dy=25))
    np.testing.assert_array_equal(layout.apply_image(photo)[25:65, 4:54], photo)
    areas = layout.apply_areas(ShoeAreas(labels))
    np.testing.assert_array_equal(areas.labels[25:65, 4:54], labels)
    np.testing.assert_array_equal(layout.apply_mask(labels == 1), areas.visible)
    assert areas.labels.sum() == labels.sum()


def test_placement_puts_the_shoe_where_it_says():
    box = Box(100, 120, 300, 220)
    turned = arrange(Placement(0.4, 0.7, 0.5, 20, flip=True), (300, 400), box)
    target = np.array([0.4 * turned.canvas[1], 0.7 * turned.canvas[0]])
    np.testing.assert_allclose(turned.transform.apply(np.array(box.centre)), target)
    assert not turned.is_exact


def test_placement_that_only_moves_stays_exact():
    moved = arrange(Placement(0.4137, 0.7019), (300, 400), Box(100, 120, 300, 221))
    assert moved.is_exact
    centre = moved.transform.apply(np.array([200, 170.5]))
    np.testing.assert_allclose(centre, [0.4137 * moved.canvas[1], 0.7019 * moved.canvas[0]], atol=0.5)


def test_parse():
    assert parse("auto") == "auto" and arrange("keep", (30, 40), Box(0, 0, 5, 5)).canvas == (30, 40)
    assert parse("0.5, 0.7,1,-15") == Placement(0.5, 0.7, 1, -15)
    assert parse("0.5,0.7,0.8,0,flip") == Placement(0.5, 0.7, 0.8, 0, flip=True)


@pytest.mark.parametrize(
    "text", ["", "Auto", "flip", "0.5,0.5", "0.5,0.5,1,0,flop", "0.5,0.5,0,0", "2,0,1,0", "nan,0,1,0", "0,0,1,0,0"]
)
def test_parse_refuses(text: str):
    with pytest.raises(InputError, match="is accepted"):
        parse(text)


@pytest.mark.parametrize(("text", "ratio"), [("auto,1:1", 1), ("keep,4:5", 0.8), ("0.4,0.6,1,0,9:16", 9 / 16)])
def test_a_shape_extends_the_canvas_and_crops_nothing(text, ratio):
    shoe, size = Box(20, 60, 90, 100), (120, 160)
    shaped = arrange(parse(text), size, shoe)
    plain = arrange(parse("keep" if "keep" in text else "auto"), size, shoe)
    height, width = shaped.canvas
    assert width / height == pytest.approx(ratio, rel=0.01)
    assert height >= plain.canvas[0] and width >= plain.canvas[1]
    assert shaped.is_exact


@pytest.mark.parametrize("text", ["auto,0:5", "4:5", "auto,4:5,1:1"])
def test_a_shape_that_is_none_is_refused(text):
    with pytest.raises(InputError, match="layout"):
        parse(text)
