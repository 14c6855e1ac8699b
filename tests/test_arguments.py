"""Files of an earlier run that are given back: corrected areas and chosen poses."""

import json

import numpy as np
import pytest

from shoemodel import arguments
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image.pose import Pose


def test_areas_come_back_as_they_were_written(tmp_path):
    labels = np.arange(40 * 60, dtype=np.uint8).reshape(40, 60) % 3
    images.save_palette_png(tmp_path / "areas.png", labels)
    assert (arguments.areas(tmp_path / "areas.png").labels == labels).all()
    assert arguments.areas(None) is None


def test_a_picture_that_holds_no_areas_is_refused(tmp_path):
    images.save_png(tmp_path / "grey.png", np.full((40, 60, 3), 90, np.uint8))
    with pytest.raises(InputError, match="other colours"):
        arguments.areas(tmp_path / "grey.png")


def test_poses_come_back_as_they_were_written(tmp_path):
    pose = Pose(np.arange(24.0).reshape(12, 2), np.full(12, 2))
    file = tmp_path / "poses.json"
    file.write_text(json.dumps({"poses": [pose.to_dict()]}))
    (again,) = arguments.poses(file)
    assert (again.points == pose.points).all()


@pytest.mark.parametrize("text", ["", "{}", '{"poses": []}', '{"poses": [{"left_hip": [1, 2, 2]}]}'])
def test_a_file_without_poses_is_refused(tmp_path, text):
    file = tmp_path / "poses.json"
    file.write_text(text)
    with pytest.raises(InputError, match=r"poses\.json"):
        arguments.poses(file)
