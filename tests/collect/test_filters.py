"""Reasons."""

import cv2
import numpy as np
import pytest

from shoemodel.collect import filters
from shoemodel.collect.filters import Refused
from shoemodel.collect.people import Person
from shoemodel.image.geometry import Box
from shoemodel.image.pose import NAMES, Pose
from tests.collect.conftest import toy_person
from tests.toys import toy_sample


def hidden(person, *names):
    gone = np.isin(NAMES, names)
    return Person(Pose(person.pose.points, np.where(gone, 0, person.pose.visibility)))


def test_legs_need_their_feet_and_knees():
    person = toy_person(toy_sample(0))
    filters.check_legs(person, (256, 256))
    with pytest.raises(Refused, match="feet not seen: the left one"):
        filters.check_legs(hidden(person, "left_heel", "left_big_toe"), (256, 256))
    with pytest.raises(Refused, match="feet not seen: no foot"):
        filters.check_legs(hidden(person, *NAMES), (256, 256))
    knees = hidden(person, "left_knee", "right_knee")
    with pytest.raises(Refused, match="legs hidden"):
        filters.check_legs(Person(Pose(knees.pose.points + 300, knees.pose.visibility)), (900, 900))
    filters.check_legs(knees, (256, 120))  # the leg leaves the picture below its knee


def test_masks_that_are_empty_unsure_or_at_the_border_are_refused():
    mask = np.zeros((50, 50), bool)
    with pytest.raises(Refused, match="nothing found"):
        filters.check_mask(mask, 1.0)
    mask[20:30, 10:40] = True
    filters.check_mask(mask, 0.9)
    with pytest.raises(Refused, match=r"confidence 0\.30"):
        filters.check_mask(mask, 0.3)
    with pytest.raises(Refused, match="cut: 30 px"):
        filters.check_mask(np.roll(mask, 20, 0), 0.9)


def test_a_shoe_without_a_foot_is_refused_and_a_scrap_is_not():
    sample = toy_sample(1)  # one foot
    person, mask = toy_person(sample), sample.areas.shoe.copy()
    filters.check_shod(person, mask)
    mask[40:44, 40:44] = True
    filters.check_shod(person, mask)
    mask[20:60, 20:60] = True
    with pytest.raises(Refused, match="a shoe without its foot"):
        filters.check_shod(person, mask)


def test_squares_are_large_enough_and_hold_the_shoes():
    mask = np.zeros((100, 100), bool)
    mask[60:70, 60:90] = True
    assert filters.check_square(Box(40, 40, 100, 100), mask, 50) == Box(40, 40, 100, 100)
    for box, reason in ((None, "cut"), (Box(50, 50, 80, 80), "cut"), (Box(0, 0, 100, 100), "too small: 100 px")):
        with pytest.raises(Refused, match=reason):
            filters.check_square(box, mask, 20 if box and box.width < 100 else 101)
    mask[:, 62:] = False
    with pytest.raises(Refused, match=r"too small: the shoes cover 0\.20%"):
        filters.check_square(Box(0, 0, 100, 100), mask, 50)


def test_faces_and_other_feet_in_the_square_are_refused():
    person, square = toy_person(toy_sample(0)), Box(0, 100, 150, 250)
    filters.check_others(person, [person], square, keep_faces=False)
    faced = Person(person.pose, np.array([[30.0, 120.0]]))
    with pytest.raises(Refused, match="face"):
        filters.check_others(faced, [faced], square, keep_faces=False)
    filters.check_others(faced, [faced], square, keep_faces=True)
    filters.check_others(faced, [faced], Box(0, 130, 120, 250), keep_faces=False)
    with pytest.raises(Refused, match="another person"):
        filters.check_others(person, [person, toy_person(toy_sample(2))], square, keep_faces=False)


def test_a_blurred_picture_is_less_sharp():
    sample = toy_sample(0)
    filters.check_sharp(sample.worn, sample.areas.shoe, 256)
    soft = cv2.GaussianBlur(sample.worn, (0, 0), 6)
    with pytest.raises(Refused, match="blurred"):
        filters.check_sharp(soft, sample.areas.shoe, 256)
