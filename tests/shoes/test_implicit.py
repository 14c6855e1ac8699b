"""Shapes as fields of distances: grids, voxels and morphology."""

import numpy as np
import pytest

pytest.importorskip("skimage")

from shoemodel.shoes import implicit


def test_a_field_reads_the_same_on_a_grid_and_at_points() -> None:
    rng = np.random.default_rng(0)
    field = implicit.Field(rng.random((7, 8, 9)).astype(np.float32), np.array([0.0, 1.0, 2.0]), 0.5)
    x, y, z = np.array([0.9, 1.7]), np.array([2.2, 3.1]), np.array([3.3, 4.4])
    points = np.stack(np.meshgrid(x, y, z, indexing="ij"), -1).reshape(-1, 3)
    np.testing.assert_allclose(field.on(x, y, z).ravel(), field.at(points), atol=1e-5)


def test_voxels_fill_the_mesh() -> None:
    def ball(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        return np.sqrt(x[:, None, None] ** 2 + y[None, :, None] ** 2 + z[None, None] ** 2) - 0.05

    vertices, faces = implicit.surface(ball, np.full(3, -0.06), np.full(3, 0.06), 0.004)
    axis = np.arange(-0.07, 0.07, 0.003)
    volume = implicit.voxelise(vertices, faces, (axis, axis, axis)).sum() * 0.003**3
    assert volume == pytest.approx(4 / 3 * np.pi * 0.05**3, rel=0.03)


def test_closing_fills_a_narrow_gap_only() -> None:
    inside = np.zeros((40, 30, 20), bool)
    inside[5:15, 5:25, 5:20] = inside[18:28, 5:25, 5:20] = True
    closed = implicit.closed_distance(inside, 0.003, 0.009)
    assert closed[16, 15, 12] < 0
    assert closed[34, 15, 12] > 0
