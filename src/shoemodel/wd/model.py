"""The network of wearable-area detection (3.1): X_m → background, visible area, wearable area.

| paper | name | here |
|---|---|---|
| X_m | shoe region | the shoe's pixels on black, cropped to a square around the shoe (the crop is ours) |
| X_v, wearable | area logits | (b, 3, s, s) in the order of `masks.BACKGROUND`, `VISIBLE`, `WEARABLE` |

The ablation with two classes (Table 5) has logits (b, 2, s, s): everything else, wearable area.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor
from transformers import SegformerConfig, SegformerForSemanticSegmentation

from shoemodel.image import masks
from shoemodel.image.crop import crop_to_mask
from shoemodel.image.geometry import Similarity
from shoemodel.wd.segformer import StemmedSegformer

MARGIN = 0.08
"""Black margin around the shoe, of the box's longer side (ours)."""
CLASS_NAMES: Mapping[int, tuple[str, ...]] = {2: ("everything else", "wearable"), 3: masks.NAMES}
"""The labels of a network of three classes, and of the ablation's two (Table 5)."""

Backbone = Literal["smoke", "mini", "b0", "b1", "b2", "b3", "b4", "b5"]


class Sizes(NamedTuple):
    """SegFormer's four stages, and the width of its decoder."""

    hidden_sizes: tuple[int, ...]
    depths: tuple[int, ...]
    heads: tuple[int, ...]
    decoder_size: int


_HEADS, _WIDE = (1, 2, 5, 8), (64, 128, 320, 512)
SIZES: Mapping[Backbone, Sizes] = {
    "smoke": Sizes((8, 16, 24, 32), (1, 1, 1, 1), (1, 1, 1, 1), 16),
    "mini": Sizes((32, 64, 128, 192), (1, 2, 2, 2), (1, 2, 4, 6), 96),
    "b0": Sizes((32, 64, 160, 256), (2, 2, 2, 2), _HEADS, 256),
    "b1": Sizes(_WIDE, (2, 2, 2, 2), _HEADS, 256),
    "b2": Sizes(_WIDE, (3, 4, 6, 3), _HEADS, 768),
    "b3": Sizes(_WIDE, (3, 4, 18, 3), _HEADS, 768),
    "b4": Sizes(_WIDE, (3, 8, 27, 3), _HEADS, 768),
    "b5": Sizes(_WIDE, (3, 6, 40, 3), _HEADS, 768),
}
"""B0 to B5 are SegFormer's own (Xie et al. 2021, Table 6); smoke and mini are (ours)."""
STEMMED: tuple[Backbone, ...] = ("smoke", "mini")
"""Those that have a convolutional stem."""


def build(
    hidden_sizes: tuple[int, ...],
    depths: tuple[int, ...],
    heads: tuple[int, ...],
    decoder_size: int,
    names: Sequence[str] = masks.NAMES,
    *,
    stemmed: bool = False,
) -> SegformerForSemanticSegmentation:
    """A SegFormer with fresh weights and an output for each of `names`: `build(*SIZES["b0"], CLASS_NAMES[2])`.

    stemmed: with a convolutional stem and nothing dropped, for networks too small to be held back (ours).
    """
    config = SegformerConfig(
        hidden_sizes=list(hidden_sizes),
        depths=list(depths),
        num_attention_heads=list(heads),
        decoder_hidden_size=decoder_size,
        id2label=dict(enumerate(names)),
        label2id={name: number for number, name in enumerate(names)},
    )
    if stemmed:
        config.classifier_dropout_prob = config.drop_path_rate = 0.0
    return (StemmedSegformer if stemmed else SegformerForSemanticSegmentation)(config)


def crop_to_shoe(
    rgb: UInt8[np.ndarray, "h w 3"], region: Bool[np.ndarray, "h w"], side: int
) -> tuple[UInt8[np.ndarray, "side side 3"], Similarity]:
    """X_m as the network sees it, and the transform photo px → crop px. ValueError for an empty region."""
    return crop_to_mask(rgb, region, side, MARGIN)


def area_logits(model: SegformerForSemanticSegmentation, pixels: Float[Tensor, "b 3 s s"]) -> Float[Tensor, "b c s s"]:
    """Logits at the resolution of the input; `pixels` are X_m in [-1, 1] (`crop.to_network`)."""
    logits = model(pixel_values=pixels).logits.float()  # a quarter of the input's side
    return torch.nn.functional.interpolate(logits, pixels.shape[-2:], mode="bilinear", align_corners=False)


def area_labels(scores: Float[np.ndarray, "h w c"], region: Bool[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w"]:
    """The best class of every pixel as a label of `masks`; outside the region all is background.

    Of two classes, everything else is the visible area as far as the region reaches.
    """
    labels = (scores.argmax(axis=2) + len(masks.NAMES) - scores.shape[2]).astype(np.uint8)
    labels[~region] = masks.BACKGROUND
    return labels
