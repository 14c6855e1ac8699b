"""Small renders show the leg of the render, in the canvas or beyond it."""

from dataclasses import replace

import numpy as np
import pytest

from shoemodel.backends import posing, preview, viewpoint
from shoemodel.body.leg_angles import LegAngles
from shoemodel.body.leg_pose import DrawnLeg
from shoemodel.image.geometry import Box
from shoemodel.image.pose import Pose
from shoemodel.lps import legs_3d
from tests.backends.test_align import SIZE
from tests.backends.test_render import fit, pose, subject  # noqa: F401, fixtures


@pytest.fixture
def posed(fit, pose):  # noqa: F811
    """A leg that leans over the toes, with its angles."""
    row = np.array([14.0, 0.0, 0.0, 20.0, 0.0])
    points = pose.points.copy()
    points[:3] = legs_3d.legs_px(row[None], viewpoint.foot_of(fit))[0]
    return Pose(points, pose.visibility, np.stack([row, row]))


def test_a_pose_stands_as_its_angles_say_until_it_is_dragged(fit, pose, posed):  # noqa: F811
    foot = viewpoint.foot_of(fit)
    assert posing.leg_of(posed, foot, 0) == LegAngles.of_row(posed.angles_deg[0])
    dragged = posing.leg_of(replace(posed, points=posed.points + np.arange(12)[:, None] * 9.0), foot, 0)
    assert isinstance(dragged, DrawnLeg) and dragged.near == LegAngles.of_row(posed.angles_deg[0])
    drawn = posing.leg_of(pose, foot, 1)  # the pose of the other foot
    assert isinstance(drawn, DrawnLeg) and drawn.near is None
    np.testing.assert_array_equal(drawn.leg_px, pose.points[:3])


def test_each_pose_is_seen_small_and_as_it_leans(subject, pose, posed):  # noqa: F811
    upright, leaning = preview.previews(subject, "bare legs", [pose, posed], side_px=160)
    assert max(upright.shape[:2]) == 160 and upright.shape == leaning.shape
    top = 12  # rows of the picture's upper edge, where the legs are apart
    seen = [np.nonzero(np.abs(image[:top].astype(int) - 140).max(-1) > 30)[1].mean() for image in (upright, leaning)]
    toes = np.sign(posed.points[1, 0] - pose.points[1, 0])
    assert (seen[1] - seen[0]) * toes > 2


def test_beyond_the_canvas_the_photo_is_pale_and_the_leg_goes_on(subject, posed):  # noqa: F811
    height, width = SIZE
    box = Box(0.0, -float(height), float(width), float(height))
    (image,) = preview.previews(subject, "bare legs", [posed], side_px=300, frame=box)
    above = image[:140].astype(int)
    assert np.median(above) > 180
    assert (above.min(axis=-1) < 120).any()
