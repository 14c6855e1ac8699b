"""Can a leg look like that? Bone lengths and knees as they are seen in the picture, foreshortening included (ours).

Legs are (hip, knee, ankle), feet (ankle, big toe, small toe, heel), in px; y points down.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from shoemodel.image.pose import extents

HIP, KNEE, ANKLE = 0, 1, 2
SHANK_PER_FOOT = (0.8, 7.0)  # accepted length ratios in the picture: 99 in 100 legs of the world have them (ours)
THIGH_PER_SHANK = (0.2, 6.5)
SHANK_PER_SHANK = (0.5, 2.0)
LOWEST_KNEE = 0.25  # how far a knee may hang below its ankle, in shanks (ours)
MIN_BEND_DEG = 20.0
"""A knee that bends less in the picture has no side to bend to (ours)."""
SIDEWAYS = 0.5
"""Least cosine between the knee's way out of the leg and the toes' way for the bend to be judged (ours)."""


def implausibility(
    legs_px: Float[np.ndarray, "n 6 2"], feet_px: Float[np.ndarray, "n 8 2"], present: Bool[np.ndarray, "n 2"]
) -> Float[np.ndarray, "n"]:
    """How far poses are from a standing person's proportions: 0 ideal, infinite for what no leg can look like.

    Judged per leg that is there: the knee must not hang below the ankle nor bend backwards, shank to foot and thigh to
    shank must lie in the accepted ranges; between two legs: the shanks' ratio. The finite cost sums the squared logs of
    the ratios over the middles of their ranges.
    """
    legs, feet = legs_px.reshape(-1, 2, 3, 2), feet_px.reshape(-1, 2, 4, 2)
    thigh, shank = (np.linalg.norm(legs[:, :, i] - legs[:, :, i + 1], axis=-1) for i in (HIP, KNEE))
    cost = _deviation(shank, extents(feet), SHANK_PER_FOOT) + _deviation(thigh, shank, THIGH_PER_SHANK)
    hangs = legs[:, :, KNEE, 1] > legs[:, :, ANKLE, 1] + LOWEST_KNEE * shank
    backwards = knees(legs.reshape(-1, 3, 2), feet.reshape(-1, 4, 2))[1].reshape(-1, 2) == 1
    cost[hangs | backwards] = np.inf
    between = _deviation(shank[:, 0], shank[:, 1], SHANK_PER_SHANK)
    return np.where(present, cost, 0).sum(1) + np.where(present.all(1), between, 0)


def knees(
    legs_px: Float[np.ndarray, "n 3 2"], feet_px: Float[np.ndarray, "n 4 2"]
) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n"]]:
    """How far each knee bends, in degrees (0 straight), and 1 where it bends away from the toes, 0 towards them, NaN
    where the picture does not tell: a nearly straight leg, or toes that point across the bend."""
    thigh, shank = legs_px[:, KNEE] - legs_px[:, HIP], legs_px[:, ANKLE] - legs_px[:, KNEE]
    bend = np.degrees(np.arccos(np.clip(_cosine(thigh, shank), -1, 1)))
    along = legs_px[:, ANKLE] - legs_px[:, HIP]
    share = (thigh * along).sum(1) / np.maximum((along**2).sum(1), 1e-9)
    outwards = thigh - share[:, None] * along  # of the line from hip to ankle, to the knee
    towards = _cosine(outwards, toes_from_heel(feet_px))
    tells = (bend >= MIN_BEND_DEG) & (np.abs(towards) >= SIDEWAYS)
    return bend, np.where(tells, (towards < 0).astype(float), np.nan)


def toes_from_heel(feet_px: Float[np.ndarray, "*n 4 2"]) -> Float[np.ndarray, "*n 2"]:
    """From the heel to the middle of the toes."""
    return feet_px[..., 1:3, :].mean(-2) - feet_px[..., 3, :]


def _deviation(a: np.ndarray, b: np.ndarray, accepted: tuple[float, float]) -> np.ndarray:
    """Squared log distance of a/b from the middle of the accepted range; infinite outside it."""
    ratio = np.maximum(a, 1e-6) / np.maximum(b, 1e-6)
    inside = (accepted[0] <= ratio) & (ratio <= accepted[1])
    return np.where(inside, np.log(ratio / np.sqrt(accepted[0] * accepted[1])) ** 2, np.inf)


def _cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(1) / np.maximum(np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1), 1e-9)
