"""What an annotator finds in a photo: people, each with the points of the legs and perhaps the shoes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, UInt8

from shoemodel.image.pose import ABSENT, NAMES, VISIBLE, Pose, extents

FOOT = ("ankle", "big_toe", "small_toe", "heel")
SIDES = ("left", "right")
ENOUGH = 3
"""Points of a foot, of four, from which it counts as found; the ankle must be one of them (ours)."""


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody in a photo, in its pixels."""

    pose: Pose
    """Visibility 0 for a point that was not found, 1 for a doubtful one, 2 for one that is seen."""
    faces: Float[np.ndarray, "k 2"] = field(default_factory=lambda: np.zeros((0, 2)))
    """Points of the face that were found."""
    shoes: Bool[np.ndarray, "h w"] | None = None
    """The shoes, where the annotator finds them with the points."""

    @property
    def feet(self) -> tuple[str, ...]:
        """The sides whose foot was found."""
        found = self.pose.exists
        return tuple(
            side
            for side in SIDES
            if found[NAMES.index(f"{side}_ankle")] and sum(found[of_foot(side)]) >= ENOUGH
        )  # fmt: skip

    @property
    def foot_length_px(self) -> float:
        """The longest extent of a found foot, 0 where there is none."""
        lengths = [float(extents(self.foot_px(side)[None])[0]) for side in self.feet]
        return max(lengths, default=0.0)

    def foot_px(self, side: str) -> Float[np.ndarray, "4 2"]:
        """Ankle, toes and heel; a point that was not found lies at the mean of the others."""
        rows = of_foot(side)
        points, found = self.pose.points[rows], self.pose.exists[rows]
        return np.where(found[:, None], points, points[found].mean(0)) if found.any() else points

    def without(self, side: str) -> Person:
        """The same person with one leg forgotten."""
        gone = np.array([name.startswith(side) for name in NAMES])
        return Person(Pose(self.pose.points, np.where(gone, ABSENT, self.pose.visibility)), self.faces, self.shoes)


@runtime_checkable
class Annotator(Protocol):
    """Who looks at photos."""

    identity: Mapping[str, str]
    """Names and versions of the models."""
    sees_faces: bool
    """Whether `Person.faces` means anything."""

    def people(self, rgb: UInt8[np.ndarray, "h w 3"]) -> list[Person]:
        """Everybody in a photo, the largest first."""
        ...

    def shoes(self, rgb: UInt8[np.ndarray, "h w 3"], person: Person) -> tuple[Bool[np.ndarray, "h w"], float]:
        """The pixels of a person's shoes, and how sure that is, from 0 to 1."""
        ...


def of_foot(side: str) -> list[int]:
    """Rows of a foot's four points."""
    return [NAMES.index(f"{side}_{point}") for point in FOOT]


def pose_of(
    points_px: Float[np.ndarray, "12 2"], scores: Float[np.ndarray, "12"], doubtful: float, seen: float
) -> Pose:
    """Points whose score is below `doubtful` are absent, from `seen` on visible, between the two hidden."""
    visibility = (scores >= doubtful).astype(int) + (scores >= seen)
    return Pose(points_px, np.minimum(visibility, VISIBLE))
