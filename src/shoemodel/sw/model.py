"""ShoeControlNet (paper 3.3): a ControlNet on X_w ‖ X_p beside the frozen base U-Net."""

from __future__ import annotations

import math

import torch.nn.functional as F
from diffusers import ControlNetModel, UNet2DConditionModel
from jaxtyping import Float
from torch import Tensor, nn

CONDITION_CHANNELS = 6
"""X_w and X_p, three each."""
EMBEDDING_CHANNELS = {8: (16, 32, 96, 256), 16: (8, 16, 32, 64, 128), 32: (16, 32, 64, 96, 128)}
"""Widths of the condition's embedding by the autoencoder's downsampling: ControlNet's own at 8, (ours) beyond. At 32 it
reads the condition at half the size (see `fit_condition`), or it would cost more than the U-Net."""


def shoe_controlnet(
    unet: UNet2DConditionModel, conditioning_channels: int = CONDITION_CHANNELS, downsampling: int = 8
) -> ControlNetModel:
    """A ControlNet that starts as a copy of the U-Net's encoder and as no influence at all (zero convolutions).

    downsampling: picture px per latent px; the embedding halves the condition once per factor of two, but for sizes of
    `EMBEDDING_CHANNELS` that have fewer widths.
    Raises ValueError for a downsampling that is no power of two above 1.
    """
    steps = math.log2(downsampling)
    if downsampling < 2 or not steps.is_integer():
        raise ValueError(f"the autoencoder's downsampling is {downsampling}; a power of two above 1 is accepted")
    widths = EMBEDDING_CHANNELS.get(downsampling) or tuple(16 * 2**i for i in range(int(steps) + 1))
    controlnet = ControlNetModel.from_unet(
        unet, conditioning_channels=conditioning_channels, conditioning_embedding_out_channels=widths
    )
    _waken(controlnet.controlnet_cond_embedding)
    return controlnet


def fit_condition(
    controlnet: ControlNetModel, condition: Float[Tensor, "b c h w"], latent_height: int
) -> Float[Tensor, "b c hc wc"]:
    """The condition at the size that the ControlNet's embedding reduces to the latents' size: shrunken where larger."""
    halvings = len(controlnet.config.conditioning_embedding_out_channels) - 1
    times = condition.shape[-2] // (latent_height << halvings)
    return F.avg_pool2d(condition, times) if times > 1 else condition


def _waken(embedding: nn.Module) -> None:
    """Initialise the condition's embedding so that it passes the condition on at full strength (ours).

    SiLU halves small signals, so weights of deviation 2 / √fan_in keep them. diffusers starts the convolutions so
    small that nine of them pass on a thousandth, and the last at zero although zero convolutions follow it anyway: a
    ControlNet then learns for thousands of steps without seeing its condition. At the start it has no influence either
    way.
    """
    for layer in embedding.modules():
        if isinstance(layer, nn.Conv2d):
            fan_in = layer.weight[0].numel()
            nn.init.normal_(layer.weight, std=2 / math.sqrt(fan_in))
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
