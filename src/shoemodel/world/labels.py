"""Labels read from geometry: the shoe's areas, what covers it that should not, which keypoints are seen.

The visible area is shoe in both pictures, the wearable area is shoe in the unworn one alone (paper, Sec. 3.1). Both
come from rays at four points a pixel, so they are exact whatever the picture's noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import ABSENT, HIDDEN, NAMES, VISIBLE, Pose
from shoemodel.render.camera import Camera
from shoemodel.render.engine import FAR, View, cast

SUPERSAMPLING = 2
SIDES = ("left", "right")
CHAIN = (("hip", "knee"), ("knee", "ankle"), ("ankle", "heel"), ("ankle", "big_toe"), ("ankle", "small_toe"))
LIMBS = {"thigh": ("hip", "knee", 0.075), "shin": ("knee", "ankle", 0.05), "foot": ("heel", "big_toe", 0.045)}
"""Whose order in depth is told: its ends, and about how thick it is, metres."""
LIMB_SAMPLES = 12
MAX_LAYERS = 16
"""Surfaces a ray is followed through before it counts as blocked."""
DEPTH_TOLERANCE_M = 0.005
"""What begins this little before a keypoint or behind it does not hide it: the ground under a sole, a strap (ours)."""
FOOT_POINTS = ("big_toe", "small_toe", "heel")
OWN_DEPTH_WIDTHS = 0.65
"""How deep in its own shoe a toe or heel may lie and still be seen, in widths of the foot (ours)."""


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


def depth_order(camera: Camera, size: int, keypoints: np.ndarray, present: np.ndarray) -> dict[str, str | None]:
    """Which leg is in front, for thigh, shin and foot: the side that is nearer where the two overlap in the picture,
    None where they do not overlap in it or a leg is absent. keypoints (12, 3) in metres, present (12,)."""
    order: dict[str, str | None] = dict.fromkeys(LIMBS)
    if not present.all():
        return order
    focal_px = size / 2 / np.tan(np.radians(camera.fov_deg) / 2)
    share = np.linspace(0, 1, LIMB_SAMPLES)[:, None]
    for limb, (start, end, radius_m) in LIMBS.items():
        ends = [[keypoints[NAMES.index(f"{side}_{name}")] for name in (start, end)] for side in SIDES]
        (left, left_depth), (right, right_depth) = (camera.project(a + share * (b - a), (size, size)) for a, b in ends)
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
    """Keypoints (12, 3) as seen, by rays through everything before them (ours):

    - 0 not in the picture: outside the frame, or of a leg that is absent;
    - 1 hidden: something else stands before it, be it the other leg, its shoe or its trousers, a prop or a wall, or the
      foot's own shoe or leg where it is more than `own_depth_m` thick before a point of the foot;
    - 2 visible: nothing stands before it but what clothes it (a toe in the near side of its shoe is seen, a hip or knee
      in its trousers always).
    """
    points_px, depth = camera.project(keypoints, (size, size))
    inside = ((points_px >= 0) & (points_px < size)).all(1) & (depth > 0) & present
    offset = keypoints - camera.origin
    distance = np.linalg.norm(offset, axis=1)
    directions = offset / np.maximum(distance, 1e-9)[:, None]
    owner = np.repeat([0, 1], len(NAMES) // 2)
    clear, own_first = _way_to(camera, worn, directions, distance, owner, keypoints, present)
    seen = clear & (own_first > distance - own_depth_m(keypoints))
    visibility = np.where(inside, np.where(seen, VISIBLE, HIDDEN), ABSENT)
    return Pose(np.where(present[:, None], points_px, 0.0), visibility)


def own_depth_m(keypoints: np.ndarray) -> np.ndarray:
    """How deep (12,) in its own shoe and leg each point may lie and still be seen, metres: half the foot's width for
    toes and heel, what a leg is thick for the joints above."""
    depth = np.full(len(NAMES), np.inf)
    for i, name in enumerate(NAMES):
        if name.endswith(FOOT_POINTS):
            side = name.split("_")[0]
            toes = [NAMES.index(f"{side}_{toe}") for toe in ("big_toe", "small_toe")]
            depth[i] = OWN_DEPTH_WIDTHS * np.linalg.norm(keypoints[toes[0]] - keypoints[toes[1]])
    return depth


def _way_to(
    camera: Camera, worn: View, directions: np.ndarray, distance: np.ndarray, owner: np.ndarray,
    keypoints: np.ndarray, present: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Whether nothing but their own leg and clothes stands before points along unit rays (n, 3), and at which distance
    (n,) their own leg or clothes begin, infinite where they do not."""
    named_body = is_shoe(worn) | is_cloth(worn) | is_skin(worn)
    origins = np.tile(camera.origin, (len(directions), 1))
    travelled, clear = np.zeros(len(directions)), np.ones(len(directions), bool)
    own_first = np.full(len(directions), FAR)
    for _ in range(MAX_LAYERS):
        step, part = cast(worn, origins + travelled[:, None] * directions, directions)
        travelled = np.minimum(travelled + step, 1e6)
        points = origins + directions * travelled[:, None]
        before = travelled < distance - DEPTH_TOLERANCE_M
        own = named_body[part] & (sides_of(worn, part, points, keypoints, present) == owner)
        own_first = np.where(own & np.isinf(own_first), travelled, own_first)
        clear &= own | ~before
        if not before.any():
            break
        travelled += 1e-4
    return clear, own_first
