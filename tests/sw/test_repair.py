"""The second pass: what it starts from, and how much of the walk it takes."""

import numpy as np
import pytest

from shoemodel.pose import Pose
from shoemodel.sw import repair, sample


@pytest.fixture
def visible():
    mask = np.zeros((64, 64), bool)
    mask[30:50, 20:44] = True
    return mask


def test_what_grew_beyond_the_shoe_is_gone_and_the_shoe_is_in_place(visible):
    drawn = np.full((64, 64, 3), 200, np.uint8)
    drawn[29:51, 19:45] = 10  # a shoe that is one pixel too large
    x_w = np.where(visible[..., None], np.uint8(90), np.uint8(0)).repeat(3, axis=2)
    start = repair.shoe_in_place(drawn, x_w, visible)
    assert (start[visible] == 90).all()
    assert (start[~visible] >= 198).all()


def test_without_a_shoe_the_picture_stays():
    drawn = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    nothing = np.zeros((32, 32), bool)
    assert np.array_equal(repair.shoe_in_place(drawn, np.zeros_like(drawn), nothing), drawn)


@pytest.mark.parametrize("solver", ["ddim", "unipc", "dpm++"])
def test_steps_are_counted_from_the_strength_on(pipeline, solver):
    counts = [sample.count_steps(pipeline.scheduler, solver, 10, strength) for strength in (1.0, 0.4, 0.001)]
    assert counts == [10, 4, 1]


@pytest.mark.parametrize("solver", ["ddim", "unipc", "dpm++"])
def test_a_weak_second_pass_stays_near_the_picture(pipeline, solver, visible):
    """The weaker the pass, the less it changes what it starts from."""
    text, _ = pipeline.encode("jeans")
    start = np.full((pipeline.side, pipeline.side, 3), 128, np.uint8)
    networks = (pipeline.unet, None, pipeline.vae, pipeline.scheduler, None, text)
    how = {"steps": 20, "solver": solver, "start": start, "guidance": 1.0}
    far, near, nearest = (sample.sample(*networks, strength=s, **how).astype(int) for s in (0.8, 0.1, 0.001))
    assert np.abs(near - nearest).mean() < np.abs(far - nearest).mean()


def test_a_picture_is_drawn_in_one_pass_or_two(pipeline, visible):
    side = pipeline.side
    shoe = np.zeros((side, side, 4), np.uint8)
    shoe[side // 2 :, side // 4 : side // 2] = (120, 60, 30, 255)
    pose = Pose(np.random.default_rng(0).uniform(0, side, (12, 2)), np.full(12, 2))
    text, _ = pipeline.encode("jeans")
    one, again, two = (pipeline.wear(shoe, pose, text, 1, 4, repair=strength) for strength in (0.0, 0.0, 0.4))
    assert np.array_equal(one, again) and not np.array_equal(one, two)
