"""A garment from a file on a posed body: cut off above the shoe, moved with the bones, kept outside the skin (ours)."""

from __future__ import annotations

import numpy as np

from shoemodel.body import cloth
from shoemodel.body.figure import Figure, skin
from shoemodel.body.wardrobe import SKIRT_KINDS, Fitted, Garment
from shoemodel.render.meshes import clip, compact
from shoemodel.render.parts import Material, Part

CLOTH = Material("cloth", roughness=0.9, specular=0.15, sheen=0.4)
# cloth keeps this far from the skin, and is never moved farther than the second, metres
EASE_M, NEAR_M = 0.003, 0.05
# a leg that is alone is clothed up to here, metres
BELOW_HIP_M = 0.03


def put_on(
    fitted: Fitted, rgb: np.ndarray, figure: Figure, transforms: dict[int, np.ndarray], posed: np.ndarray,
    normals: np.ndarray, hem_m: float, feet: tuple[str, ...], rng: np.random.Generator,
) -> list[Part]:  # fmt: skip
    """Parts of a garment over posed body vertices (n, 3) with unit normals (n, 3).

    It ends `hem_m` above the ankles, or where it was made to end. rgb (3,): what dyes it if its file has no picture.
    """
    garment, rest = fitted.garment, fitted.vertices
    moved = skin(rest, fitted.weights, transforms)
    moved = _outside(moved, posed[fitted.nearest], normals[fitted.nearest])
    dyed = rgb * cloth.weave(rng, "plain")[:, :, None]
    texture = np.clip(dyed, 0.005, 0.9) if garment.texture is None else garment.texture
    if garment.kind in SKIRT_KINDS:
        above = rest[:, 2] - figure.joints["left", "ankle"][2] - hem_m
        return [_cut("skirt", garment, garment.faces, above, moved, texture)]
    parts = []
    for side in feet:
        above = rest[:, 2] - figure.joints[side, "ankle"][2] - hem_m
        own = _faces_of(fitted, side, np.inf if len(feet) == 2 else figure.joints[side, "hip"][2] - BELOW_HIP_M)
        parts.append(_cut(f"trousers_{side}", garment, own, above, moved, texture))
    return parts


def _faces_of(fitted: Fitted, side: str, top: float) -> np.ndarray:
    """The faces (m, 3) of one trouser leg below the rest height `top`, metres."""
    faces, rest = fitted.garment.faces, fitted.vertices[fitted.garment.vertex]
    sign = 1.0 if side == "left" else -1.0
    own = (sign * rest[:, 0][faces].mean(axis=1) >= 0) & (rest[:, 2][faces] < top).all(axis=1)
    return faces[own]


def _cut(
    name: str, garment: Garment, faces: np.ndarray, above: np.ndarray, moved: np.ndarray, texture: np.ndarray
) -> Part:
    """The faces (m, 3) of a garment where `above` (n,), the height over the hem, is positive."""
    faces, height, vertices, uv = compact(faces, above[garment.vertex], moved[garment.vertex], garment.uv)
    faces, vertices, uv = clip(faces, height, vertices, uv)
    return Part(name, vertices, faces, CLOTH, texture=texture, uv=uv)


def _outside(points: np.ndarray, surface: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Cloth points (n, 3), moved outwards where they are inside the body or touch it.

    surface, normals (n, 3): the skin that was nearest to each at rest; in a pose another leg may be nearer.
    """
    height = ((points - surface) * normals).sum(axis=1)
    return points + np.clip(EASE_M - height, 0, NEAR_M)[:, None] * normals
