"""The judge learns toy shoes; augmentation moves points and mask with pixels."""

import dataclasses

import numpy as np

from shoemodel import masks
from shoemodel.data.datasets import load
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
    batch = task.batch(np.random.default_rng(0), 32)
    assert batch["pixels"].shape == (32, 3, 128, 128) and batch["heatmaps"].shape == (32, 12, 32, 32)
    shoes = batch["shoe"].numpy() > 0
    points, scores = judge.feet.decode(batch["heatmaps"].numpy(), (128, 128))
    for toe in (3, 9):
        seen = [number for number in range(32) if scores[number, toe] > 0.9]
        near = [masks.dilate(shoes[number], 3)[tuple(points[number, toe].astype(int)[::-1])] for number in seen]
        assert len(seen) > 5 and np.mean(near) > 0.95


def test_a_few_steps_learn_the_toy(toy_folder, tmp_path):
    config = dataclasses.replace(smoke(), loop=dataclasses.replace(smoke().loop, steps=2))
    first = train(JudgeTask(config, load(toy_folder)), config, tmp_path / "short").loss
    loop = dataclasses.replace(smoke().loop, steps=60, batch=8, lr=3e-3, warmup=5, ema_decay=0.8, sample_every=60)
    longer = dataclasses.replace(smoke(), loop=loop)
    done = train(JudgeTask(longer, load(toy_folder)), longer, tmp_path / "long")
    assert done.loss < 0.5 * first and done.metrics["iou"] > 0.5
