"""Training of the ControlNet-inpainting baseline (5.1): a ControlNet on the picture with the hole, the base frozen."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from shoemodel.baselines.inputs import Given, with_hole
from shoemodel.sw.model import shoe_controlnet
from shoemodel.sw.sampler import controlled
from shoemodel.sw.vae import downsampling
from shoemodel.training.base import plain_attention
from shoemodel.training.baselines import BaselineConfig, BaselineTask, minutes_20, smoke
from shoemodel.training.task import Batch

__all__ = ["ControlNetInpaintTask", "mini", "smoke"]


def mini() -> BaselineConfig:
    """Twenty minutes on one processor thread with AMX (ours)."""
    return minutes_20(1400)


class ControlNetInpaintTask(BaselineTask):
    """Learn the worn picture from the unworn shoe with a hole about it."""

    method = "controlnet_inpaint"

    def build(self) -> dict[str, Any]:
        """The base, and a ControlNet of three condition channels."""
        self.controlnet = shoe_controlnet(self.unet, conditioning_channels=3, downsampling=downsampling(self.vae))
        plain_attention(self.unet, self.controlnet)
        self.trained["controlnet"], self.frozen["unet"] = self.controlnet, self.unet
        return {**super().build(), "controlnet": self.controlnet}

    def condition(self, row: int, number: int, given: Given) -> Batch:
        """hole (3, s, s)."""
        _, picture, kept = self.seen(row, number, given)
        return {"hole": with_hole(picture, kept)}

    def predict(self, noisy: Tensor, timesteps: Tensor, batch: Batch) -> Tensor:
        """From the latents and the picture with the hole."""
        return controlled(self.unet, self.controlnet, noisy, timesteps, batch["text"], batch["hole"])
