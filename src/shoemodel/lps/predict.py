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

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import torch
from diffusers import DDPMScheduler
from jaxtyping import Bool, Float, UInt8
from transformers import VitPoseForPoseEstimation

from shoemodel.errors import InputError
from shoemodel.image import pose as poses
from shoemodel.image.geometry import Box, Letterbox
from shoemodel.image.pose import Pose
from shoemodel.lps import choose, diffusion, feet
from shoemodel.lps.anatomy import ANKLE
from shoemodel.lps.denoiser import LegDenoiser

MIN_PEAK = 0.2  # heatmap peak under which a point was not found (ours)
MIN_POINTS = 2  # found points a foot needs, its ankle among them or not (ours)
JOINED, SHARE, WITHIN = 0.02, 0.25, 0.2  # see `apart` (ours)
ANKLES_APART = 0.25  # least distance of two ankles, in foot lengths (ours: 0.35 and more in pairs read well)
SURE = (
    1.4  # sum of the peaks of a foot from which it is believed, and not another whose ankle is in the same place (ours)
)
SAME_FOOT = 0.3  # median distance of two feet's points, in foot lengths, under which they are one foot (ours)
POOL = 512  # poses sampled for every request (ours)
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
    shoe, or whose ankles do where the other is SURE; of a foot that is there every point is kept, for the leg model was
    taught whole feet (ours). Two shoes that stand apart are read one by one. ValueError for an empty visible area.
    """
    pieces = apart(visible)
    if len(pieces) == 2:
        found = pair_of(*(_read(model, rgb, piece) for piece in pieces))
        if found.exists.all():
            return found
    points_px, scores = _read(model, rgb, visible)
    there, sure = _there(scores), scores.reshape(2, 4).sum(axis=1)
    alone = len(pieces) == 1 and _ankles_away(points_px) < ANKLES_APART and sure.max() >= SURE
    if there.all() and (in_one_shoe(points_px) or alone):
        there[sure.argmin()] = False
    return FootKeypoints(points_px, scores, np.repeat(there, 4))


def _read(
    model: VitPoseForPoseEstimation, rgb: UInt8[np.ndarray, "h w 3"], visible: Bool[np.ndarray, "h w"]
) -> tuple[Float[np.ndarray, "8 2"], Float[np.ndarray, "8"]]:
    """Points in px of the picture, and heatmap peaks, of what is visible there."""
    backbone: Any = model.config.backbone_config
    size = (int(backbone.image_size[0]), int(backbone.image_size[1]))
    crop, transform = feet.crop_to_visible(rgb, visible, size[0])
    with torch.inference_mode():
        heatmaps = feet.heatmaps(model, feet.to_tensor(crop)[None].to(model.device, model.dtype))
    points_px, scores = feet.decode(heatmaps.cpu().numpy(), size)
    return transform.inverse().apply(points_px[0]), scores[0]


def _there(scores: Float[np.ndarray, "8"]) -> Bool[np.ndarray, "2"]:
    """Whether enough points of either foot were found."""
    return (scores.reshape(2, 4) >= MIN_PEAK).sum(axis=1) >= MIN_POINTS


def apart(visible: Bool[np.ndarray, "h w"]) -> list[Bool[np.ndarray, "h w"]]:
    """The visible area of each of two shoes that stand apart, or all of it where that is not so (ours).

    Pieces nearer than JOINED of the longer side are one; two are shoes where each has a good share of the area and
    hardly any of it lies within the other's outline, as the strap of a sandal lies within that of its sole.
    """
    box = Box.of_mask(visible)
    side = max(3, round(JOINED * max(box.width, box.height))) | 1
    padded = np.pad(visible[box.slices].astype(np.uint8), side)
    joined = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))[side:-side, side:-side]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    large = 1 + np.argsort(stats[1:, cv2.CC_STAT_AREA])[::-1][:2]
    if len(large) < 2 or stats[large[1], cv2.CC_STAT_AREA] < SHARE * joined.sum():
        return [visible]
    hulls = [cv2.fillConvexPoly(np.zeros_like(joined), _hull(labels == label), 1) > 0 for label in large]
    if (hulls[0] & hulls[1]).sum() > WITHIN * min(hull.sum() for hull in hulls):
        return [visible]
    pieces = []
    for label in large:
        piece = np.zeros_like(visible)
        piece[box.slices] = visible[box.slices] & (labels == label)
        pieces.append(piece)
    return pieces


def _hull(mask: Bool[np.ndarray, "h w"]) -> np.ndarray:
    rows, columns = np.nonzero(mask)
    return cv2.convexHull(np.stack([columns, rows], axis=1).astype(np.int32))


def pair_of(
    one: tuple[Float[np.ndarray, "8 2"], Float[np.ndarray, "8"]],
    other: tuple[Float[np.ndarray, "8 2"], Float[np.ndarray, "8"]],
) -> FootKeypoints:
    """Two shoes, each read alone as points and peaks of both sides, as a left and a right one: the likelier way."""
    points_px, scores = (np.stack(values).reshape(2, 2, 4, -1) for values in zip(one, other, strict=True))
    peaks = scores.sum(axis=(2, 3))
    order = [0, 1] if peaks[0, 0] + peaks[1, 1] >= peaks[0, 1] + peaks[1, 0] else [1, 0]
    chosen = scores[order, [0, 1]].ravel()
    return FootKeypoints(points_px[order, [0, 1]].reshape(8, 2), chosen, np.repeat(_there(chosen), 4))


def feet_of(pose: Pose) -> FootKeypoints:
    """C_p of a pose that is given: certain where it exists."""
    exists = pose.exists[list(poses.FOOT_INDICES)]
    return FootKeypoints(pose.feet, exists.astype(float), exists)


def in_one_shoe(points_px: Float[np.ndarray, "8 2"]) -> bool:
    """Whether both feet were read from the same shoe: a network that cannot tell left from right answers twice, and
    one of its points may be wrong."""
    left, right = points_px.reshape(2, 4, 2)
    return bool(np.median(np.linalg.norm(left - right, axis=1)) < SAME_FOOT * _length(points_px))


def _ankles_away(points_px: Float[np.ndarray, "8 2"]) -> float:
    """How far one ankle is from the other, in lengths of the longer foot."""
    return float(np.linalg.norm(points_px[0] - points_px[4])) / max(_length(points_px), 1e-6)


def _length(points_px: Float[np.ndarray, "8 2"]) -> float:
    """The longer foot's, in px."""
    return max(float(np.linalg.norm(foot[1:3].mean(axis=0) - foot[3])) for foot in points_px.reshape(2, 4, 2))


def ankles_apart(found: FootKeypoints, name: str) -> str:
    """What is wrong with two feet whose ankles are in one place: the points of two shoes were mixed up, or it is none.
    No word where all is well."""
    if not found.exists.all():
        return ""
    away = _ankles_away(found.points_px)
    if away >= ANKLES_APART:
        return ""
    return (
        f"the feet in {name} cannot be told apart: both ankles were found {away:.2f} foot lengths from one another, "
        f"{ANKLES_APART} are needed: mark one shoe with a box, points or a mask"
    )


def surer_foot(found: FootKeypoints) -> FootKeypoints:
    """Of two feet the one that was found with higher peaks."""
    surer = np.repeat(np.arange(2) == found.scores.reshape(2, 4).sum(axis=1).argmax(), 4)
    return replace(found, exists=found.exists & surer)


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
        InputError: no foot was found, so that there is nothing to stand a leg on, or two whose ankles are in one place.
    """
    if not found.exists.any():
        raise InputError(
            f"no foot fits the shoe in {name} (best heatmap peak {found.scores.max():.2f}, {MIN_PEAK} is needed): "
            "give a photo of a whole shoe, or mark it with a box, points or a mask"
        )
    if wrong := ankles_apart(found, name):
        raise InputError(wrong)
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
