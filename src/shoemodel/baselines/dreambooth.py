"""DreamBooth (5.2; Ruiz et al. 2022, arXiv 2208.12242): the base tuned on one shoe, augmented to ten pictures.

The paper does not say how: the whole U-Net is tuned, without prior preservation, at evaluation time (ours).
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch
from diffusers import DDIMScheduler
from jaxtyping import UInt8
from torch import Tensor

from shoemodel.image.crop import about_centre, to_network
from shoemodel.image.geometry import warp
from shoemodel.runtime.device import autocast
from shoemodel.sw.diffusion import noise_loss
from shoemodel.sw.text import embed
from shoemodel.sw.vae import to_latents

PICTURES = 10
"""Augmented from the one shoe: the paper's."""
SUBJECT = "sks shoes"
TUNING_STEPS, BATCH = 200, 4
SMALL, RATE_SMALL, RATE = 100_000_000, 1e-4, 5e-6
"""Learning rate of a U-Net below SMALL parameters (ours), and of Stable Diffusion's: the authors'."""


def tuned_on(model: Any, shoe: UInt8[np.ndarray, "s s 3"], seed: int, steps: int) -> Any:
    """The pipeline `model`, which is not changed, with a U-Net that was tuned on this shoe on white."""
    unet = tune(model.unet, model, augmented(shoe, seed), steps, seed)
    tuned = type(model)(**{**model.components, "unet": unet})
    tuned.set_progress_bar_config(disable=True)
    return tuned


def augmented(picture: UInt8[np.ndarray, "s s 3"], seed: int) -> UInt8[np.ndarray, "n s s 3"]:
    """PICTURES views of a shoe on white: turned, scaled, moved, mirrored."""
    rng, side = np.random.default_rng(seed), len(picture)
    views = []
    for number in range(PICTURES):
        shift_px = tuple(rng.uniform(-0.1, 0.1, 2) * side)
        change = about_centre(side, rng.uniform(0.6, 1.0), rng.uniform(-15, 15), shift_px, flip=number % 2 == 1)
        views.append(warp(picture, change, (side, side), fill=255))
    return np.stack(views)


def tune(unet: Any, model: Any, pictures: UInt8[np.ndarray, "n s s 3"], steps: int, seed: int) -> Any:
    """A copy of `unet` that knows `pictures` as SUBJECT, in its precision; `model` is not changed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        tuned = copy.deepcopy(unet).float().train()
        with torch.no_grad():
            pixels = torch.from_numpy(to_network(pictures)).to(model.vae.device, model.vae.dtype)
            latents = to_latents(model.vae, pixels).float()
            text = embed(model.tokenizer, model.text_encoder, [f"a photo of {SUBJECT}"]).float()
        _fit_to(tuned, DDIMScheduler.from_config(model.scheduler.config), latents, text, steps)
    return tuned.to(unet.dtype).eval()


def _fit_to(unet: Any, scheduler: DDIMScheduler, latents: Tensor, text: Tensor, steps: int) -> None:
    """Eq. (2) without a condition on a handful of pictures."""
    rate = RATE_SMALL if sum(p.numel() for p in unet.parameters()) < SMALL else RATE
    optimizer = torch.optim.AdamW(unet.parameters(), lr=rate)
    with torch.enable_grad():
        for _ in range(steps):
            rows = torch.randint(len(latents), (BATCH,))
            with autocast(latents.device.type):
                loss = noise_loss(
                    lambda noisy, t: unet(noisy, t, text.expand(len(noisy), -1, -1), return_dict=False)[0],
                    scheduler,
                    latents[rows],
                )
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
