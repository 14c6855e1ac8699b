"""Drawing X' with the trained generator: a solver, DDIM by default, with classifier-free guidance (paper 3.3)."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, SupportsIndex

import numpy as np
import torch
from diffusers import ControlNetModel, SchedulerMixin, UNet2DConditionModel
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from shoemodel.sw.known import Known, PutBack
from shoemodel.sw.solvers import Solver, build_solver
from shoemodel.sw.vae import downsampling, encode_pictures, to_pictures

__all__ = ["Text", "downsampling", "encode", "sample", "sample_batch", "sample_latents"]

RESCALE = 0.7
"""How far guidance is brought back to the deviation of the unguided prediction where the schedule ends in pure noise:
without it, guidance 7 burns the colours (Lin et al. 2023, arXiv 2305.08891, Eq. 15 and 16) (ours)."""

Interval = tuple[float, float]
"""From and to which share of the noise schedule guidance works: 0 is the picture, 1 pure noise."""
WHOLE: Interval = (0.0, 1.0)
Watch = Callable[[Callable[[], UInt8[np.ndarray, "b h w 3"]]], None]
"""Called at each step with a function that decodes what is already to be seen."""


@dataclass(frozen=True, eq=False)
class Text:
    """C_te of a prompt and of what guidance leads away from."""

    prompt: Float[Tensor, "77 d"]
    negative: Float[Tensor, "77 d"]


@torch.no_grad()
def embed(tokenizer: Any, text_encoder: Any, captions: Sequence[str]) -> Float[Tensor, "n 77 d"]:
    """C_te of several captions, padded or cut to the tokenizer's length."""
    tokens = tokenizer(
        list(captions),
        padding="max_length",
        truncation=True,
        max_length=tokenizer.model_max_length,
        return_tensors="pt",
    )
    return text_encoder(tokens.input_ids.to(text_encoder.device)).last_hidden_state


def encode(tokenizer: Any, text_encoder: Any, prompt: str, negative_prompt: str = "") -> Text:
    """C_te of a prompt for `sample`."""
    return Text(*embed(tokenizer, text_encoder, [prompt, negative_prompt]))


def cut_notice(tokenizer: Any, kind: str, words: str) -> str | None:
    """A sentence where `words`, a prompt of this kind, are longer than the tokenizer's length."""
    count, limit = len(tokenizer(words, verbose=False).input_ids), tokenizer.model_max_length
    return f"the {kind} has {count} tokens; the first {limit} count, the rest was dropped" if count > limit else None


def as_seed(generator: torch.Generator | SupportsIndex | None) -> int:
    """A seed: a whole number of any kind, numpy's too, or drawn from a generator; None: a random one."""
    if generator is None or isinstance(generator, torch.Generator):
        return int(torch.randint(2**31, (1,), generator=generator))
    return operator.index(generator)


def sample(
    unet: UNet2DConditionModel,
    controlnet: ControlNetModel | None,
    vae: Any,
    scheduler: SchedulerMixin,
    condition: Float[Tensor, "6 h w"] | None,
    text: Text,
    *,
    seed: int = 0,
    start: UInt8[np.ndarray, "h w 3"] | None = None,
    known: Known | None = None,
    **options: Any,
) -> UInt8[np.ndarray, "h w 3"]:
    """One picture; `options` are those of `sample_batch`."""
    conditions = None if condition is None else condition[None]
    given: dict[str, Any] = {"start": None if start is None else start[None], "known": known and [known]}
    return sample_batch(unet, controlnet, vae, scheduler, conditions, [text], [seed], **given, **options)[0]


@torch.no_grad()
def sample_batch(
    unet: UNet2DConditionModel, controlnet: ControlNetModel | None, vae: Any, *given: Any, **options: Any
) -> UInt8[np.ndarray, "b h w 3"]:
    """One picture for each text and seed: `sample_latents`, whose arguments these are, decoded."""
    return to_pictures(vae, sample_latents(unet, controlnet, vae, *given, **options))


@torch.no_grad()
def sample_latents(
    unet: UNet2DConditionModel,
    controlnet: ControlNetModel | None,
    vae: Any,
    scheduler: SchedulerMixin,
    conditions: Float[Tensor, "b 6 h w"] | None,
    texts: Sequence[Text],
    seeds: Sequence[int],
    *,
    steps: int = 20,
    guidance: float = 7.0,
    solver: Solver = "ddim",
    interval: Interval = WHOLE,
    start: UInt8[np.ndarray, "b h w 3"] | None = None,
    strength: float = 1.0,
    known: Sequence[Known] | None = None,
    callback: Callable[[int], None] | None = None,
    watch: Watch | None = None,
) -> Float[Tensor, "b c hl wl"]:
    """Denoise the latents of one picture for each text and seed, in the U-Net's precision.

    Args:
        controlnet, conditions: X_w ‖ X_p in [0, 1]; both None draw from the base alone, at its own size.
        scheduler: the noise schedule; `solver` walks along it (see `sw.solvers`), the caller's keeps its state.
        guidance: classifier-free guidance; 1 and below computes the conditional half only.
        interval: where guidance works; outside, the conditional half alone is computed and taken as it is
            (Kynkäänniemi et al. 2024, arXiv 2404.07724).
        start: pictures to draw again from the share `strength` of the noise on, instead of from pure noise
            (SDEdit, Meng et al. 2021, arXiv 2108.01073); only the steps from there on are taken.
        known: of each picture, what is given: its latents, noised, are put back before each step but where it is free
            (blended latent diffusion, Avrahami et al. 2022, arXiv 2206.02779).
        callback: called after each step with the steps done; what it raises ends the walk.
        watch: called at each step with a function that decodes X_0 as predicted there, for previews.

    Raises:
        ValueError: a condition without a ControlNet or the other way round, fewer than one step, an unknown solver.
    """
    if (controlnet is None) != (conditions is None):
        raise ValueError("a ControlNet and its conditions are given together or not at all")
    device = _device(unet)
    walk = build_solver(solver, scheduler.config, steps, device)
    noise = _initial_noise(unet, vae, conditions, seeds).to(device)
    timesteps = walk.timesteps
    if start is None:
        latents = noise * walk.init_noise_sigma
    else:
        timesteps = _from(walk, strength)
        latents = walk.add_noise(encode_pictures(vae, start, device), noise, timesteps[:1])
    put_back = None if known is None else PutBack.of(walk, vae, known, noise)
    mixed = controlnet is not None and controlnet.dtype != unet.dtype  # in training
    with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
        predict = _Guided(unet, controlnet, conditions, texts, guidance, _rescale(walk))
        for done, timestep in enumerate(timesteps, 1):
            if put_back is not None:
                latents = put_back(latents, timestep)
            guided = interval[0] <= float(timestep + 1) / walk.config.num_train_timesteps <= interval[1]
            prediction = predict(latents, timestep, guided)
            if watch is not None:
                watch(partial(_preview, vae, walk, latents, prediction, timestep))
            latents = walk.step(prediction, timestep, latents, return_dict=False)[0]
            if callback is not None:
                callback(done)
    return latents if put_back is None else put_back(latents)


def count_steps(scheduler: SchedulerMixin, solver: Solver, steps: int, strength: float = 1.0) -> int:
    """How many of `steps` are taken from the share `strength` of the noise on."""
    return len(_from(build_solver(solver, scheduler.config, steps), strength))


def _from(walk: Any, strength: float) -> Tensor:
    """The timesteps below the share `strength` of the noise, at least the last one."""
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


def _device(unet: UNet2DConditionModel) -> torch.device:
    """Where the U-Net computes: also where it is moved there only while it runs (`enable_model_cpu_offload`)."""
    hook = getattr(unet, "_hf_hook", None)
    return torch.device(getattr(hook, "execution_device", None) or unet.device)


def _rescale(scheduler: SchedulerMixin) -> float:
    return RESCALE if scheduler.config.get("rescale_betas_zero_snr") else 0.0


def _initial_noise(unet: UNet2DConditionModel, vae: Any, conditions: Tensor | None, seeds: Sequence[int]) -> Tensor:
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
        unet: UNet2DConditionModel,
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
    unet: UNet2DConditionModel,
    controlnet: ControlNetModel | None,
    noisy: Float[Tensor, "b c hl wl"],
    timesteps: Tensor,
    text: Float[Tensor, "b 77 d"],
    condition: Float[Tensor, "b 6 h w"] | None,
) -> Float[Tensor, "b c hl wl"]:
    """ε_ω(X_t, t, X_w, X_p, C_te); the text goes to the ControlNet and to the base (3.3)."""
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
