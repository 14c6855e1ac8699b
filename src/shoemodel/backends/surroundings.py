"""The things of a scene: ground, walls, stairs, paper, and the backdrop beyond them (ours)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from shoemodel.backends.settings import Scenery
from shoemodel.render import backdrops, floors, grass, painted, surfaces
from shoemodel.render.backdrops import Backdrop
from shoemodel.render.light import Light
from shoemodel.render.meshes import rotation
from shoemodel.render.parts import Part
from shoemodel.render.pinhole import Pinhole

PAPER = (0.62, 0.62, 0.61)
"""Albedo of a studio's paper where no colour is named."""
WALL_M, FLOOR_HALF_M = (1.1, 2.2), 12.0
"""How far behind the shoe a wall stands; half the side of the ground."""
RISE_M, TREAD_M, STEPS = 0.165, 0.34, 4
"""Height and least depth of stairs, and how many are above and below the shoe's."""
TOE_ROOM_M = (0.05, 0.06)
"""Of a step, before and behind the shoe."""
MEADOW = (0.105, 0.175, 0.04)
"""Albedo of a lawn from afar."""


TURN = 0.012
"""Of a backdrop, either way at random, as a share of all round."""


def is_open(scenery: Scenery) -> bool:
    """Whether a backdrop is behind it, not a wall."""
    return scenery.ground != "studio" and scenery.behind not in ("wall", "steps")


def backdrop(scenery: Scenery, rng: np.random.Generator) -> Backdrop:
    """What is behind an open scene."""
    paint = {"sea": painted.beach, "winter": painted.winter}.get(scenery.behind)
    found = paint(rng) if paint and not backdrops.find(scenery.behind) else backdrops.named(scenery.behind)
    found = replace(found, heading=found.heading + rng.uniform(-TURN, TURN))
    if scenery.time == "night":
        return backdrops.at_night(found, rng)
    return backdrops.at_sunset(found) if scenery.time == "sunset" else found


def parts(
    scenery: Scenery, camera: Pinhole, light: Light, rng: np.random.Generator,
    standing: Float[np.ndarray, "n 3"] | None = None,
) -> tuple[list[Part], list[Part] | None]:  # fmt: skip
    """What the light is found on, and what is seen where that is another: blades of grass. Behind the shoe is where
    the camera looks."""
    away = -camera.origin[:2]
    behind = rotation("z", float(np.degrees(np.arctan2(away[1], away[0]))) - 90)
    towards = light.key.origin - light.key.target
    towards = towards / np.linalg.norm(towards)
    if scenery.ground == "studio":
        return _turned([_paper(scenery, rng)], behind), None
    if scenery.ground == "grass":
        flat, soil = (_plain(colour, z) for colour, z in ((MEADOW, 0.0), (grass.SOIL, -grass.ROOT_M)))
        return [flat], [soil, grass.lawn(camera, towards, rng)]
    turn = rng.uniform(-0.5, 0.5)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    own = backdrops.find(scenery.ground)
    texture = floors.read(own) if own else floors.make(scenery.ground, rng, (towards @ behind)[:2] @ spin)
    if scenery.behind == "steps":
        return _turned(_stairs(scenery.ground, texture, behind, standing, rng), behind), None
    half, kind = FLOOR_HALF_M, scenery.ground
    ground = surfaces.quad(
        "ground", [-half, -half, 0], [2 * half, 0, 0], [0, 2 * half, 0], texture, floors.METRES[kind], kind
    )
    ground = replace(ground, uv=ground.uv @ spin)
    return _turned([ground, *([] if is_open(scenery) else _wall(rng))], behind), None


def _turned(parts: Sequence[Part], by: np.ndarray) -> list[Part]:
    return [replace(part, vertices=part.vertices @ by.T) for part in parts]


def _plain(colour: tuple[float, float, float], z: float) -> Part:
    half = FLOOR_HALF_M
    return surfaces.quad("ground", [-half, -half, z], [2 * half, 0, 0], [0, 2 * half, 0], np.array(colour), 1.0)


def _paper(scenery: Scenery, rng: np.random.Generator) -> Part:
    colour = np.array(scenery.colour or PAPER)
    paper = surfaces.cyclorama(np.clip(colour, 0, 0.9), float(rng.uniform(*WALL_M)), rng)
    if colour.max() <= 0.9:
        return paper
    # whiter than a texture may be
    return replace(paper, texture=None, uv=None, colours=np.tile(colour, (len(paper.vertices), 1)))


def _wall(rng: np.random.Generator) -> list[Part]:
    """A painted wall with a skirting."""
    wall_m = float(rng.uniform(*WALL_M))
    paint = np.array([0.7, 0.69, 0.67]) * rng.uniform(0.75, 1.1)
    wall = surfaces.quad("wall", [-9, wall_m, 0], [18, 0, 0], [0, 0, 5], paint, 1.0)
    return [wall, surfaces.box("skirting", [0, wall_m - 0.006, 0.04], [9, 0.006, 0.04], 0.9 * paint, 1.0)]


def _stairs(
    kind: str, texture: np.ndarray, behind: np.ndarray, standing: np.ndarray | None, rng: np.random.Generator
) -> list[Part]:
    """Steps across the view, the shoe on one of them; a wall beside or behind is not seen."""
    points = np.array([[-0.1, -0.15, 0], [0.1, 0.15, 0]]) if standing is None else standing
    depth = (points @ behind)[:, 1]
    front, back = float(depth.min()) - TOE_ROOM_M[0], float(depth.max()) + TOE_ROOM_M[1]
    tread = max(back - front, TREAD_M)
    size = floors.METRES[kind]
    steps = []
    for number in range(-STEPS, STEPS + 1):
        near = front + number * tread
        top = number * RISE_M
        seen = (
            surfaces.quad("tread", [-6, near, top], [12, 0, 0], [0, tread, 0], texture, size, kind),
            # wider, for two faces that have a corner in common would be shaded as one that is bent
            surfaces.quad("riser", [-7, near, top - RISE_M], [14, 0, 0], [0, 0, RISE_M], texture, size, kind),
        )
        steps += [replace(part, uv=np.asarray(part.uv) + rng.random(2)) for part in seen]
    return steps
