"""Implicit surfaces: smooth set operations, sampled fields, and the meshes of their zero levels.

A field is negative inside, positive outside, in metres; (ours) throughout, the paper has no synthetic data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_matrix, diags


def smooth_min(a: np.ndarray, b: np.ndarray, k: float) -> np.ndarray:
    """Union of two fields with a fillet of about k metres."""
    h = np.clip(0.5 + 0.5 * (b - a) / k, 0, 1)
    return b * (1 - h) + a * h - k * h * (1 - h)


def smooth_max(a: np.ndarray, b: np.ndarray, k: float) -> np.ndarray:
    """Intersection of two fields with an edge rounded by about k metres."""
    return -smooth_min(-a, -b, k)


def smooth_step(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 below low, 1 above high (low > high reverses), smooth in between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _spline_weights(t: np.ndarray) -> np.ndarray:
    """Cubic B-spline weights (n, 4) of the neighbours -1, 0, 1, 2 at the fraction t in [0, 1]."""
    return np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], 1) / 6


@dataclass(frozen=True)
class Field:
    """Values on a regular grid, read as the coefficients of a cubic B-spline: smooth wherever it is sampled."""

    values: np.ndarray  # (nx, ny, nz) or (nx, ny) float32
    origin: np.ndarray  # (3,) or (2,) metres, centre of the first voxel
    step: float

    def at(self, points: np.ndarray) -> np.ndarray:
        """Value at points (n, 3) or (n, 2); outside the grid the nearest border is read."""
        index = (points[:, : self.values.ndim] - self.origin) / self.step
        return ndimage.map_coordinates(self.values, index.T, order=3, mode="nearest", prefilter=False)

    def on(self, *axes: np.ndarray) -> np.ndarray:
        """Values on the grid spanned by the given coordinates, one array an axis."""
        out = self.values
        for axis, coordinates in enumerate(axes):
            matrix = self._interpolation(axis, coordinates)
            out = np.moveaxis(np.tensordot(matrix, out, axes=(1, axis)), 0, axis)
        return out

    def gradient(self, points: np.ndarray, step: float = 0.0015) -> np.ndarray:
        """Unit gradient (n, 3), pointing outwards."""
        offsets = step * np.eye(3)
        g = np.stack([self.at(points + o) - self.at(points - o) for o in offsets], 1)
        return g / (np.linalg.norm(g, axis=1, keepdims=True) + 1e-9)

    def _interpolation(self, axis: int, coordinates: np.ndarray) -> np.ndarray:
        n = self.values.shape[axis]
        position = np.clip((coordinates - self.origin[axis]) / self.step, 0, n - 1)
        base = np.minimum(position.astype(int), n - 2)
        weights = _spline_weights(position - base)
        matrix = np.zeros((len(coordinates), n), np.float32)
        rows = np.arange(len(coordinates))
        for k in range(4):
            np.add.at(matrix, (rows, np.clip(base + k - 1, 0, n - 1)), weights[:, k])
        return matrix


def voxelise(vertices: np.ndarray, faces: np.ndarray, axes: tuple[np.ndarray, ...]) -> np.ndarray:
    """Inside mask (nx, ny, nz) of a mesh by the parity of its crossings along x.

    The mesh may be open above and below the grid: only rays along x are cast.
    """
    x_axis, y_axis, z_axis = axes
    step = x_axis[1] - x_axis[0]
    corners = vertices[faces] + np.array([0, 1.3e-5, 0.7e-5])  # off the grid lines, so no ray meets an edge
    low, high = corners.min(1), corners.max(1)
    y0, y1 = np.searchsorted(y_axis, low[:, 1]), np.searchsorted(y_axis, high[:, 1])
    z0, z1 = np.searchsorted(z_axis, low[:, 2]), np.searchsorted(z_axis, high[:, 2])
    counts = (y1 - y0) * (z1 - z0)
    face = np.repeat(np.arange(len(faces)), counts)  # every (face, ray) whose boxes meet
    within = np.arange(len(face)) - np.repeat(np.cumsum(counts) - counts, counts)
    width = np.maximum(z1 - z0, 1)[face]
    iy, iz = y0[face] + within // width, z0[face] + within % width
    a, b, c = (corners[face, k] for k in range(3))
    py, pz = y_axis[iy], z_axis[iz]
    area = (b[:, 1] - a[:, 1]) * (c[:, 2] - a[:, 2]) - (c[:, 1] - a[:, 1]) * (b[:, 2] - a[:, 2])
    area = np.where(np.abs(area) < 1e-14, np.inf, area)
    u = ((py - a[:, 1]) * (c[:, 2] - a[:, 2]) - (c[:, 1] - a[:, 1]) * (pz - a[:, 2])) / area
    v = ((b[:, 1] - a[:, 1]) * (pz - a[:, 2]) - (py - a[:, 1]) * (b[:, 2] - a[:, 2])) / area
    hit = (u >= 0) & (v >= 0) & (u + v <= 1) & np.isfinite(area)
    x = a[:, 0] + u * (b[:, 0] - a[:, 0]) + v * (c[:, 0] - a[:, 0])
    ix = np.clip(np.ceil((x - x_axis[0]) / step).astype(int), 0, len(x_axis))
    crossings = np.zeros((len(x_axis) + 1, len(y_axis), len(z_axis)), np.int32)
    np.add.at(crossings, (ix[hit], iy[hit], iz[hit]), 1)
    return np.cumsum(crossings, 0)[:-1] % 2 == 1


def closed_distance(inside: np.ndarray, step: float, radius: float) -> np.ndarray:
    """Distance field of the morphological closing: gaps narrower than 2 * radius are filled.

    The mask goes on above the grid as its top layer does; outside, the field saturates at `radius`.
    """
    pad = int(np.ceil(radius / step)) + 2
    padded = np.pad(np.pad(inside, ((pad, pad), (pad, pad), (pad, 0))), ((0, 0), (0, 0), (0, pad)), mode="edge")
    grown = ndimage.distance_transform_edt(~padded) * step < radius
    crop = tuple(slice(pad, -pad) for _ in range(3))
    return (radius - ndimage.distance_transform_edt(grown)[crop] * step).astype(np.float32)


def smooth_mesh(vertices: np.ndarray, faces: np.ndarray, rounds: int) -> np.ndarray:
    """Taubin smoothing: removes voxel steps without shrinking."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    n = len(vertices)
    adjacency = coo_matrix((np.ones(len(edges), np.float32), edges.T), shape=(n, n)).tocsr()
    mean = diags(1 / np.maximum(np.asarray(adjacency.sum(1)).ravel(), 1)) @ adjacency
    for weight in (0.5, -0.52) * rounds:
        vertices = vertices + weight * (mean @ vertices - vertices)
    return vertices


def surface(
    field: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    low: np.ndarray,
    high: np.ndarray,
    step: float,
    rounds: int = 4,
) -> tuple[np.ndarray, np.ndarray]:
    """Mesh of the zero level of field(x_axis, y_axis, z_axis) in the box [low, high]; empty where there is none."""
    from skimage.measure import marching_cubes  # of the extra world: wearing a shoe builds none

    axes = [np.arange(a, b + step, step) for a, b in zip(low, high, strict=True)]
    values = np.pad(field(*axes).astype(np.float32), 1, constant_values=0.01)
    if values.min() >= 0:
        return np.zeros((0, 3)), np.zeros((0, 3), int)
    vertices, faces, _, _ = marching_cubes(values, 0.0, spacing=(step,) * 3)
    vertices = vertices + np.array([a[0] for a in axes]) - step
    return smooth_mesh(vertices, faces[:, ::-1], rounds), faces[:, ::-1]
