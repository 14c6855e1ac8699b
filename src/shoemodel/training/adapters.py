"""Low-rank adapters of a U-Net (LoRA; Hu et al. 2021, arXiv 2106.09685) through peft, in diffusers' format."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path

from diffusers import StableDiffusionPipeline, UNet2DConditionModel

from shoemodel.errors import InputError

PROJECTIONS = ["to_q", "to_k", "to_v", "to_out.0"]
"""The attention's matrices that get an adapter, as in diffusers' own training script."""


def with_adapters(unet: UNet2DConditionModel, rank: int) -> UNet2DConditionModel:
    """The U-Net, frozen, with fresh adapters that change nothing yet; they alone are to be trained.

    Raises InputError where peft is not installed.
    """
    try:
        from peft import LoraConfig
    except ImportError as error:
        raise InputError("adapters need the package peft: install shoemodel[train]") from error
    unet.requires_grad_(False)
    unet.add_adapter(LoraConfig(r=rank, lora_alpha=rank, init_lora_weights="gaussian", target_modules=PROJECTIONS))
    return unet


def merged(unet: UNet2DConditionModel) -> UNet2DConditionModel:
    """A copy of the U-Net with its adapters added to its weights: a U-Net like any other."""
    plain = copy.deepcopy(unet)
    plain.fuse_lora()
    plain.unload_lora()
    return plain


@dataclass(frozen=True)
class Adapters:
    """What `save_pretrained` writes for the adapters of `unet`: pytorch_lora_weights.safetensors.

    `StableDiffusionPipeline.load_lora_weights` and every program that knows diffusers' format reads it.
    """

    unet: UNet2DConditionModel

    def save_pretrained(self, folder: Path) -> None:
        """Write the adapters into `folder`."""
        from diffusers.utils import convert_state_dict_to_diffusers
        from peft import get_peft_model_state_dict

        layers = convert_state_dict_to_diffusers(get_peft_model_state_dict(self.unet))
        StableDiffusionPipeline.save_lora_weights(folder, unet_lora_layers=layers)
