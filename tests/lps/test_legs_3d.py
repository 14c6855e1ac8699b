"""Legs posed in 3-D: whatever the network says, a body can take it, and its points tell where it stands."""

import numpy as np
import pytest
import torch

from shoemodel.body import limits
from shoemodel.body.leg_angles import LegAngles
from shoemodel.image.pose import ANGLES, Pose
from shoemodel.lps import diffusion, legs_3d, predict_3d
from shoemodel.lps.denoiser import LegDenoiser
from shoemodel.lps.legs_3d import Foot
from shoemodel.lps.predict import FootKeypoints
from shoemodel.render.meshes import rotation
from shoemodel.render.pinhole import Pinhole

POINTS = np.array([[0.0, -0.055, 0.10], [-0.02, -0.23, 0.02], [0.04, -0.2, 0.02], [0.0, 0.0, 0.04]])


def foot(side: str = "left", heel_deg: float = 3.0, collar_m: float = 0.0, azimuth: float = -90.0, roll: float = 0.0):
    """A foot that a level camera sees from 2 m; azimuth as of a fit."""
    sign = 1.0 if side == "left" else -1.0
    way = np.array([np.sin(np.radians(azimuth)), -np.cos(np.radians(azimuth)), 0.0])
    rows = np.stack([np.cross(-way, [0, 0, 1.0]), [0, 0, -1.0], -way])
    camera = Pinhole(rotation("z", roll) @ rows, 2 * way + [0, 0, 0.3], 1000.0, (400.0, 500.0), (1000, 800))
    return Foot(side, POINTS * [sign, 1, 1], heel_deg, collar_m, camera)


def untrained() -> LegDenoiser:
    torch.manual_seed(0)
    return LegDenoiser(32, 1, leg_points=len(ANGLES), foot_points=legs_3d.NUMBERS).eval()


def test_angles_survive_the_way_through_the_network():
    rows = np.array([[5.0, 1.0, -3.0, 0.0, 10.0], [-20.0, 9.0, 4.0, 110.0, -30.0]])
    np.testing.assert_allclose(legs_3d.decode(legs_3d.encode(rows)), rows, atol=1e-9)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("heel_deg", "collar_m"), [(2.0, 0.0), (45.0, 0.0), (10.0, 0.3)])
def test_every_leg_is_one_that_joints_can_do(side: str, heel_deg: float, collar_m: float):
    """Noise of three times the deviation of real legs, most of which no leg could follow."""
    standing = foot(side, heel_deg, collar_m)
    wild = legs_3d.decode(3 * np.random.default_rng(0).standard_normal((60, 5)))
    assert not all(legs_3d.can(row, standing) for row in wild)
    for row in legs_3d.reachable(wild, standing):
        angles = limits.angles_deg(legs_3d._turns(LegAngles.of_row(row), standing), side)
        assert all(low <= angles[name] <= high for name, (low, high) in limits.LIMITS_DEG.items())
        assert not standing.held or abs(row[1]) <= 5.0


def test_what_is_possible_stays_as_it_is():
    rows = np.array([[8.0, 1.0, -4.0, 12.0, -5.0], [-15.0, 3.0, 0.0, 80.0, 0.0]])
    np.testing.assert_array_equal(legs_3d.reachable(rows, foot()), rows)


def test_left_and_right_are_mirror_images():
    row = np.array([[10.0, 4.0, -6.0, 30.0, -8.0]])
    left, right = (legs_3d.joints(row, foot(side))[0] for side in ("left", "right"))
    np.testing.assert_allclose(right, left * [-1, 1, 1], atol=1e-12)
    np.testing.assert_allclose(
        legs_3d.known(foot("left", azimuth=60.0)), legs_3d.known(foot("right", azimuth=-60.0)), atol=1e-12
    )


def test_a_shin_that_leans_forward_goes_over_the_toes_and_a_bent_knee_brings_the_hip_back():
    upright, forward, bent = legs_3d.joints(np.array([[0, 0, 0, 0, 0], [20, 0, 0, 0, 0], [0, 0, 0, 90, 0.0]]), foot())
    assert forward[1, 1] < upright[1, 1] - 0.1
    assert bent[0, 1] > upright[0, 1] + 0.3 and bent[0, 2] < upright[0, 2] - 0.3


def test_the_horizon_of_a_photo_tells_how_a_shoe_is_pitched():
    np.testing.assert_allclose(legs_3d.level(foot().camera), [0, 0, 1], atol=1e-12)
    tilted = legs_3d.level(foot(roll=20.0).camera)
    assert np.degrees(np.arccos(tilted[2])) == pytest.approx(20.0)
    assert abs(tilted[1]) > 0.3 and tilted[0] == pytest.approx(0, abs=1e-12)


def test_legs_of_a_pair_stand_apart_below_one_trunk():
    beside = np.eye(4)
    beside[0, 3] = -0.2
    feet = legs_3d.paired([foot("left"), foot("right")], beside)
    standing, through = np.array([[0, 0, 0, 5, 0.0]] * 2), np.array([[0, -20, 0, 5, 0], [0, -20, 0, 5, 0.0]])
    assert legs_3d.fit_together(np.stack([standing, through]), feet).tolist() == [True, False]
    assert legs_3d.known(feet[0])[10] == 1 and legs_3d.known(feet[0])[11] < 0
    np.testing.assert_allclose(legs_3d.known(feet[0])[11:], legs_3d.known(feet[1])[11:], atol=1e-12)


def test_poses_repeat_with_their_seed_and_keep_the_feet_that_were_found():
    feet_px = np.tile(foot().camera.project(foot().points)[0] + [9.0, -6.0], (2, 1))
    found = FootKeypoints(feet_px, np.ones(8), np.arange(8) < 4)
    args = (untrained(), diffusion.build_scheduler(), [foot()], [0], found, np.zeros((1000, 800), bool))
    first, again, other = (predict_3d.leg_poses(*args, 3, seed) for seed in (1, 1, 2))
    for pose, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(pose.points, same.points)
        np.testing.assert_array_equal(pose.angles_deg, same.angles_deg)
        np.testing.assert_array_equal(pose.points[2:6], feet_px[:4])
        assert pose.exists.tolist() == [True] * 6 + [False] * 6
    assert (first[0].points != other[0].points).any()


def test_a_foot_that_was_not_found_is_where_its_shoe_holds_it():
    found = FootKeypoints(np.zeros((8, 2)), np.zeros(8), np.zeros(8, bool))
    args = (untrained(), diffusion.build_scheduler(), [foot("right")], [1], found, np.zeros((1000, 800), bool))
    (pose,) = predict_3d.leg_poses(*args, 1, 0)
    np.testing.assert_allclose(pose.points[8:12], foot("right").camera.project(foot("right").points)[0])


def test_a_foot_that_was_found_the_wrong_way_round_is_where_its_shoe_holds_it():
    expected = foot().camera.project(foot().points)[0]
    ankle, big, small, heel = expected
    found = FootKeypoints(np.tile([ankle, heel, heel, (big + small) / 2], (2, 1)), np.ones(8), np.arange(8) < 4)
    args = (untrained(), diffusion.build_scheduler(), [foot()], [0], found, np.zeros((1000, 800), bool))
    (pose,) = predict_3d.leg_poses(*args, 1, 0)
    np.testing.assert_allclose(pose.points[2:6], expected)


def test_angles_count_until_a_point_is_moved():
    standing, row = foot(), np.array([8.0, 1.0, -4.0, 12.0, -5.0])
    points = np.zeros((12, 2))
    points[:3] = legs_3d.legs_px(row[None], standing)[0]
    angles = np.stack([row, np.zeros(5)])
    pose = Pose.from_dict(Pose(points, np.where(np.arange(12) < 6, 2, 0), angles).to_dict())
    assert predict_3d.angles_of(pose, standing, 0) == (LegAngles.of_row(row), True)
    points[1] += 0.05 * np.linalg.norm(points[1] - points[2])
    assert predict_3d.angles_of(Pose(points, pose.visibility, angles), standing, 0)[1] is False
    assert predict_3d.angles_of(Pose(points, pose.visibility), standing, 0) == (None, False)
