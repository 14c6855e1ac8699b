"""The base U-Net on cached latents, and the cache itself."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoModel, DDIMScheduler

from shoemodel.data.datasets import load
from shoemodel.errors import InputError
from shoemodel.image.crop import to_network
from shoemodel.sw.vae import to_latents
from shoemodel.training import autoencoder, clip
from shoemodel.training.base import BaseTask, build, mini, smoke
from shoemodel.training.latents import LARGEST_ZOOM, draw_view, load_component
from shoemodel.training.loop import train


@pytest.fixture(scope="module")
def runs(toy_folder, tmp_path_factory):
    """Smoke runs of the autoencoder and of CLIP."""
    folder, tuples = tmp_path_factory.mktemp("runs"), load(toy_folder, limit=12)
    train(autoencoder.AutoencoderTask(autoencoder.smoke(), tuples), autoencoder.smoke(), folder / "autoencoder")
    train(clip.ClipTask(clip.smoke(), tuples), clip.smoke(), folder / "clip")
    return folder


def config_on(runs, **changes):
    folders = {name: runs / name for name in ("autoencoder", "clip", "latents")}
    return dataclasses.replace(smoke(), **folders, **changes)


def test_smoke_run_saves_unet_and_scheduler(runs, toy_folder, tmp_path):
    config = config_on(runs)
    assert train(BaseTask(config, load(toy_folder, limit=12)), config, tmp_path).finished
    unet = AutoModel.from_pretrained(str(tmp_path / "model" / "unet"))
    assert (unet.config.sample_size, unet.config.in_channels, unet.config.cross_attention_dim) == (16, 4, 32)
    scheduler = DDIMScheduler.from_pretrained(tmp_path / "model" / "scheduler")
    assert scheduler.config.prediction_type == "v_prediction" and float(scheduler.alphas_cumprod[-1]) == 0


def test_cached_latents_are_those_of_the_views(runs, toy_folder):
    task = BaseTask(config_on(runs), load(toy_folder, limit=12))
    picture = torch.from_numpy(to_network(task.train.worn[3][None, :, ::-1]))
    with torch.no_grad():
        expected = to_latents(task.vae, picture)[0]
    kept = task.latents[np.array([3]), np.array([1])][0]
    torch.testing.assert_close(kept, expected, atol=0.1, rtol=0.1)  # bfloat16 on disk


def test_text_dropout_gives_the_empty_caption(runs, toy_folder):
    task = BaseTask(config_on(runs, text_dropout=1.0), load(toy_folder, limit=12))
    text = task.batch(np.random.default_rng(0), np.arange(3) % task.examples)["text"]
    torch.testing.assert_close(text, task.captions.empty[None].expand(3, -1, -1))


def test_loss_falls_on_few_pictures(runs, toy_folder):
    task = BaseTask(config_on(runs, widths=(32, 32)), load(toy_folder, limit=12))
    batch = task.batch(np.random.default_rng(0), np.arange(8) % task.examples)
    optimizer = torch.optim.AdamW(task.unet.parameters(), 3e-3)
    torch.manual_seed(0)
    losses = []
    for _ in range(60):
        loss, _ = task.loss(batch)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    assert np.mean(losses[-10:]) < 0.6 * np.mean(losses[:5])


def test_views_cover_the_whole_frame():
    for number in range(6):
        seen = draw_view(7, number, 64)
        assert seen.picture(np.full((64, 64, 3), 200, np.uint8)).min() > 150  # nothing from beyond the edge
        assert 1 <= seen.transform.scale <= LARGEST_ZOOM
        assert seen.transform.flip == (number % 2 == 1)
    assert np.array_equal(draw_view(7, 4, 64).gain, draw_view(7, 4, 64).gain)


def test_a_run_without_the_component_is_named(tmp_path):
    with pytest.raises(InputError, match="vae"):
        load_component(tmp_path, "vae")


def test_components_of_the_shipped_pack_are_found_by_its_name():
    assert load_component(Path("mini"), "scheduler").config.num_train_timesteps == 1000


def test_mini_has_about_16m_parameters():
    assert 12e6 < sum(p.numel() for p in build(mini(), 16, 16, 256).parameters()) < 18e6
