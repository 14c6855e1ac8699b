"""Legs posed in 3-D by the diffusion of phase 2 (3.2), given feet that a fitted camera sees (ours).

Instead of L_0 the network has the five angles of each leg (`body.leg_angles`), and instead of C_p what is known of each
foot in its shoe: its heel, the camera, the ground and the other foot. What is sampled is brought to what joints can do
(`body.limits`), so every pose can be taken by a body. Both legs of a pair are sampled together.

Frame of a foot: its shoe's, as in `body.leg_angles`; x counts outwards in the numbers that the network sees, so that a
left and a right foot look alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from diffusers import DDPMScheduler
from jaxtyping import Bool, Float

from shoemodel.body import limits
from shoemodel.body.figure import group
from shoemodel.body.leg_angles import UP, LegAngles, outwards, shin_turn, thigh_turn, trunk_turn
from shoemodel.body.leg_pose import SHAFT_FORWARD_DEG, SHAFT_M, SHAFT_OUTWARD_DEG
from shoemodel.image.pose import ANGLES
from shoemodel.lps import diffusion
from shoemodel.lps.denoiser import LegDenoiser
from shoemodel.render.meshes import rotation
from shoemodel.render.pinhole import Pinhole

MIDDLE, UNIT = np.array([8.0, 1.0, -5.0, 2.8, -5.0]), np.array([13.0, 6.0, 5.0, 0.9, 14.0])
"""Of the angles inside the diffusion, in the order of ANGLES, degrees; of the knee, the logarithm of its bend."""
KNEE_FROM_DEG = -6.0
"""A knee's bend is counted from here."""
NUMBERS = 15
"""What is known of a foot, see `known`."""
SHIN, THIGH = 1.76, 1.82
"""Lengths of the bones, in lengths of the foot from heel to big toe: medians of the world's figures."""
SHIN_WAY, THIGH_WAY = np.array([-0.09, -0.085, 0.992]), np.array([-0.08, 0.073, 0.994])
"""Upwards along the bones of a left leg at rest, likewise."""
SPARE_DEG, STEPS = 3.0, 16
"""How far joints stay from their limits, for a person's are not quite the reference's; and in how many steps a leg
straightens until they do."""
NEAREST_M = 0.25
"""No knee or hip is nearer to the camera."""
SHINS_M, HIPS_M = 0.075, (0.10, 0.34)
"""Shins of two legs keep so far apart, and hips lie between so far and so far from each other."""


@dataclass(frozen=True, eq=False)
class Foot:
    """A foot in its shoe, seen by a camera; all in the frame of the shoe."""

    side: str
    points: Float[np.ndarray, "4 3"]
    """Ankle, big toe, small toe and heel, metres."""
    heel_deg: float
    """How far the shoe stretches the ankle."""
    collar_m: float
    """How far the shoe reaches above the ankle."""
    camera: Pinhole
    bend_deg: float = 0.0
    """How far the shoe is bent at the ball."""
    gravity_up: Float[np.ndarray, "3"] | None = None
    """A unit vector; None: the shoe's own z axis as the picture shows it level, see `level`."""
    other: Float[np.ndarray, "4 4"] | None = None
    """Carries the frame of the other shoe of a pair into this one's."""

    @property
    def length(self) -> float:
        """From heel to big toe."""
        return float(np.linalg.norm(self.points[1] - self.points[3]))

    @property
    def upwards(self) -> Float[np.ndarray, "3"]:
        """From where a body stands upright."""
        return level(self.camera) if self.gravity_up is None else self.gravity_up

    @property
    def held(self) -> bool:
        """Whether a shaft holds the shin."""
        return self.collar_m > SHAFT_M


def level(camera: Pinhole) -> Float[np.ndarray, "3"]:
    """The direction nearest to z for which the camera's horizon is level: photos are taken so."""
    across = camera.rotation[0]
    up = UP - (UP @ across) * across
    length = float(np.linalg.norm(up))
    return up / length if length > 0.5 else UP


def known(foot: Foot) -> Float[np.ndarray, "15"]:
    """What the network is told of a foot: that it is there, heel, height and bend of the shoe, direction of the camera,
    lean of the ground, the camera's distance, and where the other foot stands and points."""
    sign = outwards(foot.side)
    way = (foot.camera.origin - foot.points.mean(axis=0)) * [sign, 1.0, 1.0]
    distance, up = float(np.linalg.norm(way)), foot.upwards
    shoe = [1.0, foot.heel_deg / 30, np.clip(foot.collar_m, -0.1, 0.35) / 0.15, foot.bend_deg / 30]
    camera = [*way / distance, 2 * sign * up[0], 2 * up[1], np.log(distance / foot.length) - 1.5]
    if foot.other is None:
        return np.array([*shoe, *camera, 0.0, 0.0, 0.0, 0.0, 0.0])
    place = foot.other[:2, 3] * [sign, 1.0] / foot.length
    heading = foot.other[:3, :3] @ np.array([0.0, -1.0, 0.0])
    yaw = sign * np.arctan2(heading[0], -heading[1])
    return np.array([*shoe, *camera, 1.0, *place.clip(-3, 3), np.sin(yaw), np.cos(yaw)])


def condition(feet: Sequence[Foot]) -> Float[np.ndarray, "15 2"]:
    """What is known of one foot or two; 0 for the second of one."""
    columns = [known(foot) for foot in feet] + [np.zeros(NUMBERS)] * (2 - len(feet))
    return np.stack(columns, axis=1)


def encode(rows: Float[np.ndarray, "*n 5"]) -> Float[np.ndarray, "*n 5"]:
    """Angles of legs as the diffusion has them, of deviation near 1."""
    bend = np.log(np.maximum(rows[..., 3:4] - KNEE_FROM_DEG, 1.0))
    return (np.concatenate([rows[..., :3], bend, rows[..., 4:]], axis=-1) - MIDDLE) / UNIT


def decode(numbers: Float[np.ndarray, "*n 5"]) -> Float[np.ndarray, "*n 5"]:
    """The inverse of `encode`; a knee bends by 160 degrees at most."""
    rows = numbers * UNIT + MIDDLE
    bend = np.exp(np.minimum(rows[..., 3:4], np.log(160.0))) + KNEE_FROM_DEG
    return np.concatenate([rows[..., :3], bend, rows[..., 4:]], axis=-1)


def sample(
    denoiser: LegDenoiser, scheduler: DDPMScheduler, feet: Sequence[Foot], num: int, seed: int
) -> Float[np.ndarray, "{num} 2 5"]:
    """Angles of the legs of one foot or two, in their order, all of which a body can take; 0 for a missing second."""
    given = torch.from_numpy(condition(feet)).float()[None]
    mask = (given[:, :1] != 0).float().expand(-1, len(ANGLES), -1)
    found = diffusion.denoised(denoiser, scheduler, given, mask, num, torch.Generator().manual_seed(seed))[0]
    rows = decode(found.cpu().numpy().astype(float).transpose(0, 2, 1))
    return np.stack([reachable(rows[:, k], feet[k]) if k < len(feet) else 0 * rows[:, k] for k in (0, 1)], axis=1)


def reachable(rows: Float[np.ndarray, "n 5"], foot: Foot) -> Float[np.ndarray, "n 5"]:
    """Each leg as it is where its joints can do that, else straightened as far as they can."""
    rows = rows.copy()
    if foot.held:
        rows[:, 0], rows[:, 1] = rows[:, 0].clip(*SHAFT_FORWARD_DEG), rows[:, 1].clip(*SHAFT_OUTWARD_DEG)
    upright = _upright(foot)
    return np.stack([_straightened(row, upright, foot) for row in rows])


def _upright(foot: Foot) -> Float[np.ndarray, "5"]:
    """A leg that stands as upright as its ankle allows."""
    up = foot.upwards
    forward = float(np.degrees(np.arctan2(-up[1], up[2])))
    low, high = limits.LIMITS_DEG["ankle stretch"]
    return np.array([np.clip(forward, foot.heel_deg - high + 6, foot.heel_deg - low - 6), 0.0, 0.0, 3.0, 0.0])


def _straightened(row: np.ndarray, upright: np.ndarray, foot: Foot) -> np.ndarray:
    for share in np.linspace(0, 1, STEPS):
        mixed = (1 - share) * row + share * upright
        if can(mixed, foot):
            return mixed
    return upright


def can(row: Float[np.ndarray, "5"], foot: Foot) -> bool:
    """Whether the reference leg's joints reach these angles, with some degrees to spare."""
    angles = limits.angles_deg(_turns(LegAngles.of_row(row), foot), foot.side)
    ranges = limits.LIMITS_DEG.items()
    return all(low + SPARE_DEG <= angles[name] <= high - SPARE_DEG for name, (low, high) in ranges)


def _turns(angles: LegAngles, foot: Foot) -> dict[int, np.ndarray]:
    """Rotations (3, 3) of trunk, thigh, shin and foot."""
    shin = shin_turn(angles, foot.side, np.eye(3), _mirrored(SHIN_WAY, foot.side))
    parts = {"thigh": thigh_turn(shin, angles.knee), "shin": shin, "foot": rotation("x", foot.heel_deg)}
    trunk = trunk_turn(angles, foot.side, np.eye(3), foot.upwards)
    return {0: trunk, **{group(foot.side, part): turn for part, turn in parts.items()}}


def _mirrored(way: np.ndarray, side: str) -> np.ndarray:
    return way / np.linalg.norm(way) * [outwards(side), 1.0, 1.0]


def joints(rows: Float[np.ndarray, "n 5"], foot: Foot) -> Float[np.ndarray, "n 3 3"]:
    """Hip, knee and ankle of the reference leg, in the frame of the shoe."""
    legs = []
    for row in rows:
        turns = _turns(LegAngles.of_row(row), foot)
        knee = foot.points[0] + SHIN * foot.length * turns[group(foot.side, "shin")] @ _mirrored(SHIN_WAY, foot.side)
        thigh = turns[group(foot.side, "thigh")] @ _mirrored(THIGH_WAY, foot.side)
        legs.append([knee + THIGH * foot.length * thigh, knee, foot.points[0]])
    return np.array(legs).reshape(-1, 3, 3)


def legs_px(rows: Float[np.ndarray, "n 5"], foot: Foot) -> Float[np.ndarray, "n 3 2"]:
    """The same as the foot's camera sees them."""
    return foot.camera.project(joints(rows, foot).reshape(-1, 3))[0].reshape(-1, 3, 2)


def fit_together(rows: Float[np.ndarray, "n 2 5"], feet: Sequence[Foot]) -> Bool[np.ndarray, "n"]:
    """Which poses one body can take before this camera: nothing close to it, and the legs of a pair apart and below
    one trunk."""
    legs = [joints(rows[:, k], foot) for k, foot in enumerate(feet)]
    away = [foot.camera.project(leg.reshape(-1, 3))[1].reshape(-1, 3) for foot, leg in zip(feet, legs, strict=True)]
    good = np.all([depth.min(axis=1) > NEAREST_M for depth in away], axis=0)
    if len(feet) == 2 and feet[0].other is not None:
        turn, move = feet[0].other[:3, :3], feet[0].other[:3, 3]
        second = legs[1] @ turn.T + move
        hips = np.linalg.norm(legs[0][:, 0] - second[:, 0], axis=1)
        good &= (hips > HIPS_M[0]) & (hips < HIPS_M[1]) & (_apart(legs[0], second) > SHINS_M)
    return good


def _apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Least distance (n,) between points of two legs (n, 3, 3) from the ankle to above the knee."""
    share = np.linspace(0, 1, 9)[:, None]
    lines = []
    for leg in (one, other):
        hip, knee, ankle = leg[:, None, 0], leg[:, None, 1], leg[:, None, 2]
        lines.append(np.concatenate([ankle + share * (knee - ankle), knee + 0.4 * share * (hip - knee)], axis=1))
    return np.linalg.norm(lines[0][:, :, None] - lines[1][:, None], axis=-1).min(axis=(1, 2))


def paired(feet: Sequence[Foot], other: Float[np.ndarray, "4 4"]) -> list[Foot]:
    """Two feet told of each other; other: carries the frame of the second's shoe into the first's."""
    return [replace(feet[0], other=other), replace(feet[1], other=np.linalg.inv(other))]
