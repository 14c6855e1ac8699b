"""From fitted feet to poses whose legs were posed in 3-D: what the render stands up (ours).

The twelve points of such a pose are its legs as the camera sees them, and its angles are kept beside them. Which of the
sampled poses are offered is decided by `choose.represent`: most people stand and walk, and so do most of the poses.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from diffusers import DDPMScheduler
from jaxtyping import Bool

from shoemodel.body.leg_angles import LegAngles
from shoemodel.image.pose import ANGLES, HIDDEN, LEG_INDICES, Pose, merge
from shoemodel.lps import choose, legs_3d
from shoemodel.lps.denoiser import LegDenoiser
from shoemodel.lps.legs_3d import Foot
from shoemodel.lps.predict import FootKeypoints

SITS_DEG = 45.0
"""Who bends a knee further sits, kneels or jumps: few pictures show that."""
POOL = 256
"""Poses drawn for every request."""
ELSEWHERE = 1.2
"""A foot whose points lie farther from where its shoe holds it, in their largest distance from their middle, was found
in the other shoe or the wrong way round."""
MOVED = 0.02
"""A knee or hip that lies farther from where the angles put it, in lengths of the shank, was moved by somebody."""


def leg_poses(
    denoiser: LegDenoiser,
    scheduler: DDPMScheduler,
    feet: Sequence[Foot],
    sides: Sequence[int],
    found: FootKeypoints,
    visible: Bool[np.ndarray, "h w"],
    num: int,
    seed: int,
) -> list[Pose]:
    """`num` different poses of the legs in one or two feet, in px of the picture of the visible area.

    sides: which leg of a pose each foot has, 0 the left and 1 the right one. found: the points of the feet; those of a
    foot that was not found in its shoe are where the shoe holds it. All poses have angles.
    """
    rows = legs_3d.sample(denoiser, scheduler, feet, POOL, seed)
    together = legs_3d.fit_together(rows, feet)
    rows = rows[together] if together.any() else rows
    count = len(rows)
    legs, angles = np.zeros((count, 2, 3, 2)), np.zeros((count, 2, 5))
    each_px, there = found.points_px.reshape(2, 4, 2).copy(), np.zeros(2, bool)
    for number, (foot, side) in enumerate(zip(feet, sides, strict=True)):
        legs[:, side], angles[:, side], there[side] = legs_3d.legs_px(rows[:, number], foot), rows[:, number], True
        expected = foot.camera.project(foot.points)[0]
        if not found.exists[4 * side : 4 * side + 4].all() or not _same(each_px[side], expected):
            each_px[side] = expected
    feet_px = each_px.reshape(8, 2)
    sits = np.asarray(angles[..., ANGLES.index("knee")].max(axis=1) > SITS_DEG)
    order = choose.represent(legs.reshape(count, 6, 2), feet_px, there, num, visible, sits)
    merged = [merge(feet_px, np.repeat(there, 4), legs[row].reshape(6, 2), np.repeat(there, 3)) for row in order]
    return [_framed(pose, angles[row], visible.shape) for pose, row in zip(merged, order, strict=True)]


def _same(points: np.ndarray, expected: np.ndarray) -> bool:
    """Whether points (4, 2) of a foot were found in this shoe, and its toes where they are."""
    length = float(np.linalg.norm(expected - expected.mean(axis=0), axis=1).max())
    return bool(np.linalg.norm(points - expected, axis=1).max() < ELSEWHERE * length)


def _framed(pose: Pose, angles: np.ndarray, size: tuple[int, ...]) -> Pose:
    """With its angles; points outside the picture are hidden, not absent."""
    inside = ((pose.points >= 0) & (pose.points < (size[1], size[0]))).all(axis=1)
    return Pose(pose.points, np.where(pose.exists & ~inside, HIDDEN, pose.visibility), angles)


def angles_of(pose: Pose, foot: Foot, side: int) -> tuple[LegAngles | None, bool]:
    """The angles of one leg of a pose, if it has any, and whether its points are still where they put them."""
    if pose.angles_deg is None:
        return None, False
    row = pose.angles_deg[side]
    expected = legs_3d.legs_px(row[None], foot)[0, :2]
    hip, knee, ankle = pose.points[list(LEG_INDICES[3 * side : 3 * side + 3])]
    off = np.linalg.norm(expected - [hip, knee], axis=1).max()
    return LegAngles.of_row(row), bool(off <= max(MOVED * float(np.linalg.norm(knee - ankle)), 2.0))
