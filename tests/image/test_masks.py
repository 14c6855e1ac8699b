"""Shoe areas and mask operations."""

import numpy as np
import pytest

from shoemodel.image.masks import ShoeAreas, dilate, erode, feather, fill_holes, iou, largest_components


def square(size: int = 40, low: int = 10, high: int = 30) -> np.ndarray:
    mask = np.zeros((size, size), bool)
    mask[low:high, low:high] = True
    return mask


def test_areas_from_masks_and_back():
    visible = square()
    wearable = np.zeros_like(visible)
    wearable[2:10, 10:30] = True
    areas = ShoeAreas.from_masks(visible, wearable)
    np.testing.assert_array_equal(areas.visible, visible)
    np.testing.assert_array_equal(areas.wearable, wearable)
    np.testing.assert_array_equal(areas.shoe, visible | wearable)
    assert areas.coloured()[20, 20].tolist() == [0, 0, 255] and areas.coloured()[5, 20].tolist() == [255, 255, 0]


@pytest.mark.usefixtures("unchecked")
def test_areas_refuse_overlap_and_wrong_labels():
    with pytest.raises(ValueError, match="overlap in 400"):
        ShoeAreas.from_masks(square(), square())
    with pytest.raises(ValueError, match="got 3"):
        ShoeAreas(np.full((4, 4), 3, np.uint8))
    with pytest.raises(ValueError, match="float64"):
        ShoeAreas(np.zeros((4, 4)))


def test_dilate_and_erode_are_discs():
    dot = np.zeros((21, 21), bool)
    dot[10, 10] = True
    y, x = np.mgrid[:21, :21] - 10
    np.testing.assert_array_equal(dilate(dot, 5), x**2 + y**2 <= 25)
    np.testing.assert_array_equal(erode(square(), 3), square(40, 13, 27))
    np.testing.assert_array_equal(dilate(square(), 0), square())


def test_morphology_of_empty_and_full():
    empty = np.zeros((9, 9), bool)
    assert not dilate(empty, 3).any() and not feather(empty, 3).any()
    assert erode(~empty, 3).all()


def test_feather_is_one_inside_and_falls_outside():
    weight = feather(square(), 3)
    assert (weight[square()] == 1).all() and weight.dtype == np.float32
    np.testing.assert_allclose(weight[20, 29:34], [1, 0.75, 0.5, 0.25, 0], atol=1e-6)


def test_largest_components_keeps_a_pair_and_drops_crumbs():
    mask = np.zeros((40, 80), bool)
    mask[5:25, 5:30], mask[5:25, 40:60], mask[30:33, 70:73] = True, True, True
    pair = mask.copy()
    pair[30:33, 70:73] = False
    np.testing.assert_array_equal(largest_components(mask, keep=2), pair)
    np.testing.assert_array_equal(largest_components(mask, keep=3, min_fraction=0.1), pair)
    np.testing.assert_array_equal(largest_components(mask, keep=3), mask)
    assert not largest_components(np.zeros((5, 5), bool)).any()


def test_fill_holes_leaves_large_ones():
    mask = square()
    mask[12, 12] = False
    mask[16:24, 16:24] = False
    assert fill_holes(mask).sum() == 400
    assert fill_holes(mask, max_area_px=10).sum() == 400 - 64


@pytest.mark.usefixtures("unchecked")
def test_iou():
    assert iou(square(), square(40, 20, 40)) == 100 / 700
    assert iou(np.zeros((3, 3), bool), np.zeros((3, 3), bool)) == 1.0
    with pytest.raises(ValueError, match="one shape"):
        iou(np.zeros((3, 3), bool), np.zeros((3, 4), bool))


def test_what_a_leg_hides_is_no_longer_visible():
    areas = ShoeAreas(np.array([[0, 1, 1, 2]], np.uint8), unsure=0.1)
    hidden = areas.behind(np.array([[True, True, False, True]]))
    np.testing.assert_array_equal(hidden.labels, [[0, 2, 1, 2]])
    assert hidden.unsure == 0.1
