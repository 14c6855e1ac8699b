"""Which of many sampled poses to offer: plausible ones that look different from one another (Fig. 8) (ours).

Two poses of one shoe look different by the directions in which shank and thigh leave the joint below them, and by how
long they appear. Distances in pixels would not do: far hips, outside most pictures, outweigh all that is seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.spatial.distance import cdist

from shoemodel.image.pose import Pose, extents
from shoemodel.lps import anatomy, shaft
from shoemodel.lps.anatomy import ANKLE, HIP, KNEE

THIGH = 0.5
"""Weight of the thigh beside the shank: much of it lies outside the picture."""
LENGTH = 0.3
"""Weight of a log ratio of lengths beside a direction in radians."""
SAME = 0.14
"""Difference under which two poses look alike: a shank turned by 8 degrees, or a thigh by 16."""
OFFERED = 0.95
"""Share of the plausible poses, the most plausible ones, from which is chosen."""
LONELY = 0.03
"""Share of these that is left out because no others are near: the farthest pose of a set is easily its worst."""
RARE = 4
"""See `represent`."""
NEAREST = 5
"""Which neighbour's distance tells how lonely a pose is."""


def choose(
    legs_px: Float[np.ndarray, "n 6 2"],
    feet_px: Float[np.ndarray, "8 2"],
    present: Bool[np.ndarray, "2"],
    num: int,
    visible: Bool[np.ndarray, "h w"],
) -> Int[np.ndarray, "num"]:
    """Which `num` of n poses of the same feet: the most plausible first, then each the farthest from those before it.

    visible: the visible area, whose shafts lead the legs. The first k do not depend on num. Impossible poses serve only
    where there are too few others; where num exceeds n, poses repeat.
    """
    count, costs = len(legs_px), _costs(legs_px, feet_px, present, visible)
    ranked = np.argsort(costs, kind="stable")
    looks = _looks(legs_px, feet_px, present)
    offered = _typical(ranked[: int(np.ceil(OFFERED * np.isfinite(costs).sum()))], looks)
    order = _farthest_first(offered, looks, num)
    order = np.concatenate([order, ranked[~np.isin(ranked, order)]])
    return order[np.arange(num) % count]


def represent(
    legs_px: Float[np.ndarray, "n 6 2"],
    feet_px: Float[np.ndarray, "8 2"],
    present: Bool[np.ndarray, "2"],
    num: int,
    visible: Bool[np.ndarray, "h w"],
    rare: Bool[np.ndarray, "n"],
) -> Int[np.ndarray, "num"]:
    """Which `num` of n poses of the same feet show how all of them stand: the one in their middle first, then as they
    come, but for those that look like one before. What is common comes often, and what is rare seldom.

    rare: poses of which at most every RARE-th is one. The other arguments are those of `choose`, and so is what holds
    for impossible poses and for many.
    """
    count, looks = len(legs_px), _looks(legs_px, feet_px, present)
    costs = _costs(legs_px, feet_px, present, visible)
    ranked = np.argsort(costs, kind="stable")
    possible = np.flatnonzero(np.isfinite(costs)) if np.isfinite(costs).any() else ranked
    away = cdist(looks[possible], looks[possible])
    order = [int(away.sum(axis=0).argmin())]
    for row in range(len(possible)):
        enough = rare[possible[row]] and RARE * (rare[possible[order]].sum() + 1) > len(order) + 1
        if len(order) < num and not enough and away[row, order].min() >= SAME:
            order.append(row)
    chosen = possible[order]
    rest = np.concatenate([possible, ranked])
    later = rest[~np.isin(rest, chosen)]
    return np.concatenate([chosen, later[np.sort(np.unique(later, return_index=True)[1])]])[np.arange(num) % count]


def _costs(
    legs_px: Float[np.ndarray, "n 6 2"],
    feet_px: Float[np.ndarray, "8 2"],
    present: Bool[np.ndarray, "2"],
    visible: Bool[np.ndarray, "h w"],
) -> Float[np.ndarray, "n"]:
    """How implausible poses are; infinite for what no leg can look like and, where others can, beside a shaft."""
    count = len(legs_px)
    costs = anatomy.implausibility(legs_px, np.repeat(feet_px[None], count, 0), np.repeat(present[None], count, 0))
    beside = shaft.beside_shaft(legs_px, feet_px, present, visible)
    if np.isfinite(costs[~beside]).any():
        costs[beside] = np.inf
    return costs


def distinct(poses: Sequence[Pose]) -> list[Pose]:
    """The poses of one shoe without those that look like an earlier one."""
    if not poses:
        return []
    there = np.asarray(poses[0].exists.reshape(2, -1).any(1))
    looks = _looks(np.stack([pose.legs for pose in poses]), poses[0].feet, there)
    gaps, kept = cdist(looks, looks), [0]
    for number in range(1, len(poses)):
        if gaps[number, kept].min() >= SAME:
            kept.append(number)
    return [poses[number] for number in kept]


def _looks(
    legs_px: Float[np.ndarray, "n 6 2"], feet_px: Float[np.ndarray, "8 2"], present: Bool[np.ndarray, "2"]
) -> Float[np.ndarray, "n d"]:
    """Coordinates in which poses that look alike are near: RMS over the legs that are there."""
    legs = legs_px.reshape(-1, 2, 3, 2)[:, present]
    foot = extents(feet_px.reshape(2, 4, 2)[present])
    parts = []
    for above, below, weight in ((KNEE, ANKLE, 1.0), (HIP, KNEE, THIGH)):
        bone = legs[:, :, above] - legs[:, :, below]
        length = np.maximum(np.linalg.norm(bone, axis=-1, keepdims=True), 1e-6)
        ratio = np.log(length / np.maximum(foot, 1e-6)[:, None])
        parts.append(weight * np.concatenate([bone / length, LENGTH * ratio], axis=-1))
    return np.concatenate(parts, axis=-1).reshape(len(legs_px), -1) / np.sqrt(present.sum())


def _typical(rows: Int[np.ndarray, "m"], looks: Float[np.ndarray, "n d"]) -> Int[np.ndarray, "k"]:
    """The rows without the loneliest, in their order; the first always stays."""
    if len(rows) <= 2 * NEAREST:
        return rows
    reach = np.partition(cdist(looks[rows], looks[rows]), NEAREST, axis=1)[:, NEAREST]
    reach[0] = 0
    return rows[reach <= np.quantile(reach, 1 - LONELY)]


def _farthest_first(
    rows: Int[np.ndarray, "m"], looks: Float[np.ndarray, "n d"], num: int
) -> Int[np.ndarray, "at_most_num"]:
    """The first row, then each time the one whose nearest chosen row is farthest."""
    if not len(rows):
        return rows
    chosen = [0]
    gaps = np.linalg.norm(looks[rows] - looks[rows[0]], axis=1)
    while len(chosen) < min(num, len(rows)):
        gaps[chosen] = -1
        chosen.append(int(gaps.argmax()))
        gaps = np.minimum(gaps, np.linalg.norm(looks[rows] - looks[rows[chosen[-1]]], axis=1))
    return rows[chosen]
