"""The segmenter of shoes: a SegFormer that reads a whole photo at once (ours).

It has two outputs: the pixels of shoes that nobody wears, which are X_m, and the pixels of shoes into which no foot can
be put, for somebody wears them or they lie sole up. SAM answers boxes and points; this network answers "where is the
shoe" (`wd.automatic` combines the two).
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from transformers import SegformerForSemanticSegmentation

from shoemodel.image.crop import to_network
from shoemodel.image.geometry import Letterbox
from shoemodel.wd.model import build as segformer

OUTPUTS = ("unworn shoe", "worn shoe")
UNWORN, WORN = 0, 1


def build(
    side: int, hidden_sizes: tuple[int, ...], depths: tuple[int, ...], heads: tuple[int, ...], decoder_size: int
) -> SegformerForSemanticSegmentation:
    """A segmenter with fresh weights for pictures of `side` px."""
    model = segformer(hidden_sizes, depths, heads, decoder_size, OUTPUTS, stemmed=True)
    model.config.image_size = side  # where `read` finds it
    return model


@torch.no_grad()
def read(
    segmenter: SegformerForSemanticSegmentation, picture: UInt8[np.ndarray, "h w 3"]
) -> Float[np.ndarray, "2 h w"]:
    """Logits of both outputs on the picture's grid: the means of those of the picture and of its mirror image."""
    side = segmenter.config.image_size
    box = Letterbox(picture.shape[:2], (side, side))
    pixels = torch.from_numpy(to_network(box.apply_image(picture)))[None].to(segmenter.device, segmenter.dtype)
    straight, mirrored = segmenter(pixel_values=torch.cat([pixels, pixels.flip(-1)])).logits.float()
    logits = enlarged(((straight + mirrored.flip(-1)) / 2)[None], side)[0].cpu().numpy()
    return np.stack([box.invert_map(each) for each in logits])


def enlarged(outputs: Float[Tensor, "b n q q"], side: int) -> Float[Tensor, "b n side side"]:
    """Outputs at the resolution of the input."""
    return torch.nn.functional.interpolate(outputs, (side, side), mode="bilinear", align_corners=False)
