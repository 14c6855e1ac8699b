"""One leg that stands in a shoe and follows a drawn one."""

import numpy as np
import pytest

from shoemodel.body import bodies, leg_pose, limits, wearing
from shoemodel.body.bodies import Person
from shoemodel.body.figure import joint_points
from shoemodel.body.leg_angles import LegAngles
from shoemodel.render.pinhole import Pinhole

SIZE = (1000, 800)


@pytest.fixture(scope="module")
def person() -> Person:
    return bodies.load().people[1]


def held(person: Person, side: str, heel_deg: float = 3.0) -> np.ndarray:
    """Where a shoe that suits the person's foot holds it."""
    points = wearing.foot_points(person.body, person.figure, side, heel_deg)
    return points - [*points[3, :2], points[:, 2].min() - 0.03]


def seen_from(degrees: float, distance: float = 1.2, height: float = 0.25) -> Pinhole:
    """A level camera that looks at the shoe; 0 before the toes, 90 on the wearer's left."""
    way = np.array([np.sin(np.radians(degrees)), -np.cos(np.radians(degrees)), 0.0])
    right = np.cross(-way, [0, 0, 1.0])
    return Pinhole(np.stack([right, [0, 0, -1.0], -way]), distance * way + [0, 0, height], 900.0, (400, 500), SIZE)


def drawn(camera: Pinhole, ankle: np.ndarray, degrees: float) -> np.ndarray:
    """Hip, knee and ankle [px] of a straight leg that leans to the right in the picture."""
    start = camera.project(ankle[None])[0][0]
    way = np.array([np.sin(np.radians(degrees)), -np.cos(np.radians(degrees))])
    return np.array([start + 600 * way, start + 300 * way, start])


def stand(person: Person, camera: Pinhole, degrees: float, seed: int = 0, side: str = "left", collar_m: float = 0.09,
          heel_deg: float = 3.0) -> leg_pose.OneLeg:  # fmt: skip
    points = held(person, side, heel_deg)
    leg = leg_pose.DrawnLeg(drawn(camera, points[0], degrees), camera)
    return leg_pose.stand(person, points, heel_deg, collar_m, side, leg, seed)


def way_deg(leg: leg_pose.OneLeg, camera: Pinhole) -> float:
    """How far the shin leans to the right in the picture."""
    joints = joint_points(leg.shod.figure, leg.side, leg.transforms)
    ankle, knee = camera.project(np.array([joints["ankle"], joints["knee"]]))[0]
    return float(np.degrees(np.arctan2(knee[0] - ankle[0], ankle[1] - knee[1])))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("degrees", [-12, 0, 12])
def test_the_shin_follows_the_drawn_one_within_what_a_foot_allows(person: Person, side: str, degrees: float):
    camera = seen_from(-90.0)
    leg = stand(person, camera, degrees, side=side)
    assert way_deg(leg, camera) == pytest.approx(degrees, abs=8)
    far = stand(person, camera, 5 * degrees, side=side)
    assert abs(way_deg(far, camera)) < 30
    assert not limits.broken(far.transforms, side)


def test_foot_and_ankle_stay_in_the_shoe_and_the_other_leg_beside_it(person: Person):
    leg = stand(person, seen_from(40.0), 5.0)
    points = held(person, "left")
    joints = {side: joint_points(leg.shod.figure, side, leg.transforms) for side in ("left", "right")}
    assert joints["left"]["ankle"] == pytest.approx(points[0], abs=2e-3)
    assert leg.vertices[person.body.landmarks["left", "heel"]] == pytest.approx(points[3], abs=4e-3)
    assert joints["right"]["ankle"][2] == pytest.approx(points[0][2], abs=0.03)
    assert joints["right"]["hip"][0] < joints["left"]["hip"][0]
    assert leg.vertices[:, 2].min() > 0.0


def test_a_shaft_holds_the_shin(person: Person):
    camera = seen_from(-90.0)
    low, high = (stand(person, camera, 30.0, collar_m=collar) for collar in (0.09, 0.35))
    assert abs(high.angles.forward) <= 10 < abs(low.angles.forward)


def test_seeds_vary_the_stance_and_repeat_it(person: Person):
    camera = seen_from(30.0)
    legs = [stand(person, camera, 0.0, seed) for seed in (0, 1, 2, 0)]
    assert np.array_equal(legs[0].vertices, legs[3].vertices)
    for leg in legs[1:3]:
        assert np.abs(leg.vertices - legs[0].vertices).max() > 0.01
        assert not limits.broken(leg.transforms, "left")


def test_a_leg_keeps_clear_of_a_near_camera(person: Person):
    camera = seen_from(0.0, distance=0.45, height=0.5)
    joints = joint_points(*(lambda leg: (leg.shod.figure, leg.side, leg.transforms))(stand(person, camera, 0.0)))
    line = joints["ankle"] + np.linspace(0, 1, 20)[:, None] * (joints["knee"] - joints["ankle"])
    assert np.linalg.norm(line - camera.origin, axis=1).min() > 0.2


def test_a_high_heel_is_stood_in_upright(person: Person):
    leg = stand(person, seen_from(-90.0), 0.0, heel_deg=30.0)
    assert abs(leg.angles.forward) < 12 and not limits.broken(leg.transforms, "left")


def test_from_high_above_a_drawn_leg_says_little(person: Person):
    """A leg that leans by a few degrees may look to lie in any direction there."""
    beside = seen_from(-90.0)
    c, s = np.cos(np.radians(60.0)), np.sin(np.radians(60.0))
    rows = np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) @ beside.rotation
    above = Pinhole(rows, -1.2 * rows[2], 900.0, (400, 500), SIZE)
    leans = [np.abs(stand(person, camera, 40.0).angles.row()[:2]).sum() for camera in (beside, above)]
    assert above.origin[2] > 1.0 and leans[1] < leans[0] - 4


def test_given_angles_are_taken_as_they_are_and_lead_where_a_drawn_leg_says_nothing(person: Person):
    camera, points = seen_from(-90.0), held(person, "left")
    wanted = LegAngles(-12.0, 6.0, -4.0, 70.0, 9.0)
    leg = leg_pose.stand(person, points, 3.0, 0.09, "left", wanted, 0)
    assert leg.angles == wanted and not limits.broken(leg.transforms, "left")
    joints = joint_points(leg.shod.figure, "left", leg.transforms)
    leg_px = camera.project(np.array([joints[name] for name in ("hip", "knee", "ankle")]))[0]
    nearest = leg_pose.stand(person, points, 3.0, 0.09, "left", leg_pose.DrawnLeg(leg_px, camera, wanted), 0)
    np.testing.assert_allclose(nearest.angles.row(), wanted.row(), atol=3.5)
