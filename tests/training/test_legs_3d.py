"""Legs in 3-D learn from the file of bare scenes, a single foot first and a pair in either order."""

import dataclasses

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from shoemodel.data import poses
from shoemodel.errors import InputError
from shoemodel.lps import legs_3d
from shoemodel.lps.denoiser import LegDenoiser
from shoemodel.training.legs_3d import Legs3DTask, smoke
from shoemodel.training.loop import train

FOOT = np.array([[0.0, -0.055, 0.10], [-0.02, -0.23, 0.02], [0.04, -0.2, 0.02], [0.0, 0.0, 0.04]])


@pytest.fixture
def file(tmp_path):
    """48 scenes of level shoes side by side, seen from 2 m away; the shin leans as the camera goes round."""
    rng, count = np.random.default_rng(0), 48
    azimuth = rng.uniform(-1, 1, count)
    way = np.stack([np.cos(azimuth), np.sin(azimuth), 0 * azimuth], axis=1)
    axes = np.stack([np.cross(-way, [0, 0, 1.0]), np.tile([0, 0, -1.0], (count, 1)), -way], axis=1)
    shoes = np.tile(np.eye(4), (count, 2, 1, 1))
    shoes[:, 0, 0, 3], shoes[:, 1, 0, 3] = 0.1, -0.1
    both = np.stack([FOOT, FOOT * [-1, 1, 1]]) + shoes[0, :, None, :3, 3]
    legs = np.stack([both[:, 0] + [0, 0, 0.8], both[:, 0] + [0, 0, 0.4]], axis=1)
    joints = np.tile(np.concatenate([legs, both], axis=1).reshape(1, 12, 3), (count, 1, 1))
    angles = np.zeros((count, 2, 5))
    angles[..., 0] = 20 * azimuth[:, None]
    angles[..., 3] = 10
    local = np.einsum("nij,nkj->nki", axes, joints - 2 * way[:, None])
    present = np.repeat(np.stack([rng.random(count) < 0.7, np.ones(count, bool)], axis=1), 6, axis=1)
    values = {
        "points": 1.5 * local[..., :2] / local[..., 2:] + 0.5, "angles_deg": angles, "shoes": shoes,
        "bend_deg": np.zeros((count, 2)), "worn": np.tile([3.0, 0.0], (count, 1)), "joints": joints,
        "axes": axes, "origin": 2 * way,
    }  # fmt: skip
    found = {name: torch.from_numpy(value.astype(np.float32)) for name, value in values.items()}
    save_file({**found, "present": torch.from_numpy(present)}, tmp_path / "poses.safetensors")
    return tmp_path / "poses.safetensors"


def test_a_smoke_run_saves_what_a_pack_takes(file, tmp_path):
    config = smoke()
    assert train(Legs3DTask(config, poses.load_3d(file)), config, tmp_path / "run").finished
    model = LegDenoiser.from_pretrained(tmp_path / "run" / "model" / "legs_3d")
    assert (model.config.leg_points, model.config.foot_points) == (5, legs_3d.NUMBERS)
    assert (tmp_path / "run" / "model" / "legs_scheduler").is_dir()


def test_the_camera_is_read_back_and_a_pair_knows_of_each_other(file):
    scenes = poses.load_3d(file)
    np.testing.assert_allclose(scenes.focal, 1.5, rtol=1e-4)
    pair = int(np.flatnonzero(scenes.present.all(1))[0])
    left, right = scenes.feet(pair)
    np.testing.assert_allclose(left.other[:3, 3], [-0.2, 0, 0], atol=1e-6)
    np.testing.assert_allclose(right.points, FOOT * [-1, 1, 1], atol=1e-6)
    assert len(scenes.feet(int(np.flatnonzero(~scenes.present[:, 0])[0]))) == 1


def test_batches_put_a_single_foot_first_and_pairs_in_either_order(file):
    task = Legs3DTask(dataclasses.replace(smoke(), jitter=0.0), poses.load_3d(file))
    batch = task.batch(np.random.default_rng(0), np.arange(400) % task.examples)
    known = batch["known"].numpy()
    assert (known[:, 0, 0] == 1).all() and 0.2 < (known[:, 0, 1] == 1).mean() < 0.8
    alone = known[:, 0, 1] == 0
    assert (batch["angles"].numpy()[alone, :, 1] == 0).all() and (known[alone, 10:, 0] == 0).all()
    assert np.unique(known[~alone, 4, 0].round(3)).size > 2


def test_a_few_steps_learn_how_the_shin_leans(file, tmp_path):
    config = smoke()
    loop = dataclasses.replace(config.loop, steps=200, batch=64, lr=3e-3, warmup=5, ema_decay=0.9, sample_every=200)
    config = dataclasses.replace(config, loop=loop, width=64, depth=2, jitter=0.0)
    done = train(Legs3DTask(config, poses.load_3d(file)), config, tmp_path)
    assert done.metrics["nearest_deg"] < 4


def test_a_file_without_legs_in_3d_is_refused(tmp_path):
    flat = {"points": torch.zeros(3, 12, 2), "present": torch.ones(3, 12, dtype=torch.bool)}
    save_file(flat, tmp_path / "poses.safetensors")
    with pytest.raises(InputError, match=r"no angles_deg and no shoes"):
        poses.load_3d(tmp_path / "poses.safetensors")
