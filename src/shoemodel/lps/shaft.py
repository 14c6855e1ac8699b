"""A boot's shaft leads the leg: a shank that leaves it through its side is not worn (ours).

The leg model sees feet alone (C_p), and an ankle is at the same place in a boot as in a pump. With the figures below
4% of the true poses of tall boots count as beside their shafts, and 40% of the sampled ones (docs/results.md).
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Float

from shoemodel.image.pose import extents
from shoemodel.lps.anatomy import KNEE

LEAST = 0.6
"""Height of the visible area above the ankle, in extents of the foot, from which on it is a shaft."""
RIM = 0.3
"""Share of the height of the shaft's inside, from the top, in which the shank may leave it."""
HALF_SHANK = 0.2
"""How far the shank's middle keeps from the shaft's sides, in extents of the foot."""
SAMPLES = 128
"""Points looked at between ankle and knee."""


def beside_shaft(
    legs_px: Float[np.ndarray, "n 6 2"],
    feet_px: Float[np.ndarray, "8 2"],
    present: Bool[np.ndarray, "2"],
    visible: Bool[np.ndarray, "h w"],
) -> Bool[np.ndarray, "n"]:
    """Which poses have a shank that leaves the shaft of its shoe below the rim; none where the shoes are low."""
    _, pieces = cv2.connectedComponents(visible.astype(np.uint8))
    legs, feet = legs_px.reshape(-1, 2, 3, 2), feet_px.reshape(2, 4, 2)
    beside = np.zeros(len(legs), bool)
    for side in np.flatnonzero(present & visible.any()):
        ankle = feet[side, 0]
        shoe = _nearest_piece(pieces, ankle)
        extent = extents(feet[side])
        if _height(shoe, ankle) >= LEAST * extent:
            inner = cv2.distanceTransform(shoe.astype(np.uint8), cv2.DIST_L2, 3) > HALF_SHANK * extent
            left_at = _last_inside(inner, ankle, legs[:, side, KNEE])
            beside |= left_at < (1 - RIM) * _height(inner, ankle)
    return beside


def _nearest_piece(pieces: np.ndarray, point_px: Float[np.ndarray, "2"]) -> Bool[np.ndarray, "h w"]:
    rows, columns = np.nonzero(pieces)
    nearest = np.hypot(columns + 0.5 - point_px[0], rows + 0.5 - point_px[1]).argmin()
    return pieces == pieces[rows[nearest], columns[nearest]]


def _height(shoe: Bool[np.ndarray, "h w"], ankle_px: Float[np.ndarray, "2"]) -> float:
    """How high the shoe reaches above its ankle, px; 0 for nothing."""
    return float(ankle_px[1] - shoe.any(1).argmax()) if shoe.any() else 0.0


def _last_inside(
    shoe: Bool[np.ndarray, "h w"], ankle_px: Float[np.ndarray, "2"], knees_px: Float[np.ndarray, "n 2"]
) -> Float[np.ndarray, "n"]:
    """How high above the ankle [px] each line to a knee is last in the shoe; 0 for one that never is."""
    share = np.linspace(0, 1, SAMPLES)[:, None]
    points = ankle_px + share * (knees_px[:, None] - ankle_px)  # (n, SAMPLES, 2)
    columns, rows = np.floor(points).astype(int).transpose(2, 0, 1)
    height, width = shoe.shape
    framed = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    inside = framed & shoe[rows.clip(0, height - 1), columns.clip(0, width - 1)]
    last = SAMPLES - 1 - inside[:, ::-1].argmax(1)
    return np.where(inside.any(1), ankle_px[1] - points[np.arange(len(points)), last, 1], 0.0)
