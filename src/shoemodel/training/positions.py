"""Sine and cosine position embeddings, from which a vision transformer learns far sooner than from zeros (ours)."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

LONGEST = 100.0
"""Wavelengths go from 2π patches to LONGEST times that."""
AMPLITUDE = 0.5
"""About the deviation of a fresh patch embedding."""


def sincos(height: int, width: int, channels: int) -> Float[Tensor, "h w c"]:
    """Half of the channels say the row, half the column. ValueError unless 4 divides `channels`."""
    if channels % 4:
        raise ValueError(f"sine and cosine of two axes need a multiple of 4 channels, not {channels}")
    frequencies = LONGEST ** -torch.linspace(0, 1, channels // 4)
    rows, columns = (torch.outer(torch.arange(n).float(), frequencies) for n in (height, width))
    by_row = torch.cat([rows.sin(), rows.cos()], 1)[:, None].expand(height, width, channels // 2)
    by_column = torch.cat([columns.sin(), columns.cos()], 1)[None].expand(height, width, channels // 2)
    return AMPLITUDE * torch.cat([by_row, by_column], 2)
