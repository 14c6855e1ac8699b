"""What is doubtful about a photo before a leg is made, as sentences for the user (ours).

The thresholds are measured: on which pictures is said beside each. A doubt refuses nothing.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from shoemodel.image import masks
from shoemodel.image.geometry import Box
from shoemodel.image.masks import ShoeAreas
from shoemodel.lps.predict import FootKeypoints, apart

BAND = 0.003
"""Of the picture's longer side: so near to an edge, the shoe touches it."""
CUT = 0.3
"""Of the shoe's extent along an edge: what touches more of it is cut. A toe that only touches has 0.18 (25 photos)."""
ALIKE = 0.3
"""Common share of two shoes' colours below which they are no pair: 1.6% of 126 rendered pairs that stand apart have
less, and 82% of two shoes that were taken from different ones."""
BINS = (5, 16, 16)
"""Of the colours L*, a*, b*."""
LEAST = 0.01
"""Of the shoe: smaller pieces of an opening are not looked at."""
FAR = 0.5
"""Of a foot's length: an opening farther from every point of a foot is none."""
UNSURE = 0.06
"""Share of the shoe expected to have the wrong label above which the opening is uncertain (`reproduce/real_photos.py`
says how often that is right)."""
BELOW = 0.12
"""Of a foot's length: an opening farther on the sole's side of the line from heel to toes is none."""


def of_region(rgb: UInt8[np.ndarray, "h w 3"], shoe: Bool[np.ndarray, "h w"]) -> list[str]:
    """A shoe that the frame cuts, and two shoes that are no pair."""
    found = []
    if cut := [side for side, share in _touched(shoe).items() if share > CUT]:
        found.append(
            f"the shoe is cut by the {' and the '.join(cut)} edge of the photo: give a photo that shows it whole"
        )
    pieces = apart(shoe)
    if len(pieces) == 2 and alike(rgb, *pieces) < ALIKE:
        found.append("the two shoes have different colours: mark one with a box, points or a mask if they are no pair")
    return found


def _touched(shoe: Bool[np.ndarray, "h w"]) -> dict[str, float]:
    """How much of the shoe's extent lies along each edge; not of the lower one, on which a sole may stand."""
    if not shoe.any():
        return {}
    band, box = max(2, round(BAND * max(shoe.shape))), Box.of_mask(shoe)
    return {
        "left": float(shoe[:, :band].any(axis=1).sum() / box.height),
        "right": float(shoe[:, -band:].any(axis=1).sum() / box.height),
        "upper": float(shoe[:band].any(axis=0).sum() / box.width),
    }


def alike(rgb: UInt8[np.ndarray, "h w 3"], one: Bool[np.ndarray, "h w"], other: Bool[np.ndarray, "h w"]) -> float:
    """The share of their colours that two shoes have in common, in [0, 1]."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    return float(np.minimum(_colours(lab[one]), _colours(lab[other])).sum())


def _colours(lab: UInt8[np.ndarray, "n 3"]) -> Float[np.ndarray, "l a b"]:
    """How often each colour occurs, smoothed; all in all 1."""
    counts, _ = np.histogramdd(lab.astype(float), bins=BINS, range=((0, 256), (96, 160), (96, 160)))
    smooth = cv2.GaussianBlur(counts.reshape(BINS[0], -1).T.reshape(*BINS[1:], BINS[0]), (0, 0), 0.7)
    return smooth.transpose(2, 0, 1) / max(smooth.sum(), 1e-9)


def of_feet(shoe: Bool[np.ndarray, "h w"], feet: FootKeypoints) -> list[str]:
    """One foot where two shoes stand apart."""
    if len(apart(shoe)) == 2 and feet.exists.reshape(2, 4).any(axis=1).sum() == 1:
        return ["two shoes were seen and one foot was found: one leg is made, mark a single shoe with a box or a mask"]
    return []


def of_areas(areas: ShoeAreas, feet: FootKeypoints, unsure: float = 0.0) -> list[str]:
    """Openings where no foot can go in, all in px of one canvas, and an uncertain opening.

    unsure: `ShoeAreas.unsure` of what was found. Of places no word is said where no foot was found.
    """
    share = odd_share(areas, feet)
    if share:
        said = f"a part of the opening ({share:.0%} of the shoe) lies where no foot goes in, and would be painted over"
    elif unsure > UNSURE:
        said = f"the opening is uncertain: {unsure:.0%} of the shoe may be wrongly kept, or painted over"
    else:
        return []
    return [f"{said}: look at areas.png and correct the areas, in the studio or with a file"]


def odd_share(areas: ShoeAreas, feet: FootKeypoints) -> float:
    """How much of the shoe is an opening where no foot can go in."""
    return float(odd_openings(areas, feet).sum() / max(int(areas.shoe.sum()), 1))


def odd_openings(areas: ShoeAreas, feet: FootKeypoints) -> Bool[np.ndarray, "h w"]:
    """The pieces of the wearable area that are far from every foot, on the side of its sole, or no part of a shoe."""
    odd = np.zeros(areas.labels.shape, bool)
    found = feet.points_px.reshape(2, 4, 2)[feet.exists.reshape(2, 4).all(axis=1)]
    if not len(found):
        return odd
    count, pieces = cv2.connectedComponents((areas.labels == masks.WEARABLE).astype(np.uint8))
    for number in range(1, count):
        piece = pieces == number
        if piece.sum() < LEAST * areas.shoe.sum():
            continue
        rows, columns = np.nonzero(piece)
        points = np.stack([columns, rows], axis=1) + 0.5
        if all(_misplaced(points, foot) for foot in found) or not _touches(piece, areas):
            odd |= piece
    return odd


def _misplaced(points: Float[np.ndarray, "n 2"], foot: Float[np.ndarray, "4 2"]) -> bool:
    """Whether a piece is far from a foot, ankle, toes and heel, or beneath it."""
    ankle, toes, heel = foot[0], foot[1:3].mean(axis=0), foot[3]
    length = max(float(np.linalg.norm(toes - heel)), float(np.linalg.norm(ankle - heel)), 1.0)
    near = np.linalg.norm(points[:, None] - foot[None], axis=2).min()
    way = (toes - heel) / max(float(np.linalg.norm(toes - heel)), 1e-6)
    across = np.array([-way[1], way[0]])
    up = float(np.sign((ankle - heel) @ across)) or 1.0
    return bool(near > FAR * length or np.median((points - heel) @ across * up) < -BELOW * length)


def _touches(piece: Bool[np.ndarray, "h w"], areas: ShoeAreas) -> bool:
    """Whether what stays visible borders on a piece."""
    around = cv2.dilate(piece.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return bool((around & areas.visible).any())
