"""The three areas of a shoe photo as labels, and the few operations on masks that everything else needs.

Paper 3.1: background, visible area (seen unworn and worn, blue), wearable area (hidden once worn, yellow).
Masks are bool (h, w). Radii are in px. OpenCV only.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from shoemodel.image.geometry import Number

BACKGROUND, VISIBLE, WEARABLE = 0, 1, 2
NAMES = ("background", "visible", "wearable")
COLOURS = ((0, 0, 0), (0, 0, 255), (255, 255, 0))


@dataclass(frozen=True, eq=False)
class ShoeAreas:
    """A label map (h, w) uint8 of `BACKGROUND`, `VISIBLE`, `WEARABLE`."""

    labels: UInt8[np.ndarray, "h w"]
    unsure: float = 0.0
    """Share of the shoe's pixels that is expected to have the wrong one of its labels; 0 where somebody drew them."""

    def __post_init__(self) -> None:
        labels = self.labels
        if labels.ndim != 2 or labels.dtype != np.uint8:
            raise ValueError(f"shoe areas need a label map (h, w) of uint8, got {labels.shape} of {labels.dtype}")
        if labels.size and labels.max() > WEARABLE:
            raise ValueError(f"shoe areas need labels 0, 1 and 2, got {labels.max()}")

    @classmethod
    def from_masks(cls, visible: Bool[np.ndarray, "h w"], wearable: Bool[np.ndarray, "h w"]) -> ShoeAreas:
        """From two masks that do not overlap."""
        if visible.shape != wearable.shape:
            raise ValueError(f"both masks need one shape, got {visible.shape} and {wearable.shape}")
        if (visible & wearable).any():
            raise ValueError(f"visible and wearable areas overlap in {(visible & wearable).sum()} pixels")
        labels = np.zeros(visible.shape, np.uint8)
        labels[visible], labels[wearable] = VISIBLE, WEARABLE
        return cls(labels)

    @property
    def visible(self) -> Bool[np.ndarray, "h w"]:
        return self.labels == VISIBLE

    @property
    def wearable(self) -> Bool[np.ndarray, "h w"]:
        return self.labels == WEARABLE

    @property
    def shoe(self) -> Bool[np.ndarray, "h w"]:
        return self.labels != BACKGROUND

    @property
    def size(self) -> tuple[int, int]:
        return self.labels.shape

    def behind(self, leg: Bool[np.ndarray, "h w"]) -> ShoeAreas:
        """The same where a leg hides more: what of its pixels was visible is wearable."""
        return ShoeAreas(np.where(leg & self.visible, np.uint8(WEARABLE), self.labels), self.unsure)

    def coloured(self) -> UInt8[np.ndarray, "h w 3"]:
        """The label map in the paper's colours."""
        return np.array(COLOURS, np.uint8)[self.labels]


def _distance_to(mask: Bool[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
    """Euclidean distance in px from every pixel to the nearest True one; infinite where there is none."""
    if not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)


def dilate(mask: Bool[np.ndarray, "h w"], radius_px: Number) -> Bool[np.ndarray, "h w"]:
    """Grow by a disc."""
    return _distance_to(mask) <= radius_px


def erode(mask: Bool[np.ndarray, "h w"], radius_px: Number) -> Bool[np.ndarray, "h w"]:
    """Shrink by a disc; the picture's border does not count as outside."""
    return ~dilate(~mask, radius_px)


def feather(mask: Bool[np.ndarray, "h w"], radius_px: Number) -> Float[np.ndarray, "h w"]:
    """Weights in [0, 1], float32: exactly 1 on the mask, falling linearly to 0 `radius_px` pixels outside it."""
    if radius_px <= 0:
        return mask.astype(np.float32)
    # The first pixel outside is at distance 1 and must already be below 1.
    return np.clip(1 - _distance_to(mask) / (radius_px + 1), 0, 1).astype(np.float32)


def largest_components(
    mask: Bool[np.ndarray, "h w"], keep: int = 2, min_fraction: float = 0.0
) -> Bool[np.ndarray, "h w"]:
    """The `keep` largest 8-connected pieces, of those at least `min_fraction` of the largest one's area."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count <= 1:
        return np.zeros(mask.shape, bool)
    sizes = stats[1:, cv2.CC_STAT_AREA]
    order = np.argsort(-sizes, kind="stable")[:keep]
    kept = np.zeros(count, bool)
    kept[1 + order[sizes[order] >= min_fraction * sizes.max()]] = True
    return mask if kept[1:].all() else kept[labels]


def fill_holes(mask: Bool[np.ndarray, "h w"], max_area_px: Number = np.inf) -> Bool[np.ndarray, "h w"]:
    """Fill background pieces that do not touch the border and are no larger than `max_area_px` (a sandal has holes)."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    on_border = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    filled = stats[:, cv2.CC_STAT_AREA] <= max_area_px
    filled[on_border] = False
    filled[0] = True  # the mask itself
    return filled[labels] if filled[1:].any() else mask


def iou(a: Bool[np.ndarray, "h w"], b: Bool[np.ndarray, "h w"]) -> float:
    """Intersection over union of two masks; 1 where both are empty."""
    if a.shape != b.shape:
        raise ValueError(f"both masks need one shape, got {a.shape} and {b.shape}")
    union = np.count_nonzero(a | b)
    return np.count_nonzero(a & b) / union if union else 1.0
