"""Pose images, overlays, contact sheets."""

import numpy as np
import pytest

from shoemodel.image import draw
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose


def standing() -> Pose:
    left = [[70, 20], [70, 110], [70, 200], [60, 240], [80, 240], [70, 225]]
    return Pose(np.array(left + [[x + 100, y] for x, y in left], float), np.full(12, 2))


def test_pose_image_draws_where_the_points_are():
    image = draw.pose_image(standing(), (256, 256))
    assert image.shape == (256, 256, 3) and image.dtype == np.uint8
    assert image[110, 70].any() and image[65, 70].any() and not image[65, 120].any()
    left, right = image[65, 70].astype(int), image[65, 170].astype(int)
    assert left[0] > left[2] and right[2] > right[0]


def test_pose_image_is_centred_on_pixel_centres():
    image = draw.pose_image(standing(), (256, 256)).astype(float).sum(axis=2)[60:70, 50:91]
    x = np.arange(50, 91) + 0.5
    assert abs((image * x).sum() / image.sum() - 70) < 0.51


def test_absent_points_are_not_drawn_and_hidden_ones_are():
    visibility = np.array([2] * 6 + [0] * 6)
    image = draw.pose_image(Pose(standing().points, visibility), (256, 256))
    assert not image[:, 120:].any()
    hidden = draw.pose_image(Pose(standing().points, np.full(12, 1)), (256, 256))
    np.testing.assert_array_equal(hidden, draw.pose_image(standing(), (256, 256)))


def test_lines_grow_with_the_picture():
    large = Pose(standing().points * 4, np.full(12, 2))
    shares = [
        (draw.pose_image(pose, (side, side)).max(axis=2) > 127).mean()
        for pose, side in ((standing(), 256), (large, 1024))
    ]
    assert shares[1] == pytest.approx(shares[0], rel=0.1)


def test_points_far_outside_are_clipped():
    points = standing().points
    points[0] = (70, -5000)
    image = draw.pose_image(Pose(points, np.full(12, 2)), (256, 256))
    assert image[0, 70].any()


def test_overlay_tints_the_shoe_only():
    labels = np.zeros((10, 10), np.uint8)
    labels[2:5], labels[5:8] = 1, 2
    image = np.full((10, 10, 3), 100, np.uint8)
    tinted = draw.overlay_areas(image, ShoeAreas(labels))
    assert tinted[0, 0].tolist() == [100, 100, 100]
    assert tinted[3, 3].tolist() == [50, 50, 178] and tinted[6, 6].tolist() == [178, 178, 50]
    with pytest.raises(ValueError, match="one size"):
        draw.overlay_areas(image[:5], ShoeAreas(labels))


def test_overlay_pose_leaves_the_rest():
    image = np.full((256, 256, 3), 9, np.uint8)
    drawn = draw.overlay_pose(image, standing())
    assert (drawn[:, :40] == 9).all() and (drawn[110, 70] != 9).any()


def test_contact_sheet_places_every_picture():
    a, b, c = (np.full((20, 30, 3), value, np.uint8) for value in (10, 20, 30))
    sheet = draw.contact_sheet([[a, b], [c]], gap_px=2)
    assert sheet.shape == (42, 62, 3)
    assert sheet[5, 5, 0] == 10 and sheet[5, 40, 0] == 20 and sheet[30, 5, 0] == 30 and sheet[30, 40, 0] == 255
    titled = draw.contact_sheet([[a, b], [c]], labels=["first", "second"], gap_px=2)
    assert titled.shape == (62, 62, 3) and (titled[:20] < 128).any()
    np.testing.assert_array_equal(titled[20:], sheet)
    assert draw.row([a, b]).shape == (20, 64, 3)


def test_contact_sheet_refuses_nothing_and_wrong_labels():
    with pytest.raises(ValueError, match="at least one"):
        draw.contact_sheet([])
    with pytest.raises(ValueError, match="as many labels"):
        draw.contact_sheet([[np.zeros((4, 4, 3), np.uint8)]], labels=["a", "b"])
