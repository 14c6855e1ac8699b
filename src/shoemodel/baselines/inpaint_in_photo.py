"""Inpainting in the photo (ours): the baseline `inpaint` with nothing but the leg's room to paint."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import UInt8

from shoemodel.baselines.inputs import STEPS, draw_square, fit
from shoemodel.compose.paste import place
from shoemodel.compose.photo_background import GUIDANCE, Surroundings
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
    around, shoe = Surroundings.of(photo_rgb, areas, placed), place(photo_rgb, areas.visible, placed)
    known = around.known(shoe, pose, len(inputs.picture))
    inputs = replace(inputs, kept=~known.free)
    asked = {"prompt": prompt, "image": inputs.image, "mask_image": inputs.mask_image}
    drawn = draw_square(model, seed, steps, GUIDANCE["photo"], **asked)
    return around.compose(drawn, shoe, pose)
