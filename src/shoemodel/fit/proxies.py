"""Proxy shoes: shoes of the world reduced to what matching a silhouette, dressing a leg and casting a shadow need.

Canonical frame of a left shoe: +x lateral, -y towards the toes, +z up, ground z = 0, back of the heel near y = 0,
metres. A right shoe is its mirror image in x, so that +x is the wearer's left in both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

LANDMARKS = ("ankle", "big_toe", "small_toe", "heel")


@dataclass(frozen=True, eq=False)
class Proxy:
    """One left shoe."""

    family: str
    name: str
    vertices: Float[np.ndarray, "n 3"]
    """Of the decimated mesh."""
    faces: Int[np.ndarray, "m 3"]
    rim: Float[np.ndarray, "k 3"]
    """The edge of the opening, a closed ring."""
    landmarks: Float[np.ndarray, "4 3"]
    """Of the foot inside it, in the order of LANDMARKS: the ankle is the joint, the others are points of the skin."""
    heel_deg: float
    """Plantar flexion that the shoe imposes on the ankle."""
    collar_m: float
    """Height of the highest point of the opening above the ground."""
