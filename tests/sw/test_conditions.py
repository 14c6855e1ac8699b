"""X_w and the six condition channels."""

import numpy as np
import pytest
import torch

from shoemodel.sw.conditions import condition, wearable_shoe


@pytest.mark.usefixtures("unchecked")
def test_wearable_shoe_is_black_outside_and_exact_inside():
    rng = np.random.default_rng(0)
    photo, visible = rng.integers(1, 256, (20, 30, 3), np.uint8), rng.random((20, 30)) > 0.5
    shoe = wearable_shoe(photo, visible)
    np.testing.assert_array_equal(shoe[visible], photo[visible])
    assert not shoe[~visible].any() and shoe.dtype == np.uint8
    with pytest.raises(ValueError, match="one size"):
        wearable_shoe(photo, visible[:10])


@pytest.mark.usefixtures("unchecked")
def test_condition_is_shoe_then_pose_in_unit_range():
    shoe, pose = np.full((8, 12, 3), 255, np.uint8), np.zeros((8, 12, 3), np.uint8)
    pose[2, 5] = (51, 102, 255)
    channels = condition(shoe, pose)
    assert channels.shape == (6, 8, 12) and channels.dtype == torch.float32
    assert (channels[:3] == 1).all()
    torch.testing.assert_close(channels[3:, 2, 5], torch.tensor([0.2, 0.4, 1.0]))
    with pytest.raises(ValueError, match="one shape"):
        condition(shoe, pose[:4])
