"""Leg poses as bodies: bone lengths, bends of the knee, and whether a leg can look like that.

Legs are taken one by one: (hip, knee, ankle) with the foot (ankle, big toe, small toe, heel) below, in picture px.
Everything is seen in the picture, so foreshortening is in it; true poses stand beside sampled ones for that reason.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from shoemodel.evaluation.held_out import figure, rounded
from shoemodel.lps.anatomy import implausibility, knees, toes_from_heel

PERCENTILES = (5, 50, 95)


def describe(
    feet_px: Float[np.ndarray, "n 8 2"], legs_px: Float[np.ndarray, "n 6 2"], present: Bool[np.ndarray, "n 2"]
) -> dict[str, Any]:
    """implausible: share that `lps.anatomy.implausibility` gives an infinite cost; knees bent backwards: share of the
    knees that visibly bend; percentiles of the knees' bends in degrees and of the bones' ratios."""
    legs, feet = legs_px.reshape(-1, 2, 3, 2), feet_px.reshape(-1, 2, 4, 2)
    shank, thigh = (np.linalg.norm(legs[..., i, :] - legs[..., i + 1, :], axis=-1) for i in (1, 0))
    foot = np.linalg.norm(toes_from_heel(feet), axis=-1)
    bend, backwards = knees(legs[present], feet[present])
    pairs = shank[present.all(1)]
    return {
        "implausible": rounded(np.isinf(implausibility(legs_px, feet_px, present)).mean()),
        "knees bent backwards": figure(np.nanmean(backwards)) if not np.isnan(backwards).all() else None,
        "knee bend, degrees": percentiles(bend),
        "shank / foot": percentiles(_ratio(shank, foot)[present]),
        "thigh / shank": percentiles(_ratio(thigh, shank)[present]),
        "left shank / right shank": percentiles(_ratio(pairs[:, 0], pairs[:, 1])),
    }


def percentiles(values: Float[np.ndarray, "n"]) -> dict[str, float]:
    """5%, median and 95%; empty where there is nothing."""
    return {f"p{p}": rounded(np.percentile(values, p)) for p in PERCENTILES} if values.size else {}


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a / np.maximum(b, 1e-6)
