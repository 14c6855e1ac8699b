"""ShoeControlNet (paper 3.3): a ControlNet on X_w ‖ X_p beside the frozen base U-Net."""

from __future__ import annotations

import math
from collections.abc import Sequence

from diffusers import ControlNetModel, UNet2DConditionModel
from torch import nn

CONDITION_CHANNELS = 6
"""X_w and X_p, three each."""
EMBEDDING_CHANNELS = {8: (16, 32, 96, 256), 16: (8, 16, 32, 64, 128)}
"""Widths of the condition's embedding by the autoencoder's downsampling: ControlNet's own at 8, (ours) at 16."""


def shoe_controlnet(
    unet: UNet2DConditionModel,
    conditioning_channels: int = CONDITION_CHANNELS,
    downsampling: int = 8,
    widths: Sequence[int] | None = None,
) -> ControlNetModel:
    """A ControlNet that starts as a copy of the U-Net's encoder and as no influence at all (zero convolutions).

    downsampling: picture px per latent px; the embedding halves the condition once per factor of two.
    widths: of the condition's embedding, by default those of EMBEDDING_CHANNELS.
    Raises ValueError for a downsampling that is no power of two above 1.
    """
    steps = math.log2(downsampling)
    if downsampling < 2 or not steps.is_integer():
        raise ValueError(f"the autoencoder's downsampling is {downsampling}; a power of two above 1 is accepted")
    widths = widths or EMBEDDING_CHANNELS.get(downsampling) or tuple(16 * 2**i for i in range(int(steps) + 1))
    controlnet = ControlNetModel.from_unet(
        unet, conditioning_channels=conditioning_channels, conditioning_embedding_out_channels=tuple(widths)
    )
    _waken(controlnet.controlnet_cond_embedding)
    return controlnet


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
