"""A small SAM that can be taught from nothing (ours).

SAM cuts the picture into patches with one linear layer, which needs a million pictures before it sees edges. Four
strided convolutions in its place (Xiao et al. 2021, "Early convolutions help transformers see better") bring the
knowledge that neighbouring pixels belong together; everything behind them is SAM's own.
"""

from __future__ import annotations

from torch import nn
from transformers import PreTrainedModel, SamConfig, SamModel

__all__ = ["PreTrainedModel", "StemmedSam"]  # diffusers loads a class by a base that it finds in the class's module


class StemmedSam(SamModel):
    """`SamModel` whose patches (16 px) come from a convolutional stem."""

    def __init__(self, config: SamConfig):
        super().__init__(config)
        vision = config.vision_config
        if vision.patch_size != 16:
            raise ValueError(f"the convolutional stem makes patches of 16 px, not {vision.patch_size}")
        self.vision_encoder.patch_embed.projection = _stem(vision.num_channels, vision.hidden_size)


def _stem(channels: int, hidden: int) -> nn.Sequential:
    """(b, channels, s, s) -> (b, hidden, s/16, s/16)."""
    widths = [hidden // 8, hidden // 4, hidden // 2, hidden]
    layers: list[nn.Module] = []
    for width in widths:
        layers += [nn.Conv2d(channels, width, 3, stride=2, padding=1), nn.GroupNorm(1, width), nn.GELU()]
        channels = width
    return nn.Sequential(*layers, nn.Conv2d(channels, hidden, 1))
