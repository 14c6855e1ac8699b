"""The judge learns toy shoes; augmentation moves points and mask with pixels."""

import dataclasses

import numpy as np
import torch

from shoemodel.data.datasets import load
from shoemodel.image import masks
from shoemodel.quality import judge
from shoemodel.training.judge import JudgeTask, smoke
from shoemodel.training.loop import train


def test_smoke_run_saves_a_loadable_judge(toy_folder, tmp_path):
    config = smoke()
    done = train(JudgeTask(config, load(toy_folder)), config, tmp_path)
    assert done.finished and set(done.metrics) == {"iou", "expansion", "pck", "legs"}
    assert judge.load(tmp_path).config.image_size == 64


def test_toes_lie_on_shoes_in_every_view(toy_folder):
    task = JudgeTask(dataclasses.replace(smoke(), side=128), load(toy_folder))
    batch = task.batch(np.random.default_rng(0), np.arange(32) % task.examples)
    assert batch["pixels"].shape == (32, 3, 128, 128) and batch["heatmaps"].shape == (32, 12, 32, 32)
    shoes = batch["shoe"].numpy() > 0
    points, scores = judge.feet.decode(batch["heatmaps"].numpy(), (128, 128))
    for toe in (3, 9):
        seen = [number for number in range(32) if scores[number, toe] > 0.9]
        near = [masks.dilate(shoes[number], 3)[tuple(points[number, toe].astype(int)[::-1])] for number in seen]
        assert len(seen) > 5 and np.mean(near) > 0.95


def test_a_batch_can_be_learnt(toy_folder):
    task = JudgeTask(smoke(), load(toy_folder))
    batch = task.batch(np.random.default_rng(0), np.arange(4) % task.examples)
    share = batch["shoe"].mean()
    guess = float(-(share * share.log() + (1 - share) * (1 - share).log()))  # of the share alone
    nothing = float(((1 + task.config.peak_weight * batch["heatmaps"]) * batch["heatmaps"] ** 2).mean())
    optimizer = torch.optim.AdamW(task.model.parameters(), 5e-3)
    for _ in range(120):
        loss, logs = task.loss(batch)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert logs["shoe"] < 0.5 * guess and logs["heatmaps"] < 0.7 * nothing
