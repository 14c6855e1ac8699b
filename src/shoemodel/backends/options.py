"""Names of the backends, and options of the diffusion. Nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from shoemodel.compose.kinds import Background
from shoemodel.sw.sampling import WHOLE, Interval, Sampling, Solver

BackendName = Literal["render", "diffusion"]
BACKENDS: tuple[BackendName, ...] = get_args(BackendName)
"""Names of the backends that come with the package; the first is the default."""
GUIDANCE: Mapping[Background, float] = {"scene": 7.0, "photo": 3.0}
"""Where none is asked for: the paper's; beside a photo, whose colours stay, that burns the leg's (ours)."""


@dataclass(frozen=True, kw_only=True)
class DiffusionOptions:
    """How the diffusion backend makes legs."""

    num_inference_steps: int = 20
    guidance_scale: float | None = None
    """None: that of GUIDANCE for the background."""
    solver: Solver = "ddim"
    guidance_interval: Interval = WHOLE
    refine_strength: float = 1.0
    """Fraction of the noise from which a second pass makes the leg again in the scene of the first; 1: from pure noise,
    0: one pass. In the photo there is one pass anyway (ours)."""

    def guidance(self, background: Background) -> float:
        """The guidance scale asked for, or the one for this background."""
        return GUIDANCE[background] if self.guidance_scale is None else self.guidance_scale

    def first(self, background: Background) -> Sampling:
        """The first pass, or the only one."""
        return Sampling(
            num_inference_steps=self.num_inference_steps,
            guidance_scale=self.guidance(background),
            solver=self.solver,
            guidance_interval=self.guidance_interval,
        )

    def second(self, background: Background) -> Sampling | None:
        """The second pass, with as much less guidance as a photo has beside a scene; None where there is none."""
        if background == "photo" or not self.refine_strength:
            return None
        first = self.first(background)
        less = first.guidance_scale * GUIDANCE["photo"] / GUIDANCE["scene"]
        return replace(first, guidance_scale=less, strength=self.refine_strength)
