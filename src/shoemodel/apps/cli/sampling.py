"""How pictures are made: flags that several verbs take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from shoemodel.errors import InputError

if TYPE_CHECKING:
    from shoemodel.request import Order


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """How many pictures are made of each photo, and how."""

    num: int = 1
    """Results for each photo and prompt, each with another pose."""
    seed: int = 0
    """The same seed gives the same pixels on the same machine."""
    background: Literal["photo", "scene"] | None = None
    """photo: the photo itself stays, and only the leg is added; scene: everything but the shoe is made from the prompt.
    Default: photo for the render, scene for diffusion."""
    steps: int = 20
    """Diffusion: steps of the solver."""
    solver: Literal["ddim", "unipc", "dpm++"] = "ddim"
    """Diffusion. ddim: the paper's; unipc and dpm++ need about half the steps."""
    guidance: float | None = None
    """Diffusion: how strongly the prompt steers (classifier-free guidance). Default: 7, the paper's, or 3 in the photo;
    a second pass has three sevenths of it."""
    interval: tuple[float, float] = (0.0, 1.0)
    """Diffusion. Where guidance works: from and to which share of the noise, 0 the picture and 1 pure noise."""
    repair: float = 1.0
    """Diffusion: fraction of the noise from which a second pass makes the leg again in the scene of the first; 0: one
    pass only. With --background photo there is one pass anyway."""
    negative_prompt: str = ""
    """Diffusion: what not to draw."""

    def order(self, prompt: str | tuple[str, ...], layout: str, keep: int | None, rejected: bool) -> Order:
        """What is to be made of a photo. Raises InputError for numbers that make no sense."""
        from shoemodel import arguments
        from shoemodel.image import layout as layouts
        from shoemodel.request import Order

        arguments.at_least(1, self.num, "--num")
        arguments.at_least(1, self.steps, "--steps")
        arguments.at_least(0, self.guidance or 0.0, "--guidance")
        arguments.seed(self.seed)
        if not 0 <= self.interval[0] <= self.interval[1] <= 1:
            raise InputError(f"--interval is {self.interval}; two numbers with 0 <= first <= second <= 1 are accepted")
        if not 0 <= self.repair <= 1:
            raise InputError(f"--repair is {self.repair}; a share of the noise from 0 to 1 is accepted")
        layouts.parse(layout)
        return Order(prompt=prompt, layout=layout, keep=keep, rejected=rejected, **vars(self))
