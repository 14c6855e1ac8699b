"""Leg diffusion: Eq. (1), missing legs, seeds, and an analytic truth."""

import pytest
import torch

from shoemodel.lps import diffusion
from shoemodel.lps.denoiser import LegDenoiser


def test_schedule_is_the_paper_s_25_steps_and_ends_in_noise():
    scheduler = diffusion.build_scheduler()
    assert scheduler.config.num_train_timesteps == 25
    assert scheduler.alphas_cumprod[-1] < 0.01


def test_missing_leg_takes_no_part():
    torch.manual_seed(0)
    model, scheduler = LegDenoiser(width=16, depth=1), diffusion.build_scheduler()
    legs, feet = torch.rand(4, 6, 2), torch.rand(4, 8, 2)
    feet[:, 4:] = 0
    exists = diffusion.legs_exist(feet)
    assert exists.tolist() == [[True] * 3 + [False] * 3] * 4
    torch.manual_seed(1)
    first = diffusion.loss(model, scheduler, legs, feet, exists)
    legs[:, 3:] = 7.0
    torch.manual_seed(1)
    assert torch.equal(first, diffusion.loss(model, scheduler, legs, feet, exists))


def test_samples_repeat_with_the_seed_and_leave_missing_legs_at_zero():
    torch.manual_seed(0)
    model, scheduler, feet = LegDenoiser(width=16, depth=1), diffusion.build_scheduler(), torch.rand(2, 8, 2)
    feet[1, :4] = 0
    first, again, other = (
        diffusion.sample(model, scheduler, feet, 3, torch.Generator().manual_seed(seed)) for seed in (5, 5, 6)
    )
    assert first.shape == (2, 3, 6, 2)
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert (first[1, :, :3] == 0).all() and (first[1, :, 3:] != 0).all()


class _Exact(torch.nn.Module):
    """The true ε for data that are one point: ε = (L_t − √ᾱ_t L_0) / √(1−ᾱ_t)."""

    device, dtype = torch.device("cpu"), torch.float32

    def __init__(self, legs, scheduler):
        super().__init__()
        self.legs, self.alphas = (legs - diffusion.CENTRE) / diffusion.SPREAD, scheduler.alphas_cumprod

    def forward(self, noisy, timestep, feet):
        alpha = self.alphas[timestep][:, None, None]
        return (noisy - alpha.sqrt() * self.legs) / (1 - alpha).sqrt()


@pytest.mark.usefixtures("unchecked")
def test_exact_denoiser_has_no_loss_and_samples_the_truth(monkeypatch):
    scheduler, legs, feet = diffusion.build_scheduler(), torch.rand(6, 2), torch.rand(1, 8, 2)
    exact = _Exact(legs, scheduler)
    assert diffusion.loss(exact, scheduler, legs[None], feet, torch.ones(1, 6, dtype=torch.bool)) < 1e-8
    at = lambda noisy, timestep: exact(noisy[0], torch.tensor([timestep]), feet)[None]  # noqa: E731
    monkeypatch.setattr(diffusion, "conditioned", lambda *_: at)
    assert torch.allclose(diffusion.sample(exact, scheduler, feet, 2, torch.Generator())[0, 1], legs, atol=1e-3)


def test_sampling_stays_near_the_picture_however_wrong_the_network():
    torch.manual_seed(0)
    model, scheduler = LegDenoiser(width=16, depth=1), diffusion.build_scheduler()
    poses = diffusion.sample(model, scheduler, torch.rand(4, 8, 2), 8, torch.Generator().manual_seed(0))
    assert poses.abs().max() <= diffusion.REACH * diffusion.SPREAD + diffusion.CENTRE


def plain_sample(model, scheduler, feet, num, generator):
    """The sampler as it is written down: the whole denoiser for every pose and step."""
    repeated = feet.repeat_interleave(num, dim=0)
    legs = torch.randn((len(feet), num, 6, 2), generator=generator).flatten(0, 1)
    scheduler.set_timesteps(diffusion.T)
    for timestep in scheduler.timesteps:
        predicted = model(legs, timestep.expand(len(legs)), repeated)
        legs = scheduler.step(predicted, timestep, legs, generator=generator).prev_sample
    return (legs * diffusion.SPREAD + diffusion.CENTRE).unflatten(0, (len(feet), num))


@torch.no_grad()
def test_the_fast_path_gives_the_plain_path_s_poses(awake):
    scheduler, feet = diffusion.build_scheduler(), torch.rand(2, 8, 2) * 0.9 + 0.1
    seeded = lambda: torch.Generator().manual_seed(3)  # noqa: E731
    plain = plain_sample(awake, scheduler, feet, 40, seeded())
    exact = diffusion.sample(awake, scheduler, feet, 40, seeded(), torch.float32)
    assert torch.allclose(exact, plain, atol=1e-4)
    rounded = diffusion.sample(awake, scheduler, feet, 40, seeded(), torch.bfloat16)
    assert 0 < (rounded - plain).abs().mean() < 0.01  # of a picture's side
