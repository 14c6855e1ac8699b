"""Whose pixels of a pair are whose."""

import numpy as np
import pytest

from shoemodel.image.masks import ShoeAreas
from shoemodel.lps import pair
from shoemodel.lps.predict import FootKeypoints

SIZE = (120, 200)
ABOUT = np.array([[0, -15], [0, -2], [0, 2], [0, 0]])


def feet(left, right) -> FootKeypoints:
    """Each a foot from heel to toes, given as ((x, y), (x, y)), or None."""
    points, exists = np.zeros((8, 2)), np.zeros(8, bool)
    for number, line in enumerate((left, right)):
        if line is not None:
            heel, toes = np.array(line, float)
            points[4 * number : 4 * number + 4] = np.stack([heel, toes, toes, heel]) + ABOUT
            exists[4 * number : 4 * number + 4] = True
    return FootKeypoints(points, exists.astype(float), exists)


def shoes(*slices) -> ShoeAreas:
    labels = np.zeros(SIZE, np.uint8)
    for rows, columns in slices:
        labels[rows, columns] = 1
        labels[rows.start : rows.start + 6, columns.start + 4 : columns.start + 24] = 2
    return ShoeAreas(labels)


LEFT, RIGHT = (slice(20, 60), slice(10, 90)), (slice(60, 100), slice(110, 190))
APART = shoes(LEFT, RIGHT)
RGB = np.zeros((*SIZE, 3), np.uint8)


def test_shoes_that_stand_apart_are_those_pieces():
    found = pair.split(RGB, APART, feet(((20, 55), (80, 55)), ((120, 95), (180, 95))))
    assert list(found) == ["left", "right"]
    np.testing.assert_array_equal(found["left"].labels, shoes(LEFT).labels)
    np.testing.assert_array_equal(found["right"].labels, shoes(RIGHT).labels)


def test_of_two_shoes_that_with_the_only_foot_is_taken():
    found = pair.split(RGB, APART, feet(None, ((120, 95), (180, 95))))
    assert list(found) == ["right"]
    np.testing.assert_array_equal(found["right"].labels, shoes(RIGHT).labels)


def test_shoes_that_overlap_are_divided_along_the_edge():
    labels = np.zeros(SIZE, np.uint8)
    labels[20:100, 20:180] = 1
    rgb = np.zeros((*SIZE, 3), np.uint8)
    rgb[20:55, 20:180], rgb[55:100, 20:180] = (200, 60, 40), (40, 60, 200)
    found = pair.split(rgb, ShoeAreas(labels), feet(((35, 40), (165, 42)), ((35, 90), (165, 92))))
    upper = np.zeros(SIZE, bool)
    upper[20:55, 20:180] = True
    assert (found["left"].shoe != upper).mean() < 0.02
    assert not (found["left"].shoe & found["right"].shoe).any()
    np.testing.assert_array_equal(found["left"].shoe | found["right"].shoe, labels > 0)


def test_one_foot_in_one_shoe_has_all_of_it_and_none_nothing():
    alone = shoes(LEFT)
    assert pair.split(RGB, alone, feet(((20, 55), (80, 55)), None))["left"] is alone
    assert pair.split(RGB, alone, feet(None, None)) == {}


@pytest.mark.parametrize("side", pair.SIDES)
def test_the_points_of_one_foot(side):
    both = feet(((20, 55), (80, 55)), ((120, 95), (180, 95)))
    own = pair.of_side(both, side)
    np.testing.assert_array_equal(own.exists, np.repeat([side == "left", side == "right"], 4))
    np.testing.assert_array_equal(own.points_px, both.points_px)
