"""A boot's shaft leads the leg, a low shoe does not, and each shoe of a pair has its own."""

import numpy as np
import pytest

from shoemodel.lps import choose
from shoemodel.lps.shaft import beside_shaft

FEET = np.array([[50, 160], [95, 180], [90, 182], [38, 180], [150, 160], [195, 180], [190, 182], [138, 180]], float)
LEFT, BOTH = np.array([True, False]), np.array([True, True])


def boots(left_top: int, right_top: int) -> np.ndarray:
    """Two shoes whose shafts, 60 px wide, begin at these rows and reach down to the soles."""
    visible = np.zeros((200, 220), bool)
    for x, top in ((50, left_top), (150, right_top)):
        visible[top:185, x - 30 : x + 30] = visible[165:185, x - 15 : x + 50] = True
    return visible


def legs(*turns_deg: float, shank_px: float = 140.0) -> np.ndarray:
    """Poses whose shanks are both turned from upright, the thighs going on straight (n, 6, 2)."""
    turns = np.radians(turns_deg)
    up = np.stack([np.sin(turns), -np.cos(turns)], -1)
    joints = [FEET[ankle] + share * shank_px * up for ankle in (0, 4) for share in (2, 1, 0)]
    return np.stack(joints, 1)


def test_a_shank_leaves_a_shaft_at_its_rim_only():
    visible = boots(60, 60)
    assert beside_shaft(legs(0, 8, -8, 25, -40), FEET, LEFT, visible).tolist() == [False, False, False, True, True]
    assert beside_shaft(legs(0, shank_px=30), FEET, LEFT, visible).all()  # the knee within the shaft


def test_low_shoes_lead_no_leg():
    assert not beside_shaft(legs(0, 25, -40), FEET, BOTH, boots(150, 150)).any()
    assert not beside_shaft(legs(0, 25), FEET, BOTH, np.zeros((200, 220), bool)).any()


@pytest.mark.parametrize(("present", "beside"), [(LEFT, False), (BOTH, True)])
def test_each_shoe_has_its_own_shaft(present, beside):
    assert beside_shaft(legs(25), FEET, present, boots(150, 60)).item() is beside


def test_poses_beside_the_shaft_are_offered_only_where_there_are_no_others():
    poses, visible = legs(30, 35, 0, 6), boots(60, 60)
    assert set(choose.choose(poses, FEET, BOTH, 2, visible)) == {2, 3}
    assert set(choose.choose(poses[:2], FEET, BOTH, 2, visible)) == {0, 1}
