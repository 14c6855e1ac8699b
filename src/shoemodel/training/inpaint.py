"""Training of the inpainting baseline (5.1): the base with mask and masked picture on its input channels, all tuned."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from shoemodel.baselines.inputs import Given, kept_area, on_grey
from shoemodel.baselines.latent_pipeline import inpainting_channels
from shoemodel.data.datasets import Tuples
from shoemodel.data.index import digest
from shoemodel.data.pictures import Pictures, digests
from shoemodel.image.masks import ShoeAreas
from shoemodel.training.base import plain_attention
from shoemodel.training.baselines import GIVEN, BaselineConfig, BaselineTask, minutes_20, smoke, widened
from shoemodel.training.latents import Latents, encode_views
from shoemodel.training.task import Batch

__all__ = ["InpaintTask", "mini", "smoke"]


def mini() -> BaselineConfig:
    """Twenty minutes on one processor thread with AMX (ours)."""
    return minutes_20(2200)


class InpaintTask(BaselineTask):
    """Learn the worn picture from the unworn shoe with a hole about it."""

    method = "inpaint"

    def __init__(self, config: BaselineConfig, tuples: Tuples):
        super().__init__(config, tuples)
        self.masked = {given: self._masked_latents(given) for given in GIVEN}

    def build(self) -> dict[str, Any]:
        """The base with 2c + 1 input channels."""
        self.unet = widened(self.unet, self.latents.shape[2] + 1)
        plain_attention(self.unet)
        self.trained["unet"] = self.unet
        return super().build()

    def _masked_latents(self, given: Given) -> Latents:
        """Latents of what is given of the unworn pictures, grey about it, in the same views as the worn ones."""
        train, rows = self.train, np.arange(len(self.train))
        pairs = zip(digests(train.unworn), digests(train.labels), strict=True)
        keys = np.array([digest(a.tobytes(), b.tobytes(), given.encode()) for a, b in pairs], np.int64)
        masked = Pictures(rows, train.unworn.shape[1:], partial(self._masked, given), keys)
        tuples = dataclasses.replace(train, worn=masked)
        return encode_views(self.vae, tuples, self.config.views, self.config.latents)

    def _masked(self, given: Given, row: int) -> np.ndarray:
        kept = kept_area(ShoeAreas(self.train.labels[row]), given)
        return on_grey(self.train.unworn[row][None], kept[None])[0]

    def condition(self, row: int, number: int, given: Given) -> Batch:
        """channels (c + 1, h, w)."""
        kept = torch.from_numpy(self.seen(row, number, given)[2])
        masked = self.masked[given][np.array([row]), np.array([number])]
        return {"channels": inpainting_channels(kept[None], masked)[0]}

    def predict(self, noisy: Tensor, timesteps: Tensor, batch: Batch) -> Tensor:
        """From the latents, the mask and the masked latents."""
        return self.unet(torch.cat([noisy, batch["channels"]], 1), timesteps, batch["text"], return_dict=False)[0]
