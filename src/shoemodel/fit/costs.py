"""What a view of a proxy costs: residuals in their own deviations, made robust, and what is expected beforehand (ours).

Lengths in the picture are in lengths of the shoe's box.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

OUTLINE = 3 / 0.02
"""The outline reaches as far as the proxy's to 2 %; its many directions count as nine."""
OUTLINE_TOO = OUTLINE / 4
"""The same where the whole outline is compared, hollows too: a pull tab spoils the convex one."""
OPENING = 2.5 / 0.05
HIDDEN = 0.5
"""How much it counts that a rim reaches further than the wearable area: a tongue or the near side may hide the rest."""
OPEN = 0.4
"""How much the insole of an open shoe counts as its opening: bands hide some of it."""
POINTS = 1 / 0.09
POINT_TRUST = np.array([0.7, 1.0, 1.0, 1.0])
"""The ankle is a guess, for it is not in the picture."""
EDGE = 4 / 0.02
"""The whole outline, its hollows too, lies on the proxy's to 2 %; it counts as sixteen points."""
OVERLAP = 40.0
"""Of two silhouettes that have nothing in common."""
LOW_PITCH, PITCH, PITCH_WIDTH = np.radians((2.5, 14.0, 20.0))
ROLL = np.radians(3.0)
DISTANCE_M, DISTANCE_WIDTH = 0.9, 0.55
WIDTH, HEIGHT = 0.07, 0.13
FOCAL = 0.03
"""Of a focal length that is known."""
NO_OPENING = 0.02
"""Share of the squared length that a rim may enclose where no opening is seen."""


def robust(residual: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """Squares near 0, twice the size far from it (soft L1)."""
    return 2 * (np.sqrt(1 + residual**2) - 1)


def rooted(residual: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """What has `robust` for its square."""
    return residual * np.sqrt(2 / (np.sqrt(1 + residual**2) + 1))


def opening(beyond: Float[np.ndarray, "*n k"]) -> Float[np.ndarray, "*n k"]:
    """Residuals of how much further a rim reaches than the wearable area in each of k directions."""
    return OPENING / np.sqrt(beyond.shape[-1]) * np.where(beyond > 0, HIDDEN, 1.0) * beyond


def pitch_prior(pitch: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """Cameras are above the floor, most of them not far."""
    below = np.minimum(pitch + np.radians(1.0), 0) / LOW_PITCH
    return np.hypot(below, (pitch - PITCH) / PITCH_WIDTH)


def roll_prior(roll: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """Cameras are held level or turned on purpose, then by any angle."""
    saturated = np.sqrt(6 * -np.expm1(-((roll / ROLL) ** 2) / 6))
    return np.sign(roll) * (saturated + 0.02 * np.abs(roll) / ROLL)
