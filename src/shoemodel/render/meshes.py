"""Triangle-mesh operations the body and its clothes need: subdivision, normals, clipping, rotations (numpy, scipy)."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix

MIRROR = np.diag([-1.0, 1.0, 1.0, 1.0])


def rotation(axis: str, degrees: float) -> np.ndarray:
    """Rotation (3, 3) about a coordinate axis, right-handed."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    rows = {
        "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
        "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
        "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
    }
    return np.array(rows[axis], float)


def rigid(matrix: np.ndarray, origin: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Homogeneous (4, 4): rotate about `origin`, then carry `origin` to `target`."""
    out = np.eye(4)
    out[:3, :3] = matrix
    out[:3, 3] = target - matrix @ origin
    return out


def transform(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Apply a (4, 4) matrix to points (n, 3).

    einsum, not a matrix product: BLAS threads cost far more than so thin a product and stall on a busy machine.
    """
    return np.einsum("ij,nj->ni", matrix[:3, :3], points) + matrix[:3, 3]


def rotate_about(points: np.ndarray, origin: np.ndarray, axis: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Rotate each point (n, 3) about the line (origin, unit axis) by its own angle (n,) in radians (Rodrigues)."""
    p = points - origin
    c, s = np.cos(angles)[:, None], np.sin(angles)[:, None]
    along = (p @ axis)[:, None] * axis
    return origin + p * c + np.cross(axis, p) * s + along * (1 - c)


def smoothstep(x: np.ndarray) -> np.ndarray:
    """0 below 0, 1 above 1, smooth between."""
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3 - 2 * x)


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Area-weighted unit normals (n, 3)."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    face_normals = np.cross(b - a, c - a)
    normals = np.stack(
        [sum(np.bincount(faces[:, k], face_normals[:, d], len(vertices)) for k in range(3)) for d in range(3)], axis=1
    )
    return normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12)


def loop_subdivision(faces: np.ndarray, count: int) -> tuple[csr_matrix, np.ndarray]:
    """One step of Loop subdivision as a matrix (count + edges, count) and the new faces (4m, 3).

    Old vertices keep their numbers. The matrix depends on the faces alone, so positions, weights and rest positions
    are all refined by a product.
    """
    half = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    edges, inverse, uses = np.unique(np.sort(half, axis=1), axis=0, return_inverse=True, return_counts=True)
    inverse = inverse.ravel()
    opposite = np.concatenate([faces[:, 2], faces[:, 0], faces[:, 1]])
    border = uses == 1
    rows, cols, values = [], [], []

    def add(row: np.ndarray, col: np.ndarray, value: np.ndarray) -> None:
        rows.append(row)
        cols.append(col)
        values.append(np.broadcast_to(value, row.shape).astype(float))

    ids = count + np.arange(len(edges))
    for end in (0, 1):
        add(ids, edges[:, end], np.where(border, 0.5, 0.375))
    inner = ~border[inverse]
    add(ids[inverse[inner]], opposite[inner], np.full(inner.sum(), 0.125))
    ends = np.concatenate([edges, edges[:, ::-1]])
    on_border = np.zeros(count, bool)
    on_border[edges[border].ravel()] = True
    keep = ~on_border[ends[:, 0]] | np.tile(border, 2)
    valence = np.bincount(ends[:, 0], minlength=count)
    beta = np.where(valence == 3, 3 / 16, 3 / (8 * np.maximum(valence, 1)))
    add(ends[keep, 0], ends[keep, 1], np.where(on_border, 0.125, beta)[ends[keep, 0]])
    add(np.arange(count), np.arange(count), np.where(on_border, 0.75, 1 - valence * beta))
    shape = (count + len(edges), count)
    matrix = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(cols))), shape=shape).tocsr()
    ab, bc, ca = (count + inverse.reshape(3, -1)[k] for k in range(3))
    a, b, c = faces.T
    corners = [(a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca)]
    return matrix, np.concatenate([np.stack(corner, axis=1) for corner in corners])


def compact(faces: np.ndarray, *attributes: np.ndarray) -> tuple[np.ndarray, ...]:
    """Drop the vertices no face uses: (faces, *attributes) renumbered."""
    used, renumbered = np.unique(faces, return_inverse=True)
    return (renumbered.reshape(-1, 3), *(a[used] for a in attributes))


def clip(faces: np.ndarray, scalar: np.ndarray, *attributes: np.ndarray) -> tuple[np.ndarray, ...]:
    """Keep the part of a mesh where `scalar` (n,) > 0, cutting triangles along the zero line: (faces, *attributes)."""
    inside = scalar > 0
    counts = inside[faces].sum(axis=1)
    kept = [faces[counts == 3]]
    lone, pair = _lone_first(faces[counts == 1], inside, True), _lone_first(faces[counts == 2], inside, False)
    cut = np.concatenate([lone[:, [0, 1]], lone[:, [0, 2]], pair[:, [1, 0]], pair[:, [2, 0]]])
    edges, inverse = np.unique(np.sort(cut, axis=1), axis=0, return_inverse=True)
    crossing = len(scalar) + inverse.ravel()
    n1, n2 = len(lone), len(pair)
    p, q, r, s = np.split(crossing, [n1, 2 * n1, 2 * n1 + n2])
    kept.append(np.stack([lone[:, 0], p, q], axis=1))
    kept.append(np.stack([pair[:, 1], pair[:, 2], r], axis=1))
    kept.append(np.stack([pair[:, 2], s, r], axis=1))
    low, high = scalar[edges[:, 0]], scalar[edges[:, 1]]
    t = low / np.where(low == high, 1.0, low - high)
    extended = [np.concatenate([a, (a[edges[:, 0]].T * (1 - t) + a[edges[:, 1]].T * t).T]) for a in attributes]
    return compact(np.concatenate(kept), *extended)


def _lone_first(faces: np.ndarray, inside: np.ndarray, value: bool) -> np.ndarray:
    """Turn each triangle so that its only vertex with `inside == value` comes first."""
    first = np.argmax(inside[faces] == value, axis=1)
    return np.take_along_axis(faces, (first[:, None] + np.arange(3)) % 3, axis=1)
