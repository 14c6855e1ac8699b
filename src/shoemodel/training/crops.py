"""Random square crops of tuples, as the paper trains the generator (3.3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from shoemodel.errors import InputError
from shoemodel.image.geometry import Similarity


@dataclass(frozen=True)
class Crop:
    """A square piece of a picture, at its own resolution: a `latents.View` without the tint."""

    x: int
    y: int
    side: int

    @property
    def transform(self) -> Similarity:
        """From the picture's pixels to the crop's."""
        return Similarity(dx=float(-self.x), dy=float(-self.y))

    def picture(self, rgb: UInt8[np.ndarray, "s s 3"]) -> UInt8[np.ndarray, "c c 3"]:
        """The piece of a picture."""
        return rgb[self.y : self.y + self.side, self.x : self.x + self.side]

    def labels(self, labels: UInt8[np.ndarray, "s s"]) -> UInt8[np.ndarray, "c c"]:
        """The piece of a label map."""
        return labels[self.y : self.y + self.side, self.x : self.x + self.side]


def draw_crop(size: int, side: int, rng: np.random.Generator) -> Crop:
    """Any piece of `side` px of a picture of `size` px; all are as likely."""
    x, y = rng.integers(size - side + 1, size=2).tolist()
    return Crop(x, y, side)


def check_crop(size: int, side: int, cells: int) -> None:
    """InputError unless tuples of `size` px hold crops of `side` px, which are whole cells of a latent's."""
    if size < side or side % cells:
        raise InputError(
            f"found tuples of {size} px for crops of {side} px; crops of a multiple of {cells} px that are no larger "
            "than the tuples are accepted (--crop)"
        )
