"""Stable Diffusion 1.5 from text alone (5.1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from diffusers import StableDiffusionPipeline
from jaxtyping import UInt8

from shoemodel.baselines.inputs import STEPS, Given, draw, fit
from shoemodel.baselines.loading import load_pipeline
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose


def load(folder: Path) -> Any:
    """From a folder of Stable Diffusion 1.5, or a pack, whose base it then is."""
    return load_pipeline(StableDiffusionPipeline, folder, "pack")


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
    """A picture of the prompt; the shoe and the pose are not seen."""
    inputs = fit(model, photo_rgb, areas, given)
    return draw(model, inputs, seed, steps, prompt=prompt)
