"""A plain ground, as shops show shoes on: which pixels are it, which are its shadow, which are neither (ours).

The ground's colour is fitted to the picture's border as a smooth surface, so paper that darkens towards an edge is
plain too. What looks like it and reaches the border is ground; what is a darker shade of it without an edge is shadow.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

SIDE = 512  # px: longer side of the picture in which the ground is looked for
BORDER = 0.02  # of the longer side: width of the strip to which the ground is fitted
PLAIN = 0.7  # share of the border's pixels that must look like the fit
SAME = 9.0  # distance in 8-bit colours up to which a pixel may be the ground, on a ground without grain
GRAINS = 4.0  # times the border's own deviation that SAME grows to, on a grainy one
OTHER = 24.0  # distance from which a pixel is certainly something else
COARSEST = 8.0  # deviation of the border's pixels from the fit above which no ground is plain
TINT = 0.035  # how far the channels of a shadow may be darkened unevenly
DARKEST = 0.45  # share of the light that a soft shadow leaves
DARKER = 0.3  # evidence of what is the ground's own colour, but darker: a hard shadow, or a black shoe
SMOOTH = 5.0  # 8-bit steps a pixel of SIDE that a soft shadow may change by


@dataclass(frozen=True, eq=False)
class Ground:
    """Evidence on the photo's grid."""

    evidence: Float[np.ndarray, "h w"]
    """-1: ground that reaches the border; 0: nothing can be said, a shadow; 1: certainly no ground."""
    loops: Bool[np.ndarray, "h w"]
    """Pixels of the ground's colour that do not reach the border: seen through straps, or white on white."""
    grain: float
    """Deviation of the border's pixels from the fit, 8-bit colours."""


def plain(rgb: UInt8[np.ndarray, "h w 3"]) -> Ground | None:
    """The plain ground of a photo; None where its border is not of one, smoothly changing colour."""
    height, width = rgb.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    fitted = _fit(small)
    if fitted is None:
        return None
    surface, grain = fitted
    distance = np.abs(small - surface).max(axis=2)
    same = max(SAME, GRAINS * grain)
    alike = distance <= same
    shadow = _shadow(small, surface) & (distance <= 255 * (1 - DARKEST))
    reached = _reaching_border(alike)
    shaded = _reaching_border(reached | shadow) & ~reached
    evidence = np.clip((distance - same) / (OTHER - SAME), 0, 1)
    evidence[_even(small, surface)] *= DARKER
    evidence[shaded] = 0
    evidence[reached] = -1
    evidence[alike & ~reached] = 0
    full = cv2.resize(evidence, (width, height), interpolation=cv2.INTER_LINEAR)
    loops = cv2.resize((alike & ~reached).astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    return Ground(full, loops, grain)


def _fit(small: Float[np.ndarray, "h w 3"]) -> tuple[Float[np.ndarray, "h w 3"], float] | None:
    """A quadratic surface through most of the border's colours, and how far these deviate; None where few do."""
    height, width = small.shape[:2]
    strip = max(2, round(BORDER * max(height, width)))
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    terms = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=2)
    border = np.ones((height, width), bool)
    border[strip:-strip, strip:-strip] = False
    at, colours = terms[border], small[border]
    inside = np.abs(colours - np.median(colours, axis=0)).max(axis=1) < 30
    for _ in range(6):
        if inside.mean() < PLAIN:
            return None
        weights, *_ = np.linalg.lstsq(at[inside][::3], colours[inside][::3], rcond=None)
        error = np.abs(colours - at @ weights).max(axis=1)
        inside = error < max(SAME, 3 * float(np.median(error[inside])))
    grain = float(np.sqrt(np.mean((colours - at @ weights)[inside] ** 2)))
    if inside.mean() < PLAIN or grain > COARSEST:
        return None
    return np.clip(terms @ weights, 0, 255), grain


def _shadow(small: Float[np.ndarray, "h w 3"], surface: Float[np.ndarray, "h w 3"]) -> Bool[np.ndarray, "h w"]:
    """Where the picture is the surface, evenly darkened, and changes slowly."""
    grey = cv2.GaussianBlur(small.mean(axis=2), (0, 0), 1.0)
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8))
    lit = (small.mean(axis=2) + 4) / (surface.mean(axis=2) + 4) > DARKEST
    return _even(small, surface) & lit & (slope < SMOOTH)


def _even(small: Float[np.ndarray, "h w 3"], surface: Float[np.ndarray, "h w 3"]) -> Bool[np.ndarray, "h w"]:
    """Where the picture is the surface, evenly darkened."""
    left = (small + 4) / (surface + 4)
    return (np.ptp(left, axis=2) < TINT + 4 / (surface.mean(axis=2) + 4)) & (left.mean(axis=2) < 1.0)


def _reaching_border(mask: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """The 4-connected pieces that touch the picture's border."""
    _, pieces = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    touching = np.unique(np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]]))
    kept = np.zeros(pieces.max() + 1, bool)
    kept[touching[touching > 0]] = True
    return kept[pieces]
