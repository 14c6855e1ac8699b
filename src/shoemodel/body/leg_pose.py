"""(ours) The stance of one leg whose foot stands flat in a shoe: how shin and knee may go on from there, and which way
of it looks most like a leg that was drawn in the picture.

Frame: the shoe's. It stands on z = 0 with its toes towards -y, +x is the wearer's left, metres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from shoemodel.body.bodies import Person
from shoemodel.body.figure import SIDES, TOES, Shod, group, rest_transforms, skin
from shoemodel.body.leg_angles import UP, LegAngles, directions, shin_turn, thigh_turn, trunk_turn
from shoemodel.body.legs import unit
from shoemodel.body.wearing import Worn, put_in
from shoemodel.render.meshes import MIRROR, rigid, transform
from shoemodel.render.pinhole import Pinhole

# shafts that reach this far above the ankle hold the shin
SHAFT_M = 0.05
# how far the shin may lean forward and outward, degrees, and how far it does when nothing is known: mean, deviation
FORWARD_DEG, OUTWARD_DEG = (-8.0, 22.0), (-12.0, 12.0)
SHAFT_FORWARD_DEG, SHAFT_OUTWARD_DEG = (-4.0, 10.0), (-5.0, 5.0)
FORWARD, OUTWARD = (4.0, 6.0), (0.0, 4.0)
# the same of a leg that somebody moves: it may do what it did, and more
MOVED_FORWARD_DEG, MOVED_OUTWARD_DEG = (-30.0, 30.0), (-18.0, 18.0)
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
    angles: LegAngles


@dataclass(frozen=True, eq=False)
class DrawnLeg:
    """A leg in a picture, of which the nearest that a person can have is wanted."""

    leg_px: Float[np.ndarray, "3 2"]
    """Hip, knee and ankle."""
    camera: Pinhole
    near: LegAngles | None = None
    """What it is like otherwise; None: a habit."""


def sample_habit(rng: np.random.Generator) -> LegAngles:
    """Draw a natural way to stand, for when nothing else decides."""
    forward, outward, turn = rng.normal([FORWARD[0], OUTWARD[0], 0.0], [HABIT_DEG, 0.6 * HABIT_DEG, TURN_DEG])
    return LegAngles(float(forward), float(outward), 0.0, float(rng.gamma(3.0, CALM_KNEE_DEG / 3) + KNEE_DEG[0]),
                     float(turn))  # fmt: skip


def stand(
    person: Person, points: Float[np.ndarray, "4 3"], heel_deg: float, collar_m: float, side: str,
    leg: LegAngles | DrawnLeg, seed: int, gravity_up: Float[np.ndarray, "3"] = UP,
) -> OneLeg:  # fmt: skip
    """A person in a shoe.

    points: where the shoe holds the foot (`wearing.POINTS`); heel_deg, collar_m: how far it stretches the ankle and
    how high it reaches; leg: its angles, or a drawn one, to which the leg comes as near as a standing one can; seed:
    of the person's habit; gravity_up: a unit vector, from where the trunk is upright.
    """
    worn = put_in(person.body, person.figure, side, points, heel_deg)
    if isinstance(leg, DrawnLeg):
        leg = choose(worn, side, leg, seed, collar_m > points[0, 2] + SHAFT_M)
    transforms = take(worn, side, leg, gravity_up)
    vertices = skin(worn.shod.vertices, person.body.weights, transforms)
    return OneLeg(worn.shod, side, transforms, vertices, leg)


def choose(worn: Worn, side: str, drawn: DrawnLeg, seed: int, held: bool) -> LegAngles:
    """The best of all legs within the limits, judged by what the camera sees of them, how they suit the habit and how
    far they stay from the camera. held: whether a shaft holds the shin."""
    camera, leg_px = drawn.camera, drawn.leg_px
    habit = drawn.near or sample_habit(np.random.default_rng(seed))
    free = (FORWARD_DEG, OUTWARD_DEG) if drawn.near is None else (MOVED_FORWARD_DEG, MOVED_OUTWARD_DEG)
    sides = (SHAFT_FORWARD_DEG, SHAFT_OUTWARD_DEG) if held else free
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
    nearest = {"forward": forward[chosen[number]], "outward": outward[chosen[number]], "knee": bend[number]}
    return replace(habit, **{name: float(value) for name, value in nearest.items()})


def take(worn: Worn, side: str, angles: LegAngles, gravity_up: Float[np.ndarray, "3"] = UP) -> dict[int, np.ndarray]:
    """Transforms of all groups for the angles of one leg."""
    figure, upright = worn.shod.figure, worn.upright
    hip0, knee0, ankle0 = (figure.joints[side, name] for name in ("hip", "knee", "ankle"))
    ankle, rest = transform(upright, ankle0[None])[0], upright[:3, :3]
    shin = rigid(shin_turn(angles, side, rest, unit(knee0 - ankle0)), ankle0, ankle)
    thigh = rigid(thigh_turn(shin[:3, :3], angles.knee), knee0, transform(shin, knee0[None])[0])
    trunk = rigid(trunk_turn(angles, side, rest, gravity_up), hip0, transform(thigh, hip0[None])[0])
    transforms = rest_transforms() | worn.foot(side)
    transforms |= {0: trunk, group(side, "thigh"): thigh, group(side, "shin"): shin}
    other = SIDES[1 - SIDES.index(side)]
    for part in ("thigh", "shin", "foot", *TOES):
        own = np.linalg.inv(trunk) @ transforms[group(side, part)]
        transforms[group(other, part)] = trunk @ MIRROR @ own @ MIRROR
    return transforms


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
