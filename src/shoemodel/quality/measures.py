"""What can be measured on one picture of worn shoes: growth of the shoe, pose, legs, sides, and the seam (all ours).

Lengths are shares of the picture's longer side, so that a picture enlarged measures the same.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8
from scipy import ndimage

from shoemodel.image import masks
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import ABSENT, NAMES, Pose
from shoemodel.quality.judge import Reading

TOLERANCE = 1 / 100
"""How far outside the kept pixels the judge may see shoe: its grid is 1/64 of the side, its borders are blurred."""
CONTACT_PX = 2
"""Leg and shoe that are so near touch each other."""
PCK = 0.1
"""Largest distance of a point that counts as found again, of the longer side of the box round the pose's points."""
RING = 1 / 85
"""Width of the seam that is looked at: 3 px of 256."""
BEYOND = 1 / 40
"""Distance from which pixels count as background: 6.4 px of 256."""
COUNTED = [NAMES.index(f"left_{part}") for part in ("ankle", "heel", "big_toe")]
"""Points by which legs are counted; the right side's stand half of NAMES later."""
APART = 1 / 10
"""Distance between the same point of two legs, of the longer side."""
LEG = tuple((NAMES.index(f"{side}_knee"), NAMES.index(f"{side}_ankle")) for side in ("left", "right"))


def expansion(shoe: Bool[np.ndarray, "h w"], visible: Bool[np.ndarray, "h w"], tolerance: float = TOLERANCE) -> float:
    """Object expansion: shoe outside the kept pixels, as a share of their area.

    That is area(shoe ∪ visible) − area(visible) over area(visible), after Eshratifar et al. 2024 (arXiv 2404.10157),
    but for a border of `tolerance` in which the judge's mask is not to be trusted. NaN where nothing was kept.
    """
    if not visible.any():
        return float("nan")
    near = masks.dilate(visible, tolerance * max(visible.shape))
    return float((shoe & ~near).sum() / visible.sum())


def beside(alpha: Float[np.ndarray, "h w"], areas: ShoeAreas) -> float:
    """Along how much of the visible shoe leg lies outside the shoe, in sides of a square as large as the shoe.

    A leg that leaves by the opening touches little but the rim; one that stands beside it, or is wider than it, touches
    more. alpha: how much of each pixel the leg covers. NaN where no shoe is.
    """
    if not areas.shoe.any():
        return float("nan")
    contact = masks.dilate(areas.visible, CONTACT_PX) & (alpha > 0.5) & ~areas.shoe
    return float(contact.sum() / CONTACT_PX / np.sqrt(areas.shoe.sum()))


def found_again(reading: Reading, pose: Pose, size: tuple[int, int]) -> Bool[np.ndarray, "k"]:
    """For each of the k points of X_p in a picture of `size` (h, w): does the judge find it in its place (PCK@0.1)?"""
    there = pose.within(size).exists
    if not there.any():
        return np.zeros(0, bool)
    points = pose.points[there]
    extent = max(float(np.ptp(points, axis=0).max()), 0.05 * max(size))
    near = np.linalg.norm(reading.points_px - pose.points, axis=1) <= PCK * extent
    return np.asarray((near & reading.found)[there])


def legs(reading: Reading, size: tuple[int, int]) -> int:
    """How many legs the judge sees in a picture of `size` (h, w): two where left and right of an ankle, heel or big toe
    lie apart, one where anything of these is found.

    A judge that is unsure of a foot's side finds its points twice in one place, so sides alone say nothing.
    """
    pairs = reading.points_px.reshape(2, -1, 2)[:, COUNTED]
    found = reading.found.reshape(2, -1)[:, COUNTED]
    apart = np.linalg.norm(pairs[0] - pairs[1], axis=-1) > APART * max(size)
    return 2 if (found.all(0) & apart).any() else int(found.any())


def expected_legs(pose: Pose, size: tuple[int, int]) -> int:
    """How many legs X_p shows in a picture of `size` (h, w): a knee or an ankle makes one."""
    there = pose.within(size).exists
    return sum(bool(there[list(leg)].any()) for leg in LEG)


def sides_agree(reading: Reading, pose: Pose) -> bool:
    """Whether the judge's left and right are the pose's, and not rather its right and left.

    Compared are the mean distances of the points found to the pose's points and to those of the other side; a leg on
    whose side nothing is to be found says nothing.
    """
    there = reading.found & (pose.visibility > ABSENT)
    half = len(NAMES) // 2
    other = np.roll(pose.points, half, axis=0)
    comparable = reading.found & np.roll(pose.visibility > ABSENT, half)
    if not there.any():
        return not comparable.any()
    if not comparable.any():
        return True
    same = np.linalg.norm(reading.points_px - pose.points, axis=1)[there].mean()
    swapped = np.linalg.norm(reading.points_px - other, axis=1)[comparable].mean()
    return bool(same <= swapped)


def seam_error(picture: UInt8[np.ndarray, "h w 3"], visible: Bool[np.ndarray, "h w"]) -> float:
    """ΔE*ab of the pixels just outside the kept ones to the nearest mix of shoe and background, mean over the ring.

    Where nothing was pasted, a pixel at the border of two surfaces is a mix of both, however much they differ; a halo,
    a dark fringe or a remnant of another shoe is a third colour. Shoe is the nearest pixel a little inside the kept
    area, background the nearest one BEYOND outside it. NaN where there is no ring.
    """
    side = max(visible.shape)
    outside = ndimage.distance_transform_edt(~visible)
    ring = (outside > 0) & (outside <= max(1.0, RING * side))
    far = outside > BEYOND * side
    inner = masks.erode(visible, 1)
    if not (ring.any() and far.any() and inner.any()):
        return float("nan")
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    lab = cv2.GaussianBlur(lab, (0, 0), max(0.5, side / 512))  # grain is no seam
    shoe, surroundings = (lab[_nearest(mask)][ring] for mask in (inner, far))
    return float(_to_segment(lab[ring], shoe, surroundings).mean())


def _nearest(mask: Bool[np.ndarray, "h w"]) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of every pixel's nearest masked pixel."""
    rows, columns = ndimage.distance_transform_edt(~mask, return_distances=False, return_indices=True)
    return rows, columns


def _to_segment(
    points: Float[np.ndarray, "n 3"], start: Float[np.ndarray, "n 3"], end: Float[np.ndarray, "n 3"]
) -> Float[np.ndarray, "n"]:
    """Distance of each point to its own segment."""
    along = end - start
    share = ((points - start) * along).sum(1) / np.maximum((along**2).sum(1), 1e-6)
    return np.linalg.norm(points - start - np.clip(share, 0, 1)[:, None] * along, axis=1)
