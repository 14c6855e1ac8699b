"""Poses from motion clips: one frame of a recording as places for feet and a trunk above them.

Only what a `Pose` holds is taken over: where the feet stand and point, how far heel or toes leave the floor, how deep
the knees bend. The lower foot of a frame is on the floor, so a clip may have been recorded on uneven ground (ours).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from shoemodel.body.bvh import Clip
from shoemodel.body.footing import BEFORE_ANKLE_M
from shoemodel.body.legs import REACH, Unreachable
from shoemodel.body.poses import LEG_M, Pose, Step, Swing
from shoemodel.render.meshes import rotation

# of scenes whose assets hold clips (ours)
CLIP_SHARE = 0.2
# a foot under a leg of LEG_M: its ankle above the sole, the ball before and the heel behind the ankle
ANKLE_M, BALL_M, HEEL_M = 0.075, 0.125, 0.05
# Anny's hip joints are this far before the trunk's origin
HIPS_AHEAD_M = 0.018
# a recorded foot this near to the floor is on it, one this level is flat
FLOOR_M, FLAT_DEG = 0.025, 5.0
# how far the sole of a flat shoe bends in a step, and of any other; how far toes are lifted; what no frame may exceed
BEND_DEG, STIFF_BEND_DEG, TOE_LIFT_DEG, STEEP_DEG = 36.0, 14.0, 28.0, 70.0
# shoes side by side are this far apart in the middle, and may be closer the further one is ahead, up to a shoe's length
APART_M, SHOE_M = 0.12, 0.30
# hips lower than this crouch, for which there is no word
CROUCH_M = 0.66
# what a frame is called: metres a second, and how high a foot is raised
WALK_M_S, RUN_M_S, RAISED_M, STRIDE_M = 0.35, 2.0, 0.12, 0.12


def sample_clip_pose(rng: np.random.Generator, clips: tuple[Clip, ...], flat: bool) -> Pose:
    """A random frame of a random clip; `flat` as for `sample_pose`. Raises Unreachable for one that is no pose."""
    clip = clips[rng.integers(len(clips))]
    # recordings often begin with a frame of calibration
    pose = frame_pose(clip, int(rng.integers(min(1, len(clip) - 1), len(clip))), flat)
    return pose.mirrored() if rng.random() < 0.5 else pose


def frame_pose(clip: Clip, frame: int, flat: bool) -> Pose:
    """Frame number `frame` as a pose of a trunk that faces -y. Raises Unreachable when it crouches or lies."""
    hips = {side: clip.joints[side, "hip"][frame] for side in ("left", "right")}
    middle = (hips["left"] + hips["right"]) / 2
    across = hips["left"] - hips["right"]
    turn = rotation("z", -np.degrees(np.arctan2(across[1], across[0])))
    ankles = {side: turn @ (clip.joints[side, "ankle"][frame] - middle) for side in hips}
    ways = {side: turn @ clip.toes[side][frame] for side in hips}
    low = {side: _low(ankles[side], ways[side]) for side in hips}
    floor = min(low.values())
    if -floor < CROUCH_M:
        raise Unreachable(f"frame {frame} of {clip.name} crouches")
    feet = {side: _step(ankles[side], ways[side], low[side] - floor, flat) for side in hips}
    slack = min(_spare(ankles[side] - turn @ (hips[side] - middle)) for side in hips)
    name = _name(feet, _speed(clip, frame))
    return Pose(name, _apart(feet), (0.0, HIPS_AHEAD_M), slack_m=slack, clip=f"{clip.name}:{frame}")


def _pitch_deg(way: np.ndarray) -> float:
    """How far the toes point down."""
    return float(-np.degrees(np.arcsin(np.clip(way[2], -1, 1))))


def _sole(ankle: np.ndarray, way: np.ndarray, ahead: float) -> np.ndarray:
    """The point (3,) of a foot's sole that is `ahead` of its ankle, along the foot."""
    level = np.array([way[0], way[1], 0.0]) / (np.hypot(way[0], way[1]) + 1e-9)
    below = way[2] * level - np.hypot(way[0], way[1]) * np.array([0.0, 0.0, 1.0])
    return ankle + ahead * way + ANKLE_M * below


def _low(ankle: np.ndarray, way: np.ndarray) -> float:
    """Height of the lower of ball and heel."""
    return float(min(_sole(ankle, way, BALL_M)[2], _sole(ankle, way, -HEEL_M)[2]))


def _step(ankle: np.ndarray, way: np.ndarray, above: float, flat: bool) -> Step:
    """A foot as a step; `above`: its lowest point over the floor. The part that touches the floor stays in place."""
    pitch = _pitch_deg(way)
    if abs(pitch) > STEEP_DEG:
        raise Unreachable(f"a foot is pitched by {pitch:.0f} degrees")
    level = way[:2] / np.hypot(way[0], way[1])
    yaw = float(np.degrees(np.arctan2(level[0], -level[1])))
    up = above if above > FLOOR_M else 0.0
    if abs(pitch) < FLAT_DEG:
        x, y = ankle[:2] + level * BEFORE_ANKLE_M
    else:
        touching = BALL_M if pitch > 0 else -HEEL_M
        x, y = _sole(ankle, way, touching)[:2] + level * (BEFORE_ANKLE_M - touching)
    place = Step(float(x), float(y), yaw, up_m=up)
    if pitch < -FLAT_DEG:
        return replace(place, toe_lift_deg=min(-pitch, TOE_LIFT_DEG))
    if pitch < FLAT_DEG:
        return place
    lift = min(pitch, BEND_DEG if flat else STIFF_BEND_DEG)
    if up:
        # in the air the toes hang
        return replace(place, heel_lift_deg=0.3 * lift, pitch_deg=pitch - 0.3 * lift)
    return replace(place, heel_lift_deg=lift, pitch_deg=pitch - lift if flat else 0.0)


def _spare(leg: np.ndarray) -> float:
    """How much lower the trunk is than a straight leg would let it be; leg: hip to ankle (3,)."""
    straight = np.sqrt(max((REACH * LEG_M) ** 2 - leg[0] ** 2 - leg[1] ** 2, 0.0))
    return float(max(straight + leg[2], 0.0))


def _speed(clip: Clip, frame: int) -> float:
    """How fast the hips travel over the floor, metres a second, over a tenth of a second about a frame."""
    span = max(1, round(0.05 / clip.frame_s))
    first, last = max(frame - span, min(1, len(clip) - 1)), min(frame + span, len(clip) - 1)
    moved = clip.joints["left", "hip"][last] - clip.joints["left", "hip"][first]
    return float(np.hypot(moved[0], moved[1]) / (max(last - first, 1) * clip.frame_s))


def _name(feet: dict[str, Step], speed: float) -> str:
    """The word for a frame, one that captions know."""
    left, right = feet["left"], feet["right"]
    if speed > RUN_M_S:
        return "running"
    if max(left.up_m, right.up_m) > RAISED_M:
        return "one foot raised"
    if speed > WALK_M_S:
        return "walking"
    if min(left.heel_lift_deg, right.heel_lift_deg) > 12:
        return "tiptoe"
    return "staggered" if abs(left.y - right.y) > STRIDE_M else "standing"


def _apart(feet: dict[str, Step]) -> dict[str, Step | Swing]:
    """The same feet with room between them for two shoes, which are wider than the recorded feet."""
    left, right = feet["left"], feet["right"]
    need = APART_M * (1 - min(abs(left.y - right.y) / SHOE_M, 1.0) ** 2)
    missing = max(need - (left.x - right.x), 0.0) / 2
    return {"left": replace(left, x=left.x + missing), "right": replace(right, x=right.x - missing)}
