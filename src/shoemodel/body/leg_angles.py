"""(ours) How a leg goes on from a foot in its shoe, as five angles that say the same of a left and of a right leg.

Frame: the shoe's. It stands on z = 0 with its toes towards -y, +x is the wearer's left. Angles are in degrees.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from jaxtyping import Float

from shoemodel.body.figure import Figure, group
from shoemodel.body.legs import unit
from shoemodel.render.meshes import rotation

UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class LegAngles:
    """Of one leg, from its foot upwards."""

    forward: float
    """The shin's lean over the toes, from the shoe's upright."""
    outward: float
    """Its lean away from the other leg."""
    twist: float
    """How far it is turned outwards on the foot, as the knee shows."""
    knee: float
    """The knee's bend; 0 is straight."""
    turn: float
    """How far the trunk is turned outwards from where it faces when the foot rests below it."""

    def row(self) -> Float[np.ndarray, "5"]:
        """In the order of the fields."""
        return np.array(astuple(self), float)

    @classmethod
    def of_row(cls, row: Float[np.ndarray, "5"]) -> LegAngles:
        """The inverse of `row`."""
        return cls(*map(float, row))


def outwards(side: str) -> float:
    """The sign of x away from the other leg."""
    return 1.0 if side == "left" else -1.0


def directions(
    forward_deg: Float[np.ndarray, "n"], outward_deg: Float[np.ndarray, "n"], side: str
) -> Float[np.ndarray, "n 3"]:
    """Unit vectors upwards that lean forward over the toes and outward to the side."""
    a, b = np.radians(forward_deg), np.radians(outward_deg)
    return np.stack([outwards(side) * np.sin(b), -np.sin(a) * np.cos(b), np.cos(a) * np.cos(b)], axis=1)


def shin_turn(
    angles: LegAngles, side: str, rest: Float[np.ndarray, "3 3"], bone: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "3 3"]:
    """Rotation of the shin from where the body rests; rest: of the body at rest above the shoe; bone: direction from
    ankle to knee at rest."""
    up = directions(np.array([angles.forward]), np.array([angles.outward]), side)[0]
    return about(up, outwards(side) * angles.twist) @ shortest(rest @ bone, up) @ rest


def thigh_turn(shin: Float[np.ndarray, "3 3"], knee_deg: float) -> Float[np.ndarray, "3 3"]:
    """Rotation of the thigh above a shin that is turned so."""
    return shin @ rotation("x", -knee_deg)


def trunk_turn(
    angles: LegAngles, side: str, rest: Float[np.ndarray, "3 3"], gravity_up: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "3 3"]:
    """Rotation of an upright trunk; gravity_up: a unit vector, the shoe's z axis where it stands level."""
    return shortest(UP, gravity_up) @ rotation("z", outwards(side) * angles.turn) @ rest


def measured(
    figure: Figure, side: str, transforms: dict[int, np.ndarray], shoe: Float[np.ndarray, "4 4"],
    rest: Float[np.ndarray, "3 3"],
) -> LegAngles:  # fmt: skip
    """The angles of a leg in a pose given by the groups' transforms (4, 4); shoe: carries the shoe to where it is."""
    back, sign = shoe[:3, :3].T, outwards(side)
    shin, thigh, trunk = (
        back @ transforms[number][:3, :3] for number in (group(side, "shin"), group(side, "thigh"), 0)
    )
    bone = unit(figure.joints[side, "knee"] - figure.joints[side, "ankle"])
    up = shin @ bone
    untwisted = shortest(rest @ bone, up) @ rest
    down = thigh.T @ shin @ -UP
    level = shortest(UP, back @ UP).T @ trunk @ rest.T
    return LegAngles(
        forward=float(np.degrees(np.arctan2(-up[1], up[2]))),
        outward=float(np.degrees(np.arcsin(np.clip(sign * up[0], -1, 1)))),
        twist=sign * _turned_deg(shin @ untwisted.T, up),
        knee=float(np.degrees(np.arctan2(down[1], -down[2]))),
        turn=sign * float(np.degrees(np.arctan2(level[1, 0], level[0, 0]))),
    )


def about(axis: Float[np.ndarray, "3"], degrees: float) -> Float[np.ndarray, "3 3"]:
    """The rotation about a unit vector, right-handed."""
    cross, angle = _cross(axis), np.radians(degrees)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def shortest(start: Float[np.ndarray, "3"], end: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3 3"]:
    """The rotation between two unit vectors, not opposite ones, without any twist."""
    cross = _cross(np.cross(start, end))
    return np.eye(3) + cross + cross @ cross / (1 + float(start @ end))


def _cross(v: np.ndarray) -> np.ndarray:
    return np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])


def _turned_deg(turn: np.ndarray, axis: np.ndarray) -> float:
    """By how much a rotation about a known axis turns."""
    sine = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]]) @ axis / 2
    return float(np.degrees(np.arctan2(sine, (np.trace(turn) - 1) / 2)))
