"""Clothes from MakeHuman files: what of them covers the legs, and what it is called (ours).

A file is an .obj mesh that a .mhclo file binds to the hm08 base mesh. Suits are in several pieces; the one that reaches
lowest down the legs is worn, the others are never in a picture. Files for other parts of the body are passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from shoemodel.body.anny_model import body, gathered_weights
from shoemodel.body.figure import Figure, group
from shoemodel.errors import InputError
from shoemodel.image.io import load
from shoemodel.render.meshes import compact, loop_subdivision
from shoemodel.shoes import assets

# words in the name or the tags of a file, and the garment they tell; the first that fits counts
GARMENT_WORDS = (
    ("jeans", "jeans"), ("denim", "jeans"), ("legging", "leggings"), ("sport", "leggings"), ("sweat", "sweatpants"),
    ("jogg", "sweatpants"), ("chino", "chinos"), ("elegant", "suit trousers"), ("work", "dungarees"),
    ("dungaree", "dungarees"), ("overall", "dungarees"),
)  # fmt: skip
# a leg is covered by what reaches this far below the hip; shorts end this far above the ankle, in shares of the shin
BELOW_HIP_M, SHORTS_SHARE = 0.08, 0.75
# a skirt's end is this deep midway between the legs, metres; denim has this much more blue than red in linear light
SKIRT_DEPTH_M, BLUE_RATIO = 0.17, 1.5
# pieces that end this much apart are a pair, metres
PAIR_M = 0.03
# no picture shows more than this above the hip; sleeves are this far from the middle
WAIST_M, ARM_M = 0.12, 0.35
TEXTURE_PX = 512
SKIRT_KINDS = ("skirt", "dress")
SHORT_KINDS = (*SKIRT_KINDS, "shorts")


@dataclass(frozen=True)
class Garment:
    """What covers the legs in one file. kind: its word in captions; rgb: its colour, None for cloth to be dyed.

    refine (n, k): from the k bound vertices to the n of the mesh, once subdivided. faces (m, 3) number vertices that
    are split where the texture is: vertex (s,) says which of the n each is, uv (s, 2) is its place in the texture.
    end_share: where it ends, as a share of the shin's length above the ankle. women, men: who wears it.
    """

    kind: str
    rgb: tuple[float, float, float] | None
    binding: assets.Binding
    refine: csr_matrix
    faces: np.ndarray
    vertex: np.ndarray
    uv: np.ndarray
    texture: np.ndarray | None
    end_share: float
    women: bool
    men: bool


@dataclass(frozen=True)
class Fitted:
    """A garment on one body at rest: vertices (n, 3), how much each belongs to the body's groups (n, 17), and the
    nearest (n,) of the figure's vertices."""

    garment: Garment
    vertices: np.ndarray
    weights: np.ndarray
    nearest: np.ndarray


@lru_cache(maxsize=1)
def find_clothes(folder: Path) -> tuple[Path, ...]:
    """The .mhclo files that are no shoes anywhere below a folder, in order of path."""
    return tuple(path for path in sorted(folder.rglob("*.mhclo")) if "shoes" not in assets.asset_tags(path))


@lru_cache(maxsize=32)
def load_garment(path: Path) -> Garment | None:
    """The garment of a .mhclo file, None when it does not cover the legs. Raises InputError for a broken file."""
    binding = assets.bound_vertices(path)
    corners, uv = assets.mesh_of(path, len(binding.vertices))
    figure = body().figure({})
    vertices = binding.fit(assets.base_vertices({}))
    kept = _legwear(vertices, corners, figure)
    if kept is None:
        return None
    refine, faces, vertex, fine_uv = _subdivided(corners[kept], uv, len(vertices))
    ankle, knee = figure.joints["left", "ankle"][2], figure.joints["left", "knee"][2]
    share = float((vertices[np.unique(corners[kept][..., 0]), 2].min() - ankle) / (knee - ankle))
    texture = picture(path)
    rgb = None if texture is None else median_colour(texture, fine_uv)
    tags = assets.asset_tags(path)
    told = " ".join([path.stem, path.parent.name, *sorted(tags)]).lower().replace("_", " ")
    kind = _kind(told, vertices[np.unique(corners[kept][..., 0])], share, rgb)
    women, men = "male" not in tags or "female" in tags, "female" not in tags or "male" in tags
    return Garment(kind, rgb, binding, refine, faces, vertex, fine_uv, texture, share, women, men)


def fit_garment(path: Path, phenotype: dict[str, float]) -> Fitted:
    """The garment of a .mhclo file, which must have one, on the body of a phenotype."""
    return _fit_garment(path, tuple(sorted(phenotype.items())))


@lru_cache(maxsize=4)
def _fit_garment(path: Path, phenotype: tuple[tuple[str, float], ...]) -> Fitted:
    garment = load_garment(path)
    assert garment is not None, f"{path} covers no legs"
    vertices = garment.refine @ garment.binding.fit(assets.base_vertices(dict(phenotype)))
    bound = np.einsum(
        "kc,kcg->kg", np.clip(garment.binding.weights, 0, None), _base_weights()[garment.binding.vertices]
    )
    weights = garment.refine @ bound
    for side in ("left", "right"):  # cloth does not follow the foot
        shin = group(side, "shin")
        weights[:, shin] += weights[:, shin + 1 : shin + 7].sum(axis=1)
        weights[:, shin + 1 : shin + 7] = 0.0
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-6)
    _, nearest = cKDTree(body().figure(dict(phenotype)).vertices).query(vertices)
    return Fitted(garment, vertices, weights, nearest)


@lru_cache(maxsize=1)
def _base_weights() -> np.ndarray:
    """Groups (19158, 17) of the base mesh's vertices."""
    return gathered_weights(assets.base_model())


def _legwear(vertices: np.ndarray, corners: np.ndarray, figure: Figure) -> np.ndarray | None:
    """Which faces (m,) are of the piece, or pair, that reaches lowest, below the waist; None if no thigh is."""
    faces = corners[..., 0]
    edges = np.concatenate([faces[:, :2], faces[:, 1:]])
    links = coo_matrix((np.ones(len(edges)), edges.T), shape=(len(vertices),) * 2)
    count, label = connected_components(links, directed=False)
    hip, knee = figure.joints["left", "hip"][2], figure.joints["left", "knee"][2]
    lowest = np.full(count, np.inf)
    highest = np.full(count, -np.inf)
    np.minimum.at(lowest, label, vertices[:, 2])
    np.maximum.at(highest, label, vertices[:, 2])
    over_thighs = (lowest < hip - BELOW_HIP_M) & (highest > (hip + knee) / 2)
    if not over_thighs.any():
        return None
    lowered = over_thighs & (lowest < lowest[over_thighs].min() + PAIR_M)
    hands = np.abs(vertices[:, 0]) > ARM_M
    low = (vertices[:, 2] < hip + WAIST_M) & ~hands
    return lowered[label[faces[:, 0]]] & low[faces].all(axis=1)


def _kind(told: str, vertices: np.ndarray, share: float, rgb: tuple[float, ...] | None) -> str:
    """The garment's word: a skirt goes round both legs at its end, short trousers are shorts, blue ones jeans."""
    end = vertices[vertices[:, 2] < vertices[:, 2].min() + 0.06]
    between = end[np.abs(end[:, 0]) < 0.02, 1]
    if len(between) and np.ptp(between) > SKIRT_DEPTH_M:
        return "dress" if "dress" in told else "skirt"
    if share > SHORTS_SHARE:
        return "shorts"
    blue = rgb is not None and rgb[2] > BLUE_RATIO * rgb[0]
    return next((kind for word, kind in GARMENT_WORDS if word in told), "jeans" if blue else "trousers")


def _subdivided(
    corners: np.ndarray, uv: np.ndarray, count: int
) -> tuple[csr_matrix, np.ndarray, np.ndarray, np.ndarray]:
    """Loop's subdivision of triangles (m, 3, 2), uv halved on straight edges: refine, faces, vertex, uv of Garment."""
    refine, fine = loop_subdivision(corners[..., 0], count)
    at = uv[corners[..., 1]]
    middle = (at + np.roll(at, -1, axis=1)) / 2
    (a, b, c), (ab, bc, ca) = at.transpose(1, 0, 2), middle.transpose(1, 0, 2)
    fine_uv = np.concatenate([np.stack(t, axis=1) for t in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))])
    wedges = np.concatenate([fine.reshape(-1, 1), np.round(fine_uv.reshape(-1, 2) * 65536)], axis=1).astype(int)
    split, inverse = np.unique(wedges, axis=0, return_inverse=True)
    faces, vertex, split_uv = compact(inverse.reshape(-1, 3), split[:, 0], split[:, 1:] / 65536)
    return refine, faces, vertex, split_uv


def picture(path: Path) -> np.ndarray | None:
    """Linear rgb of the file's picture, None where its material names one that is not there: such cloth is dyed."""
    try:
        picture = assets.picture_of(path)
    except InputError:
        return None
    small = cv2.resize(load(picture).rgb, (TEXTURE_PX, TEXTURE_PX), interpolation=cv2.INTER_AREA)
    return np.clip(assets.linear(small), 0.005, 0.9)


def texels(texture: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Colours (n, 3) of a texture at uv (n, 2)."""
    height, width = texture.shape[:2]
    columns, rows = (np.clip(uv * [1, -1] + [0, 1], 0, 0.9999) * [width, height]).astype(int).T
    return texture[rows, columns]


def median_colour(texture: np.ndarray, uv: np.ndarray) -> tuple[float, float, float]:
    """The median linear rgb of a texture at uv (n, 2)."""
    red, green, blue = np.median(texels(texture, uv), axis=0).tolist()
    return red, green, blue
