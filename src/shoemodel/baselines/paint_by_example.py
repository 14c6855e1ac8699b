"""Paint-by-Example (5.1; Yang et al. 2022, arXiv 2211.13227): all but the shoe is painted after the shoe alone."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from diffusers import PaintByExamplePipeline
from diffusers.pipelines.deprecated.paint_by_example import PaintByExampleImageEncoder
from jaxtyping import UInt8
from transformers import CLIPVisionConfig

from shoemodel.baselines.inputs import STEPS, Given, draw, fit
from shoemodel.baselines.loading import load_pipeline, pipeline_folder
from shoemodel.errors import InputError
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose
from shoemodel.runtime.device import default_dtype

GUIDANCE = 5.0
"""Its authors'."""


def load(folder: Path) -> Any:
    """From a folder of Paint-by-Example, or a run of `shoemodel train paint_by_example`.

    Raises InputError where there is no image encoder.
    """
    tower = pipeline_folder(folder) / "image_encoder"
    if not tower.is_dir():
        raise InputError(f"{folder}: found no image_encoder; a folder of Paint-by-Example is accepted")
    config = CLIPVisionConfig.from_pretrained(tower, local_files_only=True)
    encoder = PaintByExampleImageEncoder.from_pretrained(
        tower, config=config, dtype=default_dtype(), local_files_only=True
    )
    # diffusers 0.42 finds this class under none of the names by which folders declare it
    model = load_pipeline(PaintByExamplePipeline, folder, "run", image_encoder=None)
    model.register_modules(image_encoder=encoder.to(model.device))
    return model


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


visible = partial(generate, given="visible")
"""Given the shoe without its wearable area (Fig. 5)."""
