"""Why a person in a photo becomes no tuple; the thresholds are (ours).

A reason is one of REASONS, so that they can be counted; the detail says how much.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.collect.people import SIDES, Person
from shoemodel.image import masks
from shoemodel.image.geometry import Box
from shoemodel.image.pose import NAMES

REASONS = {
    "unreadable": "no picture that can be decoded",
    "no licence": "--source names no licence",
    "no consent on record": "--source names no consent",
    "consent refused": "--source says no",
    "duplicate": "a picture that is there already, by perceptual hash",
    "no person": "nobody, or no legs, was found",
    "feet not seen": "a leg is there, but not ankle and toes or heel of its foot",
    "legs hidden": "a knee that should be in the picture was not found",
    "too small": "the square about the legs, or the shoes in it, has too few pixels",
    "shoe not cut out": "the shoe's mask is missing, unsure, or does not lie at the foot",
    "cut": "the photo's border cuts the shoes",
    "another person": "somebody else's feet are in the square",
    "face": "a face is in the square",
    "blurred": "the shoes are out of focus or moved",
    "failed": "an error of the program; the same command tries again",
}
SHIN = 3.0
"""Of a foot's length in the picture: how far the knee is at most from the ankle; a shin is about 1.6 feet long, and the
foot is seen shortened."""
LEAST_CONFIDENCE = 0.5
"""Of the mask, SAM's predicted IoU."""
LEAST_SHARE = 0.004
"""Part of the square that the shoes must cover, as in `data.sample`."""
CUT = 0.15
"""Of the root of the shoes' area: how much of their outline may lie on the photo's border."""
A_SHOE = 0.25
"""Of the largest piece of the mask: smaller ones may be a strap or what is seen behind the other foot."""
BESIDE = 0.15
"""Of a foot's length: how far from its shoe a foot's nearest point may lie."""
SHARP = 0.06
"""Least variance of the Laplacian of the grey levels at and about the shoes over the variance of the levels, in a
square of at most BLUR_SIDE px: 99% of worn renders of 256 px reach 0.118, and 1% of those softened by a Gaussian of
1.5 px 0.057 (167 tuples of a world that the judge does not know)."""
FLAT = 4.0
"""Added to the variance of the levels: a picture of one grey is not blurred."""
BLUR_SIDE = 256


class Refused(Exception):
    """This person becomes no tuple: one of REASONS, and how much."""

    def __init__(self, reason: str, detail: str = ""):
        assert reason in REASONS, reason
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


def check_legs(person: Person, size: tuple[int, int]) -> None:
    """Each leg that is there shows its foot, and one of them its knee if the photo of `size` (h, w) is large enough."""
    if not person.feet:
        raise Refused("feet not seen", "no foot")
    found, spaces = person.pose.exists, []
    for side in SIDES:
        hip, knee, ankle = (NAMES.index(f"{side}_{joint}") for joint in ("hip", "knee", "ankle"))
        if side in person.feet:
            x, y = person.pose.points[ankle]
            spaces.append(0.0 if found[knee] else min(x, y, size[1] - x))  # no leg leaves the picture downwards
        elif found[ankle] or found[[hip, knee]].all():
            raise Refused("feet not seen", f"the {side} one")
    if min(spaces) > SHIN * person.foot_length_px:
        raise Refused("legs hidden", f"no knee, though the photo goes on for {min(spaces):.0f} px")


def check_mask(mask: Bool[np.ndarray, "h w"], confidence: float) -> None:
    """The shoes were found, surely enough, and the photo's border does not cut them."""
    if not mask.any():
        raise Refused("shoe not cut out", "nothing found")
    if confidence < LEAST_CONFIDENCE:
        raise Refused("shoe not cut out", f"confidence {confidence:.2f}")
    at_border = mask[0].sum() + mask[-1].sum() + mask[:, 0].sum() + mask[:, -1].sum()
    if at_border > CUT * np.sqrt(mask.sum()):
        raise Refused("cut", f"{at_border} px of the shoes at the border")


def check_shod(person: Person, mask: Bool[np.ndarray, "h w"]) -> None:
    """Every large piece of the mask has a point of a found foot in it or close by."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    sizes = stats[1:, cv2.CC_STAT_AREA]
    points = np.concatenate([person.foot_px(side) for side in person.feet])
    columns, rows = np.clip(np.floor(points).astype(int), 0, np.array(mask.shape[::-1]) - 1).T
    for piece in range(1, count):
        if sizes[piece - 1] >= A_SHOE * sizes.max():
            away = cv2.distanceTransform((labels != piece).astype(np.uint8), cv2.DIST_L2, 5)
            if away[rows, columns].min() > BESIDE * person.foot_length_px:
                raise Refused("feet not seen", "a shoe without its foot")


def check_square(square: Box | None, mask: Bool[np.ndarray, "h w"], least_px: float) -> Box:
    """The square holds the shoes, and both are large enough."""
    if square is None:
        raise Refused("cut", "no square of the photo holds the shoes")
    if square.width < least_px:
        raise Refused("too small", f"{square.width} px, {least_px:g} are needed")
    held = int(mask[square.slices].sum())
    if held < 0.99 * mask.sum():
        raise Refused("cut", "no square of the photo holds the shoes")
    share = held / square.width**2
    if share < LEAST_SHARE:
        raise Refused("too small", f"the shoes cover {share:.2%} of the square")
    return square


def check_others(person: Person, everybody: list[Person], square: Box, keep_faces: bool) -> None:
    """No other feet in the square, and no face, be it whose."""
    for other in everybody:
        if not keep_faces and _within(other.faces, square).any():
            raise Refused("face")
        if other is not person:
            feet = [other.foot_px(side) for side in other.feet]
            if any(_within(points, square).any() for points in feet):
                raise Refused("another person")


def check_sharp(picture: UInt8[np.ndarray, "s s 3"], shoes: Bool[np.ndarray, "s s"], taken_px: int) -> None:
    """The shoes are in focus, in a picture that had `taken_px` a side in the photo."""
    sharpness = sharpness_of(picture, shoes, min(BLUR_SIDE, taken_px))
    if sharpness < SHARP:
        raise Refused("blurred", f"sharpness {sharpness:.3f}")


def sharpness_of(picture: UInt8[np.ndarray, "s s 3"], shoes: Bool[np.ndarray, "s s"], side: int = BLUR_SIDE) -> float:
    """Variance of the Laplacian over that of the grey levels at and about the shoes, in a picture of `side` px."""
    size = (side, side)
    grey = cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(shoes.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST).astype(bool)
    near = masks.dilate(small, side / 64)
    return float(cv2.Laplacian(grey, cv2.CV_32F)[near].var() / (grey[near].var() + FLAT))


def _within(points: np.ndarray, square: Box) -> np.ndarray:
    return np.asarray(((points >= (square.x0, square.y0)) & (points < (square.x1, square.y1))).all(-1))
