"""The skeleton and the paper's normalisation."""

import numpy as np
import pytest

from shoemodel.image.geometry import Similarity
from shoemodel.image.pose import FLIP, FOOT_INDICES, LEG_INDICES, LIMBS, NAMES, Pose, denormalise, merge, normalise


def some_pose() -> Pose:
    rng = np.random.default_rng(3)
    return Pose(rng.uniform(0, 256, (12, 2)), rng.integers(0, 3, 12))


def test_foot_and_leg_points_share_the_ankles_only():
    assert len(NAMES) == len(set(NAMES)) == 12
    assert set(FOOT_INDICES) | set(LEG_INDICES) == set(range(12))
    assert {NAMES[i] for i in set(FOOT_INDICES) & set(LEG_INDICES)} == {"left_ankle", "right_ankle"}
    assert [NAMES[i] for i in FOOT_INDICES[:4]] == ["left_ankle", "left_big_toe", "left_small_toe", "left_heel"]
    assert [NAMES[i] for i in LEG_INDICES[3:]] == ["right_hip", "right_knee", "right_ankle"]


def test_flip_is_an_involution_that_changes_sides_only():
    assert [FLIP[FLIP[i]] for i in range(12)] == list(range(12))
    for i, j in enumerate(FLIP):
        assert NAMES[i].split("_", 1)[1] == NAMES[j].split("_", 1)[1] and NAMES[i] != NAMES[j]


def test_limbs_stay_within_a_leg_and_reach_every_point():
    assert all((a < 6) == (b < 6) for a, b in LIMBS)
    assert {index for limb in LIMBS for index in limb} == set(range(12))


def test_normalisation_is_the_papers():
    points, exists = np.array([[0.0, 256.0], [128.0, 64.0], [50.0, 60.0]]), np.array([True, True, False])
    normalised = normalise(points, exists, 256)
    np.testing.assert_allclose(normalised, [[0.1, 1.0], [0.55, 0.325], [0, 0]])


def test_normalisation_round_trip_in_batches():
    rng = np.random.default_rng(0)
    points, exists = rng.uniform(0, 256, (5, 4, 8, 2)), rng.random((5, 4, 8)) > 0.4
    back, there = denormalise(normalise(points, exists, 256), 256)
    np.testing.assert_array_equal(there, exists)
    np.testing.assert_allclose(back[exists], points[exists])
    assert (back[~exists] == 0).all()


def test_flipped_twice_is_the_same_pose():
    pose = some_pose()
    once, twice = pose.flipped(256), pose.flipped(256).flipped(256)
    np.testing.assert_allclose(twice.points, pose.points)
    np.testing.assert_array_equal(twice.visibility, pose.visibility)
    np.testing.assert_allclose(once.points[6], [256 - pose.points[0, 0], pose.points[0, 1]])
    assert once.visibility[6] == pose.visibility[0]


def test_transformed_keeps_the_sides_without_a_mirror():
    pose = some_pose()
    moved = pose.transformed(Similarity(2.0, 0, 1, 2))
    np.testing.assert_allclose(moved.points, pose.points * 2 + [1, 2])
    np.testing.assert_array_equal(moved.visibility, pose.visibility)


def test_within_drops_what_is_outside():
    points = np.full((12, 2), 5.0)
    points[1], points[2] = (10.0, 5.0), (5.0, -0.1)
    inside = Pose(points, np.full(12, 2)).within((10, 10))
    assert inside.visibility.tolist() == [2, 0, 0] + [2] * 9


def test_dict_round_trip():
    pose = some_pose()
    back = Pose.from_dict(pose.to_dict())
    np.testing.assert_array_equal(back.points, pose.points)
    np.testing.assert_array_equal(back.visibility, pose.visibility)


def test_from_dict_names_the_fault():
    data = some_pose().to_dict()
    with pytest.raises(ValueError, match="left_hip"):
        Pose.from_dict({name: data[name] for name in NAMES[1:]})
    with pytest.raises(ValueError, match=r"\[x, y, visibility\]"):
        Pose.from_dict(data | {"left_hip": [1.0, 2.0]})


def test_merge_prefers_the_foots_ankle():
    foot, leg = np.full((8, 2), 10.0), np.full((6, 2), 20.0)
    foot_exists, leg_exists = np.ones(8, bool), np.ones(6, bool)
    foot_exists[4:] = False
    pose = merge(foot, foot_exists, leg, leg_exists)
    assert pose.points[NAMES.index("left_ankle")].tolist() == [10, 10]
    assert pose.points[NAMES.index("right_ankle")].tolist() == [20, 20]
    assert not pose.exists[NAMES.index("right_heel")]


@pytest.mark.parametrize(
    ("points", "visibility"),
    [
        (np.zeros((11, 2)), np.zeros(11, int)),
        (np.zeros((12, 2)), np.full(12, 3)),
        (np.full((12, 2), np.nan), np.zeros(12, int)),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_pose_refuses_what_is_none(points: np.ndarray, visibility: np.ndarray):
    with pytest.raises(ValueError):
        Pose(points, visibility)
