"""Parts gathered into few meshes: the renderer's compiled code, and the time to prepare it, grow with their number.

All parts with colours become one mesh that carries colour and gloss per vertex; parts that share a texture become
one mesh each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoemodel.render.parts import Material, Part

SAME_SURFACE = 0.8
"""Cosine above which two normals at one place belong to one smooth surface."""
_HASH = np.array([73856093, 19349663, 83492791], np.int64)


@dataclass(frozen=True)
class Batch:
    """One mesh of several parts, single precision."""

    vertices: np.ndarray
    """(n, 3)."""
    normals: np.ndarray
    faces: np.ndarray
    """(m, 3)."""
    face_part: np.ndarray
    """(m,) which part a triangle belongs to."""
    gloss: np.ndarray
    """(n, 3) roughness, metallic and sheen."""
    colours: np.ndarray | None = None
    """(n, 3) linear RGB, or a texture with uv."""
    texture: np.ndarray | None = None
    uv: np.ndarray | None = None


def gather(parts: Sequence[Part], first: int = 0) -> list[Batch]:
    """The coloured parts as one batch (always there, if need be a speck under the floor), then one for each texture.

    The first part has number `first`.
    """
    numbered = list(enumerate(parts, first))
    coloured = [(number, part) for number, part in numbered if part.texture is None]
    textured = [(number, part) for number, part in numbered if part.texture is not None]
    groups: list[list[tuple[int, Part]]] = []
    for number, part in textured:
        group = next((g for g in groups if _share(g[0][1].texture, part.texture)), None)
        if group is None:
            groups.append([(number, part)])
        else:
            group.append((number, part))
    return [_joined(coloured or [(-1, speck())]), *(_joined(group) for group in groups)]


def speck() -> Part:
    """A triangle where no camera looks."""
    corners, face = np.array([[0.0, 0, -9], [0.01, 0, -9], [0, 0.01, -9]]), np.array([[0, 1, 2]])
    return Part("speck", corners, face, Material("plain", 0.5, 0.5), colours=np.full((3, 3), 0.5))


def _share(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    return a is b or (a is not None and b is not None and np.array_equal(a, b))


def _joined(group: list[tuple[int, Part]]) -> Batch:
    parts = [part for _, part in group]
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    lengths = [len(part.faces) for part in parts]
    textured = parts[0].texture is not None
    normals = seamless_normals if textured else vertex_normals
    return Batch(
        vertices=np.concatenate([part.vertices for part in parts]).astype(np.float32),
        normals=np.concatenate([normals(part.vertices, part.faces) for part in parts]).astype(np.float32),
        faces=np.concatenate([part.faces + s for part, s in zip(parts, starts, strict=False)]).astype(np.uint32),
        face_part=np.repeat([number for number, _ in group], lengths),
        gloss=np.concatenate([gloss(part) for part in parts]).astype(np.float32),
        colours=None if textured else np.concatenate([part.colours for part in parts]).astype(np.float32),
        texture=parts[0].texture,
        uv=np.concatenate([part.uv for part in parts]).astype(np.float32) if textured else None,
    )


def gloss(part: Part) -> np.ndarray:
    """Roughness, metallic and sheen of each vertex (n, 3); a clear coat is taken for a smoother surface, which spares
    a lobe."""
    if part.gloss is not None:
        return np.clip(part.gloss, [0.08, 0, 0], 1.0)
    m = part.material
    roughness = np.clip(m.roughness * (1 - m.clearcoat) + 0.12 * m.clearcoat, 0.08, 1.0)
    return np.tile([roughness, m.metallic, m.sheen], (len(part.vertices), 1))


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Area-weighted unit normals (n, 3)."""
    return _unit_or_up(_summed_normals(vertices, faces))


def seamless_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """The same where a texture splits vertices: those at one place share theirs when they lean the same way, for a
    seam must not show, the edge of a box must."""
    normals = _summed_normals(vertices, faces)
    _, place = np.unique(np.round(vertices * 1e5).astype(np.int64) @ _HASH, return_inverse=True)
    shared = np.stack([np.bincount(place, normals[:, axis]) for axis in range(3)], 1)[place]
    smooth = (_unit(normals) * _unit(shared)).sum(1) > SAME_SURFACE
    return _unit_or_up(np.where(smooth[:, None], shared, normals))


def _summed_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    corners = np.asarray(vertices, float)[faces]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    ends = faces.ravel()
    return np.stack([np.bincount(ends, np.repeat(flat[:, a], 3), len(vertices)) for a in range(3)], 1)


def _unit_or_up(normals: np.ndarray) -> np.ndarray:
    """Unit length; vertices without a face point up."""
    normals = _unit(normals)
    return np.where(np.linalg.norm(normals, axis=1, keepdims=True) > 0.5, normals, [0.0, 0.0, 1.0])


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
