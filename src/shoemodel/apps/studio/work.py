"""What one user has in hand of one photo: the results of its steps.

A step computes what it needs and does not have yet; changing a step forgets what follows from it, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel import doubts
from shoemodel.backends.backend import Subject
from shoemodel.backends.options import BackendName
from shoemodel.backends.preview import previews
from shoemodel.compose.kinds import Background, Edges
from shoemodel.compose.placed import PlacedShoe
from shoemodel.errors import InputError
from shoemodel.fit.each import FittedShoe
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
    refined: ShoeAreas | None = None
    """The areas with the edges by which the layout stands."""
    shoe: PlacedShoe | None = None
    canvas: UInt8[np.ndarray, "h w 3"] | None = None
    """The photo, continued."""
    feet: FootKeypoints | None = None
    fitted: tuple[FittedShoe, ...] = ()
    """The shoes in 3-D, for the render."""
    fit_warnings: list[str] = field(default_factory=list)
    renders: dict[int, UInt8[np.ndarray, "sh sw 3"]] = field(default_factory=dict)
    """Small renders of poses, by their number."""
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
            self.refined = pipeline.refine_edges(self.photo, areas, self.edges).areas
            self.layout, self.shoe = pipeline.place(self.photo, self.refined, self.choice, self.background)
            self.canvas = pipeline.extend(self.photo, self.refined, self.layout)
        return self.layout

    def fit(self, pipeline: ShoeModelPipeline) -> tuple[FittedShoe, ...]:
        """The shoes in 3-D, where the render makes the leg. InputError where none fits."""
        layout = self.place(pipeline)
        assert self.shoe is not None and self.canvas is not None
        self.feet = self.feet or pipeline.find_feet(self.shoe)
        if self.backend == "render" and not self.fitted:
            self.fitted, self.fit_warnings = pipeline.fit_shoes(self.photo, self.canvas, self.shoe, layout, self.feet)
        return self.fitted

    def pose(self, pipeline: ShoeModelPipeline) -> list[Pose]:
        """Different poses to choose from. InputError where there is no foot."""
        fitted = self.fit(pipeline)
        if not self.poses:
            assert self.shoe is not None and self.feet is not None
            shoe, feet, name = self.shoe, self.feet, self.photo.path.name
            if fitted:
                poses = pipeline.synthesise_poses_3d(shoe, feet, fitted, POSES, self.pose_seed, name)
            else:
                poses = pipeline.synthesise_poses(shoe, feet, POSES, self.pose_seed, name)
            self.poses = distinct(poses)
        return self.poses

    def render_small(self, prompt: str) -> Iterator[int]:
        """Small renders of the poses that have none yet; the number of each, once it is there."""
        missing = [number for number in range(len(self.poses)) if number not in self.renders]
        if not self.fitted or not missing:
            return
        assert self.shoe is not None and self.canvas is not None
        poses, name = [self.poses[number] for number in missing], self.photo.path.name
        made = previews(Subject(name, self.canvas, self.shoe, "photo", self.fitted), prompt, poses)
        for number, render in zip(missing, made, strict=True):
            self.renders[number] = render
            yield number

    def preview(self, pipeline: ShoeModelPipeline, prompt: str, seed: int) -> Iterator[UInt8[np.ndarray, "sh sw 3"]]:
        """A small render of the first picture that these would give, where the render makes the leg."""
        if not self.fitted:
            return
        assert self.shoe is not None and self.canvas is not None and self.feet is not None
        shoe, name = self.shoe, self.photo.path.name
        poses = self.chosen or pipeline.synthesise_poses_3d(shoe, self.feet, self.fitted, 1, seed, name)
        yield from previews(Subject(name, self.canvas, shoe, "photo", self.fitted), prompt, poses[:1], seed)

    @property
    def doubts(self) -> list[str]:
        """What the user should look at, of what was found and not corrected."""
        said: list[str] = []
        if self.region is not None and not self.corrected:
            said += [*self.region.warnings, *doubts.of_region(self.photo.rgb, self.region.mask)]
        said += self.fit_warnings
        if self.feet is not None and self.shoe is not None:
            unsure = 0.0 if self.areas is None else self.areas.unsure
            said += doubts.of_feet(self.shoe.areas.shoe, self.feet)
            said += doubts.of_areas(self.shoe.areas, self.feet, unsure)
        return said

    @property
    def edges(self) -> Edges:
        """Those of painted areas are taken as they are."""
        return "given" if self.corrected else "refined"

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

    def make_by(self, backend: BackendName) -> None:
        """Let another backend make the leg; its poses are others."""
        if backend != self.backend:
            self.backend, self.fitted, self.fit_warnings = backend, (), []
            self._forget_poses()

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
        self.renders.pop(index, None)
        self.picked = sorted({*self.picked, index})

    def frozen(self) -> Work:
        """A copy that later changes of this one leave alone."""
        return replace(self, poses=list(self.poses), picked=list(self.picked), renders=dict(self.renders))

    def posed(self, pose: Pose) -> Work:
        """The same photo, areas and place, with this pose picked."""
        return replace(self, poses=[pose], picked=[0], renders={})

    def _forget_canvas(self) -> None:
        self.layout = self.refined = self.shoe = self.canvas = self.feet = None
        self.fitted, self.fit_warnings = (), []
        self._forget_poses()

    def _forget_poses(self) -> None:
        self.poses, self.picked, self.renders = [], [], {}
