"""Poses without pictures are read back, and what is none is refused."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from shoemodel.data import poses
from shoemodel.errors import InputError


def test_points_and_presence_are_read(tmp_path):
    points, present = np.random.default_rng(0).random((3, 12, 2), np.float32), np.arange(36).reshape(3, 12) % 2 == 0
    save_file({"points": points, "present": present}, tmp_path / "poses.safetensors")
    read = poses.load(tmp_path / "poses.safetensors")
    assert np.array_equal(read[0], points) and np.array_equal(read[1], present) and read[1].dtype == bool


@pytest.mark.parametrize(
    "content",
    [{"latents": np.zeros(2)}, {"points": np.zeros((3, 8, 2)), "present": np.ones((3, 8))}, {"points": np.zeros(3)}],
)
def test_a_file_without_poses_is_refused(tmp_path, content):
    save_file(content, tmp_path / "poses.safetensors")
    with pytest.raises(InputError, match=r"poses\.safetensors: found"):
        poses.load(tmp_path / "poses.safetensors")
    with pytest.raises(InputError, match=r"none\.safetensors: found"):
        poses.load(tmp_path / "none.safetensors")
