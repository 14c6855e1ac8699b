"""What of a scene depends on its view: where its shoes, joints and legs are seen, and which views are refused."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
from scipy.spatial import ConvexHull

from shoemodel.body.anny_model import body
from shoemodel.body.figure import Figure, joint_points
from shoemodel.body.leg_angles import measured
from shoemodel.body.stance import Stance
from shoemodel.render.camera import Camera, View, aim, sample_view
from shoemodel.render.parts import Part
from shoemodel.world import checks

# how often a view is drawn closer before it is given up
CLOSER_STEPS = 7
MAX_HIDDEN = 0.02
# how much of a shoe the frame may cut where it may (ours)
MAX_CUT = 0.08


class Refused(Exception):
    """A draw that breaks a rule of the world: another is made."""


def points(shoe_parts: dict[str, list[Part]]) -> np.ndarray:
    return np.concatenate([part.vertices for parts in shoe_parts.values() for part in parts])


def keypoints(figure: Figure, stance: Stance, feet: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Joint centres, and toe and heel points of the squeezed feet: (12, 3) and present (12,)."""
    points, present = [], []
    for side in ("left", "right"):
        joints = joint_points(figure, side, stance.transforms)
        points += [joints[name] for name in ("hip", "knee", "ankle")]
        points += [stance.vertices[body().landmarks[side, name]] for name in ("big_toe", "small_toe", "heel")]
        present += [side in feet] * 6
    return np.array(points), np.array(present)


def thighs(keypoints: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Points (n, 3) about the open end of each leg, which is cut below the hip, and about some thigh below it."""
    hips = [i for i in (0, 6) if present[i]]
    ends = np.concatenate([keypoints[hips] * (1 - t) + keypoints[np.add(hips, 1)] * t for t in (0.0, 0.12, 0.24)])
    around = np.array([[0, 0, 0], [0.1, 0, 0], [-0.1, 0, 0], [0, 0.1, 0], [0, -0.1, 0], [0, 0, 0.1], [0, 0, -0.1]])
    return (ends[:, None] + around).reshape(-1, 3)


def frame(
    rng: np.random.Generator, points: np.ndarray, heading_deg: float, thighs: np.ndarray, angled: bool
) -> tuple[View, Camera]:
    """A view of shoe points (n, 3), drawn closer until the thighs' upper ends are just outside the picture."""
    view = sample_view(rng, len(thighs) > 21, angled)
    hull = points[ConvexHull(points).vertices]  # a picture's extremes lie on it, and it has few points
    for _ in range(CLOSER_STEPS):
        camera = aim(view, hull, heading_deg)
        if not checks.sees(camera, thighs):
            return view, camera
        view = replace(view, share=view.share * 1.13, bottom=min(view.bottom + 0.01, 0.97))
    raise Refused("a hip is in the picture")


def check_frame(camera: Camera, shoe_points: np.ndarray, may_cut: bool) -> None:
    """The shoes lie in the picture and the camera stands free above the floor."""
    cut = checks.outside_share(camera, shoe_points)
    if cut > (MAX_CUT if may_cut else 0.0):
        raise Refused("the frame cuts a shoe")
    if camera.origin[2] < 0.03:
        raise Refused("the camera is under the floor")


def check_cover(camera: Camera, stance: Stance, shoe_parts: dict[str, list[Part]], body_parts: list[Part]) -> None:
    """Nothing but its own bare leg hides more than a sliver of a shoe, and nothing stands close to the camera."""
    seat = [] if stance.seat is None else [checks.box_points(*stance.seat)]
    own = ("legs", "sock", "leggings")
    for side, parts in shoe_parts.items():
        leg = [part for part in body_parts if part.name.startswith(own) and part.name.endswith(side)]
        others = [part for part in body_parts if not (part.name.startswith(own) and part.name.endswith(side))]
        cover = np.concatenate([*(checks.surface_points(part) for part in others), *seat, np.zeros((1, 3))])
        if checks.hidden_share(camera, parts, leg, cover) > MAX_HIDDEN:
            raise Refused("cloth, the seat or the other leg hides a shoe")
    everything = np.concatenate([*(part.vertices for part in body_parts), *seat])
    if np.linalg.norm(everything - camera.origin, axis=1).min() < 0.25:
        raise Refused("the camera is too close to something")


def leg(stance: Stance, side: str) -> dict[str, Any]:
    """Where a shoe stands (4, 4), how far it is bent, and the angles of the leg above it."""
    fitting, placement = stance.fitting, stance.placements[side]
    rest = fitting.reference_to_canonical(side)[:3, :3]
    angles = measured(fitting.figure, side, stance.transforms, placement, rest)
    return {"shoe": placement.tolist(), "bend_deg": stance.lift_deg(side), "angles_deg": asdict(angles)}
