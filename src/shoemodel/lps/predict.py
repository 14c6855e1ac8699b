"""From the wearable shoe to poses: X_w -> C_p -> L_0 -> X_p's points (section 3.2).

| paper | name here      | meaning                                                |
|-------|----------------|--------------------------------------------------------|
| X_w   | `rgb`, `visible` | the visible area on the canvas, black elsewhere      |
| C_p   | `FootKeypoints`| 8 points, per foot ankle, big toe, small toe, heel     |
| L_0   | `legs_px`      | 6 points, per leg hip, knee, ankle                     |

The leg model draws a pool of poses in one batch; `choose` drops implausible ones and puts the rest in an order in which
each looks as different as possible from those before (ours). The pool depends on the seed alone, so pose i does not
depend on how many are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from diffusers import DDPMScheduler
from jaxtyping import Bool, Float, UInt8
from transformers import VitPoseForPoseEstimation

from shoemodel.errors import InputError
from shoemodel.image import pose as poses
from shoemodel.image.geometry import Letterbox
from shoemodel.image.pose import Pose
from shoemodel.lps import choose, diffusion, feet
from shoemodel.lps.anatomy import ANKLE
from shoemodel.lps.denoiser import LegDenoiser

MIN_PEAK = 0.2  # heatmap peak under which a point was not found (ours)
MIN_POINTS = 2  # found points a foot needs, its ankle among them or not (ours)
SAME_FOOT = 0.3  # mean distance of two feet's points, in foot lengths, under which they are one foot (ours)
POOL = 512  # poses drawn for every request (ours)
SIDE = 256  # px of the square frame in which the paper's normalisation is taken


@dataclass(frozen=True)
class FootKeypoints:
    """C_p on the grid of the picture given: points (8, 2) px, heatmap peaks (8,), and which points exist (8,)."""

    points_px: Float[np.ndarray, "8 2"]
    scores: Float[np.ndarray, "8"]
    exists: Bool[np.ndarray, "8"]


def foot_keypoints(
    model: VitPoseForPoseEstimation, rgb: UInt8[np.ndarray, "h w 3"], visible: Bool[np.ndarray, "h w"]
) -> FootKeypoints:
    """C_p from X_w and its visible area; no person box, 8 heatmaps, points on the image's grid.

    A foot with fewer than MIN_POINTS found points is missing, and so is the less certain of two that lie in the same
    shoe; of a foot that is there every point is kept, for the leg model was taught whole feet (ours). ValueError for
    an empty visible area.
    """
    backbone: Any = model.config.backbone_config
    size = (int(backbone.image_size[0]), int(backbone.image_size[1]))
    crop, transform = feet.crop_to_visible(rgb, visible, size[0])
    with torch.inference_mode():
        heatmaps = feet.heatmaps(model, feet.to_tensor(crop)[None].to(model.device, model.dtype))
    points_px, scores = feet.decode(heatmaps.cpu().numpy(), size)
    there = (scores[0].reshape(2, 4) >= MIN_PEAK).sum(axis=1) >= MIN_POINTS
    if there.all() and in_one_shoe(points_px[0]):
        there[scores[0].reshape(2, 4).sum(axis=1).argmin()] = False
    return FootKeypoints(transform.inverse().apply(points_px[0]), scores[0], np.repeat(there, 4))


def feet_of(pose: Pose) -> FootKeypoints:
    """C_p of a pose that is given: certain where it exists."""
    exists = pose.exists[list(poses.FOOT_INDICES)]
    return FootKeypoints(pose.feet, exists.astype(float), exists)


def in_one_shoe(points_px: Float[np.ndarray, "8 2"]) -> bool:
    """Whether both feet were read from the same shoe: a network that cannot tell left from right answers twice."""
    left, right = points_px.reshape(2, 4, 2)
    length = max(np.linalg.norm(foot[1:3].mean(axis=0) - foot[3]) for foot in (left, right))
    return bool(np.linalg.norm(left - right, axis=1).mean() < SAME_FOOT * length)


def leg_poses(
    denoiser: LegDenoiser,
    scheduler: DDPMScheduler,
    found: FootKeypoints,
    visible: Bool[np.ndarray, "h w"],
    num: int,
    seed: int,
    name: str = "the photo",
) -> list[Pose]:
    """`num` different plausible poses for these feet, on the picture of the visible area, whose shafts lead the legs.

    Points outside the generator's square (the picture, letterboxed) have visibility 1.

    Raises:
        InputError: no foot was found, so that there is nothing to stand a leg on.
    """
    if not found.exists.any():
        raise InputError(
            f"no foot fits the shoe in {name} (best heatmap peak {found.scores.max():.2f}, {MIN_PEAK} is needed): "
            "give a photo of a whole shoe, or mark it with a box, points or a mask"
        )
    square = Letterbox(visible.shape, (SIDE, SIDE))
    feet_unit = poses.normalise(square.apply_points(found.points_px), found.exists, SIDE)
    unit = torch.from_numpy(feet_unit).float()[None]
    legs_unit = diffusion.sample(denoiser, scheduler, unit, POOL, torch.Generator().manual_seed(seed))[0]
    there = diffusion.legs_exist(unit)[0].numpy()
    legs_px, _ = poses.denormalise(legs_unit.cpu().numpy(), SIDE, np.broadcast_to(there, (POOL, 6)))
    legs_px = square.invert_points(legs_px)
    legs_px[:, [ANKLE, 3 + ANKLE]] = found.points_px[[0, 4]]  # what `merge` does: the foot's ankle wins
    chosen = choose.choose(legs_px, found.points_px, there[[0, 3]], num, visible)
    return [_framed(poses.merge(found.points_px, found.exists, legs_px[row], there), square) for row in chosen]


def _framed(pose: Pose, square: Letterbox) -> Pose:
    """A point outside the generator's square is hidden, not absent: its limb is drawn to the edge, as in training."""
    inside = Pose(square.apply_points(pose.points), pose.visibility).within(square.size_out).exists
    return Pose(pose.points, np.where(pose.exists & ~inside, poses.HIDDEN, pose.visibility))
