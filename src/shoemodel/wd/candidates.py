"""What else in a photo may be the shoe: the automatic mode's candidates, the best first (ours).

SAM's own automatic mode asks at a grid of points; a small SAM answers all of them alike. What differs is how far its
word is trusted: by itself it may see a part of a boot only, while in a box the photo's colours decide (`wd.outline`).
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, UInt8
from transformers import SamModel, SegformerForSemanticSegmentation

from shoemodel.errors import InputError
from shoemodel.image import draw, masks
from shoemodel.image.geometry import Box
from shoemodel.image.io import Photo
from shoemodel.wd import automatic
from shoemodel.wd.region import Region, of_photo

BORDER = 0.04
"""Of the photo on each side, outside the box that asks for whatever stands in its middle."""
WIDER = 1.5
"""The other box, about the automatic answer, in sizes of its box."""
SAME = 0.9
"""IoU above which a candidate is an earlier one again."""
SHOWN_PX = 320
"""Longer side of a picture on the sheet."""


def propose(sam: SamModel, photo: Photo, segmenter: SegformerForSemanticSegmentation | None = None) -> list[Region]:
    """Different regions: first the automatic answer, which is right most often, then the others by confidence.

    Of the others those alone in which the `segmenter`, where there is one, sees an unworn shoe.

    Raises:
        InputError: there is no candidate at all.
    """
    height, width = photo.size
    middle = Box(BORDER * width, BORDER * height, (1 - BORDER) * width, (1 - BORDER) * height)
    first = _found(sam, photo, None, segmenter)
    others = [_found(sam, photo, middle)]
    if first is not None:
        others += [_found(sam, photo, _wider(first.mask)), *_each_shoe(first)]
    if segmenter is not None:
        others = [region for region in others if region and automatic.seen(segmenter, photo.rgb, region.mask)]
    ranked = sorted((region for region in others if region is not None), key=lambda region: -region.confidence)
    kept: list[Region] = []
    for region in [first, *ranked] if first is not None else ranked:
        if all(masks.iou(region.mask, other.mask) < SAME for other in kept):
            kept.append(region)
    if not kept:
        raise InputError(f"no unworn shoe was found in {photo.path.name}: give a box, points or a mask")
    return kept


def sheet(rgb: UInt8[np.ndarray, "h w 3"], regions: list[Region]) -> UInt8[np.ndarray, "H W 3"]:
    """The candidates side by side, numbered, with all else darkened."""
    scale = min(1.0, SHOWN_PX / max(rgb.shape[:2]))
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    pictures = []
    for region in regions:
        cut = np.where(region.mask[..., None], rgb, rgb // 4)
        pictures.append(cv2.resize(cut, size, interpolation=cv2.INTER_AREA))
    labels = [f"{number}: {region.confidence:.2f}" for number, region in enumerate(regions)]
    return draw.contact_sheet([pictures], labels)


def _found(
    sam: SamModel, photo: Photo, box: Box | None, segmenter: SegformerForSemanticSegmentation | None = None
) -> Region | None:
    try:
        return of_photo(sam, photo, box, segmenter=segmenter)
    except InputError:  # nothing there: this is no candidate
        return None


def _wider(mask: Bool[np.ndarray, "h w"]) -> Box:
    """A box WIDER times the mask's, cut at the photo's edge."""
    height, width = mask.shape
    box = Box.of_mask(mask)
    across, down = (WIDER - 1) / 2 * box.width, (WIDER - 1) / 2 * box.height
    return Box(
        max(0.0, box.x0 - across), max(0.0, box.y0 - down), min(width, box.x1 + across), min(height, box.y1 + down)
    )


def _each_shoe(region: Region) -> list[Region]:
    """The pieces of a pair, each alone, with the confidence of both."""
    count, pieces = cv2.connectedComponents(region.mask.astype(np.uint8))
    alone = [pieces == number for number in range(1, count)] if count == 3 else []
    return [Region(piece, region.confidence, region.source) for piece in alone]
