"""Wearable-area detection learns toy shoes, and its metric is mmsegmentation's."""

import dataclasses
import json
from typing import get_args

import numpy as np
import pytest
import torch

from shoemodel.data.datasets import load
from shoemodel.errors import InputError
from shoemodel.training.config import check_same_run
from shoemodel.training.loop import train
from shoemodel.training.wd import WDTask, intersection_over_union, paper, smoke
from shoemodel.wd import augment
from shoemodel.wd.model import SIZES, Backbone, build
from shoemodel.wd.segformer import StemmedSegformer


def test_smoke_run_saves_a_loadable_model(toy_folder, tmp_path):
    config = smoke()
    done = train(WDTask(config, load(toy_folder)), config, tmp_path)
    assert done.finished and 0 <= done.metrics["miou"] <= 1
    assert StemmedSegformer.from_pretrained(tmp_path / "model" / "areas").config.num_labels == 3


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


@pytest.mark.parametrize(("backbone", "millions"), [("b0", (3.7, 3.8)), ("b5", (82, 85))])
def test_backbones_have_segformer_s_sizes(backbone, millions):
    with torch.device("meta"):
        model = build(*SIZES[backbone])
    low, high = millions
    assert low * 1e6 < sum(weight.numel() for weight in model.parameters()) < high * 1e6


def test_every_backbone_is_accepted_by_the_configuration():
    assert set(SIZES) == set(get_args(Backbone))
    assert paper().backbone == "b0"


def test_two_classes_learn_wearable_against_everything_else(toy_folder, tmp_path):
    config = dataclasses.replace(smoke(), classes=2)
    task = WDTask(config, load(toy_folder))
    labels = task.batch(np.random.default_rng(0), np.arange(8) % task.examples)["labels"]
    assert {0, 1} <= set(labels.unique().tolist()) <= {0, 1, augment.IGNORE}
    done = train(task, config, tmp_path)
    saved = StemmedSegformer.from_pretrained(tmp_path / "model" / "areas")
    assert saved.config.num_labels == 2 and {"iou_visible", "iou_wearable"} < done.metrics.keys()


def test_a_younger_field_had_its_default_then(toy_folder, tmp_path):
    config = smoke()
    train(WDTask(config, load(toy_folder)), config, tmp_path)
    file = tmp_path / "config.json"
    before = json.loads(file.read_text())
    del before["classes"], before["class_weights"]
    file.write_text(json.dumps(before))
    check_same_run(config, file)
    with pytest.raises(InputError, match="started with classes=3, this command says 2"):
        check_same_run(dataclasses.replace(config, classes=2), file)
