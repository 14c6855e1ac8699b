"""The foot in a shoe that is read from a file: pressed below its outer surface, standing on its inner floor (ours)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.spatial import cKDTree

from shoemodel.render.meshes import transform
from shoemodel.shoes.heels import LONGER, Bed
from shoemodel.shoes.implicit import smooth_step
from shoemodel.shoes.last import Foot, foot_to_canonical

WALL = 0.005  # the foot keeps this far inside the outer surface
BACK_M = 0.010  # the shoe's back is this far behind the heel
AXIS, AXIS_END = 0.10, 0.15  # a foot's axis: so high above the inner floor, so far from back and tip, in lengths


def seated(
    vertices: np.ndarray, faces: np.ndarray, bed: Bed, foot: Foot
) -> tuple[np.ndarray, float, np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """A left shoe (n, 3) of length 1 scaled to a foot that is stretched as its bed wants: vertices, length in metres,
    (4, 4) from the foot's frame to the shoe's, and what puts foot points (k, 3) inside."""
    on_floor = foot_to_canonical(foot, 0.0)
    length = LONGER * float(np.ptp(transform(on_floor, foot.vertices[foot.is_foot])[:, 1]))
    outer, normals = outer_surface(vertices, faces, bed if bed.heel_deg else None)
    outer = outer * length + [0.0, BACK_M, 0.0]

    def squeeze(points: np.ndarray) -> np.ndarray:
        out = press(points, outer, normals)
        out[:, 2] = np.maximum(out[:, 2], length * bed.at((out[:, 1] - BACK_M) / length) + 0.001)
        return out

    matrix = foot_to_canonical(foot, length * min(bed.seat, bed.ball) if bed.heel_deg else length * bed.seat)
    return vertices * length + [0.0, BACK_M, 0.0], length, matrix, squeeze


def outer_surface(vertices: np.ndarray, faces: np.ndarray, bed: Bed | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Points (k, 3) and outward normals (k, 3) spread over the faces that look away from the shoe's axis.

    The axis is level, or in a shoe of length 1 follows its `bed`.
    """
    corners = vertices[faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12
    centres = corners.mean(axis=1)
    back, tip = corners[..., 1].max(), corners[..., 1].min()
    inset = AXIS_END * (back - tip)
    level = centres[:, 2].mean() if bed is None else bed.at(centres[:, 1]) + AXIS
    axis = np.stack(np.broadcast_arrays(
        centres[:, 0].mean(), np.clip(centres[:, 1], tip + inset, back - inset), level
    ), axis=1)  # fmt: skip
    away = ((centres - axis) * normal).sum(axis=1) > 0
    weights = np.random.default_rng(0).dirichlet(np.ones(3), size=(int(away.sum()), 12))
    points = np.einsum("fkc,fcd->fkd", weights, corners[away])
    return points.reshape(-1, 3), np.repeat(normal[away], 12, axis=0)


def press(points: np.ndarray, surface: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Move points that lie outside the outer surface, or within WALL of it, to WALL below it."""
    tree = cKDTree(surface)
    out = np.array(points, float)
    for _ in range(3):
        _, near = tree.query(out)
        offset = out - surface[near]
        height = (offset * normals[near]).sum(1)
        beside = np.linalg.norm(offset - height[:, None] * normals[near], axis=1)
        weight = smooth_step(beside, 0.008, 0.003) * smooth_step(height, 0.025, 0.020)
        out -= (weight * np.maximum(height + WALL, 0))[:, None] * normals[near]
    return out
