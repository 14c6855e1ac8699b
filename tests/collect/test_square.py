"""The square that becomes a tuple."""

import numpy as np

from shoemodel.collect import square
from shoemodel.collect.people import Person
from shoemodel.image.geometry import Box
from shoemodel.image.pose import Pose

STANDING = np.array([[200, 300], [200, 420], [200, 540], [180, 560], [170, 560], [215, 555],
                     [240, 300], [240, 420], [240, 540], [260, 560], [270, 560], [225, 555]], float)  # fmt: skip


def shoes(size):
    mask = np.zeros(size, bool)
    mask[545:565, 165:275] = True
    return mask


def person(visibility=2):
    return Person(Pose(STANDING, np.full(12, visibility)))


def test_it_reaches_from_above_the_hips_to_below_the_shoes():
    box = square.around(person(), shoes((800, 600)), 32)
    assert box.width == box.height and box.x0 < 165 and box.x1 > 275
    assert 270 < box.y0 < 300 and box.y1 > 565


def test_one_that_does_not_fit_keeps_the_shoes_and_stays_in_the_photo():
    mask = shoes((800, 600))[:, 120:320]
    moved = Person(Pose(STANDING - [120, 0], np.full(12, 2)))
    box = square.around(moved, mask, 32)
    assert (box.x0, box.width) == (0, 200)
    assert box.y0 > 300 and box.y1 >= 565  # the hips are lost


def test_a_small_one_is_widened_and_shoes_larger_than_any_square_have_none():
    assert square.around(person(), shoes((800, 600)), 500).width == 500
    wide = np.zeros((40, 600), bool)
    wide[10:20, 10:590] = True
    assert square.around(Person(Pose(np.full((12, 2), 15.0), np.full(12, 2))), wide, 32) is None


def test_pixels_masks_and_points_move_alike():
    rng = np.random.default_rng(0)
    rgb, mask = rng.integers(0, 255, (80, 60, 3), np.uint8), np.zeros((80, 60), bool)
    mask[30:50, 20:40] = True
    box = Box(10, 20, 50, 60)
    assert np.array_equal(square.cut(rgb, box, 40), rgb[20:60, 10:50])
    doubled = square.cut_mask(mask, box, 80)
    assert doubled.sum() == 4 * mask.sum()
    moved = square.to_tuple(box, 80).apply(np.array([[20.0, 30.0]]))
    assert np.allclose(moved, [[20, 20]]) and doubled[20, 20] and not doubled[19, 20]
