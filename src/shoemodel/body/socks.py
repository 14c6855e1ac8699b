"""Socks from MakeHuman files: their height and their colours, laid on the skin of the foot (ours).

A sock's own mesh is too coarse for a foot that is squeezed into a shoe, so only its pattern is worn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from shoemodel.body.anny_model import body
from shoemodel.body.wardrobe import find_clothes, median_colour, picture, texels
from shoemodel.shoes import assets

WORDS = ("sock", "stocking")
PER_FACE = 12


@dataclass(frozen=True)
class Sock:
    """Binding, corners (m, 3, 2) of vertex and uv numbers, uv (k, 2), picture; rgb: its colour, both None for one to be
    dyed. top_share: where it ends, as a share of the shin's length above the ankle."""

    binding: assets.Binding
    corners: np.ndarray
    uv: np.ndarray
    texture: np.ndarray | None
    rgb: tuple[float, float, float] | None
    top_share: float


def find_socks(folder: Path) -> tuple[Path, ...]:
    """The clothes below a folder whose names or tags call them socks."""
    told = {path: " ".join([path.stem, *assets.asset_tags(path)]).lower() for path in find_clothes(folder)}
    return tuple(path for path in told if any(word in told[path] for word in WORDS))


@lru_cache(maxsize=16)
def load_sock(path: Path) -> Sock:
    """The sock of a .mhclo file. Raises InputError for a broken file."""
    binding = assets.bound_vertices(path)
    corners, uv = assets.mesh_of(path, len(binding.vertices))
    joints = body().figure({}).joints
    ankle, knee = joints["left", "ankle"][2], joints["left", "knee"][2]
    share = float((binding.fit(assets.base_vertices({}))[:, 2].max() - ankle) / (knee - ankle))
    texture = picture(path)
    rgb = None if texture is None else median_colour(texture, uv)
    return Sock(binding, corners, uv, texture, rgb, share)


def sock_colours(path: Path, phenotype: dict[str, float]) -> np.ndarray | None:
    """Linear rgb (n, 3) of all the body's vertices as the nearest place of the sock has it; None for one to be dyed."""
    sock = load_sock(path)
    if sock.texture is None:
        return None
    weights = np.random.default_rng(0).dirichlet(np.ones(3), size=(len(sock.corners), PER_FACE))
    vertices = sock.binding.fit(assets.base_vertices(phenotype))
    points = np.einsum("fkc,fcd->fkd", weights, vertices[sock.corners[..., 0]]).reshape(-1, 3)
    places = np.einsum("fkc,fcd->fkd", weights, sock.uv[sock.corners[..., 1]]).reshape(-1, 2)
    _, near = cKDTree(points).query(body().figure(phenotype).vertices)
    return texels(sock.texture, places)[near]
