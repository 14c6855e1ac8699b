"""Foot keypoints learn toy shoes; augmentation moves points with pixels."""

import dataclasses

import numpy as np

from shoemodel.data.datasets import load
from shoemodel.lps import feet
from shoemodel.lps.vitpose import StemmedVitPose
from shoemodel.training.feet import FeetTask, paper, smoke
from shoemodel.training.loop import train


def test_smoke_run_saves_a_loadable_model(toy_folder, tmp_path):
    config = smoke()
    done = train(FeetTask(config, load(toy_folder)), config, tmp_path)
    assert done.finished and 0 <= done.metrics["within_5pct"] <= 1
    model = StemmedVitPose.from_pretrained(tmp_path / "model" / "feet")
    assert model.config.num_labels == 8 and model.config.id2label[0] == "left_ankle"


def test_augmented_toes_stay_left_and_right(toy_folder):
    task = FeetTask(dataclasses.replace(smoke(), side=128), load(toy_folder))
    batch = task.batch(np.random.default_rng(0), np.arange(32) % task.examples)
    points, scores = feet.decode(batch["heatmaps"].numpy(), (128, 128))
    left = (scores[:, 1] > 0.5) & (scores[:, 3] > 0.5)
    right = (scores[:, 5] > 0.5) & (scores[:, 7] > 0.5)
    assert left.sum() > 5 and right.sum() > 5
    # A toy's left toe points left of its heel, and stays so when mirrored and renamed.
    assert (points[left, 1, 0] < points[left, 3, 0]).all() and (points[right, 5, 0] > points[right, 7, 0]).all()


def test_a_few_steps_learn_the_toy(toy_folder, tmp_path):
    config = smoke()
    loop = dataclasses.replace(config.loop, steps=60, batch=16, lr=3e-3, warmup=5, ema_decay=0.8, sample_every=60)
    config = dataclasses.replace(config, loop=loop, hidden=48, depth=2)
    first = train(FeetTask(smoke(), load(toy_folder)), smoke(), tmp_path / "short").loss
    assert train(FeetTask(config, load(toy_folder)), config, tmp_path / "long").loss < 0.8 * first


def test_the_paper_s_numbers():
    config = paper()
    assert (config.side, config.loop.lr, config.loop.batch, config.loop.steps) == (256, 5e-4, 240, 502_356)
