"""(ours) Finer meshes where they must be fine: long edges are split, the rest of the mesh stays.

Old vertices stay where they are; those in the middles of edges follow the butterfly rule (Dyn, Levin, Gregory 1990), so
that what was smooth remains so.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import coo_matrix, csr_matrix, identity, vstack


def split_long_edges(
    faces: Int[np.ndarray, "m 3"], vertices: Float[np.ndarray, "n 3"], longest_m: float, chosen: Bool[np.ndarray, "n"]
) -> tuple[csr_matrix, Int[np.ndarray, "k 3"]]:
    """Split once every edge between chosen vertices that is longer than longest_m: the matrix (n + splits, n) that
    makes the new vertices of the old, which keep their numbers, and the new faces."""
    half = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    low, high = half.min(axis=1), half.max(axis=1)
    keys, inverse = np.unique(low * len(vertices) + high, return_inverse=True)
    edges = np.stack([keys // len(vertices), keys % len(vertices)], axis=1)
    length = np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1)
    split = chosen[edges].all(axis=1) & (length > longest_m)
    of_face = inverse.reshape(3, -1).T
    number = np.where(split, len(vertices) + np.cumsum(split) - 1, -1)
    middles = _butterfly(faces, edges, of_face, len(vertices))[np.flatnonzero(split)]
    matrix = vstack([identity(len(vertices), format="csr"), middles], format="csr")
    return matrix, _divided(faces, number[of_face])


def _butterfly(faces: np.ndarray, edges: np.ndarray, of_face: np.ndarray, count: int) -> csr_matrix:
    """Weights (edges, n) of the middle of every edge: 1/2 of its ends, 1/8 of the two corners opposite it, -1/16 of the
    four corners beyond; on the border only the ends."""
    opposite = faces[:, [2, 0, 1]]
    # the two corners opposite each edge, and with them its faces; -1 on a border
    corner = np.full((len(edges), 2), -1)
    face = np.full((len(edges), 2), -1)
    order = np.argsort(of_face.ravel(), kind="stable")
    sorted_edges = of_face.ravel()[order]
    first = np.searchsorted(sorted_edges, np.arange(len(edges)))
    corner[:, 0], face[:, 0] = opposite.ravel()[order[first]], order[first] // 3
    last = np.searchsorted(sorted_edges, np.arange(len(edges)), side="right") - 1
    inner = last > first
    corner[inner, 1], face[inner, 1] = opposite.ravel()[order[last[inner]]], order[last[inner]] // 3
    beyond = []
    for which in (0, 1):
        around = of_face[face[:, which]]
        for place in range(3):
            wing = around[:, place]
            across = np.where(face[wing, 0] == face[:, which], corner[wing, 1], corner[wing, 0])
            beyond.append(np.where(wing == np.arange(len(edges)), -2, across))
    wings = np.stack(beyond, axis=1)
    whole = inner & (wings != -1).all(axis=1)
    rows, columns, values = [np.repeat(np.arange(len(edges)), 2)], [edges.ravel()], [np.full(2 * len(edges), 0.5)]
    at = np.flatnonzero(whole)
    rows.append(np.repeat(at, 2))
    columns.append(corner[at].ravel())
    values.append(np.full(2 * len(at), 0.125))
    used = wings[at] >= 0
    rows.append(np.repeat(at, 4))
    columns.append(wings[at][used])
    values.append(np.full(4 * len(at), -0.0625))
    shape = (len(edges), count)
    return coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape).tocsr()


def _divided(faces: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Faces cut at the middles (m, 3) of their edges ab, bc, ca, -1 for one that stays whole."""
    count = (middle >= 0).sum(axis=1)
    out = [faces[count == 0]]
    for cuts in (1, 2):
        # turn each face so that its only cut, or its only whole, edge is ab
        f, m = faces[count == cuts], middle[count == cuts]
        first = np.argmax((m >= 0) if cuts == 1 else (m < 0), axis=1)
        turn = (first[:, None] + np.arange(3)) % 3
        f, m = np.take_along_axis(f, turn, axis=1), np.take_along_axis(m, turn, axis=1)
        (a, b, c), (ab, bc, ca) = f.T, m.T
        if cuts == 1:
            out += [np.stack([a, ab, c], axis=1), np.stack([ab, b, c], axis=1)]
        else:
            out += [np.stack([c, ca, bc], axis=1), np.stack([a, b, bc], axis=1), np.stack([a, bc, ca], axis=1)]
    (a, b, c), (ab, bc, ca) = faces[count == 3].T, middle[count == 3].T
    return np.concatenate(out + [np.stack(t, axis=1) for t in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))])
