"""ShoeControlNet and Eq. (2)."""

import pytest
import torch
from diffusers import UNet2DConditionModel

from shoemodel.sw.diffusion import STEPS, build_scheduler, noise_loss, random_timesteps
from shoemodel.sw.model import shoe_controlnet
from shoemodel.sw.sampler import controlled


def tiny_unet() -> UNet2DConditionModel:
    torch.manual_seed(0)
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=4,
        out_channels=4,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=2,
        norm_num_groups=4,
    )


@pytest.mark.parametrize("downsampling", [2, 4, 8, 16])
def test_an_untrained_controlnet_changes_nothing_at_any_downsampling(downsampling):
    unet = tiny_unet()
    controlnet = shoe_controlnet(unet, downsampling=downsampling)
    noisy, text, timesteps = torch.randn(2, 4, 8, 8), torch.randn(2, 77, 16), torch.tensor([3, 900])
    condition = torch.rand(2, 6, 8 * downsampling, 8 * downsampling)
    with torch.no_grad():
        with_condition = controlled(unet, controlnet, noisy, timesteps, text, condition)
        torch.testing.assert_close(with_condition, controlled(unet, None, noisy, timesteps, text, None))


def test_a_downsampling_that_is_no_power_of_two_is_refused():
    with pytest.raises(ValueError, match="12"):
        shoe_controlnet(tiny_unet(), downsampling=12)


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
def test_the_exact_answer_has_no_loss(prediction):
    scheduler = build_scheduler(prediction)
    latents = torch.randn(64, 2, 4, 4)

    def oracle(noisy: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        level = scheduler.alphas_cumprod[timesteps].view(-1, 1, 1, 1)
        noise = (noisy - level.sqrt() * latents) / (1 - level).sqrt()
        return noise if prediction == "epsilon" else level.sqrt() * noise - (1 - level).sqrt() * latents

    assert float(noise_loss(oracle, scheduler, latents)) < 1e-6


def test_weight_counts_where_it_is_not_zero():
    scheduler, latents = build_scheduler(), torch.randn(8, 2, 4, 4)
    weight = torch.zeros(8, 1, 4, 4)
    weight[..., :2] = 1
    torch.manual_seed(0)
    right_half = noise_loss(lambda noisy, _: torch.zeros_like(noisy), scheduler, latents, weight)
    torch.manual_seed(0)
    noise = torch.randn_like(latents)
    torch.testing.assert_close(right_half, (noise[..., :2] ** 2).mean())


def test_timesteps_cover_the_schedule_evenly():
    steps = random_timesteps(100, torch.device("cpu"))
    assert torch.equal(steps // 10, torch.arange(100))
    assert random_timesteps(7, torch.device("cpu")).max() < STEPS


def test_schedules_start_clean_and_end_in_noise():
    assert float(build_scheduler("epsilon").alphas_cumprod[-1]) == pytest.approx(0.0047, abs=1e-4)  # SD 1.5
    assert float(build_scheduler("v_prediction").alphas_cumprod[-1]) == 0


def test_the_condition_arrives_as_strong_as_the_latents_from_the_start():
    unet = tiny_unet()
    controlnet = shoe_controlnet(unet, downsampling=16)
    condition = torch.zeros(2, 6, 128, 128)
    condition[:, :3, 60:90, 30:100] = 0.5  # X_w
    condition[:, 3:, 10:70, 60:64] = 1.0  # X_p
    with torch.no_grad():
        embedded = controlnet.controlnet_cond_embedding(condition).std()
        latents = unet.conv_in(torch.randn(2, 4, 8, 8)).std()
    assert 0.1 < float(embedded / latents) < 10
