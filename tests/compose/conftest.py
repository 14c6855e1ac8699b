"""One left leg, upright above the opening of a shoe, in a square of 128 px."""

import numpy as np
import pytest

from shoemodel.image.pose import FOOT_INDICES, LEG_INDICES, VISIBLE, Pose


@pytest.fixture
def upright():
    """Its pose."""
    points, visibility = np.zeros((12, 2)), np.zeros(12, int)
    points[list(FOOT_INDICES[:4])] = (44, 96), (90, 104), (86, 108), (32, 104)
    points[list(LEG_INDICES[:3])] = (44, -40), (44, 10), (44, 96)
    visibility[list(FOOT_INDICES[:4] + LEG_INDICES[:3])] = VISIBLE
    return Pose(points, visibility)
