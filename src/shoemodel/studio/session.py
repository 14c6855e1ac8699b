"""What one user has in hand: photos, each with the results of its steps, and the pictures drawn so far.

A step computes what it needs and does not have yet; changing a step forgets what follows from it, and nothing else.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool

from shoemodel.errors import InputError
from shoemodel.images import Photo
from shoemodel.layout import Layout
from shoemodel.lps.choose import distinct
from shoemodel.masks import ShoeAreas
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.pose import Pose
from shoemodel.studio.recipe import Recipe
from shoemodel.wd.region import Region

POSES = 12
"""Poses shown at most."""


@dataclass(eq=False)
class Work:
    """One photo and the results of its steps; None and empty lists are still to be computed."""

    photo: Photo
    points: list[list[float]] = field(default_factory=list)
    region: Region | None = None
    areas: ShoeAreas | None = None
    corrected: bool = False
    shape: str = ""
    placement: str = ""
    layout: Layout | None = None
    shoe: np.ndarray | None = None
    poses: list[Pose] = field(default_factory=list)
    pose_seed: int = 0
    picked: list[int] = field(default_factory=list)

    def find(self, pipeline: ShoeModelPipeline) -> ShoeAreas:
        """The areas. InputError where there is no shoe."""
        if self.areas is None:
            points = np.array(self.points) if self.points else None
            self.region = pipeline.find_region(self.photo, points=points)
            self.areas = pipeline.detect_areas(self.photo, self.region)
        return self.areas

    def place(self, pipeline: ShoeModelPipeline) -> Layout:
        """The layout, and with it X_w on the canvas."""
        areas = self.find(pipeline)
        if self.layout is None:
            self.layout, self.shoe = pipeline.place(self.photo, areas, self.choice)
        return self.layout

    def pose(self, pipeline: ShoeModelPipeline) -> list[Pose]:
        """Different poses to choose from. InputError where there is no foot."""
        self.place(pipeline)
        if not self.poses:
            assert self.shoe is not None
            found = pipeline.synthesise_poses(self.shoe, POSES, self.pose_seed, self.photo.path.name)[1]
            self.poses = distinct(found)
        return self.poses

    @property
    def choice(self) -> str:
        """The layout's text, as `layout.parse` reads it."""
        return (self.placement or "auto") + (f",{self.shape}" if self.shape else "")

    @property
    def chosen(self) -> list[Pose]:
        """The poses that were picked; none leaves the choice to the engine."""
        return [self.poses[index] for index in self.picked]

    def point_at(self, points: list[list[float]]) -> None:
        """Search again for the shoe under these points (photo px), or by itself where there are none."""
        self.points, self.region, self.areas, self.corrected = points, None, None, False
        self._forget_canvas()

    def correct(self, visible: Bool[np.ndarray, "h w"], wearable: Bool[np.ndarray, "h w"]) -> None:
        """Take areas painted by hand, on the photo's grid."""
        self.areas, self.corrected = ShoeAreas.from_masks(visible, wearable), True
        self._forget_canvas()

    def arrange(self, shape: str, placement: str) -> None:
        """Another canvas ("4:5") or another place ("x,y,scale,angle[,flip]"); "" leaves it to the engine."""
        if (shape, placement) != (self.shape, self.placement):
            self.shape, self.placement = shape, placement
            self._forget_canvas()

    def other_poses(self) -> None:
        """Draw new poses."""
        self.pose_seed += 1
        self._forget_poses()

    def adjust(self, index: int, pose: Pose) -> None:
        """Replace a pose by one whose points were moved, and pick it."""
        self.poses[index] = pose
        self.picked = sorted({*self.picked, index})

    def posed(self, pose: Pose) -> Work:
        """The same photo, areas and place, with this pose picked."""
        return replace(self, poses=[pose], picked=[0])

    def _forget_canvas(self) -> None:
        self.layout = self.shoe = None
        self._forget_poses()

    def _forget_poses(self) -> None:
        self.poses, self.picked = [], []


@dataclass(frozen=True, eq=False)
class Shot:
    """One finished picture, its files and how it was made."""

    folder: Path
    index: int
    recipe: Recipe
    pose: Pose
    seed: int
    verdict: str
    """"" where every visible pixel is the photo's, else what does not hold."""
    score: float | None
    """Quality in [0, 1]; None where the pack cannot judge."""
    reasons: list[str]
    work: Work

    @property
    def png(self) -> Path:
        """The result, its parameters inside."""
        return self.folder / f"image_{self.index:02d}.png"


class Session:
    """One user's."""

    def __init__(self) -> None:
        self.works: list[Work] = []
        self.current = 0
        self.stop = False
        self.editing: int | None = None
        self.pointed: list[list[float]] = []
        self.shots: list[Shot] = []
        self.latest = 0
        """Where the shots of the last run begin."""
        self.selected: Shot | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="shoemodel-studio-"))

    @property
    def work(self) -> Work | None:
        """The photo in hand."""
        return self.works[self.current] if self.works else None

    def in_hand(self) -> Work:
        """The photo in hand; InputError where there is none."""
        if self.work is None:
            raise InputError("there is no photo yet: drop one in step 1")
        return self.work

    def close(self) -> None:
        """Remove the session's files."""
        shutil.rmtree(self.folder, ignore_errors=True)
