"""Paint-by-Example (5.1; Yang et al. 2022, arXiv 2211.13227): all but the shoe is painted after the shoe alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from diffusers import PaintByExamplePipeline
from jaxtyping import UInt8

from shoemodel.baselines.inputs import STEPS, Given, draw, fit
from shoemodel.baselines.loading import load_pipeline
from shoemodel.masks import ShoeAreas
from shoemodel.pose import Pose

GUIDANCE = 5.0
"""Its authors'."""


def load(folder: Path) -> Any:
    """From a folder of Paint-by-Example, or a run of `shoemodel train paint_by_example`."""
    return load_pipeline(PaintByExamplePipeline, folder, "run")


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
    """The photo with all but the shoe painted after the shoe; neither the prompt nor the pose is seen."""
    inputs = fit(model, photo_rgb, areas, given)
    return draw(
        model,
        inputs,
        seed,
        steps,
        GUIDANCE,
        example_image=inputs.example_image,
        image=inputs.image,
        mask_image=inputs.mask_image,
    )
