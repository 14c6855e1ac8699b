"""When a pixel counts as wearable area (ours): not where that is likeliest, but where it raises IoU.

The best class of a network trained with cross-entropy has the fewest wrong pixels, which is not the largest IoU: of a
small and uncertain area it takes too little. One number, added to the wearable area's logit, repairs that; it is
measured on validation shoes and folded into the last layer's bias, so that inference knows nothing of it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable

import numpy as np
import torch
from jaxtyping import Float, UInt8
from transformers import SegformerForSemanticSegmentation

from shoemodel.data.splits import TEST_SHARE, lot
from shoemodel.image import masks
from shoemodel.wd.model import area_labels

SHIFTS = np.arange(-4, 9) / 4
"""Candidates, in logits."""


def validation_rows(shoe_ids: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """(training, validation) rows of training shoes: of every hundred, about five are neither learnt nor tested.

    Where a small folder would keep nothing to learn, there is no validation.
    """
    validation = np.array([lot(shoe) < 2 * TEST_SHARE for shoe in shoe_ids])
    if validation.all():
        validation[:] = False
    return np.flatnonzero(~validation), np.flatnonzero(validation)


def best_shift(examples: Iterable[tuple[Float[np.ndarray, "s s c"], UInt8[np.ndarray, "s s"]]]) -> float:
    """The shift of SHIFTS with the largest mean IoU of visible and wearable area over (scores, true labels).

    0 where there is no wearable area to measure on.
    """
    histograms = np.zeros((len(SHIFTS), 3, 3), np.int64)
    for scores, true in examples:
        for histogram, shift in zip(histograms, SHIFTS, strict=True):
            predicted = area_labels(shifted(scores, shift), true != masks.BACKGROUND)
            histogram += np.bincount(3 * true.ravel().astype(np.intp) + predicted.ravel(), minlength=9).reshape(3, 3)
    if not histograms[0, masks.WEARABLE].any():
        return 0.0
    hit = np.diagonal(histograms, axis1=1, axis2=2)
    iou = hit / np.maximum(histograms.sum(1) + histograms.sum(2) - hit, 1)
    return float(SHIFTS[iou[:, masks.VISIBLE :].mean(axis=1).argmax()])


def shifted(scores: Float[np.ndarray, "s s c"], shift: float) -> Float[np.ndarray, "s s c"]:
    """Scores with `shift` added to the wearable area's, which is the last."""
    return np.concatenate([scores[..., :-1], scores[..., -1:] + np.float32(shift)], axis=-1)


def folded(model: SegformerForSemanticSegmentation, shift: float) -> SegformerForSemanticSegmentation:
    """A copy of the network whose wearable logit is larger by `shift` everywhere."""
    copied = copy.deepcopy(model)
    with torch.no_grad():
        copied.decode_head.classifier.bias[-1] += shift
    return copied
