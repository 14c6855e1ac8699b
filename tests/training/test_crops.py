"""SW on random crops: pictures, labels and pose move together, and are encoded in the step."""

import dataclasses

import numpy as np
import pytest
import torch

from shoemodel.data.datasets import load, stream
from shoemodel.errors import InputError
from shoemodel.image import masks
from shoemodel.sw.text import embed
from shoemodel.training.crops import Crop, draw_crop
from shoemodel.training.loop import train
from shoemodel.training.sw import SWTask
from tests.training.test_sw import config_on, runs  # noqa: F401


def test_a_crop_lies_in_the_picture_anywhere():
    rng = np.random.default_rng(0)
    crops = [draw_crop(20, 16, rng) for _ in range(300)]
    assert {crop.x for crop in crops} == {crop.y for crop in crops} == set(range(5))
    assert draw_crop(16, 16, rng) == Crop(0, 0, 16)


def test_the_condition_and_the_pixels_are_of_one_crop(runs, toy_folder):  # noqa: F811
    exact = {"pose_jitter_px": 0.0, "mask_jitter_px": 0.0, "text_dropout": 0.0}
    task = SWTask(config_on(runs, crop=128, **exact), load(toy_folder, limit=12))
    batch = task.batch(np.random.default_rng(4), np.array([2]))
    assert batch["pixels"].shape == (1, 3, 128, 128) and batch["condition"].shape == (1, 6, 128, 128)
    assert batch["weight"].shape == (1, 1, 8, 8) and batch["tokens"].shape == (1, 77)
    worn = ((batch["pixels"][0] + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    places = [(y, x) for y in range(129) for x in range(129)]
    (at,) = [(y, x) for y, x in places if np.array_equal(task.train.worn[2, y : y + 128, x : x + 128], worn)]
    piece = (slice(at[0], at[0] + 128), slice(at[1], at[1] + 128))
    visible = (task.train.labels[2] == masks.VISIBLE)[piece]
    x_w = (batch["condition"][0, :3] * 255).round().byte().permute(1, 2, 0).numpy()
    assert np.array_equal(x_w, task.train.unworn[2][piece] * visible[..., None])
    text = task._encoded(batch)[1]
    torch.testing.assert_close(text, embed(task.tokenizer, task.text_encoder, [task.train.captions[2][0]]))


def test_a_run_on_crops_keeps_no_latents(runs, toy_folder, tmp_path):  # noqa: F811
    config = dataclasses.replace(config_on(runs, crop=64, lean=True), latents=tmp_path / "latents")
    assert train(SWTask(config, stream(toy_folder)), config, tmp_path / "run").finished
    assert not (tmp_path / "latents").exists()


def test_tuples_smaller_than_their_crops_are_refused(runs, toy_folder):  # noqa: F811
    with pytest.raises(InputError, match="256 px for crops of 512 px"):
        SWTask(config_on(runs, crop=512), load(toy_folder, limit=12))
