"""The paper's SW (section 3.3) as a backend: the pack's ShoeControlNet on its base."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.backends.backend import Background, Subject
from shoemodel.body.outfits import Outfit
from shoemodel.compose import photo_background
from shoemodel.compose.layers import Layers
from shoemodel.compose.passes import STRENGTH, Worn
from shoemodel.compose.photo_background import Surroundings
from shoemodel.errors import InputError
from shoemodel.image.pose import Pose
from shoemodel.sw import sample
from shoemodel.sw.sample import WHOLE, Interval, Watch
from shoemodel.sw.solvers import Solver


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How the networks are sampled; see `sw.sample.sample_batch`."""

    steps: int = 20
    guidance: float | None = None
    """None: 7, the paper's, before a scene, and 3 in the photo (ours)."""
    solver: Solver = "ddim"
    interval: Interval = WHOLE
    repair: float = STRENGTH
    """Fraction of the noise from which a second pass makes the leg again in the scene of the first; 0: one pass."""


class Networks(Protocol):
    """What of a pipeline this backend calls."""

    scheduler: Any

    def encode(self, prompt: str, negative_prompt: str = "") -> tuple[sample.Text, list[str]]:
        """C_te, and a warning for each prompt that was cut."""

    def wear(
        self, shoe: UInt8[np.ndarray, "H W 4"], pose: Pose, text: sample.Text, seed: int, steps: int,
        guidance: float | None, callback: Callable[[int], None] | None, repair: float,
        wearable: Bool[np.ndarray, "H W"] | None, around: Surroundings | None, **walk: Any,
    ) -> Worn:  # fmt: skip
        """Legs wearing the shoe; see `ShoeModelPipeline.wear`."""


@dataclass(frozen=True)
class DiffusionBackend:
    """Legs, and before a scene everything else, from the networks of a pack."""

    networks: Networks
    sampling: Sampling = field(default_factory=Sampling)
    watch: Watch | None = None
    name = "diffusion"
    backgrounds: tuple[Background, ...] = ("scene", "photo")
    needs_fit = False

    def legs(self, subject: Subject, prompt: str | Outfit, negative_prompt: str) -> DiffusedLegs:
        if isinstance(prompt, Outfit):
            raise InputError("the diffusion backend reads prompts; an Outfit was given, which only the render takes")
        text, warnings = self.networks.encode(prompt, negative_prompt)
        return DiffusedLegs(self, subject, text, warnings)


@dataclass(frozen=True, eq=False)
class DiffusedLegs:
    """Legs of one prompt, made by the networks."""

    backend: DiffusionBackend
    subject: Subject
    text: sample.Text
    warnings: list[str]
    understood: dict[str, Any] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Of both passes; in the photo there is one."""
        how, scheduler = self.backend.sampling, self.backend.networks.scheduler
        if self.subject.background == "photo" or not how.repair:
            return how.steps
        return how.steps + sample.count_steps(scheduler, how.solver, how.steps, how.repair)

    def generate(self, pose: Pose, seed: int, report: Callable[[int], None]) -> Layers:
        subject, how = self.subject, self.backend.sampling
        wearable = subject.areas.wearable
        around = Surroundings(subject.rgb, wearable) if subject.background == "photo" else None
        drawn, scene = self.backend.networks.wear(
            subject.shoe, pose, self.text, seed, how.steps, how.guidance, report, how.repair, wearable, around,
            solver=how.solver, interval=how.interval, watch=self.backend.watch,
        )  # fmt: skip
        image = photo_background.finish(drawn, subject.shoe, pose, scene)
        changed = (image != subject.rgb).any(axis=2) if around else np.ones(image.shape[:2], bool)
        size = image.shape[:2]
        return Layers(image.astype(np.float32) / 255, changed.astype(np.float32), np.ones(size, np.float32))
