"""X_m without a prompt, of a photo's segmenter, plain ground and SAM, and how far to believe it (ours).

Three answers are cut out. The segmenter's own; SAM's, as `wd.region` completes it; and one in which the two speak
together. Each is told by the ground where that is plain, else by GrabCut. The answer that the others agree with most is
taken. How much they agree, and how sure the segmenter is of it, says how likely the mask is to be right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, UInt8
from transformers import SamModel, SegformerForSemanticSegmentation

from shoemodel.errors import InputError
from shoemodel.image import masks
from shoemodel.image.geometry import Box
from shoemodel.wd import ground, outline, region, segmenter
from shoemodel.wd.ground import Ground
from shoemodel.wd.segmenter import UNWORN, WORN

SAM_LIMIT = 4.0  # SAM's logits are cut off here before they are added to the segmenter's
MARGIN = 0.2  # of the found box's longer side, on each side, for the second look
LEAST = 0.85  # of the photo's longer side: a larger crop shows nothing new
AGREEMENT = 0.5  # IoU of first and second look under which the first is kept


@dataclass(frozen=True, eq=False)
class Answer:
    """What each look at a photo gives."""

    logits: Float[np.ndarray, "2 h w"]
    """The segmenter's."""
    ground: Ground | None
    masks: tuple[Bool[np.ndarray, "h w"], ...]
    """The segmenter's, the common one, SAM's."""
    sam_confidence: float


def answers(
    sam: SamModel, network: SegformerForSemanticSegmentation, rgb: UInt8[np.ndarray, "h w 3"]
) -> Answer:
    """All that is known of the shoe in a photo."""
    logits, plain = look(network, rgb), ground.plain(rgb)
    height, width = rgb.shape[:2]
    said, _ = region.ask(sam, rgb, Box(0, 0, width, height), mirrored=True)
    common = (logits[UNWORN] + np.clip(said, -SAM_LIMIT, SAM_LIMIT)) / 1.5
    try:
        own = region.find(sam, rgb)
        alone, confidence = own.mask, own.confidence
    except InputError:  # SAM sees none: that is an answer too
        alone, confidence = np.zeros((height, width), bool), 0.0
    found = (cut(rgb, logits[UNWORN], plain), cut(rgb, common, plain), alone)
    return Answer(logits, plain, found, confidence)


def look(network: SegformerForSemanticSegmentation, rgb: UInt8[np.ndarray, "h w 3"]) -> Float[np.ndarray, "2 h w"]:
    """The segmenter's logits; about the shoe those of a second, closer look, where this shows it clearly larger."""
    first = segmenter.read(network, rgb)
    found = region.tidy(first[UNWORN] > 0)
    if not found.any():
        return first
    box, (height, width) = Box.of_mask(found), found.shape
    margin = MARGIN * max(box.width, box.height)
    x0, y0 = int(max(0, box.x0 - margin)), int(max(0, box.y0 - margin))
    x1, y1 = int(min(width, box.x1 + margin)), int(min(height, box.y1 + margin))
    if max(x1 - x0, y1 - y0) > LEAST * max(height, width):
        return first
    closer = first.copy()
    closer[:, y0:y1, x0:x1] = segmenter.read(network, np.ascontiguousarray(rgb[y0:y1, x0:x1]))
    return closer if masks.iou(closer[UNWORN] > 0, found) > AGREEMENT else first


def cut(
    rgb: UInt8[np.ndarray, "h w 3"], logits: Float[np.ndarray, "h w"], plain: Ground | None
) -> Bool[np.ndarray, "h w"]:
    """The shoe that logits speak of, along the edges of the photo."""
    found = region.tidy(outline.complete(rgb, logits, plain=plain))
    return region.tidy(outline.refine(rgb, found)) if found.any() else found


def expected_iou(logits: Float[np.ndarray, "h w"], mask: Bool[np.ndarray, "h w"]) -> float:
    """What the segmenter's probabilities say that the IoU of a mask with the truth is; 0 for an empty one."""
    if not mask.any():
        return 0.0
    probability = 1 / (1 + np.exp(-logits))
    return float(probability[mask].sum() / (mask.sum() + probability[~mask].sum()))
