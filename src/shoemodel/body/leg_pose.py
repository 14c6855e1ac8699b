"""(ours) The stance of one leg whose foot stands flat in a shoe: how shin and knee may go on from there, and which way
of it looks most like a leg that was drawn in the picture.

Frame: the shoe's. It stands on z = 0 with its toes towards -y, +x is the wearer's left, metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from shoemodel.body.bodies import Person
from shoemodel.body.figure import SIDES, TOES, Shod, group, rest_transforms, skin
from shoemodel.body.legs import unit
from shoemodel.body.wearing import Worn, put_in
from shoemodel.render.meshes import MIRROR, rigid, rotation, transform
from shoemodel.render.pinhole import Pinhole

# shafts that reach this far above the ankle hold the shin
SHAFT_M = 0.05
# how far the shin may lean forward and outward, degrees, and how far it does when nothing is known: mean, deviation
FORWARD_DEG, OUTWARD_DEG = (-8.0, 22.0), (-12.0, 12.0)
SHAFT_FORWARD_DEG, SHAFT_OUTWARD_DEG = (-4.0, 10.0), (-5.0, 5.0)
FORWARD, OUTWARD = (4.0, 6.0), (0.0, 4.0)
# the knee's bend, degrees; beyond CALM_KNEE_DEG a person must be doing something
KNEE_DEG, CALM_KNEE_DEG, KNEE_SIGMA_DEG = (3.0, 100.0), 12.0, 14.0
STEP_DEG, KNEE_STEP_DEG = 1.0, 2.0
# how much one person's habit differs from another's, degrees
HABIT_DEG, TURN_DEG = 3.0, 6.0
# of the leg just above the shoe, metres: what is seen of its way out of it
WAY_OUT_M = 0.12
# how well a drawn leg tells the way out of the shoe, and the thigh's way, degrees; a leg's shortest way to a camera
WAY_SIGMA_DEG, THIGH_SIGMA_DEG, FAR_OFF_DEG = 5.0, 20.0, 25.0
# a bone that looks shorter than this share of itself is seen end on
END_ON = 0.4
CLEAR_M, CLEAR_SIGMA_M = 0.24, 0.02


@dataclass(frozen=True, eq=False)
class OneLeg:
    """A person who stands in one shoe; `transforms` of all groups, the other leg standing beside it as its mirror
    image; `vertices` (n, 3) of the posed mesh, both in the shoe's frame."""

    shod: Shod
    side: str
    transforms: dict[int, np.ndarray]
    vertices: Float[np.ndarray, "n 3"]
    angles_deg: tuple[float, float, float]
    """The shin's lean forward and outward from upright, and the knee's bend."""


@dataclass(frozen=True)
class Habit:
    """How a person stands when nothing else decides: the shin's leans, the knee's bend, the trunk's turn, degrees."""

    forward: float
    outward: float
    knee: float
    turn: float


def sample_habit(rng: np.random.Generator) -> Habit:
    """Draw a natural way to stand."""
    forward, outward, turn = rng.normal([FORWARD[0], OUTWARD[0], 0.0], [HABIT_DEG, 0.6 * HABIT_DEG, TURN_DEG])
    return Habit(float(forward), float(outward), float(rng.gamma(3.0, CALM_KNEE_DEG / 3) + KNEE_DEG[0]), float(turn))


def stand(
    person: Person, points: Float[np.ndarray, "4 3"], heel_deg: float, collar_m: float, side: str,
    leg_px: Float[np.ndarray, "3 2"], camera: Pinhole, seed: int,
) -> OneLeg:  # fmt: skip
    """A person in a shoe, its leg as near as a standing leg comes to one drawn in the picture.

    points: where the shoe holds the foot (`wearing.POINTS`); heel_deg, collar_m: how far it stretches the ankle and
    how high it reaches; leg_px: hip, knee and ankle of this side in the camera's picture; seed: of the person's habit.
    """
    worn = put_in(person.body, person.figure, side, points, heel_deg)
    habit = sample_habit(np.random.default_rng(seed))
    held = collar_m > points[0, 2] + SHAFT_M
    angles = choose(worn, side, leg_px, camera, habit, held)
    transforms = take(worn, side, *angles, habit.turn)
    vertices = skin(worn.shod.vertices, person.body.weights, transforms)
    return OneLeg(worn.shod, side, transforms, vertices, angles)


def choose(
    worn: Worn, side: str, leg_px: Float[np.ndarray, "3 2"], camera: Pinhole, habit: Habit, held: bool
) -> tuple[float, float, float]:
    """Forward and outward lean of the shin and bend of the knee, degrees: the best of all within the limits, judged by
    what the camera sees of them, how they suit the habit and how far they stay from the camera."""
    sides = (SHAFT_FORWARD_DEG, SHAFT_OUTWARD_DEG) if held else (FORWARD_DEG, OUTWARD_DEG)
    ranges = [np.arange(low, high + STEP_DEG / 2, STEP_DEG) for low, high in sides]
    forward, outward = (grid.ravel() for grid in np.meshgrid(*ranges, indexing="ij"))
    figure = worn.shod.figure
    ankle = transform(worn.upright, figure.joints[side, "ankle"][None])
    up = directions(forward, outward, side)
    knee = ankle + figure.length("knee", "ankle") * up
    cost = ((forward - habit.forward) / FORWARD[1]) ** 2 + ((outward - habit.outward) / OUTWARD[1]) ** 2
    cost += _miss(camera, np.broadcast_to(ankle, up.shape), ankle + WAY_OUT_M * up, leg_px[2], leg_px[1], WAY_SIGMA_DEG)
    cost += _crowding(camera, np.broadcast_to(ankle, up.shape), knee)
    best = np.argsort(cost, kind="stable")[:40]
    bends = np.arange(KNEE_DEG[0], KNEE_DEG[1] + KNEE_STEP_DEG / 2, KNEE_STEP_DEG)
    chosen, bend = (grid.ravel() for grid in np.meshgrid(best, bends, indexing="ij"))
    start = knee[chosen]
    hip = start + figure.length("hip", "knee") * directions(forward[chosen] - bend, outward[chosen], side)
    total = cost[chosen] + ((bend - habit.knee) / KNEE_SIGMA_DEG) ** 2
    total += _miss(camera, start, hip, leg_px[1], leg_px[0], THIGH_SIGMA_DEG) + _crowding(camera, start, hip)
    number = int(total.argmin())
    return float(forward[chosen[number]]), float(outward[chosen[number]]), float(bend[number])


def directions(forward_deg: np.ndarray, outward_deg: np.ndarray, side: str) -> Float[np.ndarray, "n 3"]:
    """Unit vectors upwards that lean forward over the toes and outward to the side, by angles (n,)."""
    a, b = np.radians(forward_deg), np.radians(outward_deg)
    sign = 1.0 if side == "left" else -1.0
    return np.stack([sign * np.sin(b), -np.sin(a) * np.cos(b), np.cos(a) * np.cos(b)], axis=1)


def take(worn: Worn, side: str, forward: float, outward: float, knee: float, turn: float) -> dict[int, np.ndarray]:
    """Transforms of all groups for the angles of one leg and the trunk's turn from the foot, degrees."""
    figure, upright = worn.shod.figure, worn.upright
    hip0, knee0, ankle0 = (figure.joints[side, name] for name in ("hip", "knee", "ankle"))
    ankle = transform(upright, ankle0[None])[0]
    stood = upright[:3, :3] @ unit(knee0 - ankle0)
    up = directions(np.array([forward]), np.array([outward]), side)[0]
    shin = rigid(_shortest(stood, up) @ upright[:3, :3], ankle0, ankle)
    at_knee = transform(shin, knee0[None])[0]
    thigh = rigid(shin[:3, :3] @ rotation("x", -knee), knee0, at_knee)
    trunk = rigid(rotation("z", turn) @ upright[:3, :3], hip0, transform(thigh, hip0[None])[0])
    transforms = rest_transforms() | worn.foot(side)
    transforms |= {0: trunk, group(side, "thigh"): thigh, group(side, "shin"): shin}
    other = SIDES[1 - SIDES.index(side)]
    for part in ("thigh", "shin", "foot", *TOES):
        own = np.linalg.inv(trunk) @ transforms[group(side, part)]
        transforms[group(other, part)] = trunk @ MIRROR @ own @ MIRROR
    return transforms


def _shortest(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The rotation (3, 3) between two unit vectors without any twist."""
    v, c = np.cross(start, end), float(start @ end)
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + cross + cross @ cross / (1 + c)


def _miss(
    camera: Pinhole, start: np.ndarray, end: np.ndarray, start_px: np.ndarray, end_px: np.ndarray, sigma_deg: float
) -> np.ndarray:
    """How unlike bones from start to end (n, 3) look to the drawn one: squared deviations (n,) that flatten out where
    it cannot be reached. Foreshortened bones say little, those seen end on or behind the camera nothing."""
    a, depth_a = camera.project(start)
    b, depth_b = camera.project(end)
    way, drawn = b - a, end_px - start_px
    angle = np.arctan2(way[:, 1], way[:, 0]) - np.arctan2(drawn[1], drawn[0])
    off = np.degrees(np.abs((angle + np.pi) % (2 * np.pi) - np.pi))
    size = np.linalg.norm(way, axis=1) * depth_a / (camera.focal_px * np.linalg.norm(end - start, axis=1) + 1e-9)
    seen = np.clip(size, 0, 1) ** 2 * (size > END_ON) * ((depth_a > 0.05) & (depth_b > 0.05))
    return seen * (off / sigma_deg) ** 2 / np.sqrt(1 + (off / FAR_OFF_DEG) ** 2)


def _crowding(camera: Pinhole, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Cost (n,) of bones from start to end (n, 3) that pass close by the camera."""
    along = end - start
    share = np.clip(((camera.origin - start) * along).sum(axis=1) / (along**2).sum(axis=1), 0, 1)
    distance = np.linalg.norm(start + share[:, None] * along - camera.origin, axis=1)
    return (np.maximum(CLEAR_M - distance, 0) / CLEAR_SIGMA_M) ** 2
