"""Stable Diffusion 1.5 for inpainting (5.1): all but the shoe is painted; a U-Net of 2c + 1 input channels."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from diffusers import StableDiffusionInpaintPipeline
from jaxtyping import UInt8

from shoemodel.backends.options import GUIDANCE
from shoemodel.baselines.inputs import STEPS, Given, draw, draw_square, fit
from shoemodel.baselines.loading import load_pipeline
from shoemodel.compose.photo_background import BackgroundImage
from shoemodel.compose.placed import PlacedShoe
from shoemodel.image import layout
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose


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


def in_photo(
    model: Any,
    photo_rgb: UInt8[np.ndarray, "h w 3"],
    areas: ShoeAreas,
    pose: Pose,
    prompt: str,
    seed: int,
    *,
    steps: int = STEPS,
) -> UInt8[np.ndarray, "h w 3"]:
    """The photo with nothing but the leg's room painted; the leg is laid over it as in `ablations.in_photo` (ours)."""
    placed, inputs = layout.keep(areas.size), fit(model, photo_rgb, areas, "visible")
    background, shoe = BackgroundImage.of(photo_rgb, placed), PlacedShoe.of(photo_rgb, areas, placed)
    known = background.known(shoe, pose, len(inputs.picture))
    inputs = replace(inputs, kept=~known.free)
    asked = {"prompt": prompt, "image": inputs.image, "mask_image": inputs.mask_image}
    drawn = draw_square(model, seed, steps, GUIDANCE["photo"], **asked)
    return background.compose(drawn, shoe, pose)
