"""A convolutional stem in place of a vision transformer's linear patch embedding (ours).

One linear layer per patch needs a million pictures before it sees edges. Four strided convolutions (Xiao et al. 2021,
"Early convolutions help transformers see better") bring the knowledge that neighbouring pixels belong together, so that
a transformer can be taught from nothing.
"""

from __future__ import annotations

from torch import Tensor, nn

PATCH, FINE = 16, 4
"""Input px per token on each axis: of `convolutional`, of `residual`."""


def convolutional(channels: int, hidden: int) -> nn.Sequential:
    """(b, channels, s, s) -> (b, hidden, s/16, s/16)."""
    layers: list[nn.Module] = []
    for width in (hidden // 8, hidden // 4, hidden // 2, hidden):
        layers += [nn.Conv2d(channels, width, 3, stride=2, padding=1), nn.GroupNorm(1, width), nn.GELU()]
        channels = width
    return nn.Sequential(*layers, nn.Conv2d(channels, hidden, 1))


def residual(channels: int, hidden: int) -> nn.Sequential:
    """(b, channels, s, s) -> (b, hidden, s/4, s/4): finer and deeper, for networks that answer for every pixel."""
    half = hidden // 2
    return nn.Sequential(
        nn.Conv2d(channels, half, 3, stride=2, padding=1),
        _Residual(half),
        nn.Conv2d(half, hidden, 3, stride=2, padding=1),
        _Residual(hidden),
    )


class _Residual(nn.Module):
    """x + two convolutions of x."""

    def __init__(self, width: int):
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(2):
            layers += [nn.GroupNorm(min(4, width), width), nn.GELU(), nn.Conv2d(width, width, 3, padding=1)]
        self.branch = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.branch(x)


def check_patch(patch: int) -> None:
    """Raise ValueError unless `patch` is what the stem makes."""
    if patch != PATCH:
        raise ValueError(f"the convolutional stem makes patches of {PATCH} px, not {patch}")
