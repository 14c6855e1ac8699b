"""The paper's baselines (5.1, 5.2, Table 3, Fig. 5): one table, one way to load and one to generate.

Each is a pipeline of diffusers, and differs from the others in what it is given. None of them sees the pose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import diffusers
import numpy as np
from jaxtyping import UInt8

from shoemodel.baselines import dreambooth
from shoemodel.baselines.inputs import GUIDANCE, STEPS, Given, draw, fit
from shoemodel.baselines.loading import Small, load_ip_adapter, load_paint_by_example, load_pipeline
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose

Argument = Literal["prompt", "image", "mask_image", "control_image", "example_image", "ip_adapter_image"]
"""What a pipeline may be given, by diffusers' names: the prompt, or the property of `Inputs` of that name."""


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A baseline: which pipeline it is and what it sees."""

    pipeline: str
    """Class of diffusers."""
    small: Small
    """What stands in for it at small sizes: the base of a pack, a run of `shoemodel train NAME`, or nothing."""
    sees: tuple[Argument, ...]
    guidance: float = GUIDANCE
    tuning_steps: int = 0
    """Steps for which a copy of the U-Net is tuned on each shoe."""
    loader: Callable[[Any, Path, Small], Any] = load_pipeline

    @property
    def in_place(self) -> bool:
        """Whether it sees the shoe in its place, and paints around it."""
        return "image" in self.sees

    def load(self, folder: Path) -> Any:
        """Its pipeline, from a folder that `save_pretrained` of that class has written, or the small counterpart.

        Raises InputError where the folder holds no such pipeline, or not all of it.
        """
        return self.loader(getattr(diffusers, self.pipeline), folder, self.small)

    def generate(
        self,
        model: Any,
        photo_rgb: UInt8[np.ndarray, "h w 3"],
        areas: ShoeAreas,
        pose: Pose | None,
        prompt: str,
        seed: int,
        *,
        given: Given = "whole",
        steps: int = STEPS,
    ) -> UInt8[np.ndarray, "h w 3"]:
        """A picture of the photo's size by `model`, which `load` gave, from what it sees of these.

        given: the whole shoe, or its visible area only (Fig. 5). pose is not seen.
        """
        inputs = fit(model, photo_rgb, areas, given)
        if self.tuning_steps:
            model = dreambooth.tuned_on(model, inputs.example, seed, self.tuning_steps)
            prompt = f"{prompt}, {dreambooth.SUBJECT}"
        arguments = {name: prompt if name == "prompt" else getattr(inputs, name) for name in self.sees}
        return draw(model, inputs, seed, steps, self.guidance, **arguments)


BASELINES = {
    # Stable Diffusion 1.5 and SDXL, from text alone
    "sd15": Baseline(pipeline="StableDiffusionPipeline", small="pack", sees=("prompt",)),
    "sdxl": Baseline(pipeline="StableDiffusionXLPipeline", small=None, sees=("prompt",)),
    # a U-Net of 2c + 1 input channels paints all but the shoe
    "inpaint": Baseline(pipeline="StableDiffusionInpaintPipeline", small="run", sees=("prompt", "image", "mask_image")),
    # a ControlNet sees the picture with the hole
    "controlnet_inpaint": Baseline(
        pipeline="StableDiffusionControlNetInpaintPipeline",
        small="run",
        sees=("prompt", "image", "mask_image", "control_image"),
    ),
    # Yang et al. 2022, arXiv 2211.13227: all but the shoe is painted after the shoe alone; guidance is its authors'
    "paint_by_example": Baseline(
        pipeline="PaintByExamplePipeline",
        small="run",
        sees=("example_image", "image", "mask_image"),
        guidance=5.0,
        loader=load_paint_by_example,
    ),
    # Ye et al. 2023, arXiv 2308.06721: the shoe alone is the image prompt
    "ip_adapter": Baseline(
        pipeline="StableDiffusionPipeline",
        small="run",
        sees=("prompt", "ip_adapter_image"),
        loader=load_ip_adapter,
    ),
    # Ruiz et al. 2022, arXiv 2208.12242: see `baselines.dreambooth`
    "dreambooth": Baseline(
        pipeline="StableDiffusionPipeline",
        small="pack",
        sees=("prompt",),
        tuning_steps=dreambooth.TUNING_STEPS,
    ),
}
"""By the name that `--methods` takes, which is also the module's in `shoemodel train`."""
