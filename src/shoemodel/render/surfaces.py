"""Simple meshes of floors, walls and street furniture, textured in metres."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from shoemodel.render import textures
from shoemodel.render.parts import Material, Part

TEXTURE_M = {
    "wood": 1.3, "tile": 1.6, "stone": 1.8, "asphalt": 1.0, "concrete": 2.5, "carpet": 1.2, "grass": 1.2,
    "brick": 1.2, "leaves": 1.5, "facade": 8.0,
}  # fmt: skip
ROUGHNESS = {"wood": 0.4, "tile": 0.3, "concrete": 0.75, "stone": 0.8}
"""Of polished grounds; every other surface is matt."""


def material(kind: str) -> Material:
    return Material("plain", ROUGHNESS.get(kind, 0.9), 0.4 if kind in ROUGHNESS else 0.15)


def _coated(name: str, vertices: np.ndarray, faces: np.ndarray, uv: np.ndarray, coat: np.ndarray, kind: str) -> Part:
    """A part with a coat: one colour (3,), or a texture (h, w, 3)."""
    coat = np.asarray(coat)
    if coat.ndim == 1:
        return Part(name, vertices, faces, material(kind), colours=np.tile(coat, (len(vertices), 1)))
    return Part(name, vertices, faces, material(kind), texture=coat, uv=uv)


def quad(
    name: str, corner: ArrayLike, along: ArrayLike, up: ArrayLike, coat: np.ndarray, size_m: float, kind: str = ""
) -> Part:
    """A parallelogram from `corner`, its texture repeated every `size_m`."""
    corner, along, up = (np.asarray(value, float) for value in (corner, along, up))
    vertices = np.array([corner, corner + along, corner + along + up, corner + up])
    width, height = np.linalg.norm(along) / size_m, np.linalg.norm(up) / size_m
    uv = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    return _coated(name, vertices, np.array([[0, 1, 2], [0, 2, 3]]), uv, coat, kind)


def floor(rng: np.random.Generator, kind: str, half_m: float) -> Part:
    """The ground, its pattern turned at random."""
    size = TEXTURE_M[kind] * rng.uniform(0.85, 1.2)
    side = 2 * half_m
    ground = quad("ground", [-half_m, -half_m, 0], [side, 0, 0], [0, side, 0], textures.make(kind, rng), size, kind)
    angle = rng.uniform(0, np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return dataclasses.replace(ground, uv=ground.uv @ turn)


def box(name: str, centre: ArrayLike, half: ArrayLike, coat: np.ndarray, size_m: float, kind: str = "") -> Part:
    """A box with its own vertices on each face, so that its edges are sharp."""
    centre, half = np.asarray(centre, float), np.asarray(half, float)
    vertices: list[np.ndarray] = []
    uv: list[np.ndarray] = []
    faces: list[list[int]] = []
    for axis in range(3):
        for sign in (-1, 1):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            if axis < 2 and u == 2:
                u, v = v, u
            corners = np.zeros((4, 3))
            corners[:, axis] = sign * half[axis]
            corners[:, u] = np.array([-1, 1, 1, -1]) * half[u]
            corners[:, v] = np.array([-1, -1, 1, 1]) * half[v]
            outward = np.cross(corners[1] - corners[0], corners[2] - corners[0])[axis] * sign > 0
            start = len(vertices) * 4
            order = [[0, 1, 2], [0, 2, 3]] if outward else [[0, 2, 1], [0, 3, 2]]
            faces += [[start + i for i in triangle] for triangle in order]
            vertices.append(centre + corners)
            uv.append(corners[:, [u, v]] / size_m)
    points = np.concatenate(vertices)
    return _coated(name, points, np.array(faces), np.concatenate(uv), coat, kind)


def post(name: str, x: float, y: float, radius: float, height: float, coat: np.ndarray) -> Part:
    """An upright cylinder without ends below: a trunk, a bollard, a table leg."""
    sides = 16
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1)
    vertices = np.concatenate([np.c_[ring, np.zeros(sides + 1)], np.c_[ring, np.full(sides + 1, height)]])
    i = np.arange(sides)
    faces = np.concatenate([np.c_[i, i + 1, i + sides + 2], np.c_[i, i + sides + 2, i + sides + 1]])
    uv = np.concatenate([np.c_[angle / 6, np.zeros(sides + 1)], np.c_[angle / 6, np.full(sides + 1, height)]])
    return _coated(name, vertices, faces, uv, coat, "")


def cyclorama(colour: np.ndarray, wall_m: float, rng: np.random.Generator) -> Part:
    """Paper that runs over the floor and up behind the legs in one bend."""
    bend = rng.uniform(0.4, 0.9)
    angle = np.linspace(0, np.pi / 2, 24)
    floor = np.c_[np.linspace(-8, wall_m, 8), np.zeros(8)]
    curve = np.c_[wall_m + bend * np.sin(angle), bend * (1 - np.cos(angle))]
    wall = np.c_[np.full(6, wall_m + bend), np.linspace(bend + 0.1, 6, 6)]
    profile = np.concatenate([floor, curve[1:], wall])
    n = len(profile)
    vertices = np.concatenate([np.c_[np.full(n, x), profile] for x in (-9.0, 9.0)])
    i = np.arange(n - 1)
    faces = np.concatenate([np.c_[i, i + n, i + n + 1], np.c_[i, i + n + 1, i + 1]])
    texture = textures.plain(colour, rng, contrast=0.01)
    return Part("paper", vertices, faces, material(""), texture=texture, uv=vertices[:, :2] / 3)
