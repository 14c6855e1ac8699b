"""How finely clothes are made: for the pictures of a world, or for one seen at a photo's own resolution (ours)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """Steps of a trouser leg's grid, and whether threads, stitches, ribs, pores and hair are drawn by finishes."""

    angles: int = 88
    """Columns round the leg; a multiple of 8."""
    ring_m: float = 0.0045
    """Between rings along it."""
    close: bool = False
    """Colours at vertices and finishes (`render.parts.Finish`) instead of textures; skin as warm as photos show it,
    and not darkened towards a shoe, for the photo's shoe does that."""


WORLD = Look()
CLOSE = Look(angles=208, ring_m=0.0025, close=True)
