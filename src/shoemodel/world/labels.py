"""Labels read from geometry: the shoe's areas, what covers it that should not, which keypoints are seen.

The visible area is shoe in both pictures, the wearable area is shoe in the unworn one alone (paper, Sec. 3.1). Both
come from rays at four points a pixel, so they are exact whatever the picture's noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shoemodel.masks import ShoeAreas
from shoemodel.pose import ABSENT, HIDDEN, NAMES, VISIBLE, Pose
from shoemodel.world.camera import Camera
from shoemodel.world.engine import FAR, View, cast

SUPERSAMPLING = 2
SIDES = ("left", "right")
CHAIN = (("hip", "knee"), ("knee", "ankle"), ("ankle", "heel"), ("ankle", "big_toe"), ("ankle", "small_toe"))
LIMBS = {"thigh": ("hip", "knee", 0.075), "shin": ("knee", "ankle", 0.05), "foot": ("heel", "big_toe", 0.045)}
"""Whose order in depth is told: its ends, and about how thick it is, metres."""
LIMB_SAMPLES = 12
MAX_LAYERS = 16
"""Surfaces a ray is followed through before it counts as blocked."""
DEPTH_TOLERANCE_M = 0.03
"""A keypoint lies at most this deep under the surface that shows it (ours)."""


@dataclass(frozen=True)
class Hits:
    """First hits of the rays of one picture, (n,) each, in rows of sub-pixels."""

    distance: np.ndarray
    part: np.ndarray
    """Index into the view's names, -1 for the sky."""


def first_hits(view: View, camera: Camera, size: int) -> Hits:
    """What every sub-pixel shows."""
    return Hits(*cast(view, *pixel_rays(camera, size)))


def pixel_rays(camera: Camera, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Origins and unit directions (n, 3) of the rays through every sub-pixel."""
    centre = (np.arange(size * SUPERSAMPLING) + 0.5) / SUPERSAMPLING - size / 2
    focal = size / 2 / np.tan(np.radians(camera.fov_deg) / 2)
    right, down, forward = camera.axes()
    directions = (centre[:, None, None] * down + centre[:, None] * right + focal * forward).reshape(-1, 3)
    directions /= np.sqrt(np.einsum("ij,ij->i", directions, directions))[:, None]
    return np.broadcast_to(camera.origin, directions.shape), directions


def majority(shoe: np.ndarray, size: int) -> np.ndarray:
    """Sub-pixels (n,) -> pixels (size, size): true where at least half are."""
    s = SUPERSAMPLING
    return shoe.reshape(size, s, size, s).sum((1, 3)) * 2 >= s * s


def areas(unworn: np.ndarray, worn: np.ndarray, size: int) -> ShoeAreas:
    """From the shoe's sub-pixels in either picture."""
    shoe, still = majority(unworn, size), majority(worn, size)
    return ShoeAreas.from_masks(shoe & still, shoe & ~still)


def shoe_boxes(unworn: View, before: Hits, size: int) -> dict[str, list[float]]:
    """Which of the shoes in the unworn picture is whose: {side: [x0, y0, x1, y1] px} round what is seen of each."""
    boxes = {}
    for side in SIDES:
        mine = np.array([*(name.startswith(f"shoe_{side}") for name in unworn.names), False])[before.part]
        rows, columns = np.nonzero(mine.reshape(size * SUPERSAMPLING, -1))
        if len(rows):
            ends = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            boxes[side] = [float(end) / SUPERSAMPLING for end in ends]
    return boxes


def depth_order(
    camera: Camera, size: int, keypoints: np.ndarray, present: np.ndarray
) -> dict[str, str | None]:
    """Which leg is in front, for thigh, shin and foot: the side that is nearer where the two overlap in the picture,
    None where they do not overlap in it or a leg is absent. keypoints (12, 3) in metres, present (12,)."""
    order: dict[str, str | None] = dict.fromkeys(LIMBS)
    if not present.all():
        return order
    focal_px = size / 2 / np.tan(np.radians(camera.fov_deg) / 2)
    share = np.linspace(0, 1, LIMB_SAMPLES)[:, None]
    for limb, (start, end, radius_m) in LIMBS.items():
        ends = [[keypoints[NAMES.index(f"{side}_{name}")] for name in (start, end)] for side in SIDES]
        (left, left_depth), (right, right_depth) = (
            camera.project(a + share * (b - a), (size, size)) for a, b in ends
        )
        if min(left_depth.min(), right_depth.min()) <= 0:
            continue
        reach = focal_px * radius_m * (1 / left_depth[:, None] + 1 / right_depth[None])
        overlap = reach - np.linalg.norm(left[:, None] - right[None], axis=2)
        overlap[~((left > 0) & (left < size)).all(axis=1)] = -1.0
        i, j = np.unravel_index(overlap.argmax(), overlap.shape)
        if overlap[i, j] > 0:
            order[limb] = SIDES[int(left_depth[i] > right_depth[j])]
    return order


def is_shoe(view: View) -> np.ndarray:
    """Per part, with one entry more that the index -1 (nothing) finds."""
    return np.array([*(name.startswith("shoe_") for name in view.names), False])


def is_cloth(view: View) -> np.ndarray:
    """Per part: garments that hang free of the leg, unlike a sock."""
    return np.array([*(name.startswith(("trousers", "skirt")) for name in view.names), False])


def is_skin(view: View) -> np.ndarray:
    """Per part: legs, feet and socks."""
    return np.array([*(name.startswith(("leg", "foot", "sock")) for name in view.names), False])


def sides_of(
    view: View, part: np.ndarray, points: np.ndarray, keypoints: np.ndarray, present: np.ndarray
) -> np.ndarray:
    """To which leg surface points (n, 3) belong: 0 left, 1 right. A part's name decides, else the nearest bone."""
    distance = np.stack([_bone_distance(points, keypoints, present, side) for side in SIDES])
    nearest = distance.argmin(0)
    named = np.array([*(next((i for i, s in enumerate(SIDES) if s in name), -1) for name in view.names), -1])[part]
    return np.where(named >= 0, named, nearest)


def _bone_distance(points: np.ndarray, keypoints: np.ndarray, present: np.ndarray, side: str) -> np.ndarray:
    """Distance of points (n, 3) to the nearest bone of one leg, infinite for a leg that is not there."""
    best = np.full(len(points), np.inf)
    for start, end in CHAIN:
        i, j = NAMES.index(f"{side}_{start}"), NAMES.index(f"{side}_{end}")
        if present[i] and present[j]:
            along = keypoints[j] - keypoints[i]
            t = np.clip((points - keypoints[i]) @ along / max(along @ along, 1e-9), 0, 1)
            best = np.minimum(best, np.linalg.norm(points - keypoints[i] - t[:, None] * along, axis=1))
    return best


def wrongly_covered(
    camera: Camera, size: int, unworn: View, worn: View, before: Hits, after: Hits,
    keypoints: np.ndarray, present: np.ndarray,
) -> float:  # fmt: skip
    """Share of the shoes' sub-pixels that cloth or the other leg hides, though the shoe's own leg does not.

    Such a ray is followed through cloth and the other leg: if it meets the own leg it was to be hidden anyway, if it
    meets a shoe it was not.
    """
    shoe = is_shoe(unworn)[before.part]
    pending = np.flatnonzero(shoe & (is_cloth(worn) | is_skin(worn))[after.part])
    if len(pending) == 0:
        return 0.0
    origins, directions = pixel_rays(camera, size)
    own = sides_of(unworn, before.part[pending], np.zeros((len(pending), 3)), keypoints, present)
    part, travelled = after.part[pending], after.distance[pending]
    covered = 0
    for _ in range(MAX_LAYERS):
        points = origins[pending] + directions[pending] * travelled[:, None]
        own_leg = is_skin(worn)[part] & (sides_of(worn, part, points, keypoints, present) == own)
        through = (is_skin(worn) | is_cloth(worn))[part] & ~own_leg
        covered += int((~through & ~own_leg).sum())
        pending, own, travelled, points = pending[through], own[through], travelled[through], points[through]
        if len(pending) == 0:
            break
        step, part = cast(worn, points + 1e-4 * directions[pending], directions[pending])
        travelled = np.where(step < FAR, travelled + step + 1e-4, 1e6)
    return (covered + len(pending)) / max(int(shoe.sum()), 1)


def pose(camera: Camera, size: int, worn: View, keypoints: np.ndarray, present: np.ndarray) -> Pose:
    """Keypoints (12, 3) as seen: 0 outside the frame or absent; 2 where the first thing on the way is the surface over
    the point, or its own leg, shoe or trousers (a toe in its shoe is seen, a knee in its trousers too); else 1."""
    points_px, depth = camera.project(keypoints, (size, size))
    inside = ((points_px >= 0) & (points_px < size)).all(1) & (depth > 0) & present
    offset = keypoints - camera.origin
    distance = np.linalg.norm(offset, axis=1)
    directions = offset / np.maximum(distance, 1e-9)[:, None]
    first, part = cast(worn, np.broadcast_to(camera.origin, directions.shape), directions)
    points = camera.origin + directions * np.minimum(first, 1e3)[:, None]
    body = (is_shoe(worn) | is_cloth(worn) | is_skin(worn))[part]
    own = body & (sides_of(worn, part, points, keypoints, present) == np.repeat([0, 1], 6))
    seen = own | (first > distance - DEPTH_TOLERANCE_M)
    visibility = np.where(inside, np.where(seen, VISIBLE, HIDDEN), ABSENT)
    return Pose(np.where(present[:, None], points_px, 0.0), visibility)
