"""The generator's noise schedule and loss (paper 3.3, Eq. 2).

| paper | here |
|---|---|
| X_0 | `latents` |
| ε | `noise` |
| λ̄_t | `scheduler.alphas_cumprod[t]` |
| ε_ω(X_t, t, X_w, X_p, C_te) | `predict(noisy, t)` |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from diffusers import DDIMScheduler
from jaxtyping import Float, Int

Prediction = Literal["epsilon", "v_prediction"]
STEPS = 1000
"""T."""


def build_scheduler(prediction: Prediction = "epsilon") -> DDIMScheduler:
    """Stable Diffusion 1.5's schedule; with v-prediction, rescaled so that the last step is pure noise (ours).

    v = √λ̄ ε - √(1-λ̄) X_0 is the same regression with another weight on each step. A network trained for minutes
    learns colours and brightness from it much sooner, and a schedule that ends in pure noise cannot leak them
    (Lin et al. 2023, arXiv 2305.08891).
    """
    zero_snr = prediction == "v_prediction"
    return DDIMScheduler(
        num_train_timesteps=STEPS,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=zero_snr,
        steps_offset=0 if zero_snr else 1,
        prediction_type=prediction,
        rescale_betas_zero_snr=zero_snr,
        timestep_spacing="trailing" if zero_snr else "leading",
    )


def random_timesteps(count: int, device: torch.device) -> Int[torch.Tensor, "b"]:
    """Uniform on 0 … T-1, one in each of `count` equal strata: unbiased, less noisy than independent draws (ours)."""
    position = (torch.arange(count, device=device) + torch.rand(count, device=device)) / count
    return (position * STEPS).long().clamp(max=STEPS - 1)


def noise_loss(
    predict: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    scheduler: DDIMScheduler,
    latents: Float[torch.Tensor, "b c h w"],
    weight: Float[torch.Tensor, "b 1 h w"] | None = None,
) -> Float[torch.Tensor, ""]:
    """Eq. (2): mean squared error of the predicted noise (or v) at random steps.

    weight: of each latent px (ours).
    """
    noise = torch.randn_like(latents)
    timesteps = random_timesteps(len(latents), latents.device)
    # X_t = √λ̄_t X_0 + √(1-λ̄_t) ε
    noisy = scheduler.add_noise(latents, noise, timesteps)
    if scheduler.config.prediction_type == "v_prediction":
        target = scheduler.get_velocity(latents, noise, timesteps)
    else:
        target = noise
    error = (predict(noisy, timesteps).float() - target) ** 2
    return error.mean() if weight is None else (error * weight).mean() / weight.mean()
