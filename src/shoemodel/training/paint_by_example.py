"""Training of the example-conditioned baseline (5.1): the inpainting U-Net, with the shoe in the text's place."""

from __future__ import annotations

from typing import Any

import torch
from diffusers.pipelines.deprecated.paint_by_example import PaintByExampleImageEncoder
from torch import Tensor

from shoemodel.baselines.inputs import Given, shoe_alone
from shoemodel.training.baselines import BaselineConfig, load_image_encoder, minutes_20, smoke
from shoemodel.training.inpaint import InpaintTask
from shoemodel.training.task import Batch

__all__ = ["PaintByExampleTask", "mini", "smoke"]


def mini() -> BaselineConfig:
    """Twenty minutes on one processor thread with AMX (ours)."""
    return minutes_20(1700)


class PaintByExampleTask(InpaintTask):
    """Learn the worn picture from the unworn shoe with a hole about it and from the shoe alone, without text."""

    method = "paint_by_example"

    def build(self) -> dict[str, Any]:
        """The inpainting U-Net, and Paint-by-Example's image encoder on the frozen image tower of CLIP."""
        tower, self.processor = load_image_encoder(self.config.clip)
        self.encoder = PaintByExampleImageEncoder(tower.config)
        self.encoder.model.load_state_dict(tower.vision_model.state_dict())
        self.encoder.model.requires_grad_(False)
        self.trained["image_encoder"] = self.encoder
        components = {**super().build(), "image_encoder": self.encoder, "feature_extractor": self.processor}
        return {**components, "tokenizer": None, "text_encoder": None}

    def condition(self, row: int, number: int, given: Given) -> Batch:
        """channels (c + 1, h, w), example (3, s, s)."""
        _, picture, kept = self.seen(row, number, given)
        alone = shoe_alone(picture, kept, self.train.size)
        example = self.processor(images=alone, return_tensors="pt").pixel_values[0]
        return {**super().condition(row, number, given), "example": example}

    def predict(self, noisy: Tensor, timesteps: Tensor, batch: Batch) -> Tensor:
        """From the latents, the mask, the masked latents and the example, or none in a few samples."""
        example, nothing = self.encoder(batch["example"], return_uncond_vector=True)
        text = torch.where(batch["without"][:, None, None], nothing, example)
        return super().predict(noisy, timesteps, {**batch, "text": text})
