import numpy as np
import pytest
import torch

from shoemodel.errors import InputError
from shoemodel.image.geometry import Similarity
from shoemodel.lps import predict
from shoemodel.lps.feet import FOOT_FLIP

FEET = np.array([[40, 80], [60, 92], [56, 94], [34, 92], [90, 80], [110, 92], [106, 94], [84, 92]], float)


def test_the_chain_is_deterministic_and_keeps_the_feet(pipeline):
    found = predict.FootKeypoints(FEET, np.ones(8), np.ones(8, bool))
    args = (pipeline.legs, pipeline.legs_scheduler, found, np.zeros((128, 160), bool), 3)
    first, again, other = (predict.leg_poses(*args, seed) for seed in (1, 1, 2))
    for pose, same in zip(first, again, strict=True):
        assert (pose.points == same.points).all()
        np.testing.assert_allclose(pose.feet, FEET)
    assert any((a.points != b.points).any() for a, b in zip(first, other, strict=True))


def test_one_foot_gives_one_leg(pipeline):
    found = predict.FootKeypoints(FEET, np.ones(8), np.arange(8) < 4)
    (pose,) = predict.leg_poses(pipeline.legs, pipeline.legs_scheduler, found, np.zeros((128, 160), bool), 1, 0)
    assert not pose.exists[6:].any() and pose.exists[2]


def test_points_beyond_the_top_left_corner_are_kept(pipeline, monkeypatch):
    legs = torch.full((1, predict.POOL, 6, 2), 0.5)
    legs[..., 0, :] = -0.3
    monkeypatch.setattr(predict.diffusion, "sample", lambda *_: legs)
    found = predict.FootKeypoints(FEET, np.ones(8), np.ones(8, bool))
    (pose,) = predict.leg_poses(pipeline.legs, pipeline.legs_scheduler, found, np.zeros((128, 128), bool), 1, 0)
    assert pose.exists[0] and (pose.points[0] < -50).all()


def test_no_foot_is_refused(pipeline):
    found = predict.FootKeypoints(FEET, np.zeros(8), np.zeros(8, bool))
    with pytest.raises(InputError, match=r"no foot fits the shoe in a\.png"):
        predict.leg_poses(pipeline.legs, pipeline.legs_scheduler, found, np.zeros((128, 160), bool), 1, 0, "a.png")


def test_keypoints_lie_on_the_pictures_grid(pipeline, shoe_mask):
    rgb = np.where(shoe_mask[..., None], 255, 0).astype(np.uint8).repeat(3, axis=2)
    found = predict.foot_keypoints(pipeline.feet, rgb, shoe_mask)
    assert found.points_px.shape == (8, 2) and found.scores.shape == (8,)
    assert (found.points_px > -64).all() and (found.points_px < 192).all()


def test_the_first_poses_do_not_depend_on_how_many_are_asked_for(pipeline):
    found = predict.FootKeypoints(FEET, np.ones(8), np.ones(8, bool))
    args = (pipeline.legs, pipeline.legs_scheduler, found, np.zeros((128, 160), bool))
    few, many = (predict.leg_poses(*args, num, 0) for num in (2, 30))
    assert len(many) == 30 and all((a.points == b.points).all() for a, b in zip(few, many, strict=False))


@pytest.mark.parametrize(
    "layout",
    [Similarity(dx=30, dy=-12), Similarity(0.5, 0, 20, 30), Similarity(1, 25, 40, -20), Similarity(dx=150, flip=True)],
)
def test_legs_follow_a_shoe_that_is_moved_scaled_or_turned(pipeline, monkeypatch, layout):
    def standing_on(_, __, feet, num, ___):
        """Legs built on C_p alone: one and a half feet and three feet from the ankle, at right angles to the foot."""
        left, right = feet[0].reshape(2, 4, 2)
        legs = []
        for foot in (left, right):
            along = foot[1] - foot[3]
            up = torch.stack([along[1], -along[0]]) * torch.sign(along[0])
            legs += [foot[0] + 3 * up, foot[0] + 1.5 * up, foot[0]]
        return torch.stack(legs).expand(1, num, 6, 2)

    monkeypatch.setattr(predict.diffusion, "sample", standing_on)
    args = (np.zeros((128, 160), bool), 1, 0)
    still = predict.FootKeypoints(FEET, np.ones(8), np.ones(8, bool))
    moved_px = layout.apply(FEET)[list(FOOT_FLIP)] if layout.flip else layout.apply(FEET)
    moved = predict.FootKeypoints(moved_px, np.ones(8), np.ones(8, bool))
    (before,), (after,) = (
        predict.leg_poses(pipeline.legs, pipeline.legs_scheduler, found, *args) for found in (still, moved)
    )
    np.testing.assert_allclose(after.points, before.transformed(layout).points, atol=0.25)  # Letterbox rounds


def test_two_answers_in_one_shoe_are_one_foot():
    foot = np.array([[100.0, 100], [180, 140], [175, 150], [90, 150]])
    assert predict.in_one_shoe(np.concatenate([foot, foot + 6]))
    assert not predict.in_one_shoe(np.concatenate([foot, foot + np.array([0, 60])]))


def test_two_shoes_apart_are_told_from_one_with_a_strap():
    two = np.zeros((120, 200), bool)
    two[60:100, 10:90] = two[55:95, 110:190] = True
    pieces = predict.apart(two)
    assert len(pieces) == 2 and (pieces[0] | pieces[1] == two).all() and not (pieces[0] & pieces[1]).any()
    sandal = np.zeros((120, 200), bool)
    sandal[20:110, 10:190] = True
    sandal[30:100, 20:180] = False
    sandal[40:90, 60:150] = True  # a wide strap within the rim of the sole
    assert len(predict.apart(sandal)) == 1
    close = two.copy()
    close[70:80, 90:109] = True
    assert len(predict.apart(close)) == 1


def test_a_pair_is_one_left_and_one_right():
    near, far = FEET[:4], FEET[4:]
    unsure = np.repeat([0.5, 0.6], 4)  # both are rather taken for right shoes
    sure = np.repeat([0.1, 0.9], 4)
    found = predict.pair_of((np.tile(near, (2, 1)), unsure), (np.tile(far, (2, 1)), sure))
    np.testing.assert_array_equal(found.points_px, FEET)
    swapped = predict.pair_of((np.tile(near, (2, 1)), sure), (np.tile(far, (2, 1)), unsure))
    np.testing.assert_array_equal(swapped.points_px, FEET[FOOT_FLIP, :])
    assert found.exists.all() and swapped.exists.all()


def test_shoes_apart_are_read_one_by_one(pipeline, monkeypatch):
    seen = []

    def read(model, rgb, visible):
        seen.append(int(np.nonzero(visible)[1].mean()))
        peaks = [0.6, 0.4] if seen[-1] > 80 else [0.4, 0.6]
        return np.tile(FEET[:4], (2, 1)) + np.array([seen[-1], 0]), np.repeat(peaks, 4)

    monkeypatch.setattr(predict, "_read", read)
    visible = np.zeros((120, 200), bool)
    visible[60:100, 10:90] = visible[55:95, 110:190] = True
    found = predict.foot_keypoints(pipeline.feet, np.zeros((120, 200, 3), np.uint8), visible)
    assert len(seen) == 2 and found.points_px[0, 0] > found.points_px[4, 0]


def test_ankles_in_one_place_are_refused(pipeline):
    crossed = FEET.copy()
    crossed[4] = crossed[0] + 3
    found = predict.FootKeypoints(crossed, np.ones(8), np.ones(8, bool))
    with pytest.raises(InputError, match=r"the feet in a\.png cannot be told apart: both ankles"):
        predict.leg_poses(pipeline.legs, pipeline.legs_scheduler, found, np.zeros((128, 160), bool), 1, 0, "a.png")
    assert not predict.ankles_apart(predict.FootKeypoints(crossed, np.ones(8), np.arange(8) < 4), "a.png")
    surer = predict.surer_foot(predict.FootKeypoints(crossed, np.repeat([0.3, 0.7], 4), np.ones(8, bool)))
    np.testing.assert_array_equal(surer.exists, np.arange(8) >= 4)


def test_one_wrong_point_does_not_make_two_feet_of_one(pipeline, monkeypatch):
    twice = np.concatenate([FEET[:4], FEET[:4] + 1])
    twice[7] += [90, 0]
    monkeypatch.setattr(predict, "_read", lambda *_: (twice, np.repeat([0.3, 0.35], 4)))
    visible = np.zeros((120, 200), bool)
    visible[40:100, 20:160] = True
    found = predict.foot_keypoints(pipeline.feet, np.zeros((120, 200, 3), np.uint8), visible)
    np.testing.assert_array_equal(found.exists, np.repeat([False, True], 4))


def test_of_two_feet_read_from_one_shoe_the_sure_one_is_kept(pipeline, monkeypatch):
    """Toes to either side of one ankle, as of a shoe that looks alike from both ends."""
    turned = FEET.copy()
    turned[4:] = 2 * FEET[0] - FEET[:4]
    visible = np.zeros((120, 200), bool)
    visible[40:100, 20:160] = True
    for peaks, there in (((0.4, 0.5), [False, True]), ((0.3, 0.32), [True, True])):
        monkeypatch.setattr(predict, "_read", lambda *_, peaks=peaks: (turned, np.repeat(peaks, 4)))
        found = predict.foot_keypoints(pipeline.feet, np.zeros((120, 200, 3), np.uint8), visible)
        np.testing.assert_array_equal(found.exists, np.repeat(there, 4))
        assert bool(predict.ankles_apart(found, "a.png")) == all(there)
