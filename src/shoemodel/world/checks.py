"""What a scene must not show, found on a coarse grid of depths before anything is rendered.

The areas must depend on the shoe alone: cloth, the seat or the other leg may not hide more than a sliver of what a
bare leg leaves visible, or the labels turn to noise.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import grey_erosion

from shoemodel.render.camera import Camera
from shoemodel.render.parts import Part

GRID = 96
# a surface this much nearer than the shoe hides it, metres
NEARER_M = 0.008


def depth_map(camera: Camera, points: np.ndarray, grow: int = 1) -> np.ndarray:
    """Nearest depth (GRID, GRID) of points (n, 3), infinite where none; each point covers `grow` cells a side."""
    cells, depth = camera.project(points, (GRID, GRID))
    cells = np.floor(cells).astype(int)
    inside = ((cells >= 0) & (cells < GRID)).all(axis=1) & (depth > 0.02)
    grid = np.full((GRID, GRID), np.inf)
    np.minimum.at(grid, (cells[inside, 1], cells[inside, 0]), depth[inside])
    return grey_erosion(grid, size=grow, mode="nearest") if grow > 1 else grid


def surface_points(part: Part) -> np.ndarray:
    """Vertices and face centres of a part, (n + m, 3)."""
    return np.concatenate([part.vertices, part.vertices[part.faces].mean(axis=1)])


def box_points(centre: np.ndarray, half_size: np.ndarray, count: int = 40) -> np.ndarray:
    """Points (n, 3) on the surface of a box."""
    u, v = (a.ravel() for a in np.meshgrid(np.linspace(-1, 1, count), np.linspace(-1, 1, count)))
    one = np.ones_like(u)
    faces = [np.stack(c, 1) for s in (-1, 1) for c in ((s * one, u, v), (u, s * one, v), (u, v, s * one))]
    return centre + np.concatenate(faces) * half_size


def hidden_share(camera: Camera, shoe: list[Part], leg: list[Part], cover: np.ndarray) -> float:
    """Share of one shoe's canonical visible area (what its own bare leg leaves visible) behind points `cover`."""
    # every second vertex is still finer than the grid
    shoe_depth = depth_map(camera, np.concatenate([part.vertices[::2] for part in shoe]))
    legs = [depth_map(camera, surface_points(part), 3) for part in leg]
    visible = np.isfinite(shoe_depth)
    for depth in legs:
        visible &= depth > shoe_depth - NEARER_M
    if not visible.any():
        return 1.0
    hidden = visible & (depth_map(camera, cover, 3) < shoe_depth - NEARER_M)
    return float(hidden.sum() / visible.sum())


def outside_share(camera: Camera, points: np.ndarray) -> float:
    """Share of points (n, 3) outside the picture."""
    cells, _ = camera.project(points, (1, 1))
    return float(((cells < 0) | (cells > 1)).any(axis=1).mean())


def sees(camera: Camera, points: np.ndarray) -> bool:
    """Whether any of the points (n, 3) lies in the picture, with a small margin."""
    cells, depth = camera.project(points, (1, 1))
    inside = np.all((cells > -0.02) & (cells < 1.02), axis=1) & (depth > 0)
    return bool(inside.any())
