"""From the wearable shoe to poses: X_w -> C_p -> L_0 -> X_p's points (section 3.2).

| paper | name here      | meaning                                                |
|-------|----------------|--------------------------------------------------------|
| X_w   | `shoe`         | the visible area, RGBA on the canvas, (h, w, 4) uint8  |
| C_p   | `FootKeypoints`| 8 points, per foot ankle, big toe, small toe, heel     |
| L_0   | `legs_px`      | 6 points, per leg hip, knee, ankle                     |

The leg model draws a pool of poses; implausible ones are dropped and the rest are put in an order in which each differs
as much as possible from those before (ours). The pool depends on the seed alone, so pose i does not depend on how many
are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from diffusers import DDPMScheduler
from jaxtyping import Bool, Float, UInt8
from transformers import VitPoseForPoseEstimation

from shoemodel import pose as poses
from shoemodel.errors import InputError
from shoemodel.geometry import Letterbox
from shoemodel.lps import diffusion, feet
from shoemodel.lps.denoiser import LegDenoiser
from shoemodel.pose import Pose

MIN_PEAK = 0.2  # heatmap peak under which a point was not found (ours)
MIN_POINTS = 2  # found points a foot needs, its ankle among them or not (ours)
SAME_FOOT = 0.3  # mean distance of two feet's points, in foot lengths, under which they are one foot (ours)
SAME_POSE = 0.15  # mean distance of two poses' leg points, in foot lengths, under which they look alike (ours)
POOL = 64  # poses drawn for every request (ours)
SIDE = 256  # px of the square frame in which the paper's normalisation is taken
HIP, KNEE, ANKLE = 0, 1, 2  # within one leg of L_0
SHANK_PER_FOOT = (0.8, 7.0)  # accepted length ratios in the picture: 99 in 100 legs of the world have them (ours)
THIGH_PER_SHANK = (0.2, 6.5)
SHANK_PER_SHANK = (0.5, 2.0)


@dataclass(frozen=True)
class FootKeypoints:
    """C_p on the grid of the picture given: points (8, 2) px, heatmap peaks (8,), and which points exist (8,)."""

    points_px: Float[np.ndarray, "8 2"]
    scores: Float[np.ndarray, "8"]
    exists: Bool[np.ndarray, "8"]


def foot_keypoints(model: VitPoseForPoseEstimation, shoe: UInt8[np.ndarray, "h w 4"]) -> FootKeypoints:
    """C_p from X_w as RGBA (alpha 255 on the visible area); no person box, 8 heatmaps, points on the picture's grid.

    A foot with fewer than MIN_POINTS found points is missing, and so is the less certain of two that lie in the same
    shoe; of a foot that is there every point is kept, for the leg model was taught whole feet (ours). ValueError for
    an empty visible area.
    """
    backbone: Any = model.config.backbone_config
    size = (int(backbone.image_size[0]), int(backbone.image_size[1]))
    crop, transform = feet.crop_to_visible(shoe[..., :3], shoe[..., 3] == 255, size[0])
    with torch.inference_mode():
        heatmaps = feet.heatmaps(model, feet.to_tensor(crop)[None].to(model.device, model.dtype))
    points_px, scores = feet.decode(heatmaps.cpu().numpy(), size)
    there = (scores[0].reshape(2, 4) >= MIN_PEAK).sum(axis=1) >= MIN_POINTS
    if there.all() and in_one_shoe(points_px[0]):
        there[scores[0].reshape(2, 4).sum(axis=1).argmin()] = False
    return FootKeypoints(transform.inverse().apply(points_px[0]), scores[0], np.repeat(there, 4))


def in_one_shoe(points_px: Float[np.ndarray, "8 2"]) -> bool:
    """Whether both feet were read from the same shoe: a network that cannot tell left from right answers twice."""
    left, right = points_px.reshape(2, 4, 2)
    length = max(np.linalg.norm(foot[1:3].mean(axis=0) - foot[3]) for foot in (left, right))
    return bool(np.linalg.norm(left - right, axis=1).mean() < SAME_FOOT * length)


def leg_poses(
    denoiser: LegDenoiser,
    scheduler: DDPMScheduler,
    found: FootKeypoints,
    size: tuple[int, int],
    num: int,
    seed: int,
    name: str = "the photo",
) -> list[Pose]:
    """`num` different plausible poses for these feet, on a picture of `size` (h, w).

    Points outside the generator's square (the picture, letterboxed) have visibility 1.

    Raises:
        InputError: no foot was found, so that there is nothing to stand a leg on.
    """
    if not found.exists.any():
        raise InputError(
            f"no foot fits the shoe in {name} (best heatmap peak {found.scores.max():.2f}, {MIN_PEAK} is needed): "
            "give a photo of a whole shoe, or mark it with --box, --points or --mask"
        )
    square = Letterbox(size, (SIDE, SIDE))
    feet_unit = poses.normalise(square.apply_points(found.points_px), found.exists, SIDE)
    generator = torch.Generator().manual_seed(seed)
    unit = torch.from_numpy(feet_unit).float()[None]
    legs_unit = diffusion.sample(denoiser, scheduler, unit, max(POOL, 4 * num), generator)[0]
    there = diffusion.legs_exist(unit)[0].numpy()
    legs_px, _ = poses.denormalise(legs_unit.cpu().numpy(), SIDE, np.broadcast_to(there, (len(legs_unit), 6)))
    candidates = [poses.merge(found.points_px, found.exists, square.invert_points(leg), there) for leg in legs_px]
    return [_framed(pose, square) for pose in choose(candidates, num)]


def _framed(pose: Pose, square: Letterbox) -> Pose:
    """A point outside the generator's square is hidden, not absent: its limb is drawn to the edge, as in training."""
    inside = Pose(square.apply_points(pose.points), pose.visibility).within(square.size_out).exists
    return Pose(pose.points, np.where(pose.exists & ~inside, poses.HIDDEN, pose.visibility))


def choose(candidates: list[Pose], num: int) -> list[Pose]:
    """`num` of the candidates: the most plausible first, then each as far as possible from those chosen (ours).

    Candidates with an infinite cost are used only when there are too few others; when `num` exceeds the candidates,
    they repeat.
    """
    costs = np.array([implausibility(candidate) for candidate in candidates])
    ranked = np.argsort(costs, kind="stable")
    finite = int(np.isfinite(costs).sum())
    pool = ranked[: max(min(num, len(ranked)), (finite + 1) // 2)]
    legs = np.stack([candidates[index].legs.reshape(-1) for index in pool])
    chosen = [0]
    distances = np.linalg.norm(legs - legs[0], axis=1)
    while len(chosen) < min(num, len(pool)):
        distances[chosen] = -1
        chosen.append(int(distances.argmax()))
        distances = np.minimum(distances, np.linalg.norm(legs - legs[chosen[-1]], axis=1))
    return [candidates[pool[chosen[index % len(chosen)]]] for index in range(num)]


def distinct(candidates: list[Pose]) -> list[Pose]:
    """The poses of one shoe without those that look like an earlier one (ours)."""
    kept: list[Pose] = []
    for pose in candidates:
        length = max(
            float(np.linalg.norm(foot[1:3].mean(axis=0) - foot[3])) for _, _, foot, there in _sides(pose) if there.any()
        )
        there = pose.exists[list(poses.LEG_INDICES)]
        gaps = [np.linalg.norm((pose.legs - other.legs)[there], axis=1).mean() for other in kept]
        if all(gap >= SAME_POSE * length for gap in gaps):
            kept.append(pose)
    return kept


def implausibility(pose: Pose) -> float:
    """How far a pose is from a standing person's proportions: 0 ideal, infinite for what no leg can look like (ours).

    Judged per leg: the knee must not hang below the ankle, shank to foot and thigh to shank must lie in the accepted
    ranges; between the legs: the shanks' ratio. Points that do not exist are not judged, but a foot without a knee is
    the worst of the finite costs.
    """
    cost, shanks = 0.0, []
    for leg, leg_there, foot, foot_there in _sides(pose):
        if not foot_there.any():
            continue
        if not (leg_there[KNEE] and leg_there[ANKLE]):
            cost += 10.0
            continue
        shank = float(np.linalg.norm(leg[KNEE] - leg[ANKLE]))
        shanks.append(shank)
        if leg[KNEE, 1] > leg[ANKLE, 1] + 0.25 * shank:
            return float("inf")
        length = float(np.linalg.norm(foot[:, None] - foot[None], axis=2).max())
        cost += _deviation(shank, length, SHANK_PER_FOOT)
        if leg_there[HIP]:
            cost += _deviation(float(np.linalg.norm(leg[HIP] - leg[KNEE])), shank, THIGH_PER_SHANK)
    if len(shanks) == 2:
        cost += _deviation(shanks[0], shanks[1], SHANK_PER_SHANK)
    return cost


def _deviation(a: float, b: float, accepted: tuple[float, float]) -> float:
    """Squared log distance of a/b from the middle of the accepted range; infinite outside it."""
    ratio = a / max(b, 1e-6)
    if not accepted[0] <= ratio <= accepted[1]:
        return float("inf")
    return float(np.log(ratio / np.sqrt(accepted[0] * accepted[1])) ** 2)


def _sides(pose: Pose) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Per side: its leg (3, 2) and foot (4, 2) points, each with which of them exist."""
    legs, feet_px = pose.points[list(poses.LEG_INDICES)], pose.points[list(poses.FOOT_INDICES)]
    legs_there, feet_there = pose.exists[list(poses.LEG_INDICES)], pose.exists[list(poses.FOOT_INDICES)]
    for side in (0, 1):
        leg, foot = slice(3 * side, 3 * side + 3), slice(4 * side, 4 * side + 4)
        yield legs[leg], legs_there[leg], feet_px[foot], feet_there[foot]
