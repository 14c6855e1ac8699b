"""The baselines trained on toy tuples, loaded and drawn from as the evaluation does."""

import dataclasses
import importlib

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from shoemodel.apps.cli.train import TASKS
from shoemodel.baselines.loading import SUBFOLDER, WEIGHTS
from shoemodel.baselines.table import BASELINES
from shoemodel.data.datasets import load
from shoemodel.evaluation import methods
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose
from shoemodel.training import autoencoder, base, baselines, clip
from shoemodel.training.inpaint import InpaintTask
from shoemodel.training.ip_adapter import IPAdapterTask, trained_adapter
from shoemodel.training.latents import load_component
from shoemodel.training.loop import train

TRAINED = {name: baseline for name, baseline in BASELINES.items() if baseline.small == "run"}


@pytest.fixture(scope="module")
def tuples(toy_folder):
    return load(toy_folder, limit=12)


@pytest.fixture(scope="module")
def runs(tuples, tmp_path_factory):
    """Smoke runs of what the baselines build on, and of the baselines."""
    folder = tmp_path_factory.mktemp("runs")
    train(autoencoder.AutoencoderTask(autoencoder.smoke(), tuples), autoencoder.smoke(), folder / "autoencoder")
    train(clip.ClipTask(clip.smoke(), tuples), clip.smoke(), folder / "clip")
    stem = {"autoencoder": folder / "autoencoder", "clip": folder / "clip", "latents": folder / "latents"}
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


@pytest.mark.parametrize("name", ["inpaint", "controlnet_inpaint", "paint_by_example"])
def test_the_table_has_both_inputs_of_fig_5(runs, tuples, name):
    whole, visible = methods.parse(f"{name}={runs / name},{name}_visible={runs / name}", "mini")
    model = visible.load()
    given = picture_of(TRAINED[name], model, tuples, given="visible")
    assert np.array_equal(picture_of(visible, model, tuples), given)
    assert not np.array_equal(picture_of(whole, model, tuples), given)


def test_inpainting_in_the_photo_paints_nothing_but_the_leg(runs, tuples):
    (method,) = methods.parse(f"inpaint_in_photo={runs / 'inpaint'}", "mini")
    areas, pose = ShoeAreas(tuples.labels[0]), Pose(tuples.points[0], np.full(12, 2))
    photo = tuples.unworn[0]
    picture = method.generate(method.load(), photo, areas, pose, "a toy shoe", 3, steps=2)
    assert np.array_equal(picture[areas.visible], photo[areas.visible])
    assert 0.3 < (picture == photo).all(-1).mean() < 1


def test_the_adapter_s_file_is_the_trained_adapter(runs, tuples):
    task = ip_adapter_task(runs, tuples)
    before = trained_adapter(task.unet)
    weights = load_file(runs / "ip_adapter" / "model" / "pipeline" / SUBFOLDER / WEIGHTS)
    assert weights.keys() == before.keys()
    assert not any(torch.equal(weights[name], before[name]) for name in weights)


def test_the_adapter_alone_is_trained(runs, tuples):
    task = ip_adapter_task(runs, tuples)
    names = {name for name, parameter in task.unet.named_parameters() if parameter.requires_grad}
    assert names and all("_ip." in name or name.startswith("encoder_hid_proj.") for name in names)


def ip_adapter_task(runs, tuples):
    folders = {name: runs / name for name in ("autoencoder", "clip", "base", "latents")}
    return IPAdapterTask(dataclasses.replace(baselines.smoke(), **folders), tuples)


def test_an_inpainting_u_net_starts_as_the_base(runs):
    unet = load_component(runs / "base", "unet")
    wide = baselines.widened(unet, 5)
    noisy, text = torch.randn(1, 4, 16, 16), torch.randn(1, 3, unet.config.cross_attention_dim)
    with torch.no_grad():
        plain = unet(noisy, 10, text).sample
        extended = wide(torch.cat([noisy, torch.randn(1, 5, 16, 16)], 1), 10, text).sample
    torch.testing.assert_close(extended, plain)


def test_the_hole_of_the_whole_shoe_is_smaller(runs, tuples):
    folders = {name: runs / name for name in ("autoencoder", "clip", "base", "latents")}
    task = InpaintTask(dataclasses.replace(baselines.smoke(), **folders), tuples)
    channels = {given: task.condition(0, 1, given)["channels"] for given in baselines.GIVEN}
    assert channels["whole"].shape == (task.latents.shape[2] + 1, 16, 16)
    assert channels["whole"][0].sum() < channels["visible"][0].sum()
    assert not torch.equal(channels["whole"][1:], channels["visible"][1:])
