"""Sampling X' with the trained generator: a solver, DDIM by default, with classifier-free guidance (paper 3.3)."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from diffusers import ControlNetModel, SchedulerMixin
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from shoemodel.sw.known import Known, PutBack
from shoemodel.sw.sampling import Hooks, Sampling, Solver
from shoemodel.sw.solvers import build_solver
from shoemodel.sw.text import Text
from shoemodel.sw.vae import downsampling, encode_pictures, to_pictures

RESCALE = 0.7
"""How far guidance is brought back to the std of the unguided prediction where the schedule ends in pure noise:
without it, guidance 7 burns the colours (Lin et al. 2023, arXiv 2305.08891, Eq. 15 and 16) (ours)."""


@dataclass(frozen=True, eq=False)
class Draft:
    """What one image is sampled from."""

    text: Text
    seed: int = 0
    condition: Float[Tensor, "k h w"] | None = None
    """X_w ‖ X_p in [0, 1], k = 6 channels; None where there is no ControlNet: then the base samples at its own size."""
    start: UInt8[np.ndarray, "h w 3"] | None = None
    """An image to sample again from `Sampling.strength` of the noise on, instead of from pure noise."""
    known: Known | None = None
    """What is given: its latents, noised, are put back before each step but where it is free."""


@dataclass(frozen=True, eq=False)
class Sampler:
    """The networks that sample. `scheduler` is the noise schedule; the caller's keeps its state."""

    unet: Any
    """A UNet2DConditionModel, or what is called like one."""
    controlnet: ControlNetModel | None
    vae: Any
    scheduler: SchedulerMixin

    @property
    def side_px(self) -> int:
        """Of the square image that the U-Net samples."""
        return int(self.unet.config.sample_size * downsampling(self.vae))

    def __call__(
        self, drafts: Sequence[Draft], sampling: Sampling | None = None, hooks: Hooks | None = None
    ) -> list[UInt8[np.ndarray, "h w 3"]]:
        """One image for each draft, all in one batch. Arguments and errors as in `latents`."""
        with torch.no_grad():
            return list(to_pictures(self.vae, self.latents(drafts, sampling, hooks)))

    @torch.no_grad()
    def latents(
        self, drafts: Sequence[Draft], sampling: Sampling | None = None, hooks: Hooks | None = None
    ) -> Float[Tensor, "b c hl wl"]:
        """Denoise the latents of one image for each draft, in the U-Net's precision.

        Of the drafts all or none have a condition, a start and known parts.

        Raises:
            ValueError: a condition without a ControlNet or the other way round, fewer than one step, an unknown solver.
        """
        sampling, hooks = sampling or Sampling(), hooks or Hooks()
        conditions = _stacked([draft.condition for draft in drafts])
        if (self.controlnet is None) != (conditions is None):
            raise ValueError("a ControlNet and its conditions are given together or not at all")
        device = _device(self.unet)
        walk = build_solver(sampling.solver, self.scheduler.config, sampling.num_inference_steps, device)
        noise = _initial_noise(self.unet, self.vae, conditions, [draft.seed for draft in drafts]).to(device)
        timesteps, latents = self._begin(walk, drafts, noise, sampling.strength)
        known = [draft.known for draft in drafts if draft.known is not None]
        put_back = PutBack.of(walk, self.vae, known, noise) if known else None
        mixed = self.controlnet is not None and self.controlnet.dtype != self.unet.dtype  # in training
        with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
            texts = [draft.text for draft in drafts]
            guidance = sampling.guidance_scale
            predict = _Guided(self.unet, self.controlnet, conditions, texts, guidance, _rescale(walk))
            for number, timestep in enumerate(timesteps):
                if put_back is not None:
                    latents = put_back(latents, timestep)
                noised = float(timestep + 1) / walk.config.num_train_timesteps
                guided = sampling.guidance_interval[0] <= noised <= sampling.guidance_interval[1]
                prediction = predict(latents, timestep, guided)
                if hooks.watch is not None:
                    hooks.watch(partial(_preview, self.vae, walk, latents, prediction, timestep))
                latents = walk.step(prediction, timestep, latents, return_dict=False)[0]
                if hooks.on_step_end is not None:
                    changed = hooks.on_step_end(number, timestep, latents)
                    latents = latents if changed is None else changed
                if hooks.report is not None:
                    hooks.report(number + 1)
        return latents if put_back is None else put_back(latents)

    def _begin(self, walk: Any, drafts: Sequence[Draft], noise: Tensor, strength: float) -> tuple[Tensor, Tensor]:
        """The timesteps to take, and the latents before the first of them."""
        starts = [draft.start for draft in drafts if draft.start is not None]
        if not starts:
            return walk.timesteps, noise * walk.init_noise_sigma
        timesteps = _from(walk, strength)
        latents = encode_pictures(self.vae, np.stack(starts), noise.device)
        return timesteps, walk.add_noise(latents, noise, timesteps[:1])


def _stacked(tensors: Sequence[Tensor | None]) -> Tensor | None:
    there = [tensor for tensor in tensors if tensor is not None]
    return torch.stack(there) if there else None


def count_steps(scheduler: SchedulerMixin, solver: Solver, steps: int, strength: float = 1.0) -> int:
    """How many of `steps` are taken from the fraction `strength` of the noise on."""
    return len(_from(build_solver(solver, scheduler.config, steps), strength))


def _from(walk: Any, strength: float) -> Tensor:
    """The timesteps below the fraction `strength` of the noise, at least the last one."""
    below = walk.timesteps[walk.timesteps < strength * walk.config.num_train_timesteps]
    return below if len(below) else walk.timesteps[-1:]


@torch.no_grad()
def _preview(
    vae: Any, scheduler: Any, latents: Tensor, prediction: Tensor, timestep: Tensor
) -> UInt8[np.ndarray, "b h w 3"]:
    """X_0 as predicted from X_t, decoded: (X_t - √(1-λ̄) ε) / √λ̄, or √λ̄ X_t - √(1-λ̄) v."""
    level = scheduler.alphas_cumprod[timestep].to(latents.device)
    if scheduler.config.prediction_type == "v_prediction":
        clean = level.sqrt() * latents - (1 - level).sqrt() * prediction
    else:
        clean = (latents - (1 - level).sqrt() * prediction) / level.sqrt()
    return to_pictures(vae, clean)


def _device(unet: Any) -> torch.device:
    """Where the U-Net computes: also where it is moved there only while it runs (`enable_model_cpu_offload`)."""
    hook = getattr(unet, "_hf_hook", None)
    return torch.device(getattr(hook, "execution_device", None) or unet.device)


def _rescale(scheduler: SchedulerMixin) -> float:
    return RESCALE if scheduler.config.get("rescale_betas_zero_snr") else 0.0


def _initial_noise(unet: Any, vae: Any, conditions: Tensor | None, seeds: Sequence[int]) -> Tensor:
    """Standard normal latents, float32, on the CPU; picture i depends on its seed alone, not on the batch."""
    if conditions is None:
        height = width = unet.config.sample_size
    else:
        height, width = (side // downsampling(vae) for side in conditions.shape[-2:])
    shape = (unet.config.in_channels, height, width)
    noise = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    return torch.stack(noise)


class _Guided:
    """The prediction: both halves of guidance in one batch, or the conditional half alone."""

    def __init__(
        self,
        unet: Any,
        controlnet: ControlNetModel | None,
        conditions: Tensor | None,
        texts: Sequence[Text],
        guidance: float,
        rescale: float,
    ):
        self.unet, self.controlnet, self.guidance, self.rescale = unet, controlnet, guidance, rescale
        halves = [text.negative for text in texts], [text.prompt for text in texts]
        self.negative, self.prompt = (torch.stack(half).to(_device(unet), unet.dtype) for half in halves)
        self.conditions: Tensor | None = None
        if controlnet is not None and conditions is not None:
            pixels = conditions.to(_device(unet), unet.dtype, memory_format=torch.channels_last)
            self.controlnet, self.conditions = _embed_once(controlnet, pixels)

    def __call__(self, latents: Tensor, timestep: Tensor, guided: bool = True) -> Tensor:
        """Prediction for latents (b, c, h, w), float32."""
        if not guided or self.guidance <= 1:
            return self._predict(latents, timestep, self.prompt)
        negative, positive = self._predict(latents, timestep, torch.cat([self.negative, self.prompt])).chunk(2)
        # Classifier-free guidance
        steered = negative + self.guidance * (positive - negative)
        if not self.rescale:
            return steered
        axes = (1, 2, 3)
        tamed = steered * positive.std(axes, keepdim=True) / steered.std(axes, keepdim=True)
        return self.rescale * tamed + (1 - self.rescale) * steered

    def _predict(self, latents: Tensor, timestep: Tensor, text: Tensor) -> Tensor:
        halves = len(text) // len(latents)
        inputs = latents.repeat(halves, 1, 1, 1).to(self.unet.dtype, memory_format=torch.channels_last)
        conditions = None if self.conditions is None else self.conditions.repeat(halves, 1, 1, 1)
        return controlled(self.unet, self.controlnet, inputs, timestep, text, conditions).float()


def _embed_once(controlnet: ControlNetModel, conditions: Tensor) -> tuple[ControlNetModel, Tensor]:
    """The condition's embedding, the same at each step and in both halves, and a ControlNet that takes it as it is.

    The returned ControlNet shares all weights; the caller's is not changed. A ControlNet that is moved to the device
    only while it runs (`enable_model_cpu_offload`) has to be left as it is.
    """
    if hasattr(controlnet, "_hf_hook"):
        return controlnet, conditions
    relieved = copy.copy(controlnet)
    relieved._modules = {**controlnet._modules, "controlnet_cond_embedding": nn.Identity()}
    return relieved, controlnet.controlnet_cond_embedding(conditions)


def controlled(
    unet: Any,
    controlnet: ControlNetModel | None,
    noisy: Float[Tensor, "b c hl wl"],
    timesteps: Tensor,
    text: Float[Tensor, "b n d"],
    condition: Float[Tensor, "b k h w"] | None,
) -> Float[Tensor, "b c hl wl"]:
    """ε_ω(X_t, t, X_w, X_p, C_te); the text goes to the ControlNet and to the base (3.3).

    condition: X_w ‖ X_p, six channels, or what `_embed_once` made of them.
    """
    if controlnet is None:
        return unet(noisy, timesteps, text, return_dict=False)[0]
    down, middle = controlnet(noisy, timesteps, text, condition, return_dict=False)
    return unet(
        noisy,
        timesteps,
        text,
        down_block_additional_residuals=down,
        mid_block_additional_residual=middle,
        return_dict=False,
    )[0]
