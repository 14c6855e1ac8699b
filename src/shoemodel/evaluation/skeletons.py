"""Leg poses as bodies: bone lengths, bends of the knee, and whether a leg can look like that.

Legs are taken one by one: (hip, knee, ankle) with the foot (ankle, big toe, small toe, heel) below, in picture px.
Everything is seen in the picture, so foreshortening is in it; true poses stand beside sampled ones for that reason.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from shoemodel.evaluation.held_out import figure, rounded
from shoemodel.lps.predict import implausibility
from shoemodel.pose import Pose, merge

PERCENTILES = (5, 50, 95)
MIN_BEND_DEG = 20.0
"""A knee that bends less in the picture has no side to bend to (ours)."""
SIDEWAYS = 0.5
"""Least cosine between the knee's way out of the leg and the toes' way for the bend to be judged (ours)."""


def describe(
    feet_px: Float[np.ndarray, "n 8 2"], legs_px: Float[np.ndarray, "n 6 2"], present: Bool[np.ndarray, "n 2"]
) -> dict[str, Any]:
    """implausible: share that `lps.predict.implausibility` gives an infinite cost; knees bent backwards: share of the
    knees that visibly bend; percentiles of the knees' bends in degrees and of the bones' ratios."""
    legs, feet = legs_px.reshape(-1, 2, 3, 2), feet_px.reshape(-1, 2, 4, 2)
    shank, thigh = (np.linalg.norm(legs[..., i, :] - legs[..., i + 1, :], axis=-1) for i in (1, 0))
    foot = np.linalg.norm(toes_from_heel(feet), axis=-1)
    bend, backwards = knees(legs[present], feet[present])
    pairs = shank[present.all(1)]
    return {
        "implausible": rounded(implausible(feet_px, legs_px, present).mean()),
        "knees bent backwards": figure(np.nanmean(backwards)) if not np.isnan(backwards).all() else None,
        "knee bend, degrees": percentiles(bend),
        "shank / foot": percentiles(_ratio(shank, foot)[present]),
        "thigh / shank": percentiles(_ratio(thigh, shank)[present]),
        "left shank / right shank": percentiles(_ratio(pairs[:, 0], pairs[:, 1])),
    }


def toes_from_heel(feet: Float[np.ndarray, "*n 4 2"]) -> Float[np.ndarray, "*n 2"]:
    """From the heel to the middle of the toes."""
    return feet[..., 1:3, :].mean(-2) - feet[..., 3, :]


def implausible(
    feet_px: Float[np.ndarray, "n 8 2"], legs_px: Float[np.ndarray, "n 6 2"], present: Bool[np.ndarray, "n 2"]
) -> Bool[np.ndarray, "n"]:
    """Which poses the product would refuse."""
    rows = zip(feet_px, legs_px, present, strict=True)
    return np.array([not np.isfinite(implausibility(whole(feet, legs, there))) for feet, legs, there in rows])


def whole(
    feet_px: Float[np.ndarray, "8 2"], legs_px: Float[np.ndarray, "6 2"], present: Bool[np.ndarray, "2"]
) -> Pose:
    """Feet and legs as one pose; each side is there as a whole or not at all."""
    return merge(feet_px, np.repeat(present, 4), legs_px, np.repeat(present, 3))


def knees(
    legs: Float[np.ndarray, "n 3 2"], feet: Float[np.ndarray, "n 4 2"]
) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n"]]:
    """How far each knee bends, in degrees (0 straight), and 1 where it bends away from the toes, 0 towards them, NaN
    where the picture does not tell: a nearly straight leg, or toes that point across the bend."""
    thigh, shank = legs[:, 1] - legs[:, 0], legs[:, 2] - legs[:, 1]
    bend = np.degrees(np.arccos(np.clip(_cosine(thigh, shank), -1, 1)))
    along = legs[:, 2] - legs[:, 0]
    share = (thigh * along).sum(1) / np.maximum((along**2).sum(1), 1e-9)
    outwards = thigh - share[:, None] * along  # of the line from hip to ankle, to the knee
    towards = _cosine(outwards, toes_from_heel(feet))
    tells = (bend >= MIN_BEND_DEG) & (np.abs(towards) >= SIDEWAYS)
    return bend, np.where(tells, (towards < 0).astype(float), np.nan)


def percentiles(values: Float[np.ndarray, "n"]) -> dict[str, float]:
    """5%, median and 95%; empty where there is nothing."""
    return {f"p{p}": rounded(np.percentile(values, p)) for p in PERCENTILES} if values.size else {}


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a / np.maximum(b, 1e-6)


def _cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(1) / np.maximum(np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1), 1e-9)
