"""What the trained baselines have in common: same tuples, same base and same budget as one another (5.1; ours).

Each starts from the trained base, learns the worn pictures of the tuples from what it is given of the unworn shoe, and
saves a whole pipeline, RUN/model/pipeline, which `baselines.table` loads under its name.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor
from transformers import CLIPImageProcessor, CLIPVisionModelWithProjection

from shoemodel.baselines.inputs import Given, kept_area
from shoemodel.baselines.latent_pipeline import LatentPipeline
from shoemodel.baselines.table import BASELINES
from shoemodel.data.datasets import Tuples
from shoemodel.image import draw
from shoemodel.image.masks import ShoeAreas
from shoemodel.sw.diffusion import noise_loss
from shoemodel.training.config import LoopConfig
from shoemodel.training.generator import GeneratorConfig, GeneratorTask
from shoemodel.training.latents import View, load_component
from shoemodel.training.task import Batch

GIVEN: tuple[Given, Given] = ("visible", "whole")


@dataclass(frozen=True, kw_only=True)
class BaselineConfig(GeneratorConfig):
    """What a baseline builds on, what it is given, and the run."""

    base: Path = Path("runs/base")
    """Run (or pack) that holds unet and scheduler."""
    whole_share: float = 0.5
    """Share of samples given the whole shoe, the others its visible area (Fig. 5): each is tested both ways."""
    dropout: float = 0.1
    """Share of samples without text, and of those without an example, for classifier-free guidance."""


def minutes_20(steps: int) -> BaselineConfig:
    """As many steps as twenty minutes hold on one processor thread with AMX (ours)."""
    loop = LoopConfig(steps=steps, batch=16, lr=4e-4, warmup=100, ema_decay=0.995, sample_every=1000, workers=1)
    return BaselineConfig(loop=loop)


def smoke() -> BaselineConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=2, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    return BaselineConfig(loop=loop, views=2)


class BaselineTask(GeneratorTask, abc.ABC):
    """Learn the worn pictures of `tuples`; a subclass says what from and how."""

    method: ClassVar[str]
    """Its name in `baselines.table`."""

    def __init__(self, config: BaselineConfig, tuples: Tuples):
        self.config = config
        super().__init__(config, tuples)
        self.unet = load_component(config.base, "unet")
        self.scheduler = load_component(config.base, "scheduler")
        self.trained: dict[str, torch.nn.Module] = {}
        self.frozen: dict[str, torch.nn.Module] = {"vae": self.vae, "text_encoder": self.text_encoder}
        torch.manual_seed(config.loop.seed)
        self.pipeline = LatentPipeline(**self.build())
        self.pipeline.set_progress_bar_config(disable=True)

    def build(self) -> dict[str, Any]:
        """Fill `trained` (and `frozen`) -> the components of the pipeline."""
        return {
            "vae": self.vae,
            "unet": self.unet,
            "scheduler": self.scheduler,
            "tokenizer": self.tokenizer,
            "text_encoder": self.text_encoder,
        }

    @abc.abstractmethod
    def condition(self, row: int, number: int, given: Given) -> Batch:
        """What view `number` of training tuple `row` gives the baseline, each without its batch axis."""

    @abc.abstractmethod
    def predict(self, noisy: Tensor, timesteps: Tensor, batch: Batch) -> Tensor:
        """The prediction of ε or v."""

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """latents (b, c, h, w), text (b, 77, d), and what `condition` gives."""
        numbers = rng.integers(self.config.views, size=len(rows))
        whole = (rng.random(len(rows)) < self.config.whole_share).astype(int)
        given = [self.condition(row, n, GIVEN[w]) for row, n, w in zip(rows, numbers, whole, strict=True)]
        return {
            "latents": self.latents[rows, numbers],
            "text": self.captions.draw(rows, self.config.dropout, rng),
            "without": torch.from_numpy(rng.random(len(rows)) < self.config.dropout),
            **{name: torch.stack([each[name] for each in given]) for name in given[0]},
        }

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Eq. (2) with the baseline's condition in the ShoeControlNet's place."""
        return noise_loss(lambda noisy, t: self.predict(noisy, t, batch), self.scheduler, batch["latents"]), {}

    def seen(self, row: int, number: int, given: Given) -> tuple[View, np.ndarray, np.ndarray]:
        """The view, its unworn picture (s, s, 3) and what is kept of it (s, s)."""
        seen = self.latents.view(row, number)
        areas = ShoeAreas(seen.labels(self.train.labels[row]))
        return seen, seen.picture(self.train.unworn[row]), kept_area(areas, given)

    def sample_grid(self, count: int = 4) -> tuple[np.ndarray, dict[str, float]]:
        """Held-out shoes: unworn | drawn from the visible area | drawn from the whole shoe | true."""
        tuples, rows = self.test, np.linspace(0, len(self.test) - 1, min(count, len(self.test))).astype(int)
        sheet, generate = [], BASELINES[self.method].generate
        for row in rows:
            areas, caption, seed = ShoeAreas(tuples.labels[row]), tuples.captions[row][0], int(row)
            drawn = [
                generate(self.pipeline, tuples.unworn[row], areas, None, caption, seed, given=given, steps=20)
                for given in GIVEN
            ]
            sheet.append([tuples.unworn[row], *drawn, tuples.worn[row]])
        return draw.contact_sheet(sheet, ("unworn", *GIVEN, "true")), {}

    def components(self) -> dict[str, Any]:
        """The whole pipeline, to be loaded by `baselines.table`."""
        return {"pipeline": self.pipeline}


def widened(unet: UNet2DConditionModel, extra: int) -> UNet2DConditionModel:
    """The U-Net with `extra` more input channels, which at first have no influence."""
    wide = UNet2DConditionModel.from_config({**unet.config, "in_channels": unet.config.in_channels + extra})
    state = unet.state_dict()
    kernel = state["conv_in.weight"]
    state["conv_in.weight"] = torch.cat([kernel, kernel.new_zeros(kernel.shape[0], extra, *kernel.shape[2:])], 1)
    wide.load_state_dict(state)
    return wide


def load_image_encoder(run: Path) -> tuple[CLIPVisionModelWithProjection, CLIPImageProcessor]:
    """The image tower of a run's CLIP, and how it takes pictures: in [-1, 1]."""
    encoder = load_component(run, "image_encoder")
    side, half = encoder.config.image_size, [0.5] * 3
    return encoder, CLIPImageProcessor(size=side, crop_size=side, image_mean=half, image_std=half)
