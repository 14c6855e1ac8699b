"""A plain ground, as shops show shoes on: which pixels are it, which are its shadow, which are neither (ours).

The ground's colour is fitted to the picture's border as a smooth surface, so paper that darkens towards an edge is
plain too. What looks like it and reaches the border is ground; what is a darker shade of it without an edge is shadow.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

WEIGHT, LIMIT = 3.0, 4.0  # logits that certain evidence is worth, and those at which a network's are cut off
SIDE = 512  # px: longer side of the picture in which the ground is looked for
BORDER = 0.02  # of the longer side: width of the strip to which the ground is fitted
PLAIN = 0.7  # share of the border's pixels that must look like the fit
SAME = 9.0  # distance in 8-bit colours up to which a pixel may be the ground, on a ground without grain
GRAINS = 4.0  # times the border's own deviation that SAME grows to, on a grainy one
OTHER = 24.0  # distance from which a pixel is certainly something else
TWO_PLAIN, FAR_APART = 0.72, 90.0  # the same share where there are two colours, and their largest distance
NEAR = 45.0  # distance from the border's median colour from which a pixel is left out of the first fit
COARSEST = 8.0  # deviation of the border's pixels from the fit above which no ground is plain
EXACT = 3.0  # distance up to which a pixel has exactly the ground's colour, where there is no grain
PURE, LEAST_LOOP = 0.8, 3e-4  # share of exact pixels in ground seen through a loop, and its least share of the picture
TINT = 0.035  # how far the channels of a shadow may be darkened unevenly
DARKEST = 0.45  # share of the light that a soft shadow leaves
SMOOTH = 5.0  # 8-bit steps a pixel of SIDE that a soft shadow may change by


@dataclass(frozen=True, eq=False)
class Ground:
    """Evidence on the photo's grid."""

    evidence: Float[np.ndarray, "h w"]
    """-1: ground that reaches the border or is seen through a loop; 0: nothing can be said, a shadow; 1: no ground."""
    grain: float
    """Std of the border's pixels from the fit, 8-bit colours."""

    def within(self, part: tuple[slice, slice]) -> Ground:
        """The evidence of a part of the photo."""
        return Ground(self.evidence[part], self.grain)

    def shoe(self, logits: Float[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
        """Where a network's logits and the evidence together say shoe."""
        return np.clip(logits, -LIMIT, LIMIT) + WEIGHT * self.evidence > 0


def plain(rgb: UInt8[np.ndarray, "h w 3"]) -> Ground | None:
    """The plain ground of a photo; None where its border is not of one, smoothly changing colour."""
    height, width = rgb.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    fitted = _fit(small) or _two_colours(small, rgb)
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
    evidence[_even(small, surface) | shaded] = 0
    evidence[reached] = -1
    inner = alike & ~reached
    evidence[inner] = 0
    evidence[_loops(inner, distance <= max(EXACT, GRAINS / 2 * grain))] = -1
    return Ground(cv2.resize(evidence, (width, height), interpolation=cv2.INTER_LINEAR), grain)


def surface(rgb: UInt8[np.ndarray, "h w 3"]) -> Float[np.ndarray, "h w 3"] | None:
    """The colours that a ground of one, smoothly changing colour has all over the photo; None where it is not plain."""
    fitted = _fit(rgb.astype(np.float32))
    return None if fitted is None else fitted[0]


def _fit(small: Float[np.ndarray, "h w 3"]) -> tuple[Float[np.ndarray, "h w 3"], float] | None:
    """A quadratic surface through most of the border's colours, and how far these deviate; None where few do."""
    height, width = small.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    terms = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=2)
    border = _border(small)
    at, colours = terms[border], small[border]
    inside = np.abs(colours - np.median(colours, axis=0)).max(axis=1) < NEAR
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


def _two_colours(
    small: Float[np.ndarray, "h w 3"], rgb: UInt8[np.ndarray, "H W 3"]
) -> tuple[Float[np.ndarray, "h w 3"], float] | None:
    """The nearest mixture of the border's two colours, for drawn checks or a wall and a floor; None where the border of
    the photo `rgb` holds more than two."""
    colours = rgb[_border(rgb)].astype(np.float32)
    colours = colours[:: 1 + len(colours) // 20_000]
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    cv2.setRNGSeed(0)
    _, chosen, _ = cv2.kmeans(colours, 2, None, stop, 2, cv2.KMEANS_PP_CENTERS)
    if not 0.15 < chosen.mean() < 0.85:
        return None
    first, second = (np.median(colours[chosen[:, 0] == each], axis=0) for each in (0, 1))  # not the shoe's, too
    between = second - first
    length = float(np.linalg.norm(between))
    if not 2 * SAME < length < FAR_APART:
        return None

    def nearest(picture: np.ndarray) -> np.ndarray:
        return first + np.clip((picture - first) @ between / length**2, 0, 1)[..., None] * between

    error = np.abs(colours - nearest(colours)).max(axis=1)
    ends = np.minimum(*(np.abs(colours - end).max(axis=1) for end in (first, second)))
    if (ends < SAME).mean() < TWO_PLAIN:
        return None
    return nearest(small), float(np.sqrt(np.mean(error[error < SAME] ** 2)))


def _border(picture: np.ndarray) -> Bool[np.ndarray, "h w"]:
    height, width = picture.shape[:2]
    strip = max(2, round(BORDER * max(height, width)))
    border = np.ones((height, width), bool)
    border[strip:-strip, strip:-strip] = False
    return border


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


def _loops(inner: Bool[np.ndarray, "h w"], exact: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """The pieces of `inner` that are large and nearly all exactly of the ground's colour: white leather is not."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(inner.astype(np.uint8), connectivity=4)
    count = len(stats)
    pure = np.bincount(pieces.ravel(), exact.ravel(), count) / stats[:, cv2.CC_STAT_AREA]
    kept = (pure > PURE) & (stats[:, cv2.CC_STAT_AREA] > LEAST_LOOP * inner.size)
    kept[0] = False  # what is not in `inner`
    return kept[pieces]


def _reaching_border(mask: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """The 4-connected pieces that touch the picture's border."""
    _, pieces = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    touching = np.unique(np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]]))
    kept = np.zeros(pieces.max() + 1, bool)
    kept[touching[touching > 0]] = True
    return kept[pieces]
