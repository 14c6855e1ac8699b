"""The autoencoder: its loss, its latents' scale, and that it learns."""

import dataclasses

import numpy as np
import pytest
import torch
from diffusers import AutoModel
from safetensors.torch import save_file

from shoemodel.data.datasets import load
from shoemodel.errors import InputError
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
    batch = task.batch(np.random.default_rng(0), 2)
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


def test_tuning_the_decoder_leaves_the_latents_as_they_are(toy_folder, tmp_path):
    config, tuples = smoke(), load(toy_folder, limit=12)
    train(AutoencoderTask(config, tuples), config, tmp_path / "first")
    loop = dataclasses.replace(config.loop, start=tmp_path / "first", ema_decay=0.0)
    tuned = dataclasses.replace(config, loop=loop, decoder_only=True)
    train(AutoencoderTask(tuned, tuples), tuned, tmp_path / "tuned")
    before, after = (AutoModel.from_pretrained(str(tmp_path / run / "model" / "vae")) for run in ("first", "tuned"))
    pixels = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        assert torch.equal(to_latents(before, pixels), to_latents(after, pixels))
    changed = [name for name, value in before.state_dict().items() if not torch.equal(value, after.state_dict()[name])]
    assert changed and all(name.startswith("decoder.") for name in changed)


def test_a_discriminator_helps_to_tune_a_decoder_and_is_no_component(toy_folder, tmp_path):
    config, tuples = smoke(), load(toy_folder, limit=12)
    train(AutoencoderTask(config, tuples), config, tmp_path / "first")
    loop = dataclasses.replace(config.loop, start=tmp_path / "first")
    tuned = dataclasses.replace(config, loop=loop, decoder_only=True, adversarial_weight=0.06, fine_weight=0.3)
    task = AutoencoderTask(tuned, tuples)
    judging = [weight.clone() for weight in task.trained["discriminator"].parameters()]
    train(task, tuned, tmp_path / "tuned")
    after = list(task.trained["discriminator"].parameters())
    assert not any(torch.equal(one, other) for one, other in zip(judging, after, strict=True))
    assert [folder.name for folder in (tmp_path / "tuned" / "model").iterdir()] == ["vae"]
    assert "discriminator_right" in (tmp_path / "tuned" / "loss.csv").read_text()


def test_texture_that_is_out_of_place_costs_less_where_fine_bands_weigh_less():
    target = torch.zeros(1, 3, 32, 32)
    shift, texture = target + 0.1, torch.tensor([0.1, -0.1]).repeat(16).expand_as(target)
    assert pyramid_loss(texture, target, fine_weight=0.3) < 0.5 * pyramid_loss(texture, target)
    assert pyramid_loss(shift, target, fine_weight=0.3) == pyramid_loss(shift, target)


def test_a_decoder_is_tuned_from_somewhere():
    with pytest.raises(InputError, match=r"needs loop\.start"):
        dataclasses.replace(smoke(), decoder_only=True)


def test_a_decoder_learns_from_drawn_latents_too(toy_folder, tmp_path):
    config, tuples = smoke(), load(toy_folder, limit=12)
    train(AutoencoderTask(config, tuples), config, tmp_path / "first")
    count, file = len(tuples.split()[0]), tmp_path / "drawn.safetensors"
    side = tuples.size // 16
    save_file({"latents": torch.randn(count, 4, side, side)}, file)
    loop = dataclasses.replace(config.loop, start=tmp_path / "first")
    tuned = dataclasses.replace(config, loop=loop, decoder_only=True, adversarial_weight=0.06, drawn=file)
    task = AutoencoderTask(tuned, tuples)
    batch = task.batch(np.random.default_rng(0), 2)
    assert batch["pixels"].shape == (2, 3, 64, 64) and batch["drawn"].shape == (1, 4, 4, 4)
    with torch.no_grad():
        assert task.loss(batch)[1]["drawn"] < 1e-6  # nothing has changed yet
    train(task, tuned, tmp_path / "tuned")
    with torch.no_grad():
        assert task.loss(batch)[1]["drawn"] > 1e-6
    save_file({"latents": torch.randn(count - 1, 4, side, side)}, file)
    with pytest.raises(InputError, match=f"{count}, one for each training tuple"):
        AutoencoderTask(tuned, tuples)


def test_drawn_latents_need_a_discriminator():
    with pytest.raises(InputError, match="needs decoder_only"):
        dataclasses.replace(smoke(), drawn="drawn.safetensors")
