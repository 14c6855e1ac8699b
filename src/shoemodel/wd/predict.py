"""Wearable-area detection on a photo: X_m -> visible and wearable area on the photo's own grid (section 3.1)."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from transformers import SegformerForSemanticSegmentation

from shoemodel.errors import InputError
from shoemodel.image import masks
from shoemodel.image.crop import to_network
from shoemodel.image.geometry import Box, Similarity
from shoemodel.image.masks import ShoeAreas
from shoemodel.wd.model import area_labels, area_logits, crop_to_shoe

SPECK = 0.004  # of the shoe's pixels: smaller pieces of an area take their neighbourhood's label (ours)
SURE, OUTLINE = 0.7, 0.02
"""See `without_spots`; the second is how near counts as at the outline, of the shoe's longer side."""
DEFAULT_SIDE = 256


def predict(
    model: SegformerForSemanticSegmentation,
    rgb: UInt8[np.ndarray, "h w 3"],
    region: Bool[np.ndarray, "h w"],
    name: str = "the photo",
) -> ShoeAreas:
    """The areas of the shoe at `region`; what lies outside the region is background.

    Raises:
        InputError: nothing of the shoe would be seen when it is worn.
    """
    crop, transform = crop_to_shoe(rgb, region, input_side(model))
    box = Box.of_mask(region)
    inside = region[box.slices]
    found = _to_photo(scores(model, crop), transform, box)
    wearable = np.exp(found[..., -1])
    labels = without_spots(area_labels(found, inside), wearable, inside)
    whole = np.zeros(region.shape, np.uint8)
    whole[box.slices] = remove_specks(labels, inside)
    if not (whole == masks.VISIBLE).any():
        raise InputError(f"no part of the shoe in {name} would be visible when worn: give a box, points or a mask")
    return ShoeAreas(whole, unsure=float(np.minimum(wearable, 1 - wearable)[inside].mean()))


def scores(model: SegformerForSemanticSegmentation, x_m: UInt8[np.ndarray, "s s 3"]) -> Float[np.ndarray, "s s c"]:
    """Logarithm of every pixel's probabilities, the mean of those of X_m and of its mirror image (ours)."""
    pixels = torch.from_numpy(to_network(x_m))[None].to(model.device, model.dtype)
    with torch.inference_mode():
        seen, mirrored = area_logits(model, torch.cat([pixels, pixels.flip(-1)])).softmax(1)
        mean = (seen + mirrored.flip(-1)) / 2
    return mean.clamp(min=1e-7).log().permute(1, 2, 0).cpu().numpy()


def input_side(model: SegformerForSemanticSegmentation) -> int:
    """Pixels of the square the model was trained on: `image_size` of its configuration, else 256."""
    return int(getattr(model.config, "image_size", DEFAULT_SIDE))


def without_spots(
    labels: UInt8[np.ndarray, "h w"], wearable: Float[np.ndarray, "h w"], region: Bool[np.ndarray, "h w"]
) -> UInt8[np.ndarray, "h w"]:
    """Pieces of wearable area that lie wholly within the visible one and are `wearable` with a mean probability below
    SURE become visible: folds of a shaft, not openings, which reach the outline or are certain (ours)."""
    count, pieces = cv2.connectedComponents((labels == masks.WEARABLE).astype(np.uint8))
    if count == 1:
        return labels
    reach = max(3, round(OUTLINE * max(region.shape))) | 1
    outside = np.pad(~region, 1, constant_values=True).astype(np.uint8)
    at_outline = cv2.dilate(outside, np.ones((reach, reach), np.uint8))[1:-1, 1:-1] > 0
    sums, sizes = (np.bincount(pieces.ravel(), weights, count) for weights in (wearable.ravel(), None))
    doubtful = sums < SURE * sizes
    doubtful[0] = False
    doubtful[pieces[at_outline]] = False
    return np.where(doubtful[pieces], masks.VISIBLE, labels).astype(np.uint8)


def remove_specks(
    labels: UInt8[np.ndarray, "h w"], region: Bool[np.ndarray, "h w"], share: float = SPECK
) -> UInt8[np.ndarray, "h w"]:
    """Give pieces of one label smaller than `share` of the region the label of the nearest larger piece (ours)."""
    smallest = share * region.sum()
    kept = np.zeros(region.shape, bool)
    for label in (masks.BACKGROUND, masks.VISIBLE, masks.WEARABLE):
        _, pieces, stats, _ = cv2.connectedComponentsWithStats(((labels == label) & region).astype(np.uint8))
        large = stats[:, cv2.CC_STAT_AREA] >= smallest
        large[0] = False  # whatever is not this label
        kept |= large[pieces]
    if not kept.any() or (kept == region).all():
        return labels
    _, nearest = cv2.distanceTransformWithLabels(
        (~kept).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    label_of = np.zeros(nearest.max() + 1, np.uint8)
    label_of[nearest[kept]] = labels[kept]
    return np.where(region, label_of[nearest], masks.BACKGROUND).astype(np.uint8)


def _to_photo(logits: Float[np.ndarray, "s s c"], transform: Similarity, box: Box) -> Float[np.ndarray, "h w c"]:
    """Logits of the crop, drawn bilinearly on the photo's pixels inside `box`; `transform` is photo px -> crop px."""
    to_box = transform.inverse().then(Similarity(dx=-box.x0, dy=-box.y0)).matrix()
    to_box[:, 2] += to_box[:, :2] @ [0.5, 0.5] - 0.5  # OpenCV counts pixel centres from 0
    size = (int(box.width), int(box.height))
    return cv2.warpAffine(logits, to_box, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
