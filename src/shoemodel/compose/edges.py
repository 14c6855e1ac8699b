"""Which edges the areas have, and how they come onto a canvas (ours)."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

from shoemodel.compose.kinds import Edges
from shoemodel.compose.matting import SoftAreas, soft_areas
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas


def find(photo_rgb: UInt8[np.ndarray, "h w 3"], areas: ShoeAreas, edges: Edges) -> SoftAreas:
    """The areas with their edges, on the photo's grid."""
    if edges == "refined":
        return soft_areas(photo_rgb, areas)
    return SoftAreas(areas, areas.visible.astype(np.float32), photo_rgb)


def on_canvas(soft: SoftAreas, layout: Layout) -> SoftAreas:
    """The same on the layout's canvas; alpha is 1 exactly on the visible area and below 1 elsewhere."""
    levels = layout.apply_image(np.round(255 * np.repeat(soft.alpha[..., None], 3, axis=2)).astype(np.uint8))[..., 0]
    areas = layout.apply_areas(soft.areas)
    alpha = np.where(areas.visible, 1, np.minimum(levels.astype(np.float32) / 255, 0.99)).astype(np.float32)
    return SoftAreas(areas, alpha, layout.apply_image(soft.foreground))
