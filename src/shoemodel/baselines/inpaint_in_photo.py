"""Inpainting in the photo (ours): the baseline `inpaint` with nothing but the leg mask to paint."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import UInt8

from shoemodel.backends.options import GUIDANCE
from shoemodel.baselines.inputs import STEPS, draw_square, fit
from shoemodel.compose.photo_background import BackgroundImage
from shoemodel.compose.placed import PlacedShoe
from shoemodel.image import layout
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose


def generate(
    model: Any,
    photo_rgb: UInt8[np.ndarray, "h w 3"],
    areas: ShoeAreas,
    pose: Pose,
    prompt: str,
    seed: int,
    *,
    steps: int = STEPS,
) -> UInt8[np.ndarray, "h w 3"]:
    """The photo with a leg in it; the leg is laid over the photo as in `ablations.in_photo`."""
    placed, inputs = layout.keep(areas.size), fit(model, photo_rgb, areas, "visible")
    background, shoe = BackgroundImage.of(photo_rgb, placed), PlacedShoe.of(photo_rgb, areas, placed)
    known = background.known(shoe, pose, len(inputs.picture))
    inputs = replace(inputs, kept=~known.free)
    asked = {"prompt": prompt, "image": inputs.image, "mask_image": inputs.mask_image}
    drawn = draw_square(model, seed, steps, GUIDANCE["photo"], **asked)
    return background.compose(drawn, shoe, pose)
