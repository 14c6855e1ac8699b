"""Training of the base: a text-to-image U-Net on the latents of worn pictures.

The paper starts from Stable Diffusion 1.5 (3.3); at small sizes the project trains its own (ours).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor

from shoemodel.data.datasets import Tuples
from shoemodel.image import draw
from shoemodel.sw.diffusion import Prediction, build_scheduler, noise_loss
from shoemodel.sw.sampler import Draft, Sampler, controlled
from shoemodel.sw.sampling import Sampling
from shoemodel.sw.text import encode
from shoemodel.sw.vae import downsampling
from shoemodel.training.config import LoopConfig
from shoemodel.training.generator import GeneratorConfig, GeneratorTask
from shoemodel.training.task import Batch


@dataclass(frozen=True, kw_only=True)
class BaseConfig(GeneratorConfig):
    """The U-Net's size, what it builds on, and the run."""

    widths: tuple[int, ...] = (128, 256)
    """Channels from the latents' resolution down; each step halves the side."""
    text_levels: tuple[bool, ...] = (False, True)
    """Levels with attention to the text and within the picture."""
    layers: int = 1
    head_width: int = 32
    prediction: Prediction = "v_prediction"
    text_dropout: float = 0.1
    """Share of samples without text, for classifier-free guidance."""
    guidance: float = 4.0
    """Guidance of the sample sheets."""


def mini() -> BaseConfig:
    """About an hour and a quarter on one processor thread with AMX."""
    loop = LoopConfig(
        steps=4000, batch=32, lr=2e-3, optimizer="muon", warmup=200, ema_decay=0.999, sample_every=1000, workers=1
    )
    return BaseConfig(loop=loop)


def smoke() -> BaseConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=2, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    return BaseConfig(loop=loop, widths=(16, 32), head_width=8, views=2)


def build(config: BaseConfig, latent_side: int, latent_channels: int, text_width: int) -> UNet2DConditionModel:
    """The U-Net with random weights."""
    kinds = ["CrossAttn" if text else "" for text in config.text_levels]
    return UNet2DConditionModel(
        sample_size=latent_side,
        in_channels=latent_channels,
        out_channels=latent_channels,
        block_out_channels=config.widths,
        down_block_types=tuple(f"{kind}DownBlock2D" for kind in kinds),
        up_block_types=tuple(f"{kind}UpBlock2D" for kind in reversed(kinds)),
        layers_per_block=config.layers,
        cross_attention_dim=text_width,
        attention_head_dim=tuple(width // config.head_width for width in config.widths),  # heads, despite its name
        norm_num_groups=min(32, config.widths[0] // 2),
    )


def plain_attention(*models: Any) -> None:
    """Attention as plain matrix products, a quarter faster to train on processors than the fused kernel."""
    if not torch.cuda.is_available():
        for model in models:
            model.set_attn_processor(AttnProcessor())


class BaseTask(GeneratorTask):
    """Learn the worn pictures of `tuples` from their captions."""

    collected_will_do = True

    def __init__(self, config: BaseConfig, tuples: Tuples):
        self.config = config
        super().__init__(config, tuples)
        torch.manual_seed(config.loop.seed)
        latent_side = tuples.size // downsampling(self.vae)
        self.unet = build(config, latent_side, self.latents.shape[2], self.captions.width)
        self.scheduler = build_scheduler(config.prediction)
        plain_attention(self.unet)
        self.trained = {"unet": self.unet}
        self.frozen = {"vae": self.vae, "text_encoder": self.text_encoder}

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """latents (b, c, h, w), text (b, 77, d)."""
        views = rng.integers(self.config.views, size=len(rows))
        return {
            "latents": self.latents[rows, views],
            "text": self.captions.draw(rows, self.config.text_dropout, rng),
        }

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Eq. (2) without a condition."""

        def predict(noisy: Tensor, timesteps: Tensor) -> Tensor:
            return controlled(self.unet, None, noisy, timesteps, batch["text"], None)

        return noise_loss(predict, self.scheduler, batch["latents"]), {}

    def sample_grid(self, count: int = 8) -> tuple[np.ndarray, dict[str, float]]:
        """Held-out captions' own pictures above what is drawn from the captions."""
        rows = np.linspace(0, len(self.test) - 1, min(count, len(self.test))).astype(int)
        texts = [encode(self.tokenizer, self.text_encoder, self.test.captions[row][0]) for row in rows]
        drafts = [Draft(text, seed) for seed, text in enumerate(texts)]
        sampling = Sampling(num_inference_steps=30, guidance_scale=self.config.guidance)
        drawn = Sampler(self.unet, None, self.vae, self.scheduler)(drafts, sampling)
        return draw.contact_sheet([list(self.test.worn[rows]), list(drawn)]), {}

    def components(self) -> dict[str, Any]:
        """The pack's `unet` and `scheduler`."""
        return {"unet": self.unet, "scheduler": self.scheduler}
