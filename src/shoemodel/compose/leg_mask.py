"""Where a leg is, by the pose's bones: the mask in which it may be generated, and what in an image is leg (ours)."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.image.masks import dilate
from shoemodel.image.pose import FOOT_INDICES, LEG_INDICES, Pose, extents

HALF_WIDTH = 0.33
"""Of the mask, from the leg's bones, in foot lengths: trousers fit, and little beside them."""
ANKLE, RISE = 0.5, (0.15, 0.75)
"""Fraction of that beside the ankle, and from and to which height up the shank, in foot lengths, it grows to all."""
LIKELY, CORE = 0.25, 0.1
"""Half the widths about the bones in which what was generated is probably and certainly leg, in foot lengths."""


class LegMask:
    """Where the legs of a pose are in the networks' square, above the shoe's opening and outside its visible area.

    All masks hold the wearable area. `allowed`: where a leg may be generated; `likely`, `core`: where it probably and
    certainly is. `unit`: px of the square for each of one of 256.
    """

    def __init__(self, visible: Bool[np.ndarray, "s s"], wearable: Bool[np.ndarray, "s s"], pose: Pose):
        """pose: in px of the square."""
        self.visible, self.wearable, self.unit = visible, wearable, len(visible) / 256
        self._legs = [_Leg(bones, extent, visible, wearable) for bones, extent in _legs(pose)]
        self.allowed = (dilate(wearable, 2 * self.unit) | self.about(HALF_WIDTH, ANKLE)) & ~visible
        self.likely, self.core = wearable | self.about(LIKELY), wearable | self.about(CORE)

    def about(self, half_width: float, ankle: float = 1.0) -> Bool[np.ndarray, "s s"]:
        """The pixels so near to the bones, in extents of the foot, above the opening and outside the visible area;
        beside the ankle only within the fraction `ankle` of that."""
        near = np.zeros(self.visible.shape, bool)
        for leg in self._legs:
            fraction = np.interp(leg.height, RISE, (ankle, 1))
            near |= leg.above & (leg.distance <= fraction * half_width)
        return near & ~self.visible


class _Leg:
    """In extents of the foot: how far from the bones each pixel is, and how high above the ankle along the shank."""

    def __init__(self, bones: np.ndarray, extent: float, visible: np.ndarray, wearable: np.ndarray):
        shape = visible.shape
        self.height = _along(shape, *bones[0]) / extent
        self.distance = _distance(shape, bones) / extent
        self.above = self.height >= _opening(self.height, self.distance, visible, wearable, 2 / extent)


def cut(rgb: UInt8[np.ndarray, "h w 3"], labels: UInt8[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """GrabCut's foreground from OpenCV's labels; the labels' own where they leave nothing to decide."""
    probable = labels % 2 == 1  # OpenCV's foreground labels are odd
    if not (labels == cv2.GC_FGD).any() or not probable.any():
        return probable
    cv2.setRNGSeed(0)
    models = np.zeros((2, 1, 65))
    found, _, _ = cv2.grabCut(np.ascontiguousarray(rgb), labels.copy(), (0, 0, 1, 1), *models, 3, cv2.GC_INIT_WITH_MASK)
    return found % 2 == 1


def _legs(pose: Pose) -> list[tuple[np.ndarray, float]]:
    """Each leg that is there: its bones (2, 2, 2), shank and thigh from below, and the extent of its foot, px."""
    found = []
    for side in range(2):
        indices = LEG_INDICES[3 * side : 3 * side + 3]
        if pose.exists[list(indices)].all():
            (hip, knee, ankle), foot = pose.points[list(indices)], pose.points[list(FOOT_INDICES[4 * side :][:4])]
            found.append((np.array([[ankle, knee], [knee, hip]]), max(float(extents(foot)), 1.0)))
    return found


def _grid(shape: tuple[int, ...]) -> np.ndarray:
    """(h, w, 2): x and y of each pixel's middle."""
    return np.stack(np.meshgrid(np.arange(shape[1]) + 0.5, np.arange(shape[0]) + 0.5), axis=-1)


def _along(shape: tuple[int, ...], start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """How far each pixel lies from `start` in the direction of `end`, px."""
    return (_grid(shape) - start) @ (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)


def _distance(shape: tuple[int, ...], bones: np.ndarray) -> np.ndarray:
    """How far each pixel is from the nearest of the bones (n, 2, 2), px."""
    nearest = np.full(shape, np.inf)
    for start, end in bones:
        length = float(np.linalg.norm(end - start))
        foot = start + (_along(shape, start, end).clip(0, length) / max(length, 1e-6))[..., None] * (end - start)
        nearest = np.minimum(nearest, np.linalg.norm(_grid(shape) - foot, axis=-1))
    return nearest


def _opening(
    height: np.ndarray, distance: np.ndarray, visible: np.ndarray, wearable: np.ndarray, two_px: float
) -> float:
    """From which height on there is leg: the lowest of the wearable area at the bones, or where none is seen (a boot's
    rim, edge-on) the point where they leave the visible area."""
    near = height[wearable & (distance <= HALF_WIDTH)]
    return float(near.min() if near.size else height[visible & (distance <= two_px)].max(initial=0))
