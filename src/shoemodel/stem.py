"""A convolutional stem in place of a vision transformer's linear patch embedding (ours).

One linear layer per patch needs a million pictures before it sees edges. Four strided convolutions (Xiao et al. 2021,
"Early convolutions help transformers see better") bring the knowledge that neighbouring pixels belong together, so that
a transformer can be taught from nothing.
"""

from __future__ import annotations

from torch import nn

PATCH = 16
"""Input px per token on each axis."""


def convolutional(channels: int, hidden: int) -> nn.Sequential:
    """(b, channels, s, s) -> (b, hidden, s/16, s/16)."""
    layers: list[nn.Module] = []
    for width in (hidden // 8, hidden // 4, hidden // 2, hidden):
        layers += [nn.Conv2d(channels, width, 3, stride=2, padding=1), nn.GroupNorm(1, width), nn.GELU()]
        channels = width
    return nn.Sequential(*layers, nn.Conv2d(channels, hidden, 1))


def check_patch(patch: int) -> None:
    """Raise ValueError unless `patch` is what the stem makes."""
    if patch != PATCH:
        raise ValueError(f"the convolutional stem makes patches of {PATCH} px, not {patch}")
