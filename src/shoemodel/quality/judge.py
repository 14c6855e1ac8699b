"""The judge: one small network that looks at a finished picture and says where shoe is and where the 12 points are.

It has learnt from true worn pictures, in which both are known exactly, and never from a generator's. ShoeModel uses it
to find shoes to erase between its passes and to choose pictures, so where it grades pictures too it favours ShoeModel
(`docs/results.md`). SegFormer with 13 outputs on a grid of a quarter of the side: a logit for shoe, then one heatmap a
point in the order of `pose.NAMES` (all ours).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor
from transformers import SegformerForSemanticSegmentation

from shoemodel.errors import InputError
from shoemodel.image.crop import to_network
from shoemodel.image.geometry import Letterbox
from shoemodel.image.pose import FLIP, NAMES
from shoemodel.lps import feet
from shoemodel.runtime.quiet import quiet
from shoemodel.wd.model import build as segformer
from shoemodel.wd.segformer import StemmedSegformer

OUTPUTS = ("shoe", *NAMES)
SHOE = 0
MIN_PEAK = 0.25
"""Heatmap peak from which a point counts as found."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What the judge sees, on the picture's grid."""

    shoe: Bool[np.ndarray, "h w"]
    points_px: Float[np.ndarray, "12 2"]
    scores: Float[np.ndarray, "12"]
    """Heights of the heatmaps' peaks."""

    @property
    def found(self) -> Bool[np.ndarray, "12"]:
        """Which points are there."""
        return np.asarray(self.scores >= MIN_PEAK)


def build(
    side: int, hidden_sizes: tuple[int, ...], depths: tuple[int, ...], heads: tuple[int, ...], decoder_size: int
) -> SegformerForSemanticSegmentation:
    """A judge with fresh weights for pictures of `side` px."""
    model = segformer(hidden_sizes, depths, heads, decoder_size, OUTPUTS, stemmed=True)
    model.config.image_size = side  # where `read` finds it
    return model


def of_pack(pipeline: Any, name: str) -> SegformerForSemanticSegmentation:
    """The pack's own judge.

    Raises:
        InputError: it has none.
    """
    if pipeline.judge is None:
        raise InputError(
            f"the pack {name} holds no judge to find shoe and points in a picture: `shoemodel pack` with a run of "
            "`shoemodel train judge`, or --judge RUN"
        )
    return pipeline.judge


def load(run: Path) -> SegformerForSemanticSegmentation:
    """The judge of a run of `shoemodel train judge`, or of a pack's folder.

    Raises:
        InputError: there is none.
    """
    folder = next((found for found in (run / "model" / "judge", run / "judge") if found.is_dir()), None)
    if folder is None:
        raise InputError(f"{run} holds no model/judge; a run of `shoemodel train judge` is accepted")
    with quiet():
        return StemmedSegformer.from_pretrained(folder, local_files_only=True).eval()


@torch.no_grad()
def read(judge: SegformerForSemanticSegmentation, picture: UInt8[np.ndarray, "h w 3"]) -> Reading:
    """Look at a picture and at its mirror image, letterboxed into the judge's square, and take the mean."""
    side = judge.config.image_size
    box = Letterbox(picture.shape[:2], (side, side))
    pixels = torch.from_numpy(to_network(box.apply_image(picture)))[None].to(judge.device, judge.dtype)
    straight, mirrored = judge(pixel_values=torch.cat([pixels, pixels.flip(-1)])).logits.float()
    order = [SHOE, *(1 + index for index in FLIP)]
    outputs = (straight + mirrored.flip(-1)[order]) / 2
    logits = box.invert_map(enlarged(outputs[None, :1], side)[0, 0].cpu().numpy())
    points, scores = feet.decode(outputs[None, 1:].cpu().numpy(), (side, side))
    return Reading(logits > 0, box.invert_points(points[0]), scores[0])


def find_shoes(judge: SegformerForSemanticSegmentation, picture: UInt8[np.ndarray, "h w 3"]) -> Bool[np.ndarray, "h w"]:
    """Where in a picture shoes are."""
    return read(judge, picture).shoe


def enlarged(outputs: Float[Tensor, "b n q q"], side: int) -> Float[Tensor, "b n side side"]:
    """Outputs at the resolution of the input."""
    return torch.nn.functional.interpolate(outputs, (side, side), mode="bilinear", align_corners=False)
