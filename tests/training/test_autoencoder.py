"""The autoencoder: its loss, its latents' scale, and that it learns."""

import dataclasses

import numpy as np
import pytest
import torch
from diffusers import AutoModel

from shoemodel.data.datasets import load
from shoemodel.sw.vae import downsampling, raw_latents, to_latents, to_pictures
from shoemodel.training.autoencoder import AutoencoderTask, build, mini, pyramid_loss, smoke
from shoemodel.training.loop import train


def test_mini_has_8_channels_at_a_sixteenth_of_the_side():
    vae = build(mini())
    assert downsampling(vae) == 16
    latents = to_latents(vae, torch.zeros(1, 3, 64, 64))
    assert latents.shape == (1, 8, 4, 4)
    assert to_pictures(vae, latents.detach()).shape == (1, 64, 64, 3)


def test_pyramid_loss_is_zero_for_equals_and_sees_every_band():
    picture = torch.rand(1, 3, 32, 32)
    assert float(pyramid_loss(picture, picture)) == 0
    assert float(pyramid_loss(picture + 0.1, picture)) == pytest.approx(0.1, abs=1e-5)
    stripes = 0.1 * (-1.0) ** torch.arange(32).expand(1, 3, 32, 32)
    assert float(pyramid_loss(picture + stripes, picture)) == pytest.approx(0.1, abs=1e-5)


def test_the_loss_asks_for_shrunken_pictures_from_shrunken_latents(toy_folder):
    config = dataclasses.replace(smoke(), latent_noise=0.0, latent_weight=0.0)
    task = AutoencoderTask(config, load(toy_folder, limit=12))
    batch = task.batch(np.random.default_rng(0), np.arange(2) % task.examples)
    with torch.no_grad():
        whole, logs = task.loss(batch)
        decoded = task.model.decode(raw_latents(task.model, batch["pixels"]), return_dict=False)[0]
    plain = pyramid_loss(decoded, batch["pixels"])
    assert float(logs["coarse"]) > 0
    assert float(whole) == pytest.approx(float(plain) + 0.5 * float(logs["coarse"]), rel=1e-3)


def test_training_improves_and_saves_the_latents_scale(toy_folder, tmp_path):
    config = smoke()
    loop = dataclasses.replace(config.loop, steps=60, batch=8, lr=3e-3, warmup=5, ema_decay=0.8, sample_every=60)
    config = dataclasses.replace(config, loop=loop, crop=64)
    tuples = load(toy_folder)
    task = AutoencoderTask(config, tuples)
    before = task.sample_grid()[1]["psnr"]
    after = train(task, config, tmp_path).metrics["psnr"]
    assert after > before + 5
    vae = AutoModel.from_pretrained(str(tmp_path / "model" / "vae"))
    pixels = torch.from_numpy(tuples.worn[:8].transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1)
    with torch.no_grad():
        assert float(to_latents(vae, pixels).std()) == pytest.approx(1, abs=0.25)
