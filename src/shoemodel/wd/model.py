"""The network of wearable-area detection (3.1): X_m → background, visible area, wearable area.

| paper | name | here |
|---|---|---|
| X_m | shoe region | the shoe's pixels on black, cropped to a square around the shoe (the crop is ours) |
| X_v, wearable | area logits | (b, 3, s, s) in the order of `masks.BACKGROUND`, `VISIBLE`, `WEARABLE` |
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor
from transformers import SegformerConfig, SegformerForSemanticSegmentation

from shoemodel import masks
from shoemodel.crop import crop_to_mask
from shoemodel.geometry import Similarity

MARGIN = 0.08
"""Black margin around the shoe, of the box's longer side (ours)."""
_LABELS = dict(enumerate(masks.NAMES))


def build(
    hidden_sizes: tuple[int, ...] = (32, 64, 160, 256),
    depths: tuple[int, ...] = (2, 2, 2, 2),
    heads: tuple[int, ...] = (1, 2, 5, 8),
    decoder_size: int = 256,
) -> SegformerForSemanticSegmentation:
    """A SegFormer with fresh weights and three labels; the defaults are SegFormer-B0's."""
    config = SegformerConfig(
        hidden_sizes=list(hidden_sizes),
        depths=list(depths),
        num_attention_heads=list(heads),
        decoder_hidden_size=decoder_size,
        id2label=_LABELS,
        label2id={name: number for number, name in _LABELS.items()},
    )
    return SegformerForSemanticSegmentation(config)


def crop_to_shoe(
    rgb: UInt8[np.ndarray, "h w 3"], region: Bool[np.ndarray, "h w"], side: int
) -> tuple[UInt8[np.ndarray, "side side 3"], Similarity]:
    """X_m as the network sees it, and the transform photo px → crop px. ValueError for an empty region."""
    return crop_to_mask(rgb, region, side, MARGIN)


def area_logits(model: SegformerForSemanticSegmentation, pixels: Float[Tensor, "b 3 s s"]) -> Float[Tensor, "b 3 s s"]:
    """Logits at the resolution of the input; `pixels` are X_m in [-1, 1] (`crop.to_network`)."""
    logits = model(pixel_values=pixels).logits.float()  # a quarter of the input's side
    return torch.nn.functional.interpolate(logits, pixels.shape[-2:], mode="bilinear", align_corners=False)
