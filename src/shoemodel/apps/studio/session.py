"""What one user has in hand: photos, each with the results of its steps, and the pictures drawn so far.

A step computes what it needs and does not have yet; changing a step forgets what follows from it, and nothing else.
"""

from __future__ import annotations

import tempfile
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool

from shoemodel import doubts
from shoemodel.apps.studio.recipe import Recipe
from shoemodel.backends.options import BackendName
from shoemodel.compose.kinds import Background
from shoemodel.compose.placed import PlacedShoe
from shoemodel.errors import InputError
from shoemodel.image import placement
from shoemodel.image.io import Photo
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.placement import LayoutChoice
from shoemodel.image.pose import Pose
from shoemodel.lps.choose import distinct
from shoemodel.lps.predict import FootKeypoints
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.wd import candidates
from shoemodel.wd.region import Region

POSES = 12
"""Poses shown at most."""


@dataclass(eq=False)
class Work:
    """One photo and the results of its steps; None and empty lists are still to be computed."""

    photo: Photo
    pointed: list[list[float]] = field(default_factory=list)
    """Points that were clicked (photo px), not yet searched at."""
    points: list[list[float]] = field(default_factory=list)
    searches: int = 0
    """How often the photo was searched again; each search makes the page show the areas anew, changed or not."""
    region: Region | None = None
    candidates: list[Region] = field(default_factory=list)
    """What else may be the shoe; empty until it is asked for."""
    turn: int = 0
    """Which of them is in hand; -1 where it is none of them."""
    areas: ShoeAreas | None = None
    lost: bool = False
    """Whether the search found no shoe; the areas can still be painted."""
    corrected: bool = False
    shape: str = ""
    placement: str = ""
    backend: BackendName = "render"
    """Who makes the leg."""
    background: Background = "photo"
    layout: Layout | None = None
    shoe: PlacedShoe | None = None
    feet: FootKeypoints | None = None
    poses: list[Pose] = field(default_factory=list)
    pose_seed: int = 0
    picked: list[int] = field(default_factory=list)

    def find(self, pipeline: ShoeModelPipeline) -> ShoeAreas:
        """The areas. InputError where there is no shoe."""
        if self.areas is None:
            points = np.array(self.points) if self.points else None
            try:
                self.region = pipeline.find_region(self.photo, points=points)
                self.areas = pipeline.detect_areas(self.photo, self.region)
            except InputError:
                self.lost, self.turn = True, -1
                raise
        return self.areas

    def other_region(self, pipeline: ShoeModelPipeline) -> None:
        """Take the next candidate for the shoe, after the last one the first again. InputError where there is none."""
        if not self.candidates:
            self.candidates = candidates.propose(pipeline.region, self.photo, pipeline.segmenter)
        if len(self.candidates) == 1 and self.turn == 0:
            raise InputError("nothing else in the photo looks like a shoe: point at it, or paint it")
        self.turn = (self.turn + 1) % len(self.candidates)
        region = self.candidates[self.turn]
        self.areas = pipeline.detect_areas(self.photo, region)  # what it refuses is passed over with the next call
        self.region = region
        self.lost, self.corrected, self.searches = False, True, self.searches + 1
        self._forget_canvas()

    def place(self, pipeline: ShoeModelPipeline) -> Layout:
        """The layout, and with it X_w on the canvas."""
        areas = self.find(pipeline)
        if self.layout is None:
            self.layout, self.shoe = pipeline.place(self.photo, areas, self.choice, self.background)
        return self.layout

    def pose(self, pipeline: ShoeModelPipeline) -> list[Pose]:
        """Different poses to choose from. InputError where there is no foot."""
        self.place(pipeline)
        if not self.poses:
            assert self.shoe is not None
            self.feet, name = pipeline.find_feet(self.shoe), self.photo.path.name
            self.poses = distinct(pipeline.synthesise_poses(self.shoe, self.feet, POSES, self.pose_seed, name))
        return self.poses

    @property
    def doubts(self) -> list[str]:
        """What the user should look at, of what was found and not corrected."""
        said: list[str] = []
        if self.region is not None and not self.corrected:
            said += [*self.region.warnings, *doubts.of_region(self.photo.rgb, self.region.mask)]
        if self.feet is not None and self.shoe is not None:
            unsure = 0.0 if self.areas is None else self.areas.unsure
            said += doubts.of_feet(self.shoe.areas.shoe, self.feet)
            said += doubts.of_areas(self.shoe.areas, self.feet, unsure)
        return said

    @property
    def canvas_to_paint(self) -> ShoeAreas | None:
        """The areas; blank ones where no shoe was found, None where it was not yet searched for."""
        return ShoeAreas(np.zeros(self.photo.size, np.uint8)) if self.areas is None and self.lost else self.areas

    @property
    def choice(self) -> LayoutChoice:
        """Where the shoe is to stand."""
        return placement.parse((self.placement or "auto") + (f",{self.shape}" if self.shape else ""))

    @property
    def chosen(self) -> list[Pose]:
        """The poses that were picked; none leaves the choice to the engine."""
        return [self.poses[index] for index in self.picked]

    def point_at(self, points: list[list[float]]) -> None:
        """Search again for the shoe under these points (photo px), or by itself where there are none."""
        self.points, self.pointed, self.searches = points, [], self.searches + 1
        self.region, self.areas, self.lost, self.corrected = None, None, False, False
        self.turn = -1 if points else 0
        self._forget_canvas()

    def correct(self, visible: Bool[np.ndarray, "h w"], wearable: Bool[np.ndarray, "h w"]) -> None:
        """Take areas painted by hand, on the photo's grid."""
        self.areas, self.lost, self.corrected = ShoeAreas.from_masks(visible, wearable), False, True
        self._forget_canvas()

    def arrange(self, shape: str, placement: str) -> None:
        """Another canvas ("4:5") or another place ("x,y,scale,angle[,flip]"); "" leaves it to the engine."""
        if (shape, placement) != (self.shape, self.placement):
            self.shape, self.placement = shape, placement
            self._forget_canvas()

    def surround(self, background: Background) -> None:
        """Make the background from the prompt, or keep the photo's own; the canvas may be another."""
        if background != self.background:
            self.background = background
            self._forget_canvas()

    def other_poses(self) -> None:
        """Draw new poses."""
        self.pose_seed += 1
        self._forget_poses()

    def adjust(self, index: int, pose: Pose) -> None:
        """Replace a pose by one whose points were moved, and pick it."""
        self.poses[index] = pose
        self.picked = sorted({*self.picked, index})

    def frozen(self) -> Work:
        """A copy that later changes of this one leave alone."""
        return replace(self, poses=list(self.poses), picked=list(self.picked))

    def posed(self, pose: Pose) -> Work:
        """The same photo, areas and place, with this pose picked."""
        return replace(self, poses=[pose], picked=[0])

    def _forget_canvas(self) -> None:
        self.layout = self.shoe = None
        self._forget_poses()

    def _forget_poses(self) -> None:
        self.feet, self.poses, self.picked = None, [], []


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
    warnings: tuple[str, ...] = ()

    @property
    def png(self) -> Path:
        """The result, its parameters inside."""
        return self.folder / f"image_{self.index:02d}.png"


class Session:
    """One user's."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        """Held by whoever changes a work: a brush stroke waits for the search that is under way."""
        self.works: list[Work] = []
        self.current = 0
        self.asked: deque[threading.Event] = deque()
        """Runs that were asked for and have not ended, the first one first; set where one was cancelled."""
        self.drawing = False
        """Whether the first of them has begun."""
        self.editing: int | None = None
        self.seen: dict[str, int] = {}
        """Of each kind of event that the page numbers, the last one that came here."""
        self.shots: list[Shot] = []
        self.latest = 0
        """Where the shots of the last run begin."""
        self.selected: Shot | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Session:
        """Itself: gradio copies a state when it begins, and there is nothing to keep apart."""
        return self

    @cached_property
    def _temporary(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="shoemodel-studio-", ignore_cleanup_errors=True)

    @property
    def folder(self) -> Path:
        """Where the runs are written; removed when the session or the studio ends."""
        return Path(self._temporary.name)

    @property
    def work(self) -> Work | None:
        """The photo in hand."""
        return self.works[self.current] if self.works else None

    def is_newest(self, kind: str, number: int) -> bool:
        """Whether no later event of this kind was here before."""
        newest = number > self.seen.get(kind, 0)
        if newest:
            self.seen[kind] = number
        return newest

    def in_hand(self) -> Work:
        """The photo in hand; InputError where there is none."""
        if self.work is None:
            raise InputError("there is no photo yet: drop one in step 1")
        return self.work

    def close(self) -> None:
        """Remove the session's files."""
        self._temporary.cleanup()
