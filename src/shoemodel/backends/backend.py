"""The seam between the pipeline and whoever makes the leg: what a backend is given, and what it gives.

A third backend is one file with a class like `Backend`, and a line in `ShoeModelPipeline.resolve_backend`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8

from shoemodel.body.outfits import Outfit
from shoemodel.compose.layers import Layers
from shoemodel.errors import InputError
from shoemodel.fit.shoe import ShoeFit
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose

Background = Literal["photo", "scene"]
"""What stands behind the legs: the photo itself, or a scene made from the prompt."""


@dataclass(frozen=True, eq=False)
class Subject:
    """The shoe of one photo, on the canvas (h, w)."""

    name: str
    """Of the photo, for messages."""
    rgb: UInt8[np.ndarray, "h w 3"]
    """The photo, continued where the canvas is larger."""
    shoe: UInt8[np.ndarray, "h w 4"]
    """X_w: the photo's pixels, alpha 255 exactly on the visible area, 0 elsewhere."""
    areas: ShoeAreas
    background: Background
    fit: ShoeFit | None = None
    """The camera and the shoe in 3-D, for backends that ask for it."""


class LegGenerator(Protocol):
    """Makes legs for one shoe and one prompt."""

    @property
    def warnings(self) -> list[str]:
        """What of the prompt is not heeded, in sentences for the user."""

    @property
    def understood(self) -> dict[str, Any]:
        """What was understood of the prompt, for run.json; empty where the prompt is used as it is."""

    @property
    def steps(self) -> int:
        """How many steps one image takes, for progress."""

    def generate(self, pose: Pose, seed: int, report: Callable[[int], None]) -> Layers:
        """The leg in one pose, in px of the canvas; `report` is called with the steps done."""


@runtime_checkable
class Backend(Protocol):
    """A way to make legs."""

    @property
    def name(self) -> str:
        """What `--backend` calls it."""

    @property
    def backgrounds(self) -> tuple[Background, ...]:
        """Those it can stand a leg before; the first is the default."""

    @property
    def needs_fit(self) -> bool:
        """Whether `Subject.fit` has to be there."""

    def legs(self, subject: Subject, prompt: str | Outfit, negative_prompt: str) -> LegGenerator:
        """Read the prompt. Raises InputError for one that the backend cannot take."""


def require_background(backend: Backend, background: str | None) -> Background:
    """The background asked for, or the backend's default. Raises InputError for one that it cannot take."""
    for accepted in backend.backgrounds:
        if background in (None, accepted):
            return accepted
    known = " and ".join(backend.backgrounds)
    raise InputError(f"the background is {background!r}; the {backend.name} backend accepts {known}")
