"""Boxes, similarities, warps and the letterbox."""

import numpy as np
import pytest

from shoemodel.image.geometry import Box, Letterbox, Similarity, warp

POINTS = np.array([[0.5, 0.5], [12.0, 3.25], [-7.0, 40.0]])


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def test_box_of_mask_is_tight_and_refuses_an_empty_mask():
    mask = np.zeros((20, 30), bool)
    mask[4:9, 11:17] = True
    assert Box.of_mask(mask) == Box(11, 4, 17, 9)
    with pytest.raises(ValueError, match="empty"):
        Box.of_mask(np.zeros((5, 5), bool))


def test_box_refuses_no_extent():
    with pytest.raises(ValueError, match="x1 > x0"):
        Box(3, 0, 3, 4)


@pytest.mark.parametrize("flip", [False, True])
def test_inverse_and_composition(flip: bool):
    first, second = Similarity(1.7, 33, 5, -9, flip), Similarity(0.6, -71, 3, 4, True)
    np.testing.assert_allclose(first.inverse().apply(first.apply(POINTS)), POINTS, atol=1e-9)
    np.testing.assert_allclose(first.then(second).apply(POINTS), second.apply(first.apply(POINTS)), atol=1e-9)


def test_positive_angle_turns_clockwise_on_the_screen():
    np.testing.assert_allclose(Similarity(angle_deg=90).apply(np.array([1.0, 0.0])), [0.0, 1.0])


@pytest.mark.parametrize(
    ("transform", "exact"),
    [
        (Similarity(dx=3, dy=-4), True),
        (Similarity(dx=3.5), False),
        (Similarity(scale=1.01), False),
        (Similarity(angle_deg=90), False),
        (Similarity(dx=8, flip=True), False),
    ],
)
def test_integer_translation(transform: Similarity, exact: bool):
    assert transform.is_integer_translation is exact


def test_similarity_refuses_nonsense():
    with pytest.raises(ValueError, match="positive scale"):
        Similarity(scale=0)
    with pytest.raises(ValueError, match="finite"):
        Similarity(dx=float("nan"))


def test_warp_by_whole_pixels_copies():
    image = noise(20, 30, 3)
    moved = warp(image, Similarity(dx=-4, dy=6), (24, 28), fill=9)
    np.testing.assert_array_equal(moved[6:24, 0:26], image[0:18, 4:30])
    assert (moved[:6] == 9).all() and (moved[:, 26:] == 9).all()
    assert (warp(image, Similarity(dx=500), (10, 10)) == 0).all()


def test_warp_agrees_with_numpy_where_pixels_meet_pixels():
    image = noise(20, 30, 3)
    np.testing.assert_array_equal(warp(image, Similarity(dx=30, flip=True), (20, 30)), image[:, ::-1])
    np.testing.assert_array_equal(warp(image, Similarity(angle_deg=90, dx=20), (30, 20)), np.rot90(image, -1))


@pytest.mark.parametrize("scale", [0.3, 0.5, 2.0])
def test_warp_and_points_agree(scale: float):
    image = np.zeros((80, 80), np.uint8)
    image[30:40, 50:60] = 255
    transform = Similarity(scale, 20, 40, 10)
    warped = warp(image, transform, (260, 260)).astype(float)
    y, x = np.mgrid[:260, :260] + 0.5
    centre = np.array([(x * warped).sum(), (y * warped).sum()]) / warped.sum()
    np.testing.assert_allclose(centre, transform.apply(np.array([55.0, 35.0])), atol=0.1)


@pytest.mark.parametrize("size", [(100, 256), (700, 301), (256, 256), (33, 2000)])
def test_letterbox_points_invert_exactly(size: tuple[int, int]):
    box = Letterbox(size, (256, 256))
    np.testing.assert_allclose(box.invert_points(box.apply_points(POINTS)), POINTS, atol=1e-9)
    corners = box.apply_points(np.array([[0, 0], size[::-1]]))
    np.testing.assert_allclose(corners.ravel(), box.content)


def test_letterbox_geometry_inverts_in_pixels():
    labels = np.zeros((60, 90), np.uint8)
    labels[10:31, 40:70] = 2
    box = Letterbox((60, 90), (180, 180))
    mask = labels == 2
    assert box.apply_labels(mask).dtype == bool
    image = np.full((60, 90, 3), 77, np.uint8)
    boxed = box.apply_image(image, fill=(1, 2, 3))
    assert boxed.shape == (180, 180, 3) and tuple(boxed[0, 0]) == (1, 2, 3)
    np.testing.assert_array_equal(box.invert_image(boxed), image)


def test_letterbox_of_the_same_size_changes_nothing():
    image = noise(64, 64, 3)
    box = Letterbox((64, 64), (64, 64))
    np.testing.assert_array_equal(box.invert_image(box.apply_image(image)), image)


def test_letterbox_maps_scores_back():
    box = Letterbox((128, 256), (64, 64))
    x = np.tile(np.arange(64) + 0.5, (64, 1))
    back = box.invert_map(x)
    assert back.shape == (128, 256) and back.dtype == np.float32
    np.testing.assert_allclose(back[64, 10:-10], (np.arange(256)[10:-10] + 0.5) / 4, atol=1e-3)


def test_letterbox_names_expected_and_actual_size():
    with pytest.raises(ValueError, match=r"10x20.*\(20, 10\)"):
        Letterbox((10, 20), (64, 64)).apply_image(noise(20, 10, 3))
