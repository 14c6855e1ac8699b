"""Small renders of poses, to choose one from: the leg of the render at a few hundred px (ours)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.backends.backend import Subject
from shoemodel.backends.posing import SMALL
from shoemodel.backends.render import RenderBackend
from shoemodel.body.outfits import Outfit
from shoemodel.compose.lay import lay
from shoemodel.compose.matting import SoftAreas
from shoemodel.compose.placed import PlacedShoe
from shoemodel.fit.each import FittedShoe
from shoemodel.image.geometry import Box, Similarity, Size
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose

SIDE_PX = 240
"""The longer side of a small render."""
PALE = 0.55
"""How much paler than the photo's edge is what is shown beyond the canvas."""


FADES = (0.15, 0.5)
"""Where a thigh begins to fade out beyond the canvas and where it is gone, from the knee to the hip."""
THICKER = 1.7
"""How much thicker than a shin a thigh is."""


def previews(
    subject: Subject, prompt: str | Outfit, poses: Sequence[Pose], seed: int = 0, side_px: int = SIDE_PX,
    frame: Box | None = None,
) -> Iterator[UInt8[np.ndarray, "h w 3"]]:  # fmt: skip
    """The leg in each pose, in px of the subject's canvas, in a picture whose longer side has `side_px`: one person in
    the same clothes, before the photo itself. Each is given as soon as it is made.

    frame: what is shown, in px of the canvas, which may go beyond it; None: the canvas.
    """
    frame = frame or Box(0, 0, *map(float, subject.rgb.shape[1::-1]))
    scale = min(1.0, side_px / max(frame.width, frame.height))
    view = Similarity(scale, 0.0, -frame.x0 * scale, -frame.y0 * scale)
    less = smaller(subject, view, (max(1, round(frame.height * scale)), max(1, round(frame.width * scale))))
    legs = RenderBackend(SMALL).legs(less, prompt, "")
    soft = SoftAreas(less.shoe.areas, less.shoe.visible.astype(np.float32), less.rgb)
    ground = _paler_beyond(less.rgb, view, subject.rgb.shape[:2])
    seen = [pose.transformed(view) for pose in poses]
    for pose, layers in zip(seen, legs.generate(seen, [seed] * len(poses), lambda _: None), strict=True):
        fading = np.where(_beyond(less.rgb.shape[:2], view, subject.rgb.shape[:2]), _thighs_fade(pose, less.rgb), 1)
        yield lay(ground, replace(layers, alpha=(layers.alpha * fading).astype(np.float32)), soft)


def smaller(subject: Subject, view: Similarity, size: Size) -> Subject:
    """The same before the photo itself, in another picture of `size`; view: from the canvas, without a turn."""
    rgb = cv2.warpAffine(_reduced(subject.rgb, view.scale), _matrix(view), size[::-1], flags=cv2.INTER_LINEAR,
                         borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    areas = _areas(subject.shoe.areas, view, size)
    shoe = PlacedShoe(np.where(areas.visible[..., None], rgb, 0).astype(np.uint8), areas)
    fitted = tuple(_fitted(each, view, size) for each in subject.fitted)
    return replace(subject, rgb=rgb, shoe=shoe, fitted=fitted, background="photo")


def _reduced(rgb: np.ndarray, scale: float) -> np.ndarray:
    """As many pixels as the small picture has of the canvas: then enlarging or reducing no more."""
    size = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)


def _matrix(view: Similarity) -> np.ndarray:
    """The shift by whole pixels that is left of a view."""
    return np.array([[1.0, 0.0, round(view.dx)], [0.0, 1.0, round(view.dy)]])


def _areas(areas: ShoeAreas, view: Similarity, size: Size) -> ShoeAreas:
    wanted = max(1, round(areas.size[1] * view.scale)), max(1, round(areas.size[0] * view.scale))
    small = cv2.resize(areas.labels, wanted, interpolation=cv2.INTER_NEAREST)
    return ShoeAreas(cv2.warpAffine(small, _matrix(view), size[::-1], flags=cv2.INTER_NEAREST))


def _fitted(shoe: FittedShoe, view: Similarity, size: Size) -> FittedShoe:
    camera = shoe.fit.camera.scaled(view.scale)
    x, y = camera.centre_px
    camera = replace(camera, centre_px=(x + round(view.dx), y + round(view.dy)), size=size)
    return replace(shoe, fit=replace(shoe.fit, camera=camera), areas=_areas(shoe.areas, view, size))


def _paler_beyond(rgb: np.ndarray, view: Similarity, canvas: tuple[int, ...]) -> UInt8[np.ndarray, "h w 3"]:
    """The photo's edge pixels go on beyond the canvas; there they are pale."""
    even = cv2.GaussianBlur(rgb, (0, 0), 5).astype(float)
    beyond = _beyond(rgb.shape[:2], view, canvas)[..., None]
    return np.where(beyond, np.round(even + PALE * (255 - even)), rgb).astype(np.uint8)


def _beyond(size: tuple[int, ...], view: Similarity, canvas: tuple[int, ...]) -> Bool[np.ndarray, "h w"]:
    """Where a picture shows what lies outside the canvas."""
    low, high = view.apply(np.array([[0.0, 0.0], canvas[1::-1]])).round().astype(int)
    beyond = np.ones(size, bool)
    beyond[max(low[1], 0) : high[1], max(low[0], 0) : high[0]] = False
    return beyond


def _thighs_fade(pose: Pose, rgb: np.ndarray) -> np.ndarray:
    """Factors (h, w) on legs, which are made up to below the hip: what is nearer to a thigh than to a shin fades."""
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]]
    points = np.stack([x, y], axis=-1) + 0.5
    nearest, factor = np.full(points.shape[:2], np.inf), np.ones(points.shape[:2])
    for start, end, fades in ((1, 0, True), (1, 2, False), (7, 6, True), (7, 8, False)):
        if pose.exists[[start, end]].all():
            from_knee, way = points - pose.points[start], pose.points[end] - pose.points[start]
            along = from_knee @ way / max(float(way @ way), 1.0)
            off = np.linalg.norm(from_knee - along.clip(0, 1)[..., None] * way, axis=-1) / (THICKER if fades else 1)
            share = np.clip((along - FADES[0]) / (FADES[1] - FADES[0]), 0, 1) * fades
            factor, nearest = np.where(off < nearest, 1 - share, factor), np.minimum(nearest, off)
    return factor
