"""A scene rendered about the fitted camera: ground, what stands behind it, the shadow of shoe and leg (ours).

The scene has the light that the leg has, so that its exposure is the photo's; what is far is out of focus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float32

from shoemodel.body import colours
from shoemodel.compose import photo_light
from shoemodel.compose.photo_light import Levels
from shoemodel.errors import InputError
from shoemodel.image.geometry import Box
from shoemodel.image.masks import ShoeAreas
from shoemodel.render import engine, floors, surfaces
from shoemodel.render.denoise import denoise
from shoemodel.render.light import Light
from shoemodel.render.meshes import rotation
from shoemodel.render.parts import Part
from shoemodel.render.pinhole import Pinhole
from shoemodel.render.sensors import window

GROUNDS = {
    "concrete": ("concrete", "pavement", "sidewalk", "paving", "city", "urban", "town", "station", "wall"),
    "tiles": ("tiles", "tile", "tiled", "lobby", "mall", "shop", "store", "hotel"),
    "asphalt": ("asphalt", "street", "streets", "road", "crosswalk", "track"),
    "carpet": ("carpet", "rug", "office", "bedroom"),
    "wood": (
        "wooden",
        "floorboards",
        "parquet",
        "floor",
        "room",
        "home",
        "house",
        "indoors",
        "indoor",
        "cafe",
        "stage",
    ),
    "studio": ("background", "backdrop", "backgrounds", "studio", "ground"),
}
"""Which words of a prompt's places mean which ground; of several words the first ground in this order."""
PAPER = (0.62, 0.62, 0.61)
"""Albedo of a studio's paper where no colour is named."""
WHITE = 1.25
"""Albedo of white paper: shops light it until it burns out."""
WALL_M, FLOOR_HALF_M = (1.1, 2.2), 12.0
"""How far behind the shoe a wall stands; half the side of the ground."""
LARGEST_PX, GUIDES = 1600, 12
"""Longer side of what is rendered of the ground's pattern at most, and rays a pixel."""
LIGHT_PX, SAMPLES = 560, 8
"""The same of its light."""
LEAST_ALBEDO = 0.01
APERTURE_M = 0.005
"""Of the lens: how fast sharpness falls off."""
SHARPEST, BLURS = 0.6, (1.5, 3.0, 6.0, 12.0)
"""Blur in px of the render's longer side of 1,000 below which there is none, and the blurs that are mixed."""
LOWEST_M = 0.01
"""Height of a camera that sees the ground."""
TOUCH, TOUCH_REACH, NEAR, NEAR_REACH = 0.55, 0.006, 0.28, 0.03
"""How dark the ground is where the sole stands on it, and how far, of the shoe's length; and about that."""


@dataclass(frozen=True)
class Scenery:
    """What stands under and behind a leg."""

    ground: str
    """A key of GROUNDS."""
    colour: tuple[float, float, float] | None = None
    """Linear RGB of the studio's paper; None: a light grey."""


def of_places(places: Sequence[str]) -> tuple[Scenery | None, list[str]]:
    """What the places of a prompt mean, and those of them that mean nothing here."""
    found: dict[str, str] = {}
    unknown = []
    for place in places:
        words = place.lower().replace("-", " ").split()
        kind = next((kind for kind, known in GROUNDS.items() if set(words) & set(known)), None)
        if kind is None:
            unknown.append(place)
        else:
            found.setdefault(kind, place)
    if not found:
        return None, unknown
    ground = next(kind for kind in GROUNDS if kind in found)
    return Scenery(ground, _paper(found[ground]) if ground == "studio" else None), unknown


def _paper(place: str) -> tuple[float, float, float] | None:
    """The colour that is said of a background: "light pink background"; None where none is."""
    words = [word for word in place.lower().replace("-", " ").split() if word not in GROUNDS["studio"]]
    for start in range(len(words)):
        name = " ".join(words[start:])
        if colours.spelt(name) == "white":
            return (WHITE, WHITE, WHITE)
        try:
            return colours.dye(name, "cloth")
        except InputError:  # not a colour: fewer words may be one
            continue
    return None


def picture(
    scenery: Scenery, camera: Pinhole, light: Light, unit: float, levels: Levels, seed: int, threads: int = 1
) -> Float32[np.ndarray, "h w 3"]:
    """The scene without shoe, leg or shadow on the camera's film: sRGB in [0, 1], with the photo's white and grain.

    unit: radiance of a white ground under this light. Raises InputError where the camera sees no ground.
    """
    if camera.origin[2] < LOWEST_M:
        raise InputError("the photo looks at the shoe from below its ground: no scene can be made about it")
    rng = np.random.default_rng([seed, 23])
    view = engine.lit(_parts(scenery, camera, rng), light.environment, light.key)
    fine = camera.scaled(min(1.0, LARGEST_PX / max(camera.size)))
    coarse = fine.scaled(min(1.0, LIGHT_PX / max(fine.size)))
    shot = engine.shoot(view, SAMPLES, seed, _film(coarse))
    clean = denoise(shot.radiance, shot.albedo, shot.normal, threads, fast=True)
    seen = engine.guides(view, GUIDES, seed, _film(fine))  # the ground's pattern, which needs more pixels than light
    height, width = fine.size
    white = cv2.resize(clean / np.maximum(shot.albedo, LEAST_ALBEDO), (width, height), interpolation=cv2.INTER_LINEAR)
    focus = float(np.linalg.norm(camera.origin - [0.0, 0.0, 0.05]))
    soft = _out_of_focus(white * np.maximum(seen[..., :3], LEAST_ALBEDO) / unit, seen[..., 6], focus, fine)
    height, width = camera.size
    linear = np.maximum(cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC), 0).astype(np.float32)
    sharp = replace(levels, blur_px=min(levels.blur_px, 1.0))
    return photo_light.develop(linear, np.ones((height, width), np.float32), sharp, seed + 1)[0]


def _film(camera: Pinhole) -> Any:
    """The sensor that exposes all of a camera's film."""
    height, width = camera.size
    return window(camera, (0, 0, width, height))


def _parts(scenery: Scenery, camera: Pinhole, rng: np.random.Generator) -> list[Part]:
    """Ground and wall, behind the shoe as the camera sees it."""
    wall_m = float(rng.uniform(*WALL_M))
    if scenery.ground == "studio":
        colour = np.array(scenery.colour or PAPER)
        paper = surfaces.cyclorama(np.clip(colour, 0, 0.9), wall_m, rng)
        if colour.max() > 0.9:  # whiter than a texture may be
            paper = replace(paper, texture=None, uv=None, colours=np.tile(colour, (len(paper.vertices), 1)))
        parts = [paper]
    else:
        kind, half = scenery.ground, FLOOR_HALF_M
        texture = floors.make(kind, rng)
        ground = surfaces.quad(
            "ground", [-half, -half, 0], [2 * half, 0, 0], [0, 2 * half, 0], texture, floors.METRES[kind], kind
        )
        turn = rng.uniform(-0.5, 0.5)
        spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        paint = np.array([0.7, 0.69, 0.67]) * rng.uniform(0.75, 1.1)
        wall = surfaces.quad("wall", [-9, wall_m, 0], [18, 0, 0], [0, 0, 5], paint, 1.0)
        skirting = surfaces.box("skirting", [0, wall_m - 0.006, 0.04], [9, 0.006, 0.04], 0.9 * paint, 1.0)
        parts = [replace(ground, uv=ground.uv @ spin), wall, skirting]
    away = -camera.origin[:2]
    behind = rotation("z", float(np.degrees(np.arctan2(away[1], away[0]))) - 90)
    return [replace(part, vertices=part.vertices @ behind.T) for part in parts]


def _out_of_focus(linear: np.ndarray, depth: np.ndarray, focus: float, camera: Pinhole) -> np.ndarray:
    """Blurred by how far each pixel lies from what is in focus, as a lens of APERTURE_M would."""
    distance = np.where(depth > 0, depth, 1e3)
    circle = APERTURE_M * camera.focal_px * np.abs(distance - focus) / (distance * focus)
    result, blurred = linear.astype(np.float32), [linear.astype(np.float32)]
    steps = [SHARPEST, *(sigma * max(camera.size) / 1000 for sigma in BLURS)]
    blurred += [cv2.GaussianBlur(result, (0, 0), sigma) for sigma in steps[1:]]
    wanted = cv2.GaussianBlur((circle / 2).astype(np.float32), (0, 0), steps[1])
    place = np.clip(np.interp(wanted, [0.0, *steps[1:]], np.arange(len(steps))), 0, len(steps) - 1)
    low = np.minimum(place.astype(int), len(steps) - 2)
    share = (place - low)[..., None]
    stack = np.stack(blurred)
    rows, columns = np.indices(low.shape)
    return (1 - share) * stack[low, rows, columns] + share * stack[low + 1, rows, columns]


def on_ground(shadow: Float32[np.ndarray, "n m"], areas: ShoeAreas) -> Float32[np.ndarray, "h w"]:
    """Factor on the scene's light: the shadow of shoe and leg, and the dark where the sole stands on the ground.

    shadow: of shoe and leg on level ground, on a small grid over the canvas.
    """
    height, width = areas.size
    full = cv2.resize(np.clip(shadow, 0.05, 1), (width, height), interpolation=cv2.INTER_CUBIC)
    box = Box.of_mask(areas.shoe)
    length = float(max(box.width, box.height))
    mask = areas.shoe.astype(np.float32)
    dark = np.zeros(areas.size, np.float32)
    for depth, reach in ((TOUCH, TOUCH_REACH), (NEAR, NEAR_REACH)):
        drop = np.array([[1, 0, 0], [0, 1, reach * length]], np.float32)
        lowered = cv2.warpAffine(mask, drop, (width, height))
        dark = 1 - (1 - dark) * (1 - depth * cv2.GaussianBlur(lowered, (0, 0), max(0.8, reach * length)))
    return (np.clip(full, 0, 1) * (1 - dark)).astype(np.float32)
