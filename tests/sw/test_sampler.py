"""DDIM sampling: the same seed gives the same picture, guidance and conditions count, an oracle is reproduced."""

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny

from shoemodel.sw.diffusion import build_scheduler
from shoemodel.sw.known import Known
from shoemodel.sw.model import shoe_controlnet
from shoemodel.sw.sampler import Draft, Sampler, _embed_once, controlled
from shoemodel.sw.sampling import Hooks, Sampling, as_seed, as_seeds
from shoemodel.sw.text import Text, encode
from shoemodel.sw.vae import downsampling, to_latents, to_uint8


@pytest.fixture(scope="module")
def parts(tiny_pack):
    from shoemodel.training.latents import load_component

    torch.manual_seed(0)
    unet, vae = load_component(tiny_pack, "unet").eval(), load_component(tiny_pack, "vae").eval()
    controlnet = shoe_controlnet(unet, downsampling=downsampling(vae)).eval()
    for parameter in controlnet.parameters():  # no longer without influence
        parameter.data.add_(0.05 * torch.randn_like(parameter))
    width = unet.config.cross_attention_dim
    return unet, controlnet, vae, Text(torch.randn(77, width), torch.randn(77, width))


def sampler(parts, controlled=True, prediction="v_prediction"):
    unet, controlnet, vae, _ = parts
    return Sampler(unet, controlnet if controlled else None, vae, build_scheduler(prediction))


def draw(parts, condition, text=None, seed=0, **changes):
    sampling = Sampling(**{"num_inference_steps": 3, "guidance_scale": 7.0} | changes)
    return sampler(parts)([Draft(text or parts[3], seed, condition)], sampling)[0]


def test_seed_condition_text_and_guidance_decide_the_picture(parts):
    condition = torch.rand(6, 64, 64)
    first = draw(parts, condition)
    assert first.shape == (64, 64, 3) and first.dtype == np.uint8
    assert np.array_equal(first, draw(parts, condition))
    other = Text(torch.randn_like(parts[3].prompt), parts[3].negative)
    changed = [
        draw(parts, condition, seed=1),
        draw(parts, torch.zeros(6, 64, 64)),
        draw(parts, condition, guidance_scale=1.0),
    ]
    changed.append(draw(parts, condition, text=other))
    assert not any(np.array_equal(first, picture) for picture in changed)


def test_the_base_alone_draws_at_its_own_size_and_reports_steps(parts):
    unet, _, vae, text = parts
    done = []
    base = sampler(parts, controlled=False, prediction="epsilon")
    (image,) = base([Draft(text)], Sampling(num_inference_steps=4), Hooks(report=done.append))
    assert image.shape[0] == unet.config.sample_size * downsampling(vae) == base.side_px
    assert done == [1, 2, 3, 4]


def test_a_batch_draws_what_single_calls_draw(parts):
    drafts = [Draft(parts[3], seed, torch.rand(6, 64, 64)) for seed in (4, 5)]
    both = sampler(parts)(drafts, Sampling(num_inference_steps=2))
    (single,) = sampler(parts)(drafts[1:], Sampling(num_inference_steps=2))
    assert np.abs(both[1].astype(int) - single).max() <= 1


@pytest.mark.parametrize("solver", ["unipc", "dpm++"])
def test_solvers_of_second_order_draw_what_ddim_draws_in_more_steps(parts, solver):
    condition = torch.rand(6, 64, 64)
    target = draw(parts, condition, num_inference_steps=60, guidance_scale=1.5).astype(int)
    few = {"condition": condition, "num_inference_steps": 12, "guidance_scale": 1.5}
    plain, quick = (np.abs(draw(parts, **few, solver=name) - target).mean() for name in ("ddim", solver))
    assert quick < plain


def test_guidance_works_within_its_interval_only(parts):
    condition = torch.rand(6, 64, 64)
    whole, never = draw(parts, condition), draw(parts, condition, guidance_scale=1.0)
    assert np.array_equal(draw(parts, condition, guidance_interval=(0.0, 0.01)), never)
    assert np.array_equal(draw(parts, condition, guidance_interval=(0.0, 1.0)), whole)
    middle = draw(parts, condition, guidance_interval=(0.5, 0.8))  # of the steps at 1, 0.67 and 0.33: the second
    assert not np.array_equal(middle, whole) and not np.array_equal(middle, never)


@pytest.mark.parametrize("solver", ["ddim", "unipc", "dpm++"])
def test_what_is_known_stays_and_what_is_free_is_drawn(parts, solver):
    vae = parts[2]
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    free = np.zeros((64, 64), bool)
    free[:, 40:] = True
    condition, networks = torch.rand(6, 64, 64), sampler(parts, prediction="epsilon")

    def walk(known):
        sampling = Sampling(num_inference_steps=3, solver=solver)
        return networks.latents([Draft(parts[3], 1, condition, known=known)], sampling)

    latents, drawn = walk(Known(picture, free)), walk(None)
    kept = walk(Known(picture, np.zeros_like(free)))
    border = latents.shape[-1] * 40 // 64
    torch.testing.assert_close(latents[..., :border], kept[..., :border])
    assert not torch.equal(latents[..., border:], kept[..., border:]) and not torch.equal(kept, drawn)
    pixels = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1
    torch.testing.assert_close(kept, to_latents(vae, pixels))


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
def test_ddim_with_an_oracle_arrives_at_the_latents(prediction):
    scheduler, target = build_scheduler(prediction), torch.randn(1, 2, 4, 4)
    scheduler.set_timesteps(50)
    latents = torch.randn(1, 2, 4, 4)
    for step in scheduler.timesteps:
        level = scheduler.alphas_cumprod[step]
        noise = (latents - level.sqrt() * target) / (1 - level).sqrt()
        answer = noise if prediction == "epsilon" else level.sqrt() * noise - (1 - level).sqrt() * target
        latents = scheduler.step(answer, step, latents).prev_sample
    torch.testing.assert_close(latents, target, atol=0.15, rtol=0)


@pytest.mark.usefixtures("unchecked")
def test_condition_and_controlnet_belong_together(parts):
    with pytest.raises(ValueError, match="together"):
        sampler(parts)([Draft(parts[3])])
    with pytest.raises(ValueError, match="no solver 'euler'; ddim, unipc, dpm"):
        draw(parts, torch.zeros(6, 64, 64), solver="euler")
    with pytest.raises(ValueError, match="steps is 0"):
        draw(parts, torch.zeros(6, 64, 64), num_inference_steps=0)


def test_encode_pads_and_cuts_to_77_tokens(pipeline):
    text = encode(pipeline.tokenizer, pipeline.text_encoder, "red " * 100, "")
    assert text.prompt.shape == text.negative.shape and text.prompt.shape[0] == 77


def test_latents_follow_the_autoencoder_s_scale():
    vae = AutoencoderTiny(
        encoder_block_out_channels=(8, 8),
        decoder_block_out_channels=(8, 8),
        num_encoder_blocks=(1, 1),
        num_decoder_blocks=(1, 1),
    )
    pictures = torch.rand(2, 3, 16, 16)
    with torch.no_grad():
        plain = to_latents(vae, pictures)
        vae.register_to_config(scaling_factor=0.5, shift_factor=0.25)
        torch.testing.assert_close(to_latents(vae, pictures), (plain - 0.25) * 0.5)
    assert downsampling(vae) == 2
    assert to_uint8(torch.tensor([-2.0, -1, 0, 1]).view(1, 1, 1, 4).expand(1, 3, 1, 4))[0, 0, :, 0].tolist() == [
        0,
        0,
        128,
        255,
    ]


def test_the_embedded_condition_gives_what_the_condition_gives(parts):
    unet, controlnet, _, text = parts
    side = unet.config.sample_size
    noisy, condition = torch.randn(1, unet.config.in_channels, side, side), torch.rand(1, 6, 64, 64)
    with torch.no_grad():
        relieved, embedded = _embed_once(controlnet, condition)
        plain = controlled(unet, controlnet, noisy, torch.tensor(9), text.prompt[None], condition)
        cached = controlled(unet, relieved, noisy, torch.tensor(9), text.prompt[None], embedded)
    assert torch.equal(plain, cached)
    assert not isinstance(controlnet.controlnet_cond_embedding, torch.nn.Identity)


def test_seeds_of_every_kind():
    for given in (3, np.int64(3), np.uint8(3), np.array([3])[0]):
        assert as_seed(given) == 3 and type(as_seed(given)) is int
    assert as_seed(torch.Generator().manual_seed(0)) == as_seed(torch.Generator().manual_seed(0))
    assert as_seed(None) != as_seed(None)
    with pytest.raises(TypeError, match="integer"):
        as_seed(3.0)


def test_a_seed_for_each_image():
    assert as_seeds(np.int64(7), 3) == [7, 8, 9] and as_seeds([np.int64(7), 2], 2) == [7, 2]
    with pytest.raises(ValueError, match="2 generators were given for 3 images"):
        as_seeds([1, 2], 3)


def test_a_misspelt_option_fails_where_it_is_written():
    with pytest.raises(TypeError, match="guidance"):
        Sampling(guidance=3.0)


def test_latents_may_be_changed_after_each_step(parts):
    condition, calls = torch.rand(6, 64, 64), []

    def look(step, timestep, latents):
        calls.append((step, int(timestep)))
        return torch.zeros_like(latents) if step == 0 else None

    sampling = Sampling(num_inference_steps=3)
    (changed,) = sampler(parts)([Draft(parts[3], 0, condition)], sampling, Hooks(on_step_end=look))
    assert [step for step, _ in calls] == [0, 1, 2] and calls[0][1] > calls[2][1]
    assert not np.array_equal(changed, draw(parts, condition))


def test_an_image_to_start_from_counts_from_its_strength_on(parts):
    condition, start, done = torch.rand(6, 64, 64), np.full((64, 64, 3), 128, np.uint8), []
    draft = Draft(parts[3], 0, condition, start)
    images = [
        sampler(parts)([draft], Sampling(num_inference_steps=10, strength=strength), Hooks(report=done.append))[0]
        for strength in (0.8, 0.1)
    ]
    assert done == [*range(1, 9), 1] and not np.array_equal(*images)
