"""The seam between the pipeline and whoever makes the leg: what a backend is given, and what it gives.

A third backend is one file with a class like `Backend`, and a line in `ShoeModelPipeline.resolve_backend`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8

from shoemodel.backends.options import BACKENDS
from shoemodel.body.outfits import Outfit
from shoemodel.compose.kinds import Background, Shadow
from shoemodel.compose.layers import Layers
from shoemodel.compose.placed import PlacedShoe
from shoemodel.errors import InputError
from shoemodel.fit.each import FittedShoe
from shoemodel.image.pose import Pose


@dataclass(frozen=True, eq=False)
class Subject:
    """The shoe or the pair of one photo, on the canvas (h, w)."""

    name: str
    """Of the photo, for messages."""
    rgb: UInt8[np.ndarray, "h w 3"]
    """The photo, continued where the canvas is larger."""
    shoe: PlacedShoe
    background: Background
    fitted: tuple[FittedShoe, ...] = ()
    """Camera and shoe in 3-D for each leg, for backends that ask for it."""
    shadow: Shadow = "auto"
    """Of the leg on the photo's ground."""


@runtime_checkable
class LegGenerator(Protocol):
    """Makes legs for one shoe and one prompt."""

    @property
    def warnings(self) -> list[str]:
        """What of the prompt is not heeded, in sentences for the user."""

    @property
    def understood(self) -> dict[str, Any]:
        """What was understood of the prompt, for run.json; empty where the prompt is used as it is."""

    @property
    def light(self) -> dict[str, Any]:
        """Where the light comes from, for run.json; empty where nothing is known of it."""

    @property
    def steps(self) -> int:
        """How many steps one image takes, for progress."""

    def generate(self, poses: Sequence[Pose], seeds: Sequence[int], report: Callable[[int], None]) -> Iterator[Layers]:
        """The leg in each pose, in px of the canvas, as soon as it is made; `report` is called with the steps done of
        all of them."""


@runtime_checkable
class Backend(Protocol):
    """A way to make legs."""

    @property
    def name(self) -> str:
        """What `--backend` calls it."""

    @property
    def backgrounds(self) -> tuple[Background, ...]:
        """Those it can stand a leg before."""

    def usual(self, prompt: str | Outfit) -> Background:
        """The background that suits this prompt, where none is asked for."""

    @property
    def needs_fit(self) -> bool:
        """Whether `Subject.fitted` has to be there."""

    def legs(self, subject: Subject, prompt: str | Outfit, negative_prompt: str) -> LegGenerator:
        """Read the prompt. Raises InputError for one that the backend cannot take."""


def require_known(backend: str) -> None:
    """Raise InputError for a name that is none of BACKENDS."""
    if backend not in BACKENDS:
        raise InputError(f"the backend is {backend!r}; {' and '.join(BACKENDS)} are accepted")


def require_background(backend: Backend, background: str | None, prompt: str | Outfit) -> Background:
    """The background asked for, or what suits this prompt. Raises InputError for one that the backend cannot take."""
    if background is None or background == "auto":
        return backend.usual(prompt)
    for accepted in backend.backgrounds:
        if background == accepted:
            return accepted
    known = " and ".join(backend.backgrounds)
    raise InputError(f"the background is {background!r}; the {backend.name} backend accepts {known}")
