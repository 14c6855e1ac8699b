"""How well the rim of a fitted proxy and the wearable area agree: where leg and shoe will meet (ours)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float

from shoemodel.fit.outline import Seen, largest_openings, support


@dataclass(frozen=True)
class Collar:
    """Measures of one fit."""

    gap: float
    """Between how far rim and wearable area reach: root mean square over all directions, in lengths of the box."""
    uncovered: float
    """Share of the wearable area that lies outside the rim: a leg in the proxy would not hide it."""

    @classmethod
    def of(cls, rim_px: Float[np.ndarray, "k 2"], seen: Seen) -> Collar | None:
        """rim_px: a closed ring in the picture. None where no opening was seen."""
        if seen.opening is None:
            return None
        gap = np.sqrt(np.mean((support(rim_px) - seen.opening) ** 2)) / seen.length
        opening = largest_openings(seen.wearable)
        within = np.zeros(opening.shape, np.uint8)
        cv2.fillPoly(within, [np.round((rim_px - 0.5) * 16).astype(np.int32)], 1, shift=4)
        outside = np.count_nonzero(opening & (within == 0))
        return cls(float(gap), outside / np.count_nonzero(opening))
