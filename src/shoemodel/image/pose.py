"""The skeleton of 12 points as data, and the paper's normalisation of coordinates (3.2).

| paper | here | meaning |
|---|---|---|
| C_p | `FOOT_INDICES` | 8 points: per foot ankle, big toe, small toe, heel |
| L_0 | `LEG_INDICES` | 6 points: per leg hip, knee, ankle |

8 + 6 = 14, yet the paper speaks of 12 points: it fits if both ankles belong to both sets (ours, inferred).
Left and right are the wearer's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from shoemodel.image.geometry import Number, Similarity

NAMES = tuple(
    f"{side}_{joint}"
    for side in ("left", "right")
    for joint in ("hip", "knee", "ankle", "big_toe", "small_toe", "heel")
)
FOOT_INDICES = tuple(
    NAMES.index(f"{side}_{joint}") for side in ("left", "right") for joint in ("ankle", "big_toe", "small_toe", "heel")
)
LEG_INDICES = tuple(NAMES.index(f"{side}_{joint}") for side in ("left", "right") for joint in ("hip", "knee", "ankle"))
FLIP = tuple(
    NAMES.index(name.replace("left", "right") if "left" in name else name.replace("right", "left")) for name in NAMES
)
# The legs are the paper's; which foot points are joined is (ours).
LIMBS = tuple(
    (NAMES.index(f"{side}_{a}"), NAMES.index(f"{side}_{b}"))
    for side in ("left", "right")
    for a, b in (("hip", "knee"), ("knee", "ankle"), ("ankle", "heel"), ("ankle", "big_toe"), ("ankle", "small_toe"))
)

ABSENT, HIDDEN, VISIBLE = 0, 1, 2
ANGLES = ("forward", "outward", "twist", "knee", "turn")
"""Of a leg in 3-D, from its foot upwards: the fields of `body.leg_angles.LegAngles`."""
ANGLES_KEY = "angles_deg"
SIDES = ("left", "right")


@dataclass(frozen=True, eq=False)
class Pose:
    """12 points in the order of `NAMES`.

    points: (12, 2) px. visibility: (12,), 0 not in the picture (outside the frame, or no such leg), 1 in the frame
    but hidden, 2 visible. Where a pose is to be drawn, a point outside the frame whose leg is there counts as 1.
    angles_deg: (2, 5), ANGLES of the left and the right leg, where the points show legs that were posed in 3-D (ours);
    those of a leg that does not exist mean nothing.
    """

    points: Float[np.ndarray, "12 2"]
    visibility: Int[np.ndarray, "12"]
    angles_deg: Float[np.ndarray, "2 5"] | None = None

    def __post_init__(self) -> None:
        points, visibility = np.asarray(self.points, float), np.asarray(self.visibility)
        if points.shape != (12, 2) or visibility.shape != (12,):
            raise ValueError(
                f"a pose needs points (12, 2) and visibility (12,), got {points.shape}, {visibility.shape}"
            )
        if not np.isfinite(points).all():
            raise ValueError("a pose needs finite points; give an absent point any finite place and visibility 0")
        if not np.isin(visibility, (ABSENT, HIDDEN, VISIBLE)).all():
            raise ValueError(f"visibility must be 0, 1 or 2, got {sorted(set(visibility.tolist()))}")
        if self.angles_deg is not None and not np.isfinite(self.angles_deg).all():
            raise ValueError("a pose needs finite angles, or none")
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "visibility", visibility.astype(np.int64))

    @property
    def exists(self) -> Bool[np.ndarray, "12"]:
        """Which points are in the picture, hidden ones included."""
        return self.visibility > ABSENT

    @property
    def feet(self) -> Float[np.ndarray, "8 2"]:
        """C_p in px."""
        return self.points[list(FOOT_INDICES)]

    @property
    def legs(self) -> Float[np.ndarray, "6 2"]:
        """L_0 in px."""
        return self.points[list(LEG_INDICES)]

    def transformed(self, transform: Similarity) -> Pose:
        """Moved by a similarity; one that mirrors turns a left leg into a right one, so it swaps the sides too."""
        moved = replace(self, points=transform.apply(self.points))
        return moved._swapped() if transform.flip else moved

    def within(self, size: tuple[int, int]) -> Pose:
        """The same pose with visibility 0 for every point outside a picture of `size` (h, w)."""
        inside = ((self.points >= 0) & (self.points < (size[1], size[0]))).all(axis=1)
        return replace(self, visibility=np.where(inside, self.visibility, ABSENT))

    def to_dict(self) -> dict[str, Any]:
        """{name: [x, y, visibility]}, plain numbers for JSON, and where there are some {"angles_deg": {side: {angle:
        degrees}}} of the legs that exist."""
        points = {
            name: [float(x), float(y), int(v)]
            for name, (x, y), v in zip(NAMES, self.points, self.visibility, strict=True)
        }
        if self.angles_deg is None:
            return points
        exists = [bool(self.exists[start : start + 6].any()) for start in (0, 6)]
        there = zip(SIDES, self.angles_deg, exists, strict=True)
        angles = {side: dict(zip(ANGLES, row.round(3).tolist(), strict=True)) for side, row, exist in there if exist}
        return {**points, ANGLES_KEY: angles}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Pose:
        """The inverse of `to_dict`; ValueError naming the points that are missing or unknown, or malformed."""
        if set(data) - {ANGLES_KEY} != set(NAMES):
            raise ValueError(f"a pose needs exactly the points {', '.join(NAMES)}, got {', '.join(sorted(data))}")
        try:
            rows = np.array([[float(number) for number in data[name]] for name in NAMES])
        except (TypeError, ValueError) as error:
            raise ValueError(f"every point of a pose is [x, y, visibility]: {error}") from error
        if rows.shape != (12, 3):
            raise ValueError(f"every point of a pose is [x, y, visibility], got an array of shape {rows.shape}")
        if not (rows[:, 2] % 1 == 0).all():
            raise ValueError(f"the visibility of a point is 0, 1 or 2, got {rows[:, 2].tolist()}")
        return cls(rows[:, :2], rows[:, 2].astype(int), _angles(data.get(ANGLES_KEY)))

    def _swapped(self) -> Pose:
        angles = None if self.angles_deg is None else self.angles_deg[::-1].copy()
        return Pose(self.points[list(FLIP)], self.visibility[list(FLIP)], angles)


def _angles(data: Any) -> Float[np.ndarray, "2 5"] | None:
    """Angles as `Pose.to_dict` writes them, 0 for a leg that is left out."""
    if data is None:
        return None
    try:
        sides = {side: [float(found[name]) for name in ANGLES] for side, found in data.items()}
        if set(sides) - set(SIDES) or any(set(found) != set(ANGLES) for found in data.values()):
            raise ValueError("another side or angle")
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise ValueError(
            f"{ANGLES_KEY} of a pose holds {', '.join(ANGLES)} for left, right or both: {error}"
        ) from error
    return np.array([sides.get(side, [0.0] * len(ANGLES)) for side in SIDES])


def normalise(
    points_px: Float[np.ndarray, "*b n 2"], exists: Bool[np.ndarray, "*b n"], size: Number
) -> Float[np.ndarray, "*b n 2"]:
    """P_norm = P / s × 0.9 + 0.1, and 0 for points that do not exist (3.2); `size` is s, the picture's side in px."""
    normalised = np.asarray(points_px, float) / size * 0.9 + 0.1
    return np.where(np.asarray(exists, bool)[..., None], normalised, 0.0)


def denormalise(
    points_norm: Float[np.ndarray, "*b n 2"], size: Number, exists: Bool[np.ndarray, "*b n"] | None = None
) -> tuple[Float[np.ndarray, "*b n 2"], Bool[np.ndarray, "*b n"]]:
    """The inverse of `normalise`: points in px (0, 0 where there is none) and which exist.

    A point in the picture has both coordinates in [0.1, 1], a missing one is (0, 0): it counts as missing when both
    are below 0.05, halfway (ours). A point beyond the top left corner would too: give `exists` where it is known.
    """
    points_norm = np.asarray(points_norm, float)
    if exists is None:
        exists = points_norm.max(axis=-1) >= 0.05
    return np.where(exists[..., None], (points_norm - 0.1) / 0.9 * size, 0.0), exists


def merge(
    foot_px: Float[np.ndarray, "8 2"],
    foot_exists: Bool[np.ndarray, "8"],
    leg_px: Float[np.ndarray, "6 2"],
    leg_exists: Bool[np.ndarray, "6"],
) -> Pose:
    """C_p and L_0 as one pose of 12 points; where both give an ankle, the foot's wins (ours). Existing points are 2."""
    points, visibility = np.zeros((12, 2)), np.zeros(12, int)
    for indices, source, exists in ((LEG_INDICES, leg_px, leg_exists), (FOOT_INDICES, foot_px, foot_exists)):
        for target, point, there in zip(indices, source, exists, strict=True):
            if there:
                points[target], visibility[target] = point, VISIBLE
    return Pose(points, visibility)


def extents(feet_px: Float[np.ndarray, "*n 4 2"]) -> Float[np.ndarray, "*n"]:
    """Largest distance between two points of each foot: heel to toes from the side, and not 0 from the front."""
    return np.asarray(np.linalg.norm(feet_px[..., :, None, :] - feet_px[..., None, :, :], axis=-1).max((-1, -2)))
