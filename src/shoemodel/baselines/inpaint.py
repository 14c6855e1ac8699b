"""Stable Diffusion 1.5 for inpainting (5.1): all but the shoe is painted; a U-Net of 2c + 1 input channels."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from diffusers import StableDiffusionInpaintPipeline
from jaxtyping import UInt8

from shoemodel.baselines.inputs import STEPS, Given, draw, fit
from shoemodel.baselines.loading import load_pipeline
from shoemodel.masks import ShoeAreas
from shoemodel.pose import Pose


def load(folder: Path) -> Any:
    """From a folder of Stable Diffusion 1.5 inpainting, or a run of `shoemodel train inpaint`."""
    return load_pipeline(StableDiffusionInpaintPipeline, folder, "run")


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
    return draw(model, inputs, seed, steps, prompt=prompt, image=inputs.image, mask_image=inputs.mask_image)


visible = partial(generate, given="visible")
"""Given the shoe without its wearable area (Fig. 5)."""
