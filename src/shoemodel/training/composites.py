"""Pictures of shoes whose mask is known exactly, as unlike one another as photos are (ours).

The exact cut-out of a tuple's unworn shoes is pasted on another background, scaled, turned, mirrored, lit and
compressed. The result is letterboxed as `wd.region` letterboxes photos.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.data.datasets import Tuples
from shoemodel.image import masks
from shoemodel.image.crop import about_centre, square_around
from shoemodel.image.geometry import Box, Letterbox, Similarity, warp
from shoemodel.training import backgrounds
from shoemodel.wd.augment import ROTATE_DEG, photometric
from shoemodel.wd.region import MEAN_RGB

NO_SHOE_P = 0.05
SECOND_SHOE_P = 0.35
OWN_BACKGROUND_P = 0.2
SCALE = (0.25, 1.0)
"""Size of the shoe, share of the frame."""


@dataclass(frozen=True, eq=False)
class Composite:
    """A letterboxed picture (s, s), one mask for each shoe that was pasted, and the box that holds the content."""

    picture: UInt8[np.ndarray, "s s 3"]
    shoes: tuple[Bool[np.ndarray, "s s"], ...]
    content: Box


class Composer:
    """Makes composites from tuples and, if given, photos of places."""

    def __init__(self, tuples: Tuples, folder: Path | None, side: int):
        self.tuples, self.side = tuples, side
        self.photos = backgrounds.load_folder(folder) if folder else []

    def compose(self, rng: np.random.Generator, shoes: int | None = None) -> Composite:
        """One picture with `shoes` pasted shoes (a tuple's pair counts as one); by default none, one or two."""
        if shoes is None:
            shoes = 0 if rng.random() < NO_SHOE_P else 1 + (rng.random() < SECOND_SHOE_P)
        if shoes == 1 and rng.random() < OWN_BACKGROUND_P:
            picture, found = self._own_background(rng)
        else:
            picture, found = self._background(rng), []
            for _ in range(shoes):
                picture, found = self._paste(picture, found, rng, crowded=shoes > 1)
        return self._letterboxed(photometric(picture, rng), found, rng)

    def _background(self, rng: np.random.Generator) -> np.ndarray:
        kind = rng.random()
        if self.photos and kind < 0.35:
            return backgrounds.random_crop(self.photos[rng.integers(len(self.photos))], rng, self.side)
        if kind < 0.65:
            return backgrounds.random_crop(self._without_shoes(int(rng.integers(len(self.tuples)))), rng, self.side)
        return backgrounds.drawn(rng, self.side)

    def _without_shoes(self, row: int) -> np.ndarray:
        """A tuple's unworn picture with its shoes smeared over from around."""
        picture, size = self.tuples.unworn[row], (41, 41)
        shoe = cv2.dilate((self.tuples.labels[row] != masks.BACKGROUND).astype(np.uint8), np.ones((7, 7), np.uint8))
        rest = (1 - shoe).astype(np.float32)
        weight = cv2.blur(rest, size) + 1e-3
        filled = cv2.blur(picture * rest[..., None], size) / weight[..., None]
        return np.where(shoe[..., None] > 0, filled, picture).astype(np.uint8)

    def _own_background(self, rng: np.random.Generator) -> tuple[np.ndarray, list[np.ndarray]]:
        """The render as it is, with its contact shadows, only zoomed into and mirrored."""
        row, side = int(rng.integers(len(self.tuples))), self.side
        zoom = rng.uniform(1.0, 1.6)
        slack = (zoom - 1) / 2 * side
        shift = rng.uniform(-slack, slack, 2)
        fitted = Similarity(side / self.tuples.size)
        transform = fitted.then(about_centre(side, zoom, 0.0, tuple(shift), rng.random() < 0.5))
        picture = warp(self.tuples.unworn[row], transform, (side, side))
        return picture, [self._warped_mask(row, transform) > 0.5]

    def _warped_mask(self, row: int, transform: Similarity) -> np.ndarray:
        """The shoes' coverage (s, s), float32 in [0, 1]."""
        shoe = (self.tuples.labels[row] != masks.BACKGROUND).astype(np.uint8) * 255
        return warp(shoe, transform, (self.side, self.side)).astype(np.float32) / 255

    def _paste(
        self, picture: np.ndarray, found: list[np.ndarray], rng: np.random.Generator, crowded: bool
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """Paste one tuple's shoes with a soft shadow; shoes pasted before lose the pixels that are covered."""
        row, side = int(rng.integers(len(self.tuples))), self.side
        mask = self.tuples.labels[row] != masks.BACKGROUND
        scale = rng.uniform(SCALE[0], 0.6 if crowded else SCALE[1])
        room = (1.1 - scale) / 2 * side
        angle_deg = rng.uniform(-ROTATE_DEG, ROTATE_DEG)
        move = about_centre(side, scale, angle_deg, tuple(rng.uniform(-room, room, 2)), rng.random() < 0.5)
        transform = square_around(mask, side, 0.0).then(move)
        shoe = warp(self.tuples.unworn[row], transform, (side, side))
        alpha = self._warped_mask(row, transform)
        if rng.random() < 0.6:
            picture = _shadowed(picture, alpha, rng)
        if rng.random() < 0.5:
            shoe = photometric(shoe, rng)
        soft = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.3, 0.9))[..., None]
        picture = (picture * (1 - soft) + shoe * soft).astype(np.uint8)
        new = alpha > 0.5
        return picture, [*(old & ~new for old in found), new]

    def _letterboxed(self, picture: np.ndarray, found: list[np.ndarray], rng: np.random.Generator) -> Composite:
        """Squeeze the square into no shape: cut a random upright or wide window and letterbox it, half of the time."""
        side, shape = self.side, (self.side, self.side)
        if rng.random() < 0.5:
            short = int(side * rng.uniform(0.55, 0.95))
            shape = (short, side) if rng.random() < 0.6 else (side, short)
        y0, x0 = ((side - shape[0]) // 2, (side - shape[1]) // 2)
        window = (slice(y0, y0 + shape[0]), slice(x0, x0 + shape[1]))
        letterbox = Letterbox(shape, (side, side))
        fill = (round(MEAN_RGB[0]), round(MEAN_RGB[1]), round(MEAN_RGB[2]))
        shoes = tuple(letterbox.apply_labels(mask[window]) for mask in found)
        return Composite(letterbox.apply_image(picture[window], fill), shoes, Box(*letterbox.content))


def _shadowed(picture: np.ndarray, alpha: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Darken the ground under and beside a shoe."""
    side = alpha.shape[0]
    move = np.array([[1, rng.uniform(-0.2, 0.2), 0], [0, 1, 0]], np.float32)
    move[:, 2] = rng.uniform(-0.05, 0.05) * side, rng.uniform(0.0, 0.06) * side
    shadow = cv2.warpAffine(alpha, move, (side, side))
    shadow = cv2.GaussianBlur(shadow, (0, 0), rng.uniform(0.008, 0.05) * side)
    return (picture * (1 - rng.uniform(0.2, 0.8) * shadow[..., None])).astype(np.uint8)
