"""What every baseline is given: the same photo and areas, brought to the networks' square, and one way to run.

Fig. 5 gives each baseline the whole shoe, or the shoe with its wearable area removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from PIL import Image

from shoemodel.backends import options
from shoemodel.image.crop import square_around
from shoemodel.image.geometry import Letterbox, warp
from shoemodel.image.masks import ShoeAreas
from shoemodel.sw.vae import downsampling

Given = Literal["whole", "visible"]
"""The whole shoe, or its visible area only."""
STEPS, GUIDANCE = 50, options.GUIDANCE["scene"]
"""Of every baseline as of ShoeModel, so that none has the better sampler (ours)."""
MARGIN = 0.1
"""About the shoe in an example, in parts of its longer side (ours)."""
GREY = 127
"""0 in [-1, 1]: what diffusers' inpainting pipelines put in the hole."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """A photo in the networks' square; its properties have the names of diffusers' arguments."""

    box: Letterbox
    picture: UInt8[np.ndarray, "s s 3"]
    kept: Bool[np.ndarray, "s s"]
    """The part of the shoe that is given; all else is to be painted."""
    example: UInt8[np.ndarray, "s s 3"]
    """What is given of the shoe, alone."""

    @property
    def image(self) -> Image.Image:
        """The picture, as diffusers takes it."""
        return Image.fromarray(self.picture)

    @property
    def mask_image(self) -> Image.Image:
        """White where the pipeline is to paint."""
        return Image.fromarray(np.where(self.kept, 0, 255).astype(np.uint8))

    @property
    def control_image(self) -> Float[torch.Tensor, "1 3 s s"]:
        """The condition of an inpainting ControlNet."""
        return with_hole(self.picture, self.kept)[None]

    @property
    def example_image(self) -> Image.Image:
        """The shoe alone, as Paint-by-Example takes it."""
        return Image.fromarray(self.example)

    @property
    def ip_adapter_image(self) -> Image.Image:
        """The shoe alone, as IP-Adapter takes it."""
        return Image.fromarray(self.example)


def fit(model: Any, photo_rgb: UInt8[np.ndarray, "h w 3"], areas: ShoeAreas, given: Given) -> Inputs:
    """Letterbox a photo into the square that `model`'s U-Net draws.

    Raises ValueError for areas of another size than the photo, or where nothing is given of the shoe.
    """
    if areas.size != photo_rgb.shape[:2]:
        raise ValueError(f"photo and areas need one size, got {photo_rgb.shape[:2]} and {areas.size}")
    side = model.unet.config.sample_size * downsampling(model.vae)
    box, kept = Letterbox(areas.size, (side, side)), kept_area(areas, given)
    return Inputs(box, box.apply_image(photo_rgb), box.apply_labels(kept), shoe_alone(photo_rgb, kept, side))


def kept_area(areas: ShoeAreas, given: Given) -> Bool[np.ndarray, "h w"]:
    """The part of the shoe that is given."""
    return areas.shoe if given == "whole" else areas.visible


def shoe_alone(rgb: UInt8[np.ndarray, "h w 3"], kept: Bool[np.ndarray, "h w"], side: int) -> np.ndarray:
    """What is kept, on white as in a shop, cut to a square of `side` px about it; (side, side, 3) uint8."""
    alone = np.where(kept[..., None], rgb, np.uint8(255))
    return warp(alone, square_around(kept, side, MARGIN), (side, side), fill=255)


def on_grey(rgb: UInt8[np.ndarray, "*n h w 3"], kept: Bool[np.ndarray, "*n h w"]) -> UInt8[np.ndarray, "*n h w 3"]:
    """The masked picture of an inpainting U-Net; batches too."""
    return np.where(kept[..., None], rgb, np.uint8(GREY))


def with_hole(rgb: UInt8[np.ndarray, "h w 3"], kept: Bool[np.ndarray, "h w"]) -> Float[torch.Tensor, "3 h w"]:
    """The condition of an inpainting ControlNet: [0, 1], and -1 in the hole, as control_v11p_sd15_inpaint has it."""
    pixels = np.where(kept[..., None], rgb.astype(np.float32) / 255, np.float32(-1))
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))


def draw(
    model: Any, inputs: Inputs, seed: int, steps: int, guidance: float = GUIDANCE, **arguments: Any
) -> UInt8[np.ndarray, "h w 3"]:
    """Run a pipeline with its own `arguments` -> its picture, at the photo's size."""
    return inputs.box.invert_image(draw_square(model, seed, steps, guidance, **arguments))


def draw_square(
    model: Any, seed: int, steps: int, guidance: float = GUIDANCE, **arguments: Any
) -> UInt8[np.ndarray, "s s 3"]:
    """Run a pipeline with its own `arguments` -> its picture."""
    generator = torch.Generator().manual_seed(seed)
    output = model(num_inference_steps=steps, guidance_scale=guidance, generator=generator, **arguments)
    return np.array(output.images[0].convert("RGB"))
