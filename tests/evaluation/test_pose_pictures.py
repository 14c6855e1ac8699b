"""Skeletons that were drawn are read back; broken ones are seen to be broken."""

import numpy as np
import pytest

from shoemodel.evaluation.pose_pictures import decode
from shoemodel.image import draw
from shoemodel.image.pose import Pose

LEG = np.array([[70, 40], [78, 110], [66, 180], [110, 205], [96, 214], [46, 202]], float)
BOTH = np.concatenate([LEG, LEG + np.array([90, 0])])


def picture(points=BOTH, exists=(True, True)) -> np.ndarray:
    return draw.pose_image(Pose(points, np.repeat(np.where(exists, 2, 0), 6)), (256, 256))


def test_points_are_read_back():
    skeleton = decode(picture())
    assert skeleton.found.all() and skeleton.limbs.all() and skeleton.valid(np.array([True, True]))
    assert np.linalg.norm(skeleton.points_px - BOTH, axis=1).max() < 4


def test_noise_does_not_matter_much():
    noisy = np.clip(picture() + np.random.default_rng(0).normal(0, 12, (256, 256, 3)), 0, 255).astype(np.uint8)
    assert np.linalg.norm(decode(noisy).points_px - BOTH, axis=1).max() < 5


@pytest.mark.parametrize("present", [(True, False), (False, True)])
def test_one_leg(present):
    skeleton = decode(picture(exists=present))
    assert skeleton.valid(np.array(present)) and not skeleton.valid(np.array([True, True]))
    assert not skeleton.valid(~np.array(present))


def test_a_leg_in_pieces_is_invalid():
    whole = picture(exists=(True, False))
    torn = whole.copy()
    torn[:120] = np.roll(whole[:120], 40, axis=1)  # the knee stays behind
    without_foot = whole.copy()
    without_foot[182:] = 0
    assert not decode(torn).valid(np.array([True, False]))
    assert not decode(without_foot).valid(np.array([True, False]))
    assert not decode(np.zeros_like(whole)).valid(np.array([True, False]))
