"""Leg poses learn toy legs, and augmentation keeps a skeleton rigid."""

import dataclasses

import numpy as np
import torch
from diffusers import DDPMScheduler
from safetensors.torch import save_file

from shoemodel.data.datasets import load
from shoemodel.image.pose import LEG_INDICES
from shoemodel.lps.denoiser import LegDenoiser
from shoemodel.training.legs import LegsTask, paper, smoke
from shoemodel.training.loop import train


def test_smoke_run_saves_loadable_components(toy_folder, tmp_path):
    config = smoke()
    assert train(LegsTask(config, load(toy_folder)), config, tmp_path).finished
    assert LegDenoiser.from_pretrained(tmp_path / "model" / "legs").config.width == 32
    assert DDPMScheduler.from_pretrained(tmp_path / "model" / "legs_scheduler").config.num_train_timesteps == 25


def test_augmentation_scales_all_limbs_alike_and_mirrors_names(toy_folder):
    task = LegsTask(smoke(), load(toy_folder))
    rng = np.random.default_rng(0)
    points, present = task.points[:32].astype(float), task.present[:32]
    moved, still_present = task._moved(points, present, rng)
    assert still_present.sum() == present.sum() and not np.array_equal(still_present, present)

    def limbs(p):  # knee to ankle and ankle to toe, both sides, in the order of size
        pairs = [(1, 2), (2, 3), (7, 8), (8, 9)]
        return np.sort([np.linalg.norm(p[:, a] - p[:, b], axis=1) for a, b in pairs], axis=0)

    both = present.all(1)
    ratio = limbs(moved)[:, both] / limbs(points)[:, both]
    assert np.allclose(ratio, ratio[:1], rtol=1e-6) and ratio.min() >= 0.5 and ratio.max() <= 1.4


def test_hips_outside_the_picture_are_learnt(toy_folder):
    task = LegsTask(smoke(), load(toy_folder))
    batch = task.batch(np.random.default_rng(0), np.arange(64) % task.examples)
    assert batch["legs"].shape == (64, 6, 2) and batch["feet"].shape == (64, 8, 2)
    hips = batch["legs"][:, 0][batch["exists"][:, 0]]
    assert (hips[:, 1] < 0.1).any() and (batch["legs"][~batch["exists"]] == 0).all()
    assert len(LEG_INDICES) == 6


def test_further_poses_are_learnt_beside_those_of_the_tuples(toy_folder, tmp_path):
    far = {"points": torch.full((5000, 12, 2), 3.0), "present": torch.ones(5000, 12, dtype=torch.bool)}
    save_file(far, tmp_path / "poses.safetensors")
    task = LegsTask(dataclasses.replace(smoke(), poses=tmp_path / "poses.safetensors"), load(toy_folder))
    own = len(LegsTask(smoke(), load(toy_folder)).points)
    assert len(task.points) == len(task.present) == own + 5000
    legs = task.batch(np.random.default_rng(0), np.arange(256) * 31 % task.examples)["legs"]
    assert (legs > 1.5).any() and (legs < 1.2).any()


def test_a_few_steps_learn_the_toy(toy_folder, tmp_path):
    config = smoke()
    loop = dataclasses.replace(config.loop, steps=300, batch=128, lr=3e-3, warmup=5, ema_decay=0.9, sample_every=300)
    config = dataclasses.replace(config, loop=loop, width=128, depth=2)
    done = train(LegsTask(config, load(toy_folder)), config, tmp_path)
    assert done.loss < 0.5 and done.metrics["nearest_pct"] < 15


def test_the_paper_s_numbers():
    config = paper()
    assert (config.loop.steps, config.loop.lr, config.loop.batch) == (700_000, 1e-4, 4096)
