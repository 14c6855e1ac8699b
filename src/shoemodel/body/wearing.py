"""(ours) Any body in any shoe: a person scaled so that its foot lies where the shoe holds a foot.

Frame: the shoe's. It stands on z = 0 with its toes towards -y, +x is the wearer's left, metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from shoemodel.body.figure import (
    FAR_M,
    Body,
    Figure,
    Shod,
    foot_transforms,
    reference_foot,
    rest_transforms,
    skin,
)
from shoemodel.render.meshes import rigid, rotation

POINTS = ("ankle", "big_toe", "small_toe", "heel")
"""Of a foot in a shoe: the ankle is the joint, the others are points of the skin."""
# feet of one length differ most in how high the ankle is
WEIGHTS = np.array([0.3, 1.0, 1.0, 1.0])[:, None]
# what a shoe says of its heel may be wrong by this much: it may have been made higher or lower to fit a picture
HEEL_SIGMA_DEG, POINT_SIGMA_M = 3.0, 0.004
HEEL_RANGE_DEG, HEEL_STEP_DEG = 9.0, 0.5


@dataclass(frozen=True, eq=False)
class Worn:
    """A person whose foot stands in a shoe."""

    shod: Shod
    upright: Float[np.ndarray, "4 4"]
    """Carries the body at rest, upright, to where its ankle is in the shoe and its toes point as the shoe's."""
    heel_deg: float
    """By how much the ankle is stretched."""
    scale: float
    """Of the person."""

    def foot(self, side: str) -> dict[int, np.ndarray]:
        """Transforms of the foot and of its toes, which stay level."""
        foot = self.upright @ reference_foot(self.shod.figure, side, self.heel_deg)
        return foot_transforms(self.shod.figure, side, foot, self.heel_deg)


def scaled(figure: Figure, scale: float) -> Figure:
    """The same figure `scale` times as large."""
    bones = {side: bone.copy() for side, bone in figure.foot_bones.items()}
    for bone in bones.values():
        bone[:3, 3] *= scale
    joints = {key: scale * point for key, point in figure.joints.items()}
    return Figure(scale * figure.vertices, scale * figure.coarse, joints, bones)


def put_in(body: Body, figure: Figure, side: str, points: Float[np.ndarray, "4 3"], heel_deg: float) -> Worn:
    """A figure in a shoe that holds the POINTS of a foot at `points` and stretches its ankle by about heel_deg."""
    best = (np.inf, 1.0, 0.0, np.zeros(3), 0.0)
    for change in np.arange(-HEEL_RANGE_DEG, HEEL_RANGE_DEG + HEEL_STEP_DEG, HEEL_STEP_DEG):
        own = foot_points(body, figure, side, heel_deg + change)
        scale, yaw_deg, shift, error = _aligned(own, points)
        cost = (WEIGHTS * error**2).sum() / POINT_SIGMA_M**2 + (change / HEEL_SIGMA_DEG) ** 2
        if cost < best[0]:
            best = (cost, scale, yaw_deg, shift, float(heel_deg + change))
    _, scale, yaw_deg, shift, stretch = best
    larger = scaled(figure, scale)
    upright = rigid(rotation("z", yaw_deg), np.zeros(3), shift)
    return Worn(Shod(larger, larger.vertices, np.full(len(larger.vertices), FAR_M)), upright, stretch, scale)


def foot_points(body: Body, figure: Figure, side: str, heel_deg: float) -> Float[np.ndarray, "4 3"]:
    """The POINTS of a foot at rest whose ankle is stretched by heel_deg."""
    transforms = rest_transforms()
    transforms.update(foot_transforms(figure, side, reference_foot(figure, side, heel_deg), heel_deg))
    numbers = [body.landmarks[side, name] for name in POINTS[1:]]
    skin_points = skin(figure.vertices[numbers], body.weights[numbers], transforms)
    return np.concatenate([figure.joints[side, "ankle"][None], skin_points])


def _aligned(own: np.ndarray, points: np.ndarray) -> tuple[float, float, np.ndarray, np.ndarray]:
    """Scale, yaw in degrees and shift (3,) that carry own points (n, 3) nearest to points (n, 3), by WEIGHTS, and what
    is left."""
    own_middle, middle = ((WEIGHTS * p).sum(axis=0) / WEIGHTS.sum() for p in (own, points))
    a, b = own - own_middle, points - middle
    w = WEIGHTS * b
    yaw = np.degrees(np.arctan2((a[:, 0] * w[:, 1] - a[:, 1] * w[:, 0]).sum(), (a[:, :2] * w[:, :2]).sum()))
    turned = a @ rotation("z", yaw).T
    scale = float((turned * w).sum() / (WEIGHTS * a * a).sum())
    shift = middle - scale * rotation("z", yaw) @ own_middle
    return scale, float(yaw), shift, scale * turned - b
