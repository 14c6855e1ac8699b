"""A pose taken by a figure in its shoes: both shoes placed, the legs solved, the feet bent with their shoes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shoemodel.body.bvh import Clip
from shoemodel.body.figure import Body, Figure, group, joint_points, skin
from shoemodel.body.footing import Fitting, bend_feet, place, placed_parts
from shoemodel.body.legs import REACH, Unreachable, free_leg, solve, standing_height
from shoemodel.body.motion import CLIP_SHARE, sample_clip_pose
from shoemodel.body.poses import LEG_M, Pose, Step, Swing, sample_pose
from shoemodel.render.meshes import rigid, rotation, transform
from shoemodel.render.parts import Part

# a shoe bends at the ball unless its sole is thicker or its heel higher than this (ours)
FLAT_HEEL_DEG = 14.0
# hip joints above a seat, metres
HIP_OVER_SEAT_M = 0.085
# a knee joint above the floor it rests on, and the back behind the hip joints, metres
KNEE_ON_FLOOR_M, BEHIND_HIP_M = 0.062, 0.16


@dataclass(frozen=True)
class Stance:
    """A figure in a pose: group transforms, posed vertices (n, 3), shoe placements, the box it
    sits on or leans against."""

    fitting: Fitting
    pose: Pose
    placements: dict[str, np.ndarray]
    transforms: dict[int, np.ndarray]
    vertices: np.ndarray
    seat: tuple[np.ndarray, np.ndarray] | None

    def lift_deg(self, side: str) -> float:
        """How far the side's heel is lifted and its shoe bent."""
        foot = self.pose.feet[side]
        return foot.heel_lift_deg if isinstance(foot, Step) else 0.0

    def shoe_parts(self, side: str) -> list[Part]:
        """The side's shoe in the world."""
        shin = self.transforms[group(side, "shin")]
        return placed_parts(self.fitting, side, self.placements[side], self.lift_deg(side), shin)

    def heading_deg(self, feet: tuple[str, ...]) -> float:
        """The way the toes of `feet` point on average, degrees from -y about z."""
        ways = sum(self.placements[side][:3, :3] @ np.array([0.0, -1.0, 0.0]) for side in feet)
        return float(np.degrees(np.arctan2(ways[0], -ways[1])))


def take(rng: np.random.Generator, body: Body, fitting: Fitting, clips: tuple[Clip, ...] = ()) -> Stance:
    """Draw a pose, now and then from motion clips, and take it. Raises Unreachable when this figure cannot."""
    flat = fitting.shoe.heel_deg < FLAT_HEEL_DEG
    recorded = bool(clips) and rng.random() < CLIP_SHARE
    pose = sample_clip_pose(rng, clips, flat) if recorded else sample_pose(rng, flat)
    figure = fitting.figure
    scale = (figure.length("hip", "knee") + figure.length("knee", "ankle")) / LEG_M
    placements = {side: place(fitting, side, step, scale) for side, step in pose.feet.items() if isinstance(step, Step)}
    feet = {side: fitting.foot_at(side, placement) for side, placement in placements.items()}
    root = _root(fitting, pose, feet, scale)
    for side, swing in pose.feet.items():
        if isinstance(swing, Swing):
            feet[side] = _swing_foot(fitting, side, swing, rigid(rotation("z", pose.yaw_deg), np.zeros(3), root))
            placements[side] = fitting.place_of(side, feet[side])
    transforms = solve(figure, feet, root, pose.yaw_deg, fitting.shoe.heel_deg)
    vertices = skin(fitting.vertices, body.weights, transforms)
    for side, placement in placements.items():
        step = pose.feet[side]
        lift = step.heel_lift_deg if isinstance(step, Step) else 0.0
        vertices = bend_feet(fitting, vertices, body.foot_weight(side), placement, side, lift)
    seat = None
    if pose.seat_m is not None:
        seat = _seat(figure, transforms, tuple(pose.feet))
    elif pose.leans:
        seat = _wall(figure, transforms, tuple(pose.feet))
    return Stance(fitting, pose, placements, transforms, vertices, seat)


def _root(fitting: Fitting, pose: Pose, feet: dict[str, np.ndarray], scale: float) -> np.ndarray:
    """Where the trunk is shifted (3,): over a knee on the floor, on a seat, or as high as the feet (4, 4) allow."""
    figure = fitting.figure
    if pose.knee:
        return _over_knee(figure, pose, feet[pose.knee], scale)
    root_xy = scale * np.array(pose.trunk_xy)
    if pose.seat_m is None:
        height = standing_height(figure, feet, root_xy, pose.yaw_deg) - pose.slack_m
    else:
        soles = fitting.ankle[2] - 0.08
        height = scale * pose.seat_m + soles + HIP_OVER_SEAT_M - figure.joints["left", "hip"][2]
    return np.array([*root_xy, height])


def _over_knee(figure: Figure, pose: Pose, foot: np.ndarray, scale: float) -> np.ndarray:
    """The trunk's shift (3,) when the knee before `foot` (4, 4) rests on the floor and its thigh rises from it."""
    turn = rotation("z", pose.yaw_deg)
    ankle = transform(foot, figure.joints[pose.knee, "ankle"][None])[0]
    thigh, shin, knee_z = figure.length("hip", "knee"), figure.length("knee", "ankle"), scale * KNEE_ON_FLOOR_M
    along = shin**2 - (ankle[2] - knee_z) ** 2
    if along <= 0:
        raise Unreachable(f"the {pose.knee} ankle is {ankle[2]:.2f} m high, too high for its knee on the floor")
    forward = turn @ np.array([0.0, -1.0, 0.0])
    knee = np.array([*ankle[:2], knee_z]) + np.sqrt(along) * forward
    lean = np.radians(pose.thigh_lean_deg)
    hip = knee + REACH * thigh * (np.array([0.0, 0.0, np.cos(lean)]) + np.sin(lean) * forward)
    return hip - turn @ figure.joints[pose.knee, "hip"]


def _swing_foot(fitting: Fitting, side: str, swing: Swing, trunk: np.ndarray) -> np.ndarray:
    """Foot transform of the upper of two crossed legs: thigh near level, shin hanging, foot relaxed."""
    inward = -1.0 if side == "left" else 1.0
    turn = trunk[:3, :3] @ rotation("z", inward * swing.inwards_deg)
    thigh = turn @ rotation("x", -90.0 - swing.thigh_up_deg)
    shin = trunk[:3, :3] @ rotation("z", inward * 0.6 * swing.inwards_deg) @ rotation("x", -swing.shin_forward_deg)
    foot = shin @ rotation("x", swing.stretch_deg + fitting.shoe.heel_deg)
    return free_leg(fitting.figure, side, trunk, thigh, shin, foot)


def _seat(figure: Figure, transforms: dict[int, np.ndarray], feet: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The box under a sitting figure, clear of its calves: centre and half size (3,)."""
    joints = [joint_points(figure, side, transforms) for side in feet]
    hip = np.mean([joint["hip"] for joint in joints], axis=0)
    calves = max(max(joint["knee"][1], joint["ankle"][1]) for joint in joints) + 0.13
    front, back = max(hip[1] - 0.5 * figure.length("hip", "knee"), calves), hip[1] + 0.22
    if front > hip[1] + 0.05:
        raise Unreachable("the feet are under the seat")
    top = hip[2] - HIP_OVER_SEAT_M
    return np.array([hip[0], (front + back) / 2, top / 2]), np.array([0.27, (back - front) / 2, top / 2])


def _wall(figure: Figure, transforms: dict[int, np.ndarray], feet: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The piece of wall that a leaning figure's back is against: centre and half size (3,)."""
    hip = np.mean([joint_points(figure, side, transforms)["hip"] for side in feet], axis=0)
    half = np.array([0.55, 0.10, 0.8])
    return np.array([hip[0], hip[1] + BEHIND_HIP_M + half[1], half[2]]), half
