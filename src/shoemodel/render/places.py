"""What surrounds the legs: a studio's paper, a room, a street, a park, with their light (ours).

A place is data: parts in the world frame, one area light, one surrounding picture. It is laid out in a frame of its own
(x right, y away from the camera, z up, origin under the camera's target) and then turned, so that walls always stand
behind the legs and lights before them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shoemodel.render import light, props, surfaces, textures, walls
from shoemodel.render.camera import Camera
from shoemodel.render.light import AreaLight
from shoemodel.render.parts import Part

WHITE = 1.3
"""Albedo of a shop's white: more than any paper has, for shops brighten their pictures until it burns out."""
FLOAT_M = (0.7, 1.6)
"""How far below the world's floor the paper lies under what floats."""
GRADED_SHARE = 0.5
"""Studios whose paper is not of one tone."""
FAR_M = 60.0
"""How far the ground reaches outdoors: its edge is less than a pixel below the horizon."""


@dataclass(frozen=True)
class Place:
    """Everything but shoes, body and seat."""

    parts: tuple[Part, ...]
    key: AreaLight
    environment: np.ndarray
    """Latitude-longitude map, linear RGB (h, 2h, 3)."""


@dataclass(frozen=True)
class Setting:
    """What the builders below need to know: the choices of the scene and the room it leaves them."""

    ground: str
    backdrop: np.ndarray
    clear_m: float
    """Nothing may stand nearer to the middle than this."""
    camera_m: float
    """Distance of the camera from its target."""
    hdr: tuple[Path, ...]


def build_place(
    kind: str, ground: str, backdrop: np.ndarray, seed: int, camera: Camera, clear_m: float, assets: Path | None = None
) -> Place:
    """The place of one scene. Raises ValueError for a kind or ground it does not know.

    backdrop: linear RGB (3,) of the studio's paper or the wall. clear_m: radius around the camera's target that the
    legs and the seat need. assets: a folder whose `hdri/*.hdr` may stand behind streets and parks.
    """
    if kind not in BUILDERS:
        raise ValueError(f"no place {kind!r}; there are {', '.join(BUILDERS)}")
    rng = np.random.default_rng(seed)
    away = (camera.target - camera.origin)[:2]
    distance = float(np.linalg.norm(camera.target - camera.origin))
    setting = Setting(ground, np.asarray(backdrop), clear_m, distance, tuple(light.outdoor_pictures(assets)))
    parts, key, environment = BUILDERS[kind](rng, setting)
    turn = np.arctan2(away[1], away[0]) - np.pi / 2
    return _turned(parts, key, environment, turn, camera.target[:2])


def _turned(parts: list[Part], key: AreaLight, environment: np.ndarray, turn: float, centre: np.ndarray) -> Place:
    """From the place's own frame to the world's: a turn about z [rad], then a move on the floor."""
    cos, sin = np.cos(turn), np.sin(turn)
    rotation = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    offset = np.array([*centre, 0.0])

    def moved(points: np.ndarray) -> np.ndarray:
        return points @ rotation.T + offset

    placed = tuple(dataclasses.replace(part, vertices=moved(part.vertices)) for part in parts)
    return Place(placed, dataclasses.replace(key, origin=moved(key.origin), target=moved(key.target)), environment)


def _colour(rng: np.random.Generator) -> np.ndarray:
    """Any colour, more often a quiet one."""
    grey = rng.uniform(0.08, 0.7)
    return grey + rng.uniform(0, 1) ** 2 * (rng.uniform(0.03, 0.7, 3) - grey)


# ---- light


def _lamp(rng: np.random.Generator, setting: Setting, irradiance: float, half_m: tuple[float, float]) -> AreaLight:
    """A lamp before the legs and farther away than the camera, so that it never stands in the picture."""
    azimuth = np.radians(rng.uniform(15, 85) * rng.choice([-1, 1]))
    elevation = np.radians(rng.uniform(28, 70))
    distance = setting.camera_m + rng.uniform(0.6, 1.2)
    direction = [np.sin(azimuth) * np.cos(elevation), -np.cos(azimuth) * np.cos(elevation), np.sin(elevation)]
    half = np.exp(rng.uniform(np.log(half_m[0]), np.log(half_m[1])))
    tint = light.warmth(np.clip(rng.normal(0.15, 0.4), -0.8, 1))
    return light.area_light(np.multiply(direction, distance), np.array([0, 0, 0.15]), half, irradiance, tint)


def _sun(rng: np.random.Generator, irradiance: float) -> AreaLight:
    """The sun as a far lamp, from any side but straight ahead."""
    azimuth = np.radians(rng.uniform(-115, 115))
    elevation = np.radians(rng.uniform(22, 65))
    direction = np.array([np.sin(azimuth) * np.cos(elevation), -np.cos(azimuth) * np.cos(elevation), np.sin(elevation)])
    half = np.exp(rng.uniform(np.log(0.15), np.log(0.8)))
    return light.area_light(20 * direction, np.zeros(3), half, irradiance, light.warmth(rng.uniform(0.1, 0.9)))


# ---- the kinds


def _studio(rng: np.random.Generator, setting: Setting) -> tuple[list[Part], AreaLight, np.ndarray]:
    wall_m = setting.clear_m + rng.uniform(0.3, 1.8)
    paper = surfaces.cyclorama(setting.backdrop, wall_m, rng)
    paper = walls.graded(paper, rng) if rng.random() < GRADED_SHARE else paper
    solids = props.scatter(rng, setting.clear_m + props.REACH_M, wall_m + 0.1, studio=True)
    lamp = _lamp(rng, setting, rng.uniform(0.8, 4.5), (0.06, 1.3))
    return [paper, *solids], lamp, light.interior(rng)


def _white(rng: np.random.Generator, setting: Setting) -> tuple[list[Part], AreaLight, np.ndarray]:
    """A shop's picture: paper whiter than any other, even light from all around, a large soft lamp, nothing else."""
    paper = surfaces.cyclorama(setting.backdrop, setting.clear_m + rng.uniform(0.4, 1.2), rng)
    white = np.full((len(paper.vertices), 3), WHITE)
    bare = dataclasses.replace(paper, texture=None, uv=None, colours=white)
    lamp = _lamp(rng, setting, rng.uniform(0.5, 1.8), (0.5, 1.4))
    lamp = dataclasses.replace(lamp, radiance=np.full(3, lamp.radiance.mean()))  # a tint would colour the white
    return [bare], lamp, light.normalised(np.ones((32, 64, 3)))


def _air(rng: np.random.Generator, setting: Setting) -> tuple[list[Part], AreaLight, np.ndarray]:
    """Plain paper well behind and below: what is before it floats."""
    paper = surfaces.cyclorama(setting.backdrop, setting.clear_m + rng.uniform(0.5, 1.5), rng)
    lowered = dataclasses.replace(paper, vertices=paper.vertices - [0, 0, rng.uniform(*FLOAT_M)])
    return [lowered], _lamp(rng, setting, rng.uniform(0.5, 3.0), (0.3, 1.5)), light.interior(rng)


def _room(rng: np.random.Generator, setting: Setting) -> tuple[list[Part], AreaLight, np.ndarray]:
    wall_m = setting.clear_m + rng.uniform(0.15, 1.6)
    kind = str(rng.choice(["", "", "", "", "", "brick", "concrete"]))
    paint, size_m = (textures.make(kind, rng), surfaces.TEXTURE_M[kind]) if kind else walls.paint(rng, setting.backdrop)
    slant = rng.uniform(-0.35, 0.35)
    wall = surfaces.quad("wall", [-9, wall_m - 9 * slant, 0], [18, 18 * slant, 0], [0, 0, 5], paint, size_m)
    parts = [surfaces.floor(rng, setting.ground, 9.0), wall]
    if rng.random() < 0.75:
        white = np.full(3, rng.uniform(0.1, 0.8))
        height = rng.uniform(0.05, 0.14)
        corner = [-9, wall_m - 9 * slant - 0.012, 0]
        parts.append(surfaces.quad("skirting", corner, [18, 18 * slant, 0], [0, 0, height], white, 1.0))
    pattern = textures.make(str(rng.choice(["wood", "carpet", "tile"])), rng)
    for number in range(rng.integers(0, 4)):
        surface = pattern if rng.random() < 0.5 else _colour(rng)
        parts.append(_furniture(rng, number, wall_m, slant, surface))
    # the wall slants
    free_m = wall_m - 0.9 * abs(slant) - props.REACH_M
    parts += props.scatter(rng, setting.clear_m + 0.15, free_m, studio=False)
    lamp = _lamp(rng, setting, rng.uniform(0.6, 4.0), (0.05, 1.1))
    return parts, lamp, light.interior(rng)


def _furniture(rng: np.random.Generator, number: int, wall_m: float, slant: float, surface: np.ndarray) -> Part:
    """A cupboard or a post against the wall, or a picture on it."""
    x = rng.uniform(-1.6, 1.6)
    y = wall_m + x * slant
    choice = rng.integers(3)
    if choice == 0:
        half = rng.uniform([0.1, 0.05, 0.1], [0.4, 0.15, 0.6])
        return surfaces.box(f"cupboard_{number}", [x, y - half[1] - abs(slant) * half[0], half[2]], half, surface, 0.9)
    if choice == 1:
        radius = rng.uniform(0.02, 0.09)
        return surfaces.post(f"post_{number}", x, y - radius - 0.02, radius, rng.uniform(0.4, 1.6), surface)
    width, height = rng.uniform(0.3, 0.9, 2)
    corner = [x, y - 0.015, rng.uniform(0.25, 0.9)]
    return surfaces.quad(f"picture_{number}", corner, [width, width * slant, 0], [0, 0, height], surface, 0.7)


def _outdoors(rng: np.random.Generator, setting: Setting, skyline: np.ndarray) -> tuple[AreaLight, np.ndarray, bool]:
    """Sun, surrounding, and whether that is a photograph (which brings its own sun and houses)."""
    if setting.hdr and rng.random() < 0.7:
        path = setting.hdr[rng.integers(len(setting.hdr))]
        return _sun(rng, rng.uniform(0.2, 2.0)), light.load_environment(path, rng), True
    overcast = bool(rng.random() < 0.35)
    strength = rng.uniform(0.2, 0.8) if overcast else rng.uniform(1.5, 4.0)
    return _sun(rng, strength), light.sky(rng, overcast, skyline), False


def _street(rng: np.random.Generator, setting: Setting) -> tuple[list[Part], AreaLight, np.ndarray]:
    sun, surrounding, photograph = _outdoors(rng, setting, rng.uniform(0.15, 0.4, 3))
    parts = [surfaces.floor(rng, setting.ground, FAR_M)]
    start = setting.clear_m
    if rng.random() < 0.6:
        y = start + rng.uniform(0.2, 2.5)
        kerb = textures.make("concrete", rng)
        parts.append(
            surfaces.box("kerb", [0, y + 1.5, 0.02], [30, 1.5, rng.uniform(0.06, 0.11)], kerb, 2.0, "concrete")
        )
    for number in range(rng.integers(0, 3)):
        x, radius = rng.uniform(-1.8, 1.8), rng.uniform(0.03, 0.08)
        coat = _colour(rng) * 0.6
        parts.append(
            surfaces.post(f"bollard_{number}", x, start + rng.uniform(0.4, 3), radius, rng.uniform(0.7, 3.0), coat)
        )
    if not photograph:
        kinds = rng.choice(["facade", "facade", "brick", "concrete"], 2)
        fronts = [(textures.make(str(kind), rng), surfaces.TEXTURE_M[str(kind)]) for kind in kinds]
        parts += [_house(rng, number, start, *fronts[rng.integers(2)]) for number in range(7)]
    return parts, sun, surrounding


def _house(rng: np.random.Generator, number: int, start: float, front: np.ndarray, size_m: float) -> Part:
    """One of a row of seven."""
    half = rng.uniform([1.2, 1.0, 2.5], [2.2, 2.0, 6.0])
    centre = [-9 + 3 * number + rng.uniform(-0.4, 0.4), start + rng.uniform(3.5, 7) + half[1], half[2]]
    return surfaces.box(f"house_{number}", centre, half, front, size_m)


def _park(rng: np.random.Generator, setting: Setting) -> tuple[list[Part], AreaLight, np.ndarray]:
    sun, surrounding, photograph = _outdoors(rng, setting, np.array([0.06, 0.10, 0.04]) * rng.uniform(0.6, 1.8))
    parts = [surfaces.floor(rng, setting.ground, FAR_M)]
    bark = np.array([0.16, 0.11, 0.07]) * rng.uniform(0.6, 1.6)
    for number in range(rng.integers(0, 5)):
        x, y = rng.uniform(-3, 3), setting.clear_m + rng.uniform(0.6, 7)
        parts.append(surfaces.post(f"trunk_{number}", x, y, rng.uniform(0.05, 0.22), 5.0, bark))
    if not photograph and rng.random() < 0.7:
        height = rng.uniform(0.3, 1.5)
        hedge = textures.make("leaves", rng)
        parts.append(
            surfaces.box("hedge", [0, setting.clear_m + rng.uniform(2.5, 8), height], [25, 0.5, height], hedge, 1.5)
        )
    return parts, sun, surrounding


BUILDERS: dict[str, Callable[[np.random.Generator, Setting], tuple[list[Part], AreaLight, np.ndarray]]] = {
    "studio": _studio,
    "white": _white,
    "air": _air,
    "room": _room,
    "street": _street,
    "park": _park,
}
