"""Stable Diffusion 1.5 with an inpainting ControlNet (5.1): the condition is the picture with the hole."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from diffusers import StableDiffusionControlNetInpaintPipeline
from jaxtyping import UInt8

from shoemodel.baselines.inputs import STEPS, Given, draw, fit, with_hole
from shoemodel.baselines.loading import load_pipeline
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose


def load(folder: Path) -> Any:
    """From a folder of that pipeline, ControlNet included, or a run of `shoemodel train controlnet_inpaint`."""
    return load_pipeline(StableDiffusionControlNetInpaintPipeline, folder, "run")


def generate(
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
    """The photo with all but the shoe painted from the prompt; the pose is not seen."""
    inputs = fit(model, photo_rgb, areas, given)
    return draw(
        model,
        inputs,
        seed,
        steps,
        prompt=prompt,
        image=inputs.image,
        mask_image=inputs.mask_image,
        control_image=with_hole(inputs.picture, inputs.kept)[None],
    )


visible = partial(generate, given="visible")
"""Given the shoe without its wearable area (Fig. 5)."""
