"""Angles of a leg say the same when they are measured on the body that took them."""

import numpy as np
import pytest

from shoemodel.body import bodies, leg_angles, leg_pose, wearing
from shoemodel.body.leg_angles import LegAngles
from shoemodel.render.meshes import rotation


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("lift_deg", [0.0, 20.0])
def test_what_a_leg_takes_is_what_is_measured(side: str, lift_deg: float):
    person = bodies.load(fine=False).people[1]
    points = wearing.foot_points(person.body, person.figure, side, 3.0)
    worn = wearing.put_in(person.body, person.figure, side, points, 3.0)
    wanted = LegAngles(forward=12.0, outward=4.0, twist=-7.0, knee=35.0, turn=-15.0)
    gravity_up = rotation("x", -lift_deg) @ leg_angles.UP
    transforms = leg_pose.take(worn, side, wanted, gravity_up)
    lifted = np.eye(4)
    lifted[:3, :3] = rotation("x", lift_deg)
    moved = {number: lifted @ each for number, each in transforms.items()}
    found = leg_angles.measured(worn.shod.figure, side, moved, lifted, worn.upright[:3, :3])
    np.testing.assert_allclose(found.row(), wanted.row(), atol=0.05)
    assert moved[0][:3, :3] @ [0, 0, 1] == pytest.approx([0, 0, 1], abs=1e-9)
