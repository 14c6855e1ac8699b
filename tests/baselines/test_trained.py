"""The baselines trained on toy tuples, loaded and drawn from as the evaluation does."""

import dataclasses
import importlib

import numpy as np
import pytest
import torch

from shoemodel.baselines import controlnet_inpaint, dreambooth, inpaint, ip_adapter, paint_by_example, sd15, sdxl
from shoemodel.cli import TASKS
from shoemodel.data.datasets import load
from shoemodel.errors import InputError
from shoemodel.masks import ShoeAreas
from shoemodel.training import autoencoder, base, baselines, clip
from shoemodel.training.loop import train

TRAINED = {each.__name__.rsplit(".", 1)[1]: each for each in (inpaint, controlnet_inpaint, paint_by_example, ip_adapter)}


@pytest.fixture(scope="module")
def tuples(toy_folder):
    return load(toy_folder, limit=12)


@pytest.fixture(scope="module")
def runs(tuples, tmp_path_factory):
    """Smoke runs of what the baselines build on, and of the baselines."""
    folder = tmp_path_factory.mktemp("runs")
    train(autoencoder.AutoencoderTask(autoencoder.smoke(), tuples), autoencoder.smoke(), folder / "autoencoder")
    train(clip.ClipTask(clip.smoke(), tuples), clip.smoke(), folder / "clip")
    stem = {"autoencoder": folder / "autoencoder", "clip": folder / "clip"}
    config = dataclasses.replace(base.smoke(), **stem)
    train(base.BaseTask(config, tuples), config, folder / "base")
    config = dataclasses.replace(baselines.smoke(), **stem, base=folder / "base")
    for name in TRAINED:
        task = getattr(importlib.import_module(f"shoemodel.training.{name}"), TASKS[name])
        assert train(task(config, tuples), config, folder / name).finished
    return folder


def picture_of(method, model, tuples, **options):
    areas = ShoeAreas(tuples.labels[0])
    return method.generate(model, tuples.unworn[0], areas, None, "a toy shoe", 3, steps=2, **options)


@pytest.mark.parametrize("name", TRAINED)
def test_a_run_draws_and_sees_what_it_is_given(runs, tuples, name):
    model = TRAINED[name].load(runs / name)
    whole, visible = (picture_of(TRAINED[name], model, tuples, given=given) for given in ("whole", "visible"))
    assert whole.shape == tuples.unworn[0].shape and whole.dtype == np.uint8
    assert not np.array_equal(whole, visible)
    assert np.array_equal(whole, picture_of(TRAINED[name], model, tuples, given="whole"))
