"""Self-training on a user's own photos (ours): a pack finds each shoe and labels its areas, sure pixels are learnt.

No label is needed, so it closes the gap between rendered and real. The teacher is fixed, so that an interrupted run
that finds the labels again finds the same; a second round takes the pack that the first one gave.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Bool, UInt8
from rich.console import Console
from rich.progress import track
from transformers import SegformerForSemanticSegmentation

from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image import masks
from shoemodel.image.crop import square_around
from shoemodel.image.geometry import warp
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.wd.augment import IGNORE
from shoemodel.wd.model import MARGIN, area_labels, crop_to_shoe
from shoemodel.wd.predict import input_side, scores

MIN_KNOWN = 0.5
"""Share of a shoe's pixels that the teacher must be sure of, else the photo teaches nothing."""


@dataclass(frozen=True, eq=False)
class Pseudo:
    """A photo cropped to its shoe, and the labels that the teacher is sure of; IGNORE elsewhere on the shoe."""

    rgb: UInt8[np.ndarray, "s s 3"]
    labels: UInt8[np.ndarray, "s s"]


def label(folder: Path, teacher: str, confidence: float, side: int) -> list[Pseudo]:
    """Pseudo-labels of every photo of a folder and its sub-folders, in crops of `side` px.

    A photo that cannot be read, or in which no shoe is found or recognised, is skipped with a warning that names it.

    Raises:
        InputError: an unknown pack, or no photo is left.
    """
    files = sorted(file for file in Path(folder).rglob("*") if file.is_file())
    pipeline = ShoeModelPipeline.from_pretrained(teacher, only=("region", "areas"))
    found, console = [], Console(stderr=True)
    for file in track(files, "labelling photos", console=console, transient=True, disable=not console.is_terminal):
        try:
            found.append(label_photo(pipeline, images.load(file), confidence, side))
        except InputError as error:
            warnings.warn(f"{file.name} is left out: {error}", stacklevel=2)
    if not found:
        raise InputError(f"{folder}: found no usable photo in {len(files)} file(s); {images.ACCEPTED} are accepted")
    return found


def label_photo(pipeline: ShoeModelPipeline, photo: images.Photo, confidence: float, side: int) -> Pseudo:
    """The crop around the shoe, and what the pack says of it with at least `confidence`.

    Raises:
        InputError: no shoe is found, or the pack is sure of less than MIN_KNOWN of it.
    """
    region = pipeline.find_region(photo).mask
    labels, sure = _labels(pipeline.areas, photo.rgb, region, confidence)
    transform = square_around(region, side, MARGIN)
    shoe = warp(region.astype(np.uint8), transform, (side, side), nearest=True).astype(bool)
    labels, sure = (cv2.resize(map_, (side, side), interpolation=cv2.INTER_NEAREST) for map_ in (labels, sure))
    known = (sure[shoe] > 0).mean()
    if known < MIN_KNOWN:
        raise InputError(f"the areas of the shoe in {photo.path.name} are sure for {known:.0%} of it only")
    labels = np.where(sure > 0, labels, IGNORE).astype(np.uint8)
    return Pseudo(warp(photo.rgb, transform, (side, side)), np.where(shoe, labels, masks.BACKGROUND).astype(np.uint8))


def _labels(
    model: SegformerForSemanticSegmentation,
    rgb: UInt8[np.ndarray, "h w 3"],
    region: Bool[np.ndarray, "h w"],
    confidence: float,
) -> tuple[UInt8[np.ndarray, "s s"], UInt8[np.ndarray, "s s"]]:
    """Labels in the teacher's own crop, and 1 where it is sure of them."""
    crop, _ = crop_to_shoe(rgb, region, input_side(model))
    probability = torch.softmax(torch.from_numpy(scores(model, crop)), dim=2).numpy()
    sure = probability.max(axis=2) >= confidence
    return area_labels(probability, np.ones_like(sure)), sure.astype(np.uint8)
