"""Training of the image-prompt baseline (5.2): IP-Adapter's projection and decoupled attention, all else frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from shoemodel.baselines.inputs import Given, shoe_alone
from shoemodel.baselines.latent_pipeline import LatentPipeline
from shoemodel.baselines.loading import SUBFOLDER, WEIGHTS
from shoemodel.training.base import plain_attention
from shoemodel.training.baselines import BaselineConfig, BaselineTask, load_image_encoder, minutes_20, smoke
from shoemodel.training.latents import load_component
from shoemodel.training.task import Batch

__all__ = ["IPAdapterTask", "mini", "smoke"]
TOKENS = 4
"""That stand for a picture, as in IP-Adapter."""


def mini() -> BaselineConfig:
    """Twenty minutes on one processor thread with AMX (ours)."""
    return minutes_20(2200)


class IPAdapterTask(BaselineTask):
    """Learn the worn picture from the shoe alone as image prompt."""

    method = "ip_adapter"

    def build(self) -> dict[str, Any]:
        """The base with an adapter that starts from the text's own attention."""
        self.encoder, self.processor = load_image_encoder(self.config.clip)
        plain_attention(self.unet)
        self.unet._load_ip_adapter_weights(initial_adapter(self.unet, self.encoder.config.projection_dim))
        self.unet.requires_grad_(False)
        self.unet.encoder_hid_proj.requires_grad_(True)
        for layer in _cross_attention(self.unet):
            layer.processor.requires_grad_(True)
        self.trained["unet"], self.frozen["image_encoder"] = self.unet, self.encoder
        return {**super().build(), "image_encoder": self.encoder, "feature_extractor": self.processor}

    def condition(self, row: int, number: int, given: Given) -> Batch:
        """example (3, s, s)."""
        _, picture, kept = self.seen(row, number, given)
        alone = shoe_alone(picture, kept, self.train.size)
        return {"example": self.processor(images=alone, return_tensors="pt").pixel_values[0]}

    def predict(self, noisy: Tensor, timesteps: Tensor, batch: Batch) -> Tensor:
        """From the latents and the example, or none in a few samples."""
        with torch.no_grad():
            prompts = self.encoder(batch["example"]).image_embeds * ~batch["without"][:, None]
        added = {"image_embeds": [prompts[:, None]]}
        return self.unet(noisy, timesteps, batch["text"], added_cond_kwargs=added, return_dict=False)[0]

    def components(self) -> dict[str, Any]:
        """The pipeline on the plain base, and the adapter's own file within its folder, as IP-Adapter is published."""
        base = load_component(self.config.base, "unet")
        pipeline = LatentPipeline(**{**self.pipeline.components, "unet": base})
        return {"pipeline": pipeline, f"pipeline/{SUBFOLDER}": _AdapterFile(self.unet)}


def initial_adapter(unet: Any, embedding: int) -> dict[str, dict[str, Tensor]]:
    """IP-Adapter's weights for a CLIP embedding of that width, before training: attention as to the text."""
    width = unet.config.cross_attention_dim
    projection, norm = nn.Linear(embedding, TOKENS * width), nn.LayerNorm(width)
    attention = {}
    for number, layer in enumerate(_cross_attention(unet)):
        attention[f"{2 * number + 1}.to_k_ip.weight"] = layer.to_k.weight.detach().clone()
        attention[f"{2 * number + 1}.to_v_ip.weight"] = layer.to_v.weight.detach().clone()
    image_proj = {f"proj.{name}": value for name, value in projection.state_dict().items()}
    image_proj |= {f"norm.{name}": value for name, value in norm.state_dict().items()}
    return {"image_proj": image_proj, "ip_adapter": attention}


def trained_adapter(unet: Any) -> dict[str, Tensor]:
    """The adapter of a U-Net in the layout of the published files, which `load_ip_adapter` reads."""
    weights = {}
    for name, value in unet.encoder_hid_proj.image_projection_layers[0].state_dict().items():
        weights[f"image_proj.{name.replace('image_embeds', 'proj')}"] = value
    for number, layer in enumerate(_cross_attention(unet)):
        for kind in ("to_k_ip", "to_v_ip"):
            weights[f"ip_adapter.{2 * number + 1}.{kind}.weight"] = getattr(layer.processor, kind)[0].weight
    return {name: value.detach().cpu().contiguous() for name, value in weights.items()}


class _AdapterFile:
    """What `components` saves beside the pipeline."""

    def __init__(self, unet: Any):
        self.unet = unet

    def save_pretrained(self, folder: Path) -> None:
        """Write folder/WEIGHTS."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file(trained_adapter(self.unet), folder / WEIGHTS)


def _cross_attention(unet: Any) -> list[Any]:
    """Layers that attend to the text, in the order in which diffusers numbers them."""
    names = [name for name in unet.attn_processors if name.endswith("attn2.processor")]
    return [unet.get_submodule(name.removesuffix(".processor")) for name in names]
