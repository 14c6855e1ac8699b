"""Growth, pose, legs, sides and seams of pictures in which all of them are known."""

import cv2
import numpy as np
import pytest

from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import FLIP, Pose
from shoemodel.quality import measures
from shoemodel.quality.judge import Reading

SIZE = (200, 200)


def rectangle(x0, y0, x1, y1):
    mask = np.zeros(SIZE, bool)
    mask[y0:y1, x0:x1] = True
    return mask


@pytest.fixture
def pose():
    left = [[60, 20], [60, 80], [60, 140], [30, 170], [40, 175], [75, 170]]
    right = [[140, 20], [140, 80], [140, 140], [170, 170], [160, 175], [125, 170]]
    return Pose(np.array(left + right, float), np.full(12, 2))


def reading(pose, scores=None):
    return Reading(np.zeros(SIZE, bool), pose.points, np.ones(12) if scores is None else np.asarray(scores, float))


def test_a_leg_beside_the_shoe_is_measured_and_one_in_its_opening_is_not():
    areas = ShoeAreas.from_masks(rectangle(50, 100, 150, 150), rectangle(80, 80, 120, 100))
    within, beside = (rectangle(x, 0, x + 40, 100).astype(float) for x in (80, 30))
    assert measures.beside(within, areas) == 0
    assert measures.beside(beside, areas) == pytest.approx(20 / np.sqrt(5800), abs=0.05)
    assert np.isnan(measures.beside(within, ShoeAreas(np.zeros(SIZE, np.uint8))))


def test_expansion_is_the_area_added_over_the_area_kept():
    kept = rectangle(50, 100, 150, 150)
    assert measures.expansion(kept, kept) == 0
    assert measures.expansion(rectangle(50, 60, 150, 150), kept, tolerance=0) == pytest.approx(40 * 100 / 5000)
    grown = measures.expansion(rectangle(50, 60, 150, 150), kept)
    assert grown == pytest.approx(38 * 100 / 5000, abs=0.01)  # all but the rim in which the judge is not trusted
    assert measures.expansion(rectangle(60, 110, 140, 140), kept) == 0  # a part that the judge missed is no growth
    assert np.isnan(measures.expansion(kept, np.zeros(SIZE, bool)))


def test_points_are_found_again_within_a_tenth_of_the_pose(pose):
    assert measures.found_again(reading(pose), pose, SIZE).all()
    extent = 155  # from the hips to the toes
    moved = Pose(pose.points + np.array([0.09 * extent, 0]), pose.visibility)
    assert measures.found_again(reading(moved), pose, SIZE).all()
    further = Pose(pose.points + np.array([0.11 * extent, 0]), pose.visibility)
    assert not measures.found_again(reading(further), pose, SIZE).any()
    assert not measures.found_again(reading(pose, np.zeros(12)), pose, SIZE).any()
    above = Pose(np.where(np.arange(12)[:, None] % 6 == 0, -50.0, pose.points), pose.visibility)
    assert measures.found_again(reading(above), above, SIZE).shape == (10,)  # hips above the picture do not count


def test_legs_are_two_where_a_point_s_sides_lie_apart(pose):
    assert measures.expected_legs(pose, SIZE) == 2
    assert measures.legs(reading(pose), SIZE) == 2
    left = np.where(np.arange(12) < 6, 1.0, 0.0)
    assert measures.legs(reading(pose, left), SIZE) == 1
    hips = (np.arange(12) % 6 == 0).astype(float)
    assert measures.legs(reading(pose, hips), SIZE) == 0


def test_one_leg_of_an_unsure_side_is_one(pose):
    twice = Pose(np.concatenate([pose.points[:6], pose.points[:6] + 5]), pose.visibility)
    assert measures.legs(reading(twice), SIZE) == 1


def test_swapped_sides_are_noticed(pose):
    assert measures.sides_agree(reading(pose), pose)
    assert not measures.sides_agree(reading(Pose(pose.points[list(FLIP)], pose.visibility)), pose)
    right_only = Pose(pose.points, np.where(np.arange(12) < 6, 0, 2))
    drawn_as_left = np.zeros((12, 2))
    drawn_as_left[:6] = pose.points[6:]
    seen = Reading(np.zeros(SIZE, bool), drawn_as_left, np.where(np.arange(12) < 6, 1.0, 0.0))
    assert not measures.sides_agree(seen, right_only)
    assert measures.sides_agree(reading(pose, np.zeros(12)), pose)  # nothing found says nothing


@pytest.mark.parametrize("softness", [0, 2])
def test_a_border_between_two_surfaces_is_no_seam_but_a_halo_is(softness):
    shoe = rectangle(60, 110, 140, 150)
    picture = np.where(shoe[..., None], (20, 30, 120), (230, 220, 210)).astype(np.uint8)
    halo = picture.copy()
    halo[rectangle(58, 108, 142, 152) & ~shoe] = (200, 30, 30)
    if softness:
        picture, halo = (cv2.GaussianBlur(each, (0, 0), softness) for each in (picture, halo))
    natural = measures.seam_error(picture, shoe)
    assert natural < 3
    assert measures.seam_error(halo, shoe) > natural + 8


def test_a_seam_does_not_depend_on_the_size_of_the_picture():
    shoe = rectangle(60, 110, 140, 150)
    picture = np.where(shoe[..., None], (20, 30, 120), (230, 220, 210)).astype(np.uint8)
    picture[rectangle(58, 108, 142, 152) & ~shoe] = (200, 30, 30)
    large = [np.kron(each, np.ones((3, 3, *[1] * (each.ndim - 2)), each.dtype)) for each in (picture, shoe)]
    assert measures.seam_error(*large) == pytest.approx(measures.seam_error(picture, shoe), rel=0.25)
    assert np.isnan(measures.seam_error(picture, np.zeros(SIZE, bool)))
