"""Phase 2 of leg-pose synthesis (3.2): the training loss, Eq. (1), and the sampler, in coordinate space with T = 25.

| paper | name | here |
|---|---|---|
| L_0 | `legs` | (b, 6, 2) in the paper's normalisation, 0 where the leg is missing |
| C_p | `feet` | (b, 8, 2) likewise |
| ᾱ_t | | `scheduler.alphas_cumprod`, a squared-cosine schedule (ours) |

A leg exists where its foot does: its three points follow from C_p being 0 or not. Missing points are kept at 0 and
take no part in the loss (ours).
"""

from __future__ import annotations

import torch
from diffusers import DDPMScheduler
from jaxtyping import Bool, Float
from torch import Tensor

from shoemodel.lps.conditioned import conditioned
from shoemodel.lps.denoiser import LegDenoiser
from shoemodel.runtime.device import default_dtype

T = 25
SPREAD = 0.5
"""Unit of L_0 inside the diffusion, in normalised coordinates about CENTRE: brings its deviation near 1 (ours)."""
CENTRE = 0.5
REACH = 8.0
"""Farthest that a knee or hip may lie from the picture's middle, in units of SPREAD: about 4 sides (ours)."""


def build_scheduler() -> DDPMScheduler:
    """T = 25 steps of noise prediction.

    The estimate of L_0 is clipped to ± REACH: at the first step ᾱ_t is nearly 0 and divides the network's error.
    Each step adds noise of variance β_t, which with so few steps loses fewer of the poses than its lower bound (ours).
    """
    return DDPMScheduler(
        num_train_timesteps=T,
        beta_schedule="squaredcos_cap_v2",
        prediction_type="epsilon",
        variance_type="fixed_large",
        clip_sample=True,
        clip_sample_range=REACH,
    )


def legs_exist(feet: Float[Tensor, "b 8 2"]) -> Bool[Tensor, "b 6"]:
    """Which leg points exist: those of the feet of which C_p holds a point that is not (0, 0)."""
    sides = (feet != 0).any(-1).reshape(-1, 2, 4).any(-1)  # (b, 2)
    return sides.repeat_interleave(3, dim=1)


def loss(
    denoiser: LegDenoiser,
    scheduler: DDPMScheduler,
    legs: Float[Tensor, "b 6 2"],
    feet: Float[Tensor, "b 8 2"],
    exists: Bool[Tensor, "b 6"],
) -> Float[Tensor, ""]:
    """L_lps = E ‖ε − ε_θ(√ᾱ_t L_0 + √(1−ᾱ_t) ε, t, C_p)‖² (Eq. 1), a mean over the points that exist."""
    mask = exists[..., None].to(legs.dtype)
    return noise_loss(denoiser, scheduler, (legs - CENTRE) / SPREAD * mask, feet, mask)


def noise_loss(
    denoiser: LegDenoiser,
    scheduler: DDPMScheduler,
    clean: Float[Tensor, "b n 2"],
    condition: Float[Tensor, "b foot_points 2"],
    mask: Float[Tensor, "b #n #2"],
) -> Float[Tensor, ""]:
    """Eq. (1) of numbers of deviation near 1, a mean over those where the mask is 1; the others are 0."""
    noise = torch.randn_like(clean) * mask
    timestep = torch.randint(0, scheduler.config.num_train_timesteps, clean.shape[:1], device=clean.device)
    noisy = scheduler.add_noise(clean, noise, timestep)
    error = (noise - denoiser(noisy, timestep, condition).float()) ** 2 * mask
    return error.sum() / mask.expand_as(clean).sum().clamp(min=1)


@torch.no_grad()
def sample(
    denoiser: LegDenoiser,
    scheduler: DDPMScheduler,
    feet: Float[Tensor, "b 8 2"],
    num: int,
    generator: torch.Generator,
    dtype: torch.dtype | None = None,
) -> Float[Tensor, "b {num} 6 2"]:
    """`num` leg poses L_0 for each C_p, in the paper's normalisation, 0 where the leg is missing; all in one batch.

    The noise is drawn on the generator's device (the CPU, say) in float32; the same generator gives the same poses.
    `dtype` is that of the denoiser's large products, `default_dtype()` unless given.
    """
    mask = legs_exist(feet)[..., None].to(torch.float32)
    return (denoised(denoiser, scheduler, feet, mask, num, generator, dtype) * SPREAD + CENTRE) * mask[:, None].to(
        denoiser.device
    )


def denoised(
    denoiser: LegDenoiser,
    scheduler: DDPMScheduler,
    condition: Float[Tensor, "b foot_points 2"],
    mask: Float[Tensor, "b n m"],
    num: int,
    generator: torch.Generator,
    dtype: torch.dtype | None = None,
) -> Float[Tensor, "b {num} n 2"]:
    """`num` samples of n pairs of numbers, of deviation near 1, for each condition: from noise, in T steps; 0 where the
    mask is 0. Generator and dtype are those of `sample`."""
    device, steps = denoiser.device, scheduler.config.num_train_timesteps
    predict = conditioned(denoiser, condition.to(device), steps, dtype or default_dtype())
    mask = mask[:, None].to(device)
    found = _noise((len(condition), num, mask.shape[2], 2), generator, device) * mask
    scheduler.set_timesteps(steps)
    for timestep in scheduler.timesteps.tolist():
        predicted = predict(found, timestep).float() * mask
        found = scheduler.step(predicted, timestep, found, generator=generator).prev_sample * mask
    return found


def _noise(shape: tuple[int, ...], generator: torch.Generator, device: torch.device) -> Tensor:
    return torch.randn(shape, generator=generator, device=generator.device).to(device)
