"""A renderable thing: a triangle mesh with colours and a material, free of any renderer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np


@dataclass(frozen=True)
class Material:
    """Surface behaviour; numbers are those of a principled BSDF, all in [0, 1]."""

    kind: str  # leather, suede, patent, cloth, rubber, skin, plain
    roughness: float
    specular: float
    sheen: float = 0.0
    metallic: float = 0.0
    clearcoat: float = 0.0


@runtime_checkable
class Finish(Protocol):
    """Detail of a surface that is too fine for its mesh, drawn where a picture's samples lie."""

    def tone(self, places: np.ndarray, facing: np.ndarray, pixel_m: np.ndarray) -> np.ndarray:
        """Factors (k, 3) on the linear colours at `places` (k, 3) of the part.

        facing (k,): cosine between the surface's normal and the view, 0 to 1; pixel_m (k,): metres a pixel spans.
        """
        ...


@dataclass(frozen=True)
class Part:
    """One mesh. Colours are linear RGB: one per vertex, or a texture with one uv per vertex (v up)."""

    name: str
    vertices: np.ndarray  # (n, 3) metres
    faces: np.ndarray  # (m, 3) indices, counter-clockwise seen from outside
    material: Material
    colours: np.ndarray | None = None  # (n, 3) linear RGB
    texture: np.ndarray | None = None  # (h, w, 3) linear RGB, first row on top
    uv: np.ndarray | None = None  # (n, 2)
    gloss: np.ndarray | None = None  # (n, 3) roughness, metallic, sheen where they differ from place to place
    finish: Finish | None = None  # drawn by pictures of a leg, not by those of a world
    places: np.ndarray | None = None  # (n, 3) where each vertex is for the finish, metres

    def __post_init__(self) -> None:
        n = len(self.vertices)
        if self.vertices.shape != (n, 3) or self.faces.ndim != 2 or self.faces.shape[1] != 3:
            raise ValueError(
                f"{self.name}: expected vertices (n, 3) and faces (m, 3), "
                f"got {self.vertices.shape} and {self.faces.shape}"
            )
        if (self.colours is None) == (self.texture is None):
            raise ValueError(f"{self.name}: expected either colours or a texture with uv")
        if self.colours is not None and self.colours.shape != (n, 3):
            raise ValueError(f"{self.name}: expected colours {(n, 3)}, got {self.colours.shape}")
        if self.gloss is not None and self.gloss.shape != (n, 3):
            raise ValueError(f"{self.name}: expected gloss {(n, 3)}, got {self.gloss.shape}")
        if self.finish is not None and (self.places is None or self.places.shape != (n, 3)):
            raise ValueError(f"{self.name}: expected places {(n, 3)} beside the finish")
        if self.texture is not None and (self.uv is None or self.uv.shape != (n, 2)):
            raise ValueError(f"{self.name}: expected uv {(n, 2)} beside the texture")
