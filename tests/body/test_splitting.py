"""Long edges split where a mesh must be finer."""

import numpy as np
import pytest

from shoemodel.body.splitting import split_long_edges
from shoemodel.render.meshes import loop_subdivision

OCTAHEDRON = np.array([[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]])
CORNERS = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]])


@pytest.fixture(scope="module")
def ball() -> tuple[np.ndarray, np.ndarray]:
    faces, points = OCTAHEDRON, CORNERS
    for _ in range(3):
        matrix, faces = loop_subdivision(faces, len(points))
        points = matrix @ points
        points /= np.linalg.norm(points, axis=1, keepdims=True)
    return faces, points


def uses(faces: np.ndarray) -> np.ndarray:
    """How many faces use each edge in each direction."""
    half = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    return np.unique(half, axis=0, return_counts=True)[1]


@pytest.mark.parametrize("top", [-2.0, 0.1, 0.6])
def test_a_ball_stays_closed_and_round_and_its_old_vertices_stay(ball: tuple[np.ndarray, np.ndarray], top: float):
    faces, points = ball
    matrix, finer = split_long_edges(faces, points, 0.02, points[:, 2] > top)
    new = matrix @ points
    assert np.array_equal(new[: len(points)], points) and len(new) > len(points)
    assert (uses(finer) == 1).all(), "every edge has one face on either side"
    assert len(new) - len(finer) / 2 == 2, "closed: Euler's formula"
    assert np.abs(np.linalg.norm(new, axis=1) - 1).max() < 0.004
    assert (new[len(points) :, 2] > top).all()


def test_short_edges_and_borders_are_left_and_kept(ball: tuple[np.ndarray, np.ndarray]):
    faces, points = ball
    matrix, finer = split_long_edges(faces, points, 1.0, points[:, 2] > -2)
    assert matrix.shape[0] == len(points) and len(finer) == len(faces)
    square = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    matrix, finer = split_long_edges(np.array([[0, 1, 2], [0, 2, 3]]), square, 0.5, np.ones(4, bool))
    assert len(finer) == 8 and np.allclose((matrix @ square)[:, 2], 0)
    assert {tuple(p) for p in (matrix @ square)[4:, :2]} == {(0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5), (0.5, 0.5)}
