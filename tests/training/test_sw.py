"""Training of the ShoeControlNet on toy tuples."""

import dataclasses

import numpy as np
import pytest
import torch
from diffusers import ControlNetModel

from shoemodel.data.datasets import load
from shoemodel.image import masks
from shoemodel.sw.model import shoe_controlnet
from shoemodel.training import autoencoder, base, clip
from shoemodel.training.latents import load_component
from shoemodel.training.loop import train
from shoemodel.training.sw import SWTask, paper, smoke


@pytest.fixture(scope="module")
def runs(toy_folder, tmp_path_factory):
    """Smoke runs of everything the ShoeControlNet builds on."""
    folder, tuples = tmp_path_factory.mktemp("runs"), load(toy_folder, limit=12)
    train(autoencoder.AutoencoderTask(autoencoder.smoke(), tuples), autoencoder.smoke(), folder / "autoencoder")
    train(clip.ClipTask(clip.smoke(), tuples), clip.smoke(), folder / "clip")
    folders = {name: folder / name for name in ("autoencoder", "clip", "latents")}
    config = dataclasses.replace(base.smoke(), **folders)
    train(base.BaseTask(config, tuples), config, folder / "base")
    return folder


def config_on(runs, **changes):
    folders = {name: runs / name for name in ("autoencoder", "clip", "base", "latents")}
    return dataclasses.replace(smoke(), **folders, **changes)


def test_smoke_run_saves_a_controlnet_and_leaves_the_base(runs, toy_folder, tmp_path):
    config = config_on(runs)
    task = SWTask(config, load(toy_folder, limit=12))
    before = {name: value.clone() for name, value in task.unet.state_dict().items()}
    assert train(task, config, tmp_path).finished
    assert ControlNetModel.from_pretrained(tmp_path / "model" / "controlnet").config.conditioning_channels == 6
    assert all(torch.equal(before[name], value) for name, value in task.unet.state_dict().items())


def test_a_start_with_a_wider_embedding_is_taken_as_it_is(runs, toy_folder, tmp_path):
    wider = shoe_controlnet(load_component(runs / "base", "unet"), downsampling=16, widths=(16, 16, 32, 32, 64))
    wider.save_pretrained(tmp_path / "start" / "controlnet")
    config = config_on(runs)
    config = dataclasses.replace(config, loop=dataclasses.replace(config.loop, start=tmp_path / "start"))
    assert train(SWTask(config, load(toy_folder, limit=12)), config, tmp_path / "run").finished
    learnt = ControlNetModel.from_pretrained(tmp_path / "run" / "model" / "controlnet")
    assert tuple(learnt.config.conditioning_embedding_out_channels) == (16, 16, 32, 32, 64)


def test_the_condition_is_the_visible_shoe_of_the_unworn_picture(runs, toy_folder):
    task = SWTask(config_on(runs, pose_jitter_px=0.0, mask_jitter_px=0.0, views=1), load(toy_folder, limit=12))
    rng = np.random.default_rng(0)
    row = 3
    condition = (task.batch(rng, np.array([row]))["condition"][0] * 255).round().byte().permute(1, 2, 0).numpy()
    visible = task.train.labels[row] == masks.VISIBLE
    assert np.array_equal(condition[..., :3][visible], task.train.unworn[row][visible])
    assert not condition[..., :3][~visible].any()
    assert condition[..., 3:].any()


def test_in_the_photo_all_but_the_wearable_area_is_seen_and_the_leg_weighs_most(runs, toy_folder):
    rough = {"pose_jitter_px": 0.0, "mask_jitter_px": 0.0, "views": 1}
    task = SWTask(config_on(runs, photo_share=1.0, **rough), load(toy_folder, limit=12))
    row = 3
    batch = task.batch(np.random.default_rng(0), np.array([row]))
    seen = (batch["condition"][0, :3] * 255).round().byte().permute(1, 2, 0).numpy()
    wearable, unworn = task.train.labels[row] == masks.WEARABLE, task.train.unworn[row]
    assert wearable.any() and not seen[wearable].any()
    assert np.array_equal(seen[~wearable], unworn[~wearable])
    same = (task.train.worn[row] == unworn).all(-1)
    cells = same.reshape(16, 16, 16, 16).all((1, 3))
    weight = batch["weight"][0, 0].numpy()
    assert weight[cells].max() == weight.min() < 1 < weight.max()


def test_collected_tuples_stand_on_black_whatever_the_share_of_photos(runs, toy_folder):
    tuples = load(toy_folder, limit=12)
    labels = np.where(tuples.labels == masks.VISIBLE, np.uint8(1), np.uint8(0))
    shoes = np.where(labels[..., None] > 0, tuples.worn, np.uint8(0))
    collected = dataclasses.replace(tuples, unworn=shoes, labels=labels, has_unworn=np.zeros(len(tuples), bool))
    rough = {"pose_jitter_px": 0.0, "mask_jitter_px": 0.0, "views": 1}
    task = SWTask(config_on(runs, photo_share=1.0, **rough), collected)
    row = 3
    batch = task.batch(np.random.default_rng(0), np.array([row]))
    seen = (batch["condition"][0, :3] * 255).round().byte().permute(1, 2, 0).numpy()
    assert np.array_equal(seen, task.train.unworn[row])
    assert torch.equal(batch["weight"], torch.ones_like(batch["weight"]))


def test_a_controlnet_says_whether_it_saw_the_photo(runs, toy_folder):
    tuples = load(toy_folder, limit=12)
    said = [SWTask(config_on(runs, photo_share=share), tuples).controlnet.config["sees_photo"] for share in (0.0, 0.5)]
    assert said == [False, True]


def test_mirrored_views_swap_left_and_right(runs, toy_folder):
    task = SWTask(config_on(runs, pose_jitter_px=0.0, mask_jitter_px=0.0), load(toy_folder, limit=12))
    rng = np.random.default_rng(0)
    views = [task.latents.view(0, number) for number in range(2)]
    plain, flipped = (
        task._condition(0, seen, seen.picture(task.train.unworn[0]), seen.labels(task.train.labels[0]), False, rng)
        for seen in views
    )
    torch.testing.assert_close(flipped[:3].flip(-1), plain[:3])
    assert not torch.allclose(flipped[3:].flip(-1), plain[3:])  # the limbs' colours change sides


def test_weight_is_raised_about_the_collar_only(runs, toy_folder):
    task = SWTask(config_on(runs, collar_weight=3.0), load(toy_folder, limit=12))
    labels = np.zeros((256, 256), np.uint8)
    assert torch.equal(task._weight(labels), torch.ones(1, 16, 16))
    labels[128:144, 128:144] = masks.WEARABLE
    weight = task._weight(labels)[0]
    assert float(weight[8, 8]) == 3 and float(weight[0, 0]) == 1


def test_the_paper_s_numbers():
    loop = paper().loop
    assert (loop.steps, loop.lr, loop.batch, loop.schedule) == (500_000, 1e-5, 128, "constant")


@pytest.mark.parametrize("with_start", [False, True])
def test_without_pose_no_pose_has_an_influence(runs, toy_folder, tmp_path, with_start):
    from shoemodel.training.sw_without_pose import SWWithoutPoseTask

    config = config_on(runs)
    if with_start:  # a ControlNet that sees poses
        shoe_controlnet(load_component(runs / "base", "unet"), downsampling=16).save_pretrained(
            tmp_path / "start" / "controlnet"
        )
        config = dataclasses.replace(config, loop=dataclasses.replace(config.loop, start=tmp_path / "start"))
    task = SWWithoutPoseTask(config, load(toy_folder, limit=12))
    batch = task.batch(np.random.default_rng(0), np.arange(2))
    assert batch["condition"][:, :3].any() and not batch["condition"][:, 3:].any()
    assert train(task, config, tmp_path / "run").finished
    first = ControlNetModel.from_pretrained(tmp_path / "run" / "model" / "controlnet").controlnet_cond_embedding.conv_in
    assert not first.weight[:, 3:].any() and first.weight[:, :3].any()


@pytest.mark.parametrize(("precision", "base"), [("bf16", torch.bfloat16), ("no", torch.float32)])
def test_the_lean_way_learns_the_same_controlnet(runs, toy_folder, tmp_path, precision, base):
    tuples, plain = load(toy_folder, limit=12), config_on(runs)
    lean = config_on(runs, lean=True, loop=dataclasses.replace(plain.loop, precision=precision))
    task = SWTask(lean, tuples)
    assert task.unet.dtype == base and task.controlnet.dtype == torch.float32
    for config, run in ((plain, "plain"), (lean, "lean")):
        assert train(SWTask(config, tuples), config, tmp_path / run).finished
    first, second = (
        ControlNetModel.from_pretrained(tmp_path / run / "model" / "controlnet") for run in ("plain", "lean")
    )
    for name, value in first.state_dict().items():
        torch.testing.assert_close(second.state_dict()[name], value, atol=0.01, rtol=0.05)
