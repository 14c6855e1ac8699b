"""Which edges the areas have, and how they come onto a canvas (ours)."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

from shoemodel.compose.kinds import Edges
from shoemodel.compose.refine import Refined, refine
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas


def find(photo_rgb: UInt8[np.ndarray, "h w 3"], areas: ShoeAreas, edges: Edges) -> Refined:
    """The areas with their edges, on the photo's grid."""
    if edges == "refined":
        return refine(photo_rgb, areas)
    return Refined(areas, areas.visible.astype(np.float32), photo_rgb)


def on_canvas(refined: Refined, layout: Layout) -> Refined:
    """The same on the layout's canvas; alpha is 1 exactly on the visible area and below 1 elsewhere."""
    levels = layout.apply_image(np.round(255 * np.repeat(refined.alpha[..., None], 3, axis=2)).astype(np.uint8))[..., 0]
    areas = layout.apply_areas(refined.areas)
    alpha = np.where(areas.visible, 1, np.minimum(levels.astype(np.float32) / 255, 0.99)).astype(np.float32)
    return Refined(areas, alpha, layout.apply_image(refined.foreground))
