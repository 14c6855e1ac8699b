"""The presets `paper` are what docs/paper.md prints, field by field, and add nothing of ours to the augmentation."""

import ast
import dataclasses
import importlib
import re
from pathlib import Path

import numpy as np
import pytest

from shoemodel.data.datasets import load
from shoemodel.training import feet, legs, wd
from shoemodel.training.config import LoopConfig
from shoemodel.wd import augment

PAGE = Path(__file__).parents[2] / "docs" / "paper.md"
MODULES = ("wd", "feet", "legs", "sw")
LEARNING = ("steps", "batch", "lr", "warmup", "schedule", "optimizer", "weight_decay", "clip", "ema_decay")
"""The fields of the loop that change what is learnt; the others say how long, where and how often."""


def printed():
    """(preset, field) -> value, as the page has it."""
    text = PAGE.read_text(encoding="utf-8").split("## The presets `paper`")[1]
    rows = re.findall(r"^\| (\w+) \| `([\w.]+)` \| `(.+?)` \| (.+) \|$", text, re.MULTILINE)
    assert all(source.strip() for *_, source in rows)
    return {(preset, field): ast.literal_eval(value) for preset, field, value, _ in rows}


def preset(module):
    return importlib.import_module(f"shoemodel.training.{module}").paper()


@pytest.mark.parametrize("module", MODULES)
def test_every_field_is_printed_with_its_value(module):
    config = preset(module)
    fields = {field.name for field in dataclasses.fields(config) if "Path" not in str(field.type)} - {"loop"}
    values = {name: getattr(config, name) for name in fields}
    values |= {f"loop.{name}": getattr(config.loop, name) for name in LEARNING}
    assert values == {field: value for (where, field), value in printed().items() if where == module}
    assert set(LEARNING) < {field.name for field in dataclasses.fields(LoopConfig)}


def test_no_other_module_has_the_papers_numbers():
    assert {where for where, _ in printed()} == set(MODULES)


def test_half_of_the_paper_s_pictures_turn_by_15_degrees():
    assert (augment.ROTATE_P, augment.ROTATE_DEG) == (0.5, 15.0)
    turns = [augment.placement(np.random.default_rng(n), 64, (0.9, 1.1), turn_deg=15.0).angle_deg for n in range(200)]
    assert 0.35 < np.mean(np.array(turns) == 0) < 0.65 and 14 < np.abs(turns).max() <= 15


def test_the_paper_s_legs_are_turned_about_the_middle_and_nothing_else(toy_folder):
    task = legs.LegsTask(dataclasses.replace(legs.paper(), width=16, depth=1), load(toy_folder))
    points = task.points[:1].repeat(64, 0).astype(np.float64)
    moved, _ = task._moved(points, task.present[:1].repeat(64, 0), np.random.default_rng(0))
    away = np.linalg.norm(moved - 0.5, axis=-1)
    assert np.allclose(away, away[:1]) and 0.3 < np.isclose(moved, points).all((1, 2)).mean() < 0.7
    assert not task._jitter(np.random.default_rng(0), 8).any()


def test_plain_areas_are_the_shoe_s_own_pixels(toy_folder):
    tuples = load(toy_folder, limit=2)
    for seed in range(8):
        rng = np.random.default_rng(seed)
        picture, target = augment.shoe_example(tuples.unworn[0], tuples.labels[0], rng, 128, plain=True)
        assert augment.IGNORE not in target and not picture[target == 0].any()
    config = dataclasses.replace(wd.paper(), side=64, backbone="smoke")
    batch = wd.WDTask(config, load(toy_folder)).batch(np.random.default_rng(0), np.arange(4))
    assert set(batch["labels"].unique().tolist()) <= {0, 1, 2}


def test_plain_feet_keep_the_colours(toy_folder):
    small = {"side": 64, "hidden": 24, "depth": 1, "heads": 2, "simple": True, "stemmed": True}
    task = feet.FeetTask(dataclasses.replace(feet.paper(), **small), load(toy_folder))
    picture, _, _ = task._example(np.random.default_rng(1), 0)
    row = task.train.unworn[0].reshape(-1, 3)
    body = row[(task.train.labels[0] == 1).ravel()]
    seen = picture.reshape(-1, 3)[picture.reshape(-1, 3).any(1)]
    assert np.abs(np.median(seen, 0) - np.median(body, 0)).max() < 3
