"""What is said of a photo before a leg is made."""

import numpy as np
import pytest

from shoemodel import doubts
from shoemodel.image.masks import ShoeAreas
from shoemodel.lps.predict import FootKeypoints

SIZE = (200, 300)
RIGHT = [[60, 80], [170, 120], [175, 130], [50, 130]]  # ankle above the heel, toes to the right


def feet(right: bool = True, left: bool = False) -> FootKeypoints:
    points = (np.array([RIGHT, RIGHT]) + np.array([[[100, 0]], [[0, 0]]])).reshape(8, 2).astype(float)
    return FootKeypoints(points, np.ones(8), np.repeat([left, right], 4))


def shoe(*slices) -> np.ndarray:
    mask = np.zeros(SIZE, bool)
    for rows, columns in slices:
        mask[rows, columns] = True
    return mask


WHOLE = shoe((slice(80, 150), slice(40, 200)))


@pytest.mark.parametrize(
    ("rows", "columns", "said"),
    [
        (slice(80, 150), slice(0, 200), "cut by the left edge"),
        (slice(80, 150), slice(100, 300), "cut by the right edge"),
        (slice(0, 150), slice(100, 200), "cut by the upper edge"),
        (slice(0, 150), slice(0, 200), "cut by the left and the upper edge"),
    ],
)
def test_a_shoe_that_the_frame_cuts(rows, columns, said):
    assert said in doubts.of_region(np.zeros((*SIZE, 3), np.uint8), shoe((rows, columns)))[0]


def test_a_shoe_that_stands_on_the_lower_edge_or_touches_a_side_is_whole():
    ground = np.zeros((*SIZE, 3), np.uint8)
    touching = WHOLE | shoe((slice(100, 115), slice(0, 60)))
    assert doubts.of_region(ground, shoe((slice(80, 200), slice(40, 200)))) == []
    assert doubts.of_region(ground, touching) == []


def test_two_shoes_of_different_colours():
    rgb = np.random.default_rng(0).integers(0, 40, (*SIZE, 3), dtype=np.uint8)
    rgb[:, :150] += 180
    rgb[:, 150:] += np.array([10, 90, 160], np.uint8)
    pair = shoe((slice(60, 120), slice(20, 120)), (slice(60, 120), slice(180, 280)))
    assert "different colours" in doubts.of_region(rgb, pair)[0]
    rgb[:, 150:] = rgb[:, :150]
    assert doubts.of_region(rgb, pair) == []


def test_one_foot_for_two_shoes():
    pair = shoe((slice(60, 120), slice(20, 120)), (slice(60, 120), slice(180, 280)))
    assert "one leg is made" in doubts.of_feet(pair, feet())[0]
    assert doubts.of_feet(pair, feet(left=True)) == [] == doubts.of_feet(WHOLE, feet())


def areas(opening: np.ndarray) -> ShoeAreas:
    return ShoeAreas.from_masks(WHOLE & ~opening, opening)


def test_an_opening_at_the_ankle_is_no_doubt():
    assert doubts.of_areas(areas(shoe((slice(80, 100), slice(50, 90)))), feet()) == []


@pytest.mark.parametrize(
    "opening",
    [
        shoe((slice(144, 150), slice(90, 170))),  # beneath the foot
        shoe((slice(90, 110), slice(290, 300))),  # another shoe's, with ground all round
        shoe((slice(80, 100), slice(240, 270))),
    ],
)
def test_an_opening_where_no_foot_goes_in(opening):
    found = areas(opening)
    assert "where no foot goes in" in doubts.of_areas(found, feet())[0]
    assert doubts.odd_share(found, feet()) == pytest.approx(opening.sum() / found.shoe.sum())
    assert doubts.of_areas(found, feet(right=False)) == []  # nothing to go by


def test_an_opening_of_either_foot_will_do():
    both = shoe((slice(80, 100), slice(50, 90)), (slice(80, 100), slice(150, 190)))
    assert doubts.of_areas(areas(both), feet(left=True)) == []


def test_an_uncertain_opening_is_told_and_one_at_the_wrong_place_before_it():
    good, odd = areas(shoe((slice(80, 100), slice(50, 90)))), areas(shoe((slice(80, 100), slice(240, 270))))
    assert "12% of the shoe may be" in doubts.of_areas(good, feet(), 0.12)[0]
    assert doubts.of_areas(good, feet(), doubts.UNSURE) == []
    assert "where no foot goes in" in doubts.of_areas(odd, feet(), 0.12)[0]
