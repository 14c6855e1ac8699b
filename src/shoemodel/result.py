"""What one call of the pipeline made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from shoemodel.compose.kinds import Background
from shoemodel.compose.placed import PlacedShoe
from shoemodel.fit.shoe import ShoeFit
from shoemodel.image import draw
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose
from shoemodel.lps.predict import FootKeypoints
from shoemodel.wd.region import Region

OutputType = Literal["pil", "np"]
"""Images of Pillow, or HWC uint8 arrays."""


@dataclass(frozen=True, eq=False)
class ShoeModelResult:
    """Everything one call made; points are in px of the canvas."""

    pixels: list[UInt8[np.ndarray, "H W 3"]]
    """X': the results, at the canvas size."""
    shoe: PlacedShoe
    """X_w in place on the canvas."""
    region: Region
    """X_m on the photo's grid."""
    areas: ShoeAreas
    """Visible and wearable area on the photo's grid."""
    layout: Layout
    """From the photo to the canvas."""
    feet: FootKeypoints
    """C_p."""
    poses: list[Pose]
    """The 12 points of each result."""
    seeds: list[int]
    """The seed of each result."""
    prompts: list[str]
    """The prompt of each result."""
    backend: str
    """Who made the legs."""
    background: Background | None
    """What stands behind the legs: the photo, or a scene; None where some prompts name a place and others do not."""
    understood: list[dict[str, Any]] = field(default_factory=list)
    """What the backend understood of each result's prompt."""
    lights: list[dict[str, Any]] = field(default_factory=list)
    """Where the light of each result comes from, and by what: the photo's own, or what the prompt asks of a scene."""
    beside: list[float] = field(default_factory=list)
    """Of each result, how much leg lies beside the shoe (`quality.measures.beside`)."""
    fits: tuple[ShoeFit, ...] = ()
    """Camera and shoe in 3-D of each leg, where the backend asked for it."""
    timings_s: dict[str, float] = field(default_factory=dict)
    """Seconds per stage."""
    warnings: list[str] = field(default_factory=list)
    """What the user should know, such as a prompt that was cut."""
    output_type: OutputType = "np"
    """What `images` holds."""

    @property
    def images(self) -> list[Image.Image] | list[UInt8[np.ndarray, "H W 3"]]:
        """X' as it was asked for."""
        return self.pixels if self.output_type == "np" else [Image.fromarray(pixels) for pixels in self.pixels]

    @property
    def pose_images(self) -> list[UInt8[np.ndarray, "H W 3"]]:
        """X_p of each result."""
        return [draw.pose_image(pose, self.shoe.size) for pose in self.poses]

    def take(self, indices: Sequence[int]) -> ShoeModelResult:
        """The same with these images only, in this order."""
        names = ("pixels", "poses", "seeds", "prompts", "understood", "lights", "beside")
        taken: dict[str, Any] = {name: [getattr(self, name)[index] for index in indices] for name in names}
        return replace(self, **taken)
