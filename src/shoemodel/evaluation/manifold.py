"""Precision, recall, density and coverage of a set of samples against a real one (Naeem et al. 2020).

A real point's ball reaches to its k-th nearest real neighbour, a sample's to its k-th nearest sample.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.spatial.distance import cdist

NAMES = ("precision", "recall", "density", "coverage")


def prdc(real: Float[np.ndarray, "n d"], sampled: Float[np.ndarray, "m d"], k: int) -> dict[str, float]:
    """precision: samples that lie in a real ball. recall: real points that lie in a sample's ball. density: real balls
    that a sample lies in, over k; above 1 where samples crowd together. coverage: real balls that hold a sample.

    ValueError unless both sets have more than k points.
    """
    if not 0 < k < min(len(real), len(sampled)):
        raise ValueError(f"both sets need more than k = {k} points, got {len(real)} and {len(sampled)}")
    distance = cdist(real, sampled)
    real_reach, sampled_reach = _reach(real, k), _reach(sampled, k)
    in_real = distance <= real_reach[:, None]
    return {
        "precision": float(in_real.any(0).mean()),
        "recall": float((distance <= sampled_reach[None]).any(1).mean()),
        "density": float(in_real.sum(0).mean() / k),
        "coverage": float(in_real.any(1).mean()),
    }


def _reach(points: Float[np.ndarray, "n d"], k: int) -> Float[np.ndarray, "n"]:
    """Distance to the k-th nearest other point."""
    return np.partition(cdist(points, points), k, axis=1)[:, k]  # the nearest is the point itself
