"""X_m without a prompt: what the segmenter, SAM and a plain ground say together, and how far to believe it (ours).

Three answers are cut out: the segmenter's, SAM's, and one for which the two networks' logits are added. Each ends where
a plain ground begins, or where GrabCut says. The one that the others agree with most is taken, or SAM's where the
segmenter itself is unsure. How much they agree, and how sure the segmenter is, tells how far to believe the mask.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8
from transformers import SamModel, SegformerForSemanticSegmentation

from shoemodel.errors import InputError
from shoemodel.image import masks
from shoemodel.image.geometry import Box
from shoemodel.wd import ground, outline, region, segmenter
from shoemodel.wd.ground import Ground
from shoemodel.wd.region import Region
from shoemodel.wd.segmenter import UNWORN, WORN

SAM_LIMIT = 4.0  # SAM's logits are cut off here before they are added to the segmenter's
SAM_SHARE = 0.4  # weight of SAM's in the sum
MARGIN = 0.2  # of the found box's longer side, on each side, for the second look
LEAST = 0.85  # of the photo's longer side: a larger crop shows nothing new
AGREEMENT = 0.5  # IoU of first and second look under which the first is kept
TRUSTED = 0.6  # expected IoU of the segmenter's own mask under which SAM's is taken
CONFIDENCE = (-10.8, 0.1, 15.0)  # logistic: constant, weights of agreement and expected IoU (reproduce/confidence.py)
UNSURE = 0.5  # confidence under which the user is asked to look at the areas
MIN_EXPECTED = 0.05  # expected IoU of the mask that is taken under which there is no shoe
SEEN = 0.25  # the same of a mask from elsewhere, a box about the middle of the photo say; 0.15 on a landscape
WORN_EXPECTED = 0.15  # the same, under which a worn shoe is refused and not only told
UNFIT = 0.15  # mean probability of a worn or turned shoe above which that is told
OWN, SAMS = 0, 1  # numbers of the segmenter's own mask and of SAM's
ALPHA_LEAST, ALPHA_UNSURE = 0.15, 0.3  # mean probability under which a cut-out is refused, or the user warned
WORN_SHARE = 0.5  # share of the shoes' pixels that no foot can be put into, from which nothing else is meant


@dataclass(frozen=True, eq=False)
class Answer:
    """What is known of a photo."""

    logits: Float[np.ndarray, "2 h w"]
    """The segmenter's, `UNWORN` and `WORN`."""
    masks: tuple[Bool[np.ndarray, "h w"], ...]
    """The segmenter's, SAM's, the common one."""

    @cached_property
    def agreement(self) -> Float[np.ndarray, "3"]:
        """Mean IoU of each mask with the others."""
        count = len(self.masks)
        pairs = np.array([[masks.iou(one, other) for other in self.masks] for one in self.masks])
        return (pairs.sum(axis=1) - 1) / (count - 1)

    @cached_property
    def expected(self) -> tuple[float, ...]:
        """Expected IoU of each mask, as the segmenter sees it."""
        return tuple(expected_iou(self.logits[UNWORN], mask) for mask in self.masks)

    @cached_property
    def taken(self) -> int:
        """Number of the mask that is taken."""
        if self.expected[OWN] < TRUSTED and self.masks[SAMS].any():
            return SAMS
        return int(self.agreement.argmax())

    @property
    def best(self) -> Bool[np.ndarray, "h w"]:
        """The mask that is taken."""
        return self.masks[self.taken]

    @cached_property
    def confidence(self) -> float:
        """How likely the mask is to be right, which is an IoU of at least 0.8 with the truth; 0 for an empty one."""
        if not self.best.any():
            return 0.0
        constant, agreed, sure = CONFIDENCE
        score = constant + agreed * self.agreement[self.taken] + sure * self.expected[self.taken]
        return float(1 / (1 + np.exp(-score)))

    @cached_property
    def worn(self) -> float:
        """Share of the pixels of all shoes that belong to such as are worn or lie sole up."""
        probability = 1 / (1 + np.exp(-self.logits))
        totals = (probability * (probability > 0.5)).sum(axis=(1, 2))
        return float(totals[WORN] / max(totals.sum(), 1e-6))

    @cached_property
    def unfit(self) -> float:
        """Mean probability that the pixels of the mask belong to a shoe that is worn or lies sole up; 1 for no mask."""
        return float((1 / (1 + np.exp(-self.logits[WORN][self.best]))).mean()) if self.best.any() else 1.0

    @property
    def pieces(self) -> int:
        """How many separate shoes or pairs the segmenter sees, small ones aside."""
        seen = (self.logits[UNWORN] > 0).astype(np.uint8)
        sizes = cv2.connectedComponentsWithStats(seen)[2][1:, cv2.CC_STAT_AREA]
        return int((sizes > 0.2 * sizes.max()).sum()) if len(sizes) else 0


def find(
    sam: SamModel,
    network: SegformerForSemanticSegmentation,
    rgb: UInt8[np.ndarray, "h w 3"],
    name: str = "the photo",
    force: bool = False,
) -> Region:
    """The unworn shoe, or the pair, that a photo shows.

    force: take what looks most like one where there seems to be none, and warn.

    Raises:
        InputError: there is none, or somebody wears it; `name` is what the message calls the photo.
    """
    answer = answers(sam, network, rgb)
    refusal = _refusal(answer, name)
    if refusal and not (force and answer.best.any()):
        raise InputError(refusal)
    mask = masks.erode(answer.best, region.EDGE * max(answer.best.shape))
    return Region(mask, answer.confidence, "automatic", (refusal,) if refusal else _doubts(answer))


def _refusal(answer: Answer, name: str) -> str:
    """Why there is nothing to dress, or no word."""
    confidence, share, expected = answer.confidence, float(answer.best.mean()), answer.expected[answer.taken]
    if answer.worn > WORN_SHARE and answer.unfit > UNFIT and confidence < UNSURE and expected < WORN_EXPECTED:
        return (
            f"the shoe in {name} is worn or lies sole up: give a photo of a shoe that stands and that nobody wears, or "
            "mark such a one with a box, points or a mask"
        )
    if expected < MIN_EXPECTED or not region.MIN_AREA <= share <= region.MAX_AREA:
        return (
            f"no unworn shoe was found in {name} (confidence {confidence:.2f}, {share:.1%} of the pixels): give a "
            "photo of a shoe that nobody wears, or mark it with a box, points or a mask"
        )
    return ""


def _doubts(answer: Answer) -> tuple[str, ...]:
    """What the user should look at before the mask is trusted."""
    said: tuple[str, ...] = (region.DOUBT.format(answer.confidence),) if answer.confidence < UNSURE else ()
    if answer.unfit > UNFIT:
        said += ("the shoe may be worn or lie sole up, and no leg can stand in it then: look where the leg stands",)
    if answer.pieces > 2:
        said += (f"{answer.pieces} separate shoes were seen, and two are taken: mark others with a box",)
    return said


def of_alpha(
    network: SegformerForSemanticSegmentation,
    rgb: UInt8[np.ndarray, "h w 3"],
    cut_out: Region,
    name: str = "the photo",
    force: bool = False,
) -> Region:
    """What a photo's transparency leaves, if it is a shoe: somebody cut it out, but perhaps a garment.

    Raises:
        InputError: it is none, and `force` does not say to go on.
    """
    logits = segmenter.read(network, np.where(cut_out.mask[..., None], rgb, 255).astype(np.uint8))
    likely = float((1 / (1 + np.exp(-logits[UNWORN][cut_out.mask]))).mean())
    said = (
        f"what is opaque in {name} does not look like an unworn shoe (confidence {likely:.2f}): give a cut-out of a "
        "shoe that nobody wears, or a mask"
    )
    if likely < ALPHA_LEAST and not force:
        raise InputError(said)
    return replace(cut_out, confidence=likely, doubts=(said,) if likely < ALPHA_UNSURE else ())


def seen(
    network: SegformerForSemanticSegmentation, rgb: UInt8[np.ndarray, "h w 3"], mask: Bool[np.ndarray, "h w"]
) -> bool:
    """Whether the segmenter sees an unworn shoe at a mask that somebody else found."""
    return expected_iou(look(network, rgb, mask)[UNWORN], mask) >= SEEN


def answers(sam: SamModel, network: SegformerForSemanticSegmentation, rgb: UInt8[np.ndarray, "h w 3"]) -> Answer:
    """Ask everybody."""
    height, width = rgb.shape[:2]
    said, _ = region.ask(sam, rgb, Box(0, 0, width, height), mirrored=True)
    try:
        alone = region.find(sam, rgb).mask
    except InputError:  # SAM sees none: that is an answer too
        alone = np.zeros((height, width), bool)
    logits, plain = look(network, rgb, alone), ground.plain(rgb)
    common = (1 - SAM_SHARE) * logits[UNWORN] + SAM_SHARE * np.clip(said, -SAM_LIMIT, SAM_LIMIT)
    return Answer(logits, (cut(rgb, logits[UNWORN], plain), alone, cut(rgb, common, plain)))


def look(
    network: SegformerForSemanticSegmentation, rgb: UInt8[np.ndarray, "h w 3"], hint: Bool[np.ndarray, "h w"]
) -> Float[np.ndarray, "2 h w"]:
    """The segmenter's logits; about what it finds, and the `hint`, those of a second, closer look, where this shows the
    shoe clearly larger."""
    first = segmenter.read(network, rgb)
    found = region.tidy(first[UNWORN] > 0)
    if not found.any():
        return first
    box, (height, width) = Box.of_mask(found | hint), found.shape
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
