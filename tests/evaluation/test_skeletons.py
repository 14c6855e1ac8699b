"""Bones and knees of legs that can be checked by eye."""

import numpy as np
import pytest

from shoemodel.evaluation import skeletons

FOOT = np.array([[0.0, 0.0], [30.0, 10.0], [30.0, 10.0], [-10.0, 10.0]])
"""Toes to the right; 40 px from heel to toes."""


def leg(knee_x: float) -> np.ndarray:
    """Hip 200 px above the ankle, the knee halfway."""
    return np.array([[0.0, -200.0], [knee_x, -100.0], [0.0, 0.0]])


def test_one_good_and_one_impossible_pose():
    """The second stands on a shank 10 times as long as its foot."""
    feet = np.stack([np.concatenate([FOOT, FOOT + np.array([60, 0])])] * 2)
    legs = np.stack([np.concatenate([leg(20), leg(20) + np.array([60, 0])])] * 2)
    legs[1, 1] = [0.0, -400.0]
    found = skeletons.describe(feet, legs, np.ones((2, 2), bool))
    assert found["implausible"] == 0.5
    assert found["left shank / right shank"]["p5"] == pytest.approx(1, abs=0.2)
    assert found["shank / foot"]["p50"] == pytest.approx(np.hypot(20, 100) / 40, abs=1e-3)


def test_a_leg_that_is_not_there_is_not_judged():
    feet, legs = np.zeros((1, 8, 2)), np.zeros((1, 6, 2))
    feet[0, :4], legs[0, :3] = FOOT, leg(20)
    found = skeletons.describe(feet, legs, np.array([[True, False]]))
    assert found["implausible"] == 0 and found["left shank / right shank"] == {}
