"""Bones and knees of legs that can be checked by eye."""

import numpy as np
import pytest

from shoemodel.lps import anatomy

FOOT = np.array([[0.0, 0.0], [30.0, 10.0], [30.0, 10.0], [-10.0, 10.0]])
"""Toes to the right; 40 px from heel to toes."""


def leg(knee_x: float, knee_px: float = 100.0, thigh_px: float = 100.0) -> np.ndarray:
    """Hip straight above the ankle."""
    return np.array([[0.0, -knee_px - thigh_px], [knee_x, -knee_px], [0.0, 0.0]])


def cost(*legs: np.ndarray) -> float:
    """Of one or two legs 60 px apart."""
    count = len(legs)
    sides = [part + np.array([60 * side, 0]) for side, part in enumerate(legs)] + [np.full((3, 2), 7.0)] * (2 - count)
    feet = np.concatenate([FOOT, FOOT + np.array([60, 0])])
    return float(anatomy.implausibility(np.concatenate(sides)[None], feet[None], np.array([[True, count == 2]]))[0])


def test_a_standing_pose_is_plausible_and_others_are_not():
    assert cost(leg(5), leg(5)) < 1
    assert cost(leg(5, knee_px=-100), leg(5)) == np.inf
    assert cost(leg(5, knee_px=400), leg(5)) == np.inf
    assert cost(leg(5, thigh_px=900), leg(5)) == np.inf
    assert cost(leg(5, knee_px=250), leg(5, knee_px=100)) == np.inf  # shanks of different length
    assert cost(leg(60)) < np.inf and cost(leg(-60)) == np.inf  # a knee bends towards the toes


def test_a_missing_leg_is_not_judged():
    assert 0 <= cost(leg(5)) < 1


def test_knees_bend_towards_the_toes():
    legs, feet = np.stack([leg(60), leg(-60), leg(5)]), np.stack([FOOT] * 3)
    bend, backwards = anatomy.knees(legs, feet)
    assert bend == pytest.approx(2 * np.degrees(np.arctan([0.6, 0.6, 0.05])))
    assert backwards[0] == 0 and backwards[1] == 1 and np.isnan(backwards[2])


def test_toes_across_the_bend_say_nothing():
    towards_us = np.array([[0.0, 0.0], [1.0, 30.0], [-1.0, 30.0], [0.0, 0.0]])
    assert np.isnan(anatomy.knees(leg(60)[None], towards_us[None])[1]).all()
    assert anatomy.extents(towards_us) == pytest.approx(np.hypot(1, 30))
