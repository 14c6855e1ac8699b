"""Small renders of poses, to choose one from: the leg of the render at a few hundred px (ours)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import UInt8

from shoemodel.backends.backend import Subject
from shoemodel.backends.posing import SMALL
from shoemodel.backends.render import RenderBackend
from shoemodel.body.outfits import Outfit
from shoemodel.compose.lay import lay
from shoemodel.compose.matting import SoftAreas
from shoemodel.compose.placed import PlacedShoe
from shoemodel.fit.each import FittedShoe
from shoemodel.image.geometry import Size
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose

SIDE_PX = 240
"""The longer side of a small render."""


def previews(
    subject: Subject, prompt: str | Outfit, poses: Sequence[Pose], seed: int = 0, side_px: int = SIDE_PX
) -> Iterator[UInt8[np.ndarray, "h w 3"]]:
    """The leg in each pose, in px of the subject's canvas, in a picture whose longer side has `side_px`: one person in
    the same clothes, before the photo itself. Each is given as soon as it is made."""
    less, scale = smaller(subject, side_px)
    legs = RenderBackend(SMALL).legs(less, prompt, "")
    moved = [replace(pose, points=scale * pose.points) for pose in poses]
    soft = SoftAreas(less.shoe.areas, less.shoe.visible.astype(np.float32), less.rgb)
    for layers in legs.generate(moved, [seed] * len(moved), lambda _: None):
        yield lay(less.rgb, layers, soft)


def smaller(subject: Subject, side_px: int) -> tuple[Subject, float]:
    """The same before the photo itself, its canvas reduced to a longer side of `side_px`, and by how much."""
    scale = min(1.0, side_px / max(subject.rgb.shape[:2]))
    fitted = tuple(_fitted(shoe, scale) for shoe in subject.fitted)
    height, width = subject.rgb.shape[:2]
    size = max(1, round(height * scale)), max(1, round(width * scale))
    rgb, areas = _rgb(subject.rgb, size), _areas(subject.shoe.areas, size)
    shoe = PlacedShoe(np.where(areas.visible[..., None], rgb, 0).astype(np.uint8), areas)
    return replace(subject, rgb=rgb, shoe=shoe, fitted=fitted, background="photo"), scale


def _fitted(shoe: FittedShoe, scale: float) -> FittedShoe:
    camera = shoe.fit.camera.scaled(scale)
    return replace(shoe, fit=replace(shoe.fit, camera=camera), areas=_areas(shoe.areas, camera.size))


def _rgb(rgb: np.ndarray, size: Size) -> np.ndarray:
    return cv2.resize(rgb, size[::-1], interpolation=cv2.INTER_AREA)


def _areas(areas: ShoeAreas, size: Size) -> ShoeAreas:
    return ShoeAreas(cv2.resize(areas.labels, size[::-1], interpolation=cv2.INTER_NEAREST))
