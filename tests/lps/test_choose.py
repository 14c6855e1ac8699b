"""Choice of poses: plausible, visibly different, and stable."""

import numpy as np

from shoemodel.image.pose import Pose, merge
from shoemodel.lps import anatomy, choose

FEET = np.array([[40, 80], [60, 92], [56, 94], [34, 92], [90, 80], [110, 92], [106, 94], [84, 92]], float)
BOTH = np.array([True, True])
LOW = np.zeros((128, 160), bool)
LOW[82:95, 30:115] = True


def legs(turn_deg: float, thigh_deg: float = 0.0, knee_px: float = 45.0, thigh_px: float = 45.0) -> np.ndarray:
    """Both shanks turned from upright, the thighs from the shanks (6, 2)."""
    up = lambda angle: np.array([np.sin(np.radians(angle)), -np.cos(np.radians(angle))])  # noqa: E731
    ankles = FEET[[0, 4]]
    knees = ankles + knee_px * up(turn_deg)
    hips = knees + thigh_px * up(turn_deg + thigh_deg)
    return np.stack([hips, knees, ankles], axis=1).reshape(6, 2)


def as_pose(points: np.ndarray) -> Pose:
    return merge(FEET, np.ones(8, bool), points, np.ones(6, bool))


def test_choice_is_plausible_diverse_and_stable():
    rng = np.random.default_rng(0)
    crowd = [legs(*rng.normal(0, 3, 2)) for _ in range(60)] + [legs(25 + rng.normal(0, 3)) for _ in range(20)]
    impossible = [legs(0, knee_px=-45)] * 10
    candidates = np.stack([*impossible, *crowd])
    three, two = (choose.choose(candidates, FEET, BOTH, num, LOW) for num in (3, 2))
    assert (three >= 10).all() and len(set(three)) == 3
    assert (two == three[:2]).all()
    assert (two < 70).sum() == 1  # one of each crowd, though a quarter is in the second


def test_a_lonely_pose_is_not_offered():
    rng = np.random.default_rng(0)
    candidates = np.stack([legs(*rng.normal(0, 8, 2)) for _ in range(60)] + [legs(75, knee_px=60)])
    assert np.isfinite(anatomy.implausibility(candidates[-1:], FEET[None], BOTH[None])).all()
    assert 60 not in choose.choose(candidates, FEET, BOTH, 12, LOW)


def test_impossible_poses_serve_when_there_are_no_others_and_poses_repeat_at_last():
    bad = np.stack([legs(0, knee_px=-45)] * 3)
    assert sorted(choose.choose(bad, FEET, BOTH, 3, LOW)) == [0, 1, 2]
    assert len(choose.choose(bad, FEET, BOTH, 8, LOW)) == 8


def test_a_far_hip_is_no_other_look_but_a_turned_shank_is():
    poses = [as_pose(legs(0)), as_pose(legs(0, thigh_px=55)), as_pose(legs(20)), as_pose(legs(22))]
    kept = choose.distinct(poses)
    assert [pose is poses[i] for pose, i in zip(kept, (0, 2), strict=True)] == [True, True]
    assert choose.distinct([]) == []


def test_one_leg_is_enough():
    one = [merge(FEET, np.arange(8) < 4, legs(turn), np.arange(6) < 3) for turn in (0, 3, 30)]
    assert len(choose.distinct(one)) == 2
    candidates = np.stack([legs(turn) for turn in (0, 3, 30)])
    assert set(choose.choose(candidates, FEET, np.array([True, False]), 2, LOW)) != {0, 1}


def test_poses_that_stand_for_all_begin_in_their_middle_and_hold_few_rare_ones():
    """Shanks that lean by -20 to 20 degrees, half of them rare; each chosen one looks different."""
    lean = np.radians(np.random.default_rng(0).uniform(-20, 20, 200))
    legs = np.zeros((200, 6, 2))
    legs[:, 2] = [50, 90]
    legs[:, 1] = legs[:, 2] + 100 * np.stack([np.sin(lean), -np.cos(lean)], axis=1)
    legs[:, 0] = legs[:, 1] + [0, -100]
    feet = np.zeros((8, 2))
    feet[:4] = [[50, 90], [90, 100], [85, 102], [40, 100]]
    there, rare = np.array([True, False]), np.arange(200) % 2 == 0
    args = (legs, feet, there)
    few, many = (choose.represent(*args, num, np.zeros((100, 100), bool), rare) for num in (2, 5))
    assert (few == many[:2]).all() and abs(np.degrees(lean[many[0]])) < 4
    assert np.diff(np.sort(lean[many[:3]])).min() > choose.SAME * 0.8
    assert rare[many].sum() <= 1 or rare[many[0]]
