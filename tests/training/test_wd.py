"""Wearable-area detection learns toy shoes, and its metric is mmsegmentation's."""

import dataclasses

import numpy as np
import pytest
from transformers import SegformerForSemanticSegmentation

from shoemodel.data.datasets import load
from shoemodel.training.loop import train
from shoemodel.training.wd import WDTask, intersection_over_union, paper, smoke


def test_smoke_run_saves_a_loadable_model(toy_folder, tmp_path):
    config = smoke()
    done = train(WDTask(config, load(toy_folder)), config, tmp_path)
    assert done.finished and 0 <= done.metrics["miou"] <= 1
    assert SegformerForSemanticSegmentation.from_pretrained(tmp_path / "model" / "areas").config.num_labels == 3


def test_a_few_steps_learn_the_toy(toy_folder, tmp_path):
    config = smoke()
    loop = dataclasses.replace(config.loop, steps=40, batch=8, lr=5e-3, warmup=5, ema_decay=0.8, sample_every=40)
    config = dataclasses.replace(config, loop=loop, mosaic_p=0.0)
    metrics = train(WDTask(config, load(toy_folder)), config, tmp_path).metrics
    assert metrics["iou_visible"] > 0.5


def test_intersection_over_union_by_hand():
    metrics = intersection_over_union(np.array([[8, 2, 0], [0, 5, 0], [0, 5, 0]]))
    assert metrics["iou_background"] == pytest.approx(0.8)
    assert metrics["iou_visible"] == pytest.approx(5 / 12)
    assert metrics["iou_wearable"] == 0
    assert metrics["miou"] == pytest.approx((0.8 + 5 / 12) / 3)


def test_the_paper_s_numbers():
    config = paper()
    assert (config.side, config.loop.steps, config.loop.lr, config.loop.batch) == (640, 160_000, 6e-5, 16)
    assert config.mosaic_p == 0.8
