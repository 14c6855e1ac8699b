"""What of the ground lies in shadow: the leg's in a photo, shoe and leg's in a scene (ours)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32

from shoemodel.backends import scenery
from shoemodel.backends.backend import Subject
from shoemodel.compose import leg_shadow
from shoemodel.compose.frame import is_white
from shoemodel.image.geometry import Box
from shoemodel.image.masks import ShoeAreas
from shoemodel.render import leg, shadow
from shoemodel.render.light import Light
from shoemodel.render.parts import Part
from shoemodel.render.pinhole import Pinhole

FINE_PX = 256
"""Longer side of the grid on which a shadow of shoe and leg, or in known light, is found."""
WHITE_DEPTH, WHITE_REACH, WHITE_M = 0.55, 0.75, 0.22
"""How much of a shadow is laid on pure white; how far from the shoe it is gone in the picture, of its length; and how
fast it fades on the ground with the distance from the shoe's middle."""
UNSURE_REACH = 0.6
"""The same where no lamp of the photo is known: a leg's whole shadow would tell of light that may be elsewhere."""
GREY = 0.5


@dataclass(frozen=True, eq=False)
class Cast:
    """A shadow on the canvas (h, w)."""

    factor: Float32[np.ndarray, "h w"]
    """On the ground's linear light."""
    unit: float
    """Radiance of a white ground without any shadow."""


def cast(
    subject: Subject, areas: ShoeAreas, stage: leg.Stage, parts: Sequence[Part], shoe: Part, light: Light,
    camera: Pinhole, sunny: bool, seed: int, most_px: int,
) -> Cast:  # fmt: skip
    """The shadow of a leg, in a scene and on white of the shoe too.

    areas: of the leg's own shoe; stage: the leg's parts on the ground; shoe: only casts shadow. sunny: a lamp of the
    photo is known. most_px: the longer side of the grid on which it is found is no larger.
    """
    scene = subject.background == "scene"
    if scene or (subject.shadow == "soft" and is_white(subject.rgb, subject.shoe.areas.shoe)):
        both = leg.stand([*parts, shoe], np.full(3, GREY), light)
        found = shadow.shadow(both, [], light, camera, seed, min(FINE_PX, most_px))
        factor = scenery.on_ground(found.alone, areas)
        if not scene:
            factor = on_white(factor, areas, _metres(camera, found.alone.shape, shoe.vertices.mean(axis=0)))
        return Cast(factor, found.unit)
    longer_px = min(FINE_PX if sunny else shadow.LONGER_PX, most_px)
    found = shadow.shadow(stage, [shoe], light, camera, seed, longer_px)
    known = np.isfinite(_metres(camera, found.beside_shoe.shape, stage.base))
    every = subject.shoe.areas
    factor = leg_shadow.ground(found.beside_shoe, known, subject.rgb, every, subject.shadow, sunny)
    if not sunny:
        factor = 1 - _near(every, UNSURE_REACH) * (1 - factor)
    return Cast(factor, found.unit)


def on_white(
    factor: Float32[np.ndarray, "h w"], areas: ShoeAreas, metres: Float[np.ndarray, "n m"]
) -> Float32[np.ndarray, "h w"]:
    """A shadow on pure white: paler, and gone before it leaves the shoe's surroundings.

    metres: on a small grid over the canvas, how far on the ground each place is from the shoe's middle.
    """
    near = cv2.resize(np.exp(-((metres / WHITE_M) ** 2)).astype(np.float32), areas.size[::-1])
    return (1 - WHITE_DEPTH * near * _near(areas, WHITE_REACH) * (1 - factor)).astype(np.float32)


def _near(areas: ShoeAreas, reach: float) -> Float32[np.ndarray, "h w"]:
    """1 at the shoe, 0 from `reach` of its length away on."""
    box = Box.of_mask(areas.shoe)
    far = cv2.distanceTransform((~areas.shoe).astype(np.uint8), cv2.DIST_L2, 5)
    return np.clip(1 - far / (reach * max(box.width, box.height)), 0, 1)


def _metres(camera: Pinhole, size: tuple[int, ...], middle: np.ndarray) -> Float[np.ndarray, "n m"]:
    """How far from a place the ground is that a small grid over the camera's film shows; infinite for the sky."""
    small = camera.scaled(size[1] / camera.size[1])
    y, x = np.mgrid[0 : size[0], 0 : size[1]] + 0.5
    ways = small.rays(np.stack([x.ravel(), y.ravel()], axis=1))
    far = np.where(ways[:, 2] < -1e-3, small.origin[2] / np.maximum(-ways[:, 2], 1e-3), np.inf)
    with np.errstate(invalid="ignore"):
        places = small.origin[:2] + far[:, None] * ways[:, :2]
    away = np.linalg.norm(places - middle[:2], axis=1)
    return np.where(np.isfinite(far), away, np.inf).reshape(size)
