"""Legs that reach their shoes: two-link inverse kinematics from the hips to feet that stand where the shoes stand.

The shoes come first: each side's foot transform is given by its placed shoe. The trunk is lowered until neither leg
over-stretches, then thigh and shin are turned in the plane of hip, ankle and the way the knee points.
"""

from __future__ import annotations

import numpy as np

from shoemodel.body import limits
from shoemodel.body.figure import Figure, foot_transforms, group, rest_transforms
from shoemodel.render.meshes import rigid, rotation, transform

# a leg is never straighter than this share of its length: knees are not locked (ours)
REACH = 0.995


class Unreachable(Exception):
    """A pose that this body cannot take: the caller draws another."""


def unit(vector: np.ndarray) -> np.ndarray:
    """The vector's direction."""
    return vector / (np.linalg.norm(vector) + 1e-12)


def frame(direction: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Orthonormal columns (3, 3): direction, the part of axis square to it, their cross product."""
    u = unit(direction)
    v = unit(axis - u * (axis @ u))
    return np.stack([u, v, np.cross(u, v)], axis=1)


def standing_height(figure: Figure, feet: dict[str, np.ndarray], root_xy: np.ndarray, yaw_deg: float) -> float:
    """Highest z of the trunk's shift at which every leg still reaches its foot transform (4, 4)."""
    turn = rotation("z", yaw_deg)
    heights = []
    for side, foot in feet.items():
        hip, ankle = turn @ figure.joints[side, "hip"], transform(foot, figure.joints[side, "ankle"][None])[0]
        reach = REACH * (figure.length("hip", "knee") + figure.length("knee", "ankle"))
        across = np.linalg.norm(ankle[:2] - hip[:2] - root_xy)
        if across > 0.75 * reach:
            raise Unreachable(f"the {side} foot is {across:.2f} m from under its hip, a leg reaches {reach:.2f} m")
        heights.append(ankle[2] + np.sqrt(reach**2 - across**2) - hip[2])
    return min(heights)


def solve(
    figure: Figure, feet: dict[str, np.ndarray], root: np.ndarray, yaw_deg: float, heel_deg: float
) -> dict[int, np.ndarray]:
    """Transforms of all groups: trunk shifted by root (3,) and turned by yaw_deg, each foot at its transform (4, 4).

    A leg not in `feet` hangs from the trunk as it rests. Raises Unreachable for an over-stretched or folded leg, an
    error above 1 mm, or a joint bent beyond its limits.
    """
    trunk = rigid(rotation("z", yaw_deg), np.zeros(3), root)
    transforms = {number: trunk for number in rest_transforms()}
    for side, foot in feet.items():
        transforms.update(_leg(figure, side, trunk, foot))
        transforms.update(foot_transforms(figure, side, foot, heel_deg))
        if fault := limits.broken(transforms, side):
            raise Unreachable(fault)
    return transforms


def _leg(figure: Figure, side: str, trunk: np.ndarray, foot: np.ndarray) -> dict[int, np.ndarray]:
    """Thigh and shin of one leg (two-link inverse kinematics)."""
    hip0, knee0, ankle0 = (figure.joints[side, name] for name in ("hip", "knee", "ankle"))
    hip, ankle = transform(trunk, hip0[None])[0], transform(foot, ankle0[None])[0]
    a, b = np.linalg.norm(knee0 - hip0), np.linalg.norm(ankle0 - knee0)
    distance = np.linalg.norm(ankle - hip)
    if not 0.35 * (a + b) < distance <= (a + b) * 0.9999:
        raise Unreachable(f"the {side} hip is {distance:.3f} m from the ankle, the leg measures {a + b:.3f} m")
    u = unit(ankle - hip)
    toe_way = foot[:3, :3] @ np.array([0.0, -1.0, 0.0])
    front = 0.6 * trunk[:3, :3] @ np.array([0.0, -1.0, 0.0])
    # the knee goes where the toes point, unless they point down
    pole = unit(toe_way * [1, 1, 0] + front) + np.array([0, 0, 0.25])
    hinge = unit(np.cross(pole, u))
    along = float((a * a - b * b + distance**2) / (2 * distance))
    knee = hip + along * u + np.sqrt(max(float(a * a) - along**2, 0.0)) * np.cross(u, hinge)
    thigh_turn = frame(knee - hip, hinge) @ frame(knee0 - hip0, np.array([1.0, 0, 0])).T
    shin_turn = frame(ankle - knee, hinge) @ frame(ankle0 - knee0, np.array([1.0, 0, 0])).T
    shin = rigid(shin_turn, knee0, knee)
    error = np.linalg.norm(transform(shin, ankle0[None])[0] - ankle)
    if error > 1e-3:
        raise Unreachable(f"the {side} ankle misses its shoe by {1000 * error:.1f} mm")
    return {group(side, "thigh"): rigid(thigh_turn, hip0, hip), group(side, "shin"): shin}


def free_leg(
    figure: Figure, side: str, trunk: np.ndarray, thigh_turn: np.ndarray, shin_turn: np.ndarray, foot_turn: np.ndarray
) -> np.ndarray:
    """Foot transform (4, 4) of a leg that hangs free: world rotations (3, 3) of thigh, shin and foot from rest."""
    hip0, knee0, ankle0 = (figure.joints[side, name] for name in ("hip", "knee", "ankle"))
    knee = transform(trunk, hip0[None])[0] + thigh_turn @ (knee0 - hip0)
    return rigid(foot_turn, ankle0, knee + shin_turn @ (ankle0 - knee0))
