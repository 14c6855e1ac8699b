"""What parts are like at any place of their triangles, for samples that a ray met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoemodel.render.batches import gather
from shoemodel.render.engine import Hits
from shoemodel.render.parts import Finish, Part


@dataclass(frozen=True, eq=False)
class Surface:
    """Parts in the order in which the engine numbers their triangles."""

    faces: np.ndarray
    """(m, 3) of vertices."""
    face_part: np.ndarray
    """(m,)."""
    normals: np.ndarray
    """(n, 3)."""
    places: np.ndarray
    """(n, 3), zeros where a part has no finish."""
    colours: np.ndarray
    """(n, 3), linear RGB; white where a texture has them."""
    finishes: tuple[Finish | None, ...]
    """Of the parts."""

    def colour(self, hits: Hits) -> np.ndarray:
        """Linear RGB (k, 3) of the parts, without their finishes, where rays met them; white where they met none."""
        corners = self.faces[np.maximum(hits.face, 0)]
        found = np.einsum("kc,kcd->kd", _shares(hits.weights), self.colours[corners])
        found[hits.face < 0] = 1.0
        return found

    def tone(self, hits: Hits, ways: np.ndarray, pixel_m: np.ndarray) -> np.ndarray:
        """Factors (k, 3) of the finishes where rays of directions (k, 3) met the parts; pixel_m (k,) as theirs."""
        tone = np.ones((len(hits.face), 3), np.float32)
        part = np.where(hits.face >= 0, self.face_part[hits.face], -1)
        for number, finish in enumerate(self.finishes):
            mine = np.flatnonzero(part == number)
            if finish is None or len(mine) == 0:
                continue
            corners = self.faces[hits.face[mine]]
            shares = _shares(hits.weights[mine])
            places = np.einsum("kc,kcd->kd", shares, self.places[corners])
            normals = np.einsum("kc,kcd->kd", shares, self.normals[corners])
            length = np.maximum(np.linalg.norm(normals, axis=1), 1e-6)
            facing = np.clip(np.abs(np.einsum("kd,kd->k", normals, ways[mine])) / length, 0, 1)
            tone[mine] = finish.tone(places, facing, pixel_m[mine])
        return tone


def _shares(weights: np.ndarray) -> np.ndarray:
    """Shares (k, 3) of a triangle's corners from those (k, 2) of its second and third."""
    u, v = weights.T.astype(np.float32)
    return np.stack([1 - u - v, u, v], axis=1)


def lay_out(parts: Sequence[Part]) -> Surface:
    """The parts' surface; every part has faces."""
    batches = gather(parts)
    faces, places, first = [], [], 0
    for batch in batches:
        faces.append(batch.faces.astype(np.int64) + first)
        first += len(batch.vertices)
        for number in dict.fromkeys(batch.face_part.tolist()):
            part = parts[number] if number >= 0 else None
            count = len(part.vertices) if part is not None else len(batch.vertices)
            has = part is not None and part.places is not None
            places.append(part.places if part is not None and has else np.zeros((count, 3)))
    return Surface(
        faces=np.concatenate(faces),
        face_part=np.concatenate([batch.face_part for batch in batches]),
        normals=np.concatenate([batch.normals for batch in batches]).astype(np.float32),
        places=np.concatenate(places).astype(np.float32),
        colours=np.concatenate([np.ones_like(b.vertices) if b.colours is None else b.colours for b in batches]).astype(
            np.float32
        ),
        finishes=tuple(part.finish for part in parts),
    )
