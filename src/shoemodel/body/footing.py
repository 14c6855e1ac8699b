"""Feet in shoes: where a shoe stands, how it bends with the step, and the foot squeezed to its inside.

Frames: canonical (of a left shoe: +x lateral, -y toe, +z up, ground z=0), reference (Anny's rest body with the ankle
stretched as the shoe wants), world. A right shoe is the mirrored left one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from shoemodel.body.figure import (
    FAR_M,
    Body,
    Figure,
    Shod,
    blend,
    foot_transforms,
    group,
    reference_foot,
    rest_transforms,
)
from shoemodel.body.poses import Step
from shoemodel.render.meshes import MIRROR, rigid, rotate_about, rotation, smoothstep, transform
from shoemodel.render.parts import Part
from shoemodel.shoes import Shoe

X_AXIS = np.array([1.0, 0.0, 0.0])
# the sole bends over this length either side of the ball, at this height (ours)
BEND_HALF_M, BEND_HEIGHT_M = 0.03, 0.010
# a step's place is this far before the ankle: where a standing person's weight falls (ours)
BEFORE_ANKLE_M = 0.035
# shafts that reach this far above the ankle follow the shin
SHAFT_M = 0.05


@dataclass(frozen=True)
class Fitting(Shod):
    """A shoe on a figure's feet, and where ball and ankle are in it: ball_y and ankle (3,) are canonical."""

    shoe: Shoe
    ball_y: float
    ankle: np.ndarray

    @property
    def has_shaft(self) -> bool:
        """Whether the shoe encloses the shin and must follow it."""
        return bool(self.shoe.collar_height_m > self.ankle[2] + SHAFT_M)

    @property
    def collar_above_ankle(self) -> float:
        """Height of the collar above the ankle joint, metres; negative for low shoes."""
        return float(self.shoe.collar_height_m - self.ankle[2])

    def reference_to_canonical(self, side: str) -> np.ndarray:
        """(4, 4) from the reference body to the side's shoe: the left shoe, or its mirror image."""
        return self.shoe.foot_to_shoe if side == "left" else MIRROR @ self.shoe.foot_to_shoe @ MIRROR

    def foot_at(self, side: str, place: np.ndarray) -> np.ndarray:
        """Foot transform (4, 4) that puts the side's foot into its shoe placed by `place`."""
        return place @ self.reference_to_canonical(side) @ reference_foot(self.figure, side, self.shoe.heel_deg)

    def place_of(self, side: str, foot: np.ndarray) -> np.ndarray:
        """The inverse of foot_at: where the shoe is when the foot hangs at `foot`."""
        worn = self.reference_to_canonical(side) @ reference_foot(self.figure, side, self.shoe.heel_deg)
        return foot @ np.linalg.inv(worn)


def fit(body: Body, figure: Figure, shoe: Shoe) -> Fitting:
    """Squeeze both feet of a figure into a shoe (done once per shoe, in the reference pose)."""
    vertices, to_shoe = figure.vertices.copy(), np.full(len(figure.vertices), FAR_M)
    surface = cKDTree(np.concatenate([part.vertices for part in shoe.parts]))
    for side in ("left", "right"):
        transforms = rest_transforms()
        transforms.update(foot_transforms(figure, side, reference_foot(figure, side, shoe.heel_deg), shoe.heel_deg))
        chosen = np.flatnonzero(body.foot_weight(side) + body.weights[:, group(side, "shin")] > 0.3)
        blended = blend(body.weights[chosen], transforms)
        posed = np.einsum("nij,nj->ni", blended[:, :3, :3], vertices[chosen]) + blended[:, :3, 3]
        to_canonical = shoe.foot_to_shoe if side == "left" else shoe.foot_to_shoe @ MIRROR
        inside = shoe.squeeze(transform(to_canonical, posed))
        to_shoe[chosen] = surface.query(inside, distance_upper_bound=FAR_M)[0].clip(max=FAR_M)
        squeezed = transform(np.linalg.inv(to_canonical), inside)
        vertices[chosen] = np.linalg.solve(blended[:, :3, :3], (squeezed - blended[:, :3, 3])[:, :, None])[:, :, 0]
    foot = reference_foot(figure, "left", shoe.heel_deg)
    roots = np.stack([figure.joints["left", toe] for toe in ("toe1-1", "toe5-1")])
    ball = transform(shoe.foot_to_shoe @ foot, roots).mean(axis=0)
    ankle = transform(shoe.foot_to_shoe, figure.joints["left", "ankle"][None])[0]
    return Fitting(figure, vertices, to_shoe, shoe, float(ball[1]), ankle)


def bend(points: np.ndarray, ball_y: float, degrees: float) -> np.ndarray:
    """Bend canonical points (n, 3) at the ball: the forefoot turns up by `degrees`, the rear stays."""
    if degrees == 0.0:
        return points
    share = smoothstep((ball_y + BEND_HALF_M - points[:, 1]) / (2 * BEND_HALF_M))
    return rotate_about(points, np.array([0.0, ball_y, BEND_HEIGHT_M]), X_AXIS, -np.radians(degrees) * share)


def lean(points: np.ndarray, ankle: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Turn the shaft, canonical points (n, 3) above the ankle, about the ankle as the shin turns (3, 3)."""
    cosine = np.clip((np.trace(turn) - 1) / 2, -1, 1)
    axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    if np.linalg.norm(axis) < 1e-9:
        return points
    share = smoothstep((points[:, 2] - ankle[2] + 0.03) / 0.11)
    return rotate_about(points, ankle, axis / np.linalg.norm(axis), np.arccos(cosine) * share)


def place(fitting: Fitting, side: str, step: Step, scale: float) -> np.ndarray:
    """(4, 4) that stands the side's shoe at its step, its lowest point on the floor or as high above it as it says."""
    middle = np.array([0.0, fitting.ankle[1] - BEFORE_ANKLE_M, 0.0])
    ball = np.array([0.0, fitting.ball_y, BEND_HEIGHT_M])
    tilt = rigid(rotation("x", step.heel_lift_deg + step.pitch_deg), ball, ball) @ rigid(
        rotation("x", -step.toe_lift_deg), np.zeros(3), np.zeros(3)
    )
    stand = rigid(rotation("z", step.yaw_deg), middle, np.array([scale * step.x, scale * step.y, 0.0])) @ tilt
    mirror = np.eye(4) if side == "left" else MIRROR
    lowest = min(
        transform(stand @ mirror, bend(part.vertices, fitting.ball_y, step.heel_lift_deg))[:, 2].min()
        for part in fitting.shoe.parts
    )
    stand[2, 3] += scale * step.up_m - lowest
    return stand


def placed_parts(
    fitting: Fitting, side: str, placement: np.ndarray, heel_lift_deg: float, shin: np.ndarray
) -> list[Part]:
    """The side's shoe in the world, bent with the step and, when it has a shaft, leaning with the shin (4, 4)."""
    mirror = np.eye(4) if side == "left" else MIRROR
    relative = np.linalg.inv(placement) @ shin @ np.linalg.inv(fitting.reference_to_canonical(side))
    turn = (mirror @ relative @ mirror)[:3, :3]
    parts = []
    for part in fitting.shoe.parts:
        points = bend(part.vertices, fitting.ball_y, heel_lift_deg)
        if fitting.has_shaft:
            points = lean(points, fitting.ankle, turn)
        faces = part.faces if side == "left" else part.faces[:, ::-1]
        name = part.name.replace("left", side)
        parts.append(replace(part, name=name, vertices=transform(placement @ mirror, points), faces=faces))
    return parts


def bend_feet(
    fitting: Fitting, vertices: np.ndarray, weight: np.ndarray, placement: np.ndarray, side: str, heel_lift_deg: float
) -> np.ndarray:
    """Bend the side's forefoot, among posed vertices (n, 3) with foot weight (n,), as its shoe bends."""
    if heel_lift_deg == 0.0:
        return vertices
    chosen = weight > 0.5
    frame = placement @ (np.eye(4) if side == "left" else MIRROR)
    bent = vertices.copy()
    canonical = transform(np.linalg.inv(frame), vertices[chosen])
    bent[chosen] = transform(frame, bend(canonical, fitting.ball_y, heel_lift_deg))
    return bent
