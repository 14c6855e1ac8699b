"""IP-Adapter on Stable Diffusion 1.5 (5.2; Ye et al. 2023, arXiv 2308.06721): the shoe alone is the image prompt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from diffusers import StableDiffusionPipeline
from jaxtyping import UInt8

from shoemodel.baselines.inputs import STEPS, Given, draw, fit
from shoemodel.baselines.loading import load_pipeline, pipeline_folder
from shoemodel.errors import InputError
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose
from shoemodel.runtime.quiet import quiet

SUBFOLDER, WEIGHTS = "ip_adapter", "ip-adapter_sd15.safetensors"
"""Of the adapter within the pipeline's folder; CLIP's image tower is SUBFOLDER/image_encoder or a component."""


def load(folder: Path) -> Any:
    """From a folder of Stable Diffusion 1.5 with the adapter in it, or a run of `shoemodel train ip_adapter`.

    Raises InputError where there is no adapter.
    """
    model = load_pipeline(StableDiffusionPipeline, folder, "run")
    root = pipeline_folder(folder)
    if not (root / SUBFOLDER / WEIGHTS).is_file():
        raise InputError(f"{root}: found no {SUBFOLDER}/{WEIGHTS}; a folder with an IP-Adapter is accepted")
    with quiet():
        model.load_ip_adapter(str(root), subfolder=SUBFOLDER, weight_name=WEIGHTS, local_files_only=True)
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
    """A picture of the prompt with the shoe as image prompt; the pose is not seen."""
    inputs = fit(model, photo_rgb, areas, given)
    return draw(model, inputs, seed, steps, prompt=prompt, ip_adapter_image=inputs.example_image)
