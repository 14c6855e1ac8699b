"""Skeletons read back from pose pictures X_p by their colours, to judge what a network has generated (Fig. 7) (ours).

Every limb of `draw.pose_image` has its own colour. Its pixels give a line; which end of a line is which joint follows
from where the lines meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from shoemodel.image.draw import LEFT_JOINT, LIMB_COLOURS, RIGHT_JOINT
from shoemodel.image.pose import FOOT_INDICES, LIMBS
from shoemodel.lps.anatomy import implausibility

NEAR = 90.0
"""Farthest that a pixel's colour may lie from its limb's, in RGB."""
LEAST_PX = 12
"""Pixels that make a limb, in a picture of 256 px."""
JOINT_PX = 4.0
"""Radius of the joints that cover the limbs' ends, at 256 px."""
APART_PX = 12.0
"""Limbs whose ends at one joint lie farther apart do not hang together, at 256 px."""
SIDES = 2
ONE_SIDE = len(LIMBS) // SIDES


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Points (12, 2) px in the order of `pose.NAMES`, which were found, which limbs were, and whether they meet."""

    points_px: Float[np.ndarray, "12 2"]
    found: Bool[np.ndarray, "12"]
    limbs: Bool[np.ndarray, "10"]
    joined: bool

    def valid(self, present: Bool[np.ndarray, "2"]) -> bool:
        """Exactly the legs that are there, each with a shank and some of its foot, hanging together, with lengths
        that a leg can have. Thighs are not judged: most leave the picture."""
        limbs = self.limbs.reshape(SIDES, ONE_SIDE)
        if not self.joined or (limbs.any(1) != present).any():
            return False
        if not (limbs[present, 1] & limbs[present, 2:].any(1)).all():
            return False
        sides = self.points_px.reshape(SIDES, 6, 2)
        sides = np.where(self.found.reshape(SIDES, 6, 1), sides, sides[:, 2:3])  # what is not found adds no length
        knee, ankle = sides[:, 1], sides[:, 2]
        legs = np.stack([2 * knee - ankle, knee, ankle], axis=1).reshape(1, 6, 2)  # straight
        feet = sides.reshape(12, 2)[list(FOOT_INDICES)][None]
        return bool(np.isfinite(implausibility(legs, feet, present[None]))[0])


def decode(picture: UInt8[np.ndarray, "s s 3"]) -> Skeleton:
    """The skeleton that a square pose picture shows. A joint outside the picture is found where its limb leaves it."""
    unit = picture.shape[0] / 256
    palette = np.array([*LIMB_COLOURS, LEFT_JOINT, RIGHT_JOINT, (0, 0, 0)], float)
    distance = np.linalg.norm(picture[:, :, None].astype(float) - palette, axis=-1)
    nearest = np.where(distance.min(-1) < NEAR, distance.argmin(-1), len(palette) - 1)
    points, found, joined = np.zeros((12, 2)), np.zeros(12, bool), True
    lines = [_line(nearest == number, unit) for number in range(len(LIMBS))]
    for side in range(SIDES):
        limbs = slice(side * ONE_SIDE, (side + 1) * ONE_SIDE)
        seen = [(limb, line) for limb, line in zip(LIMBS[limbs], lines[limbs], strict=True) if line is not None]
        joints, gap = _assemble(seen)
        joined &= gap <= APART_PX * unit
        for index, point in joints.items():
            points[index], found[index] = point, True
    return Skeleton(points, found, np.array([line is not None for line in lines]), joined)


def _line(mask: Bool[np.ndarray, "s s"], unit: float) -> Float[np.ndarray, "2 2"] | None:
    """Both ends of a limb: the extremes along its main axis, and on to the middles of the joints that cover them.

    Only its largest piece counts: the fringes of joints have colours of limbs here and there.
    """
    pieces, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()) if pieces > 1 else 0
    if not largest or stats[largest, cv2.CC_STAT_AREA] < LEAST_PX * unit**2:
        return None
    rows, columns = np.nonzero(labels == largest)
    pixels = np.column_stack([columns, rows]) + 0.5
    middle = pixels.mean(0)
    axis = np.linalg.svd(pixels - middle, full_matrices=False)[2][0]
    along = (pixels - middle) @ axis
    low, high = np.percentile(along, [1, 99]) + np.array([-1, 1]) * JOINT_PX * unit
    return np.clip(np.stack([middle + low * axis, middle + high * axis]), 0, len(mask))


def _assemble(limbs: list[tuple[tuple[int, int], np.ndarray]]) -> tuple[dict[int, np.ndarray], float]:
    """Joints of one leg, and the largest gap within one, for the directions of the limbs in which they meet best."""
    best: tuple[dict[int, np.ndarray], float] = {}, 0.0
    least = np.inf
    for turned in product((False, True), repeat=len(limbs)):
        ends: dict[int, list[np.ndarray]] = {}
        for (joints, line), turn in zip(limbs, turned, strict=True):
            for joint, end in zip(joints, line[::-1] if turn else line, strict=True):
                ends.setdefault(joint, []).append(end)
        middles = {joint: np.mean(points, axis=0) for joint, points in ends.items()}
        gaps = [np.linalg.norm(point - middles[joint]) for joint, points in ends.items() for point in points]
        if sum(gaps) < least:
            least = float(sum(gaps))
            best = middles, 2 * float(max(gaps, default=0.0))
    return best
