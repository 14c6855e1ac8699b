"""Pictures that are one picture again, scaled, recompressed or lit a little differently: by perceptual hash (ours).

The hash is pHash (Zauner 2010): the signs of the 64 lowest frequencies of a grey picture of 32 px against their median.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import UInt8

SIDE, KEPT = 32, 8
NEAR = 6
"""Bits of 64 in which two hashes of one picture may differ (ours)."""


def perceptual_hash(rgb: UInt8[np.ndarray, "h w 3"]) -> int:
    """64 bits."""
    grey = cv2.cvtColor(cv2.resize(rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    low = cv2.dct(grey.astype(np.float32))[:KEPT, :KEPT].ravel()
    signs = low > np.median(low[1:])
    return int.from_bytes(np.packbits(signs).tobytes())


def first_of_each(hashes: list[int | None], near: int = NEAR) -> list[int]:
    """For each hash the number of the first picture that it repeats, or its own number; None repeats nothing.

    A picture is compared with those that repeat nothing themselves, so that a chain of likenesses is not one picture.
    """
    known = np.zeros(len(hashes), np.uint64)
    numbers: list[int] = []
    first: list[int] = []
    for number, value in enumerate(hashes):
        if value is None:
            first.append(number)
            continue
        distances = np.bitwise_count(known[: len(numbers)] ^ np.uint64(value))
        nearest = int(distances.argmin()) if len(numbers) else 0
        if len(numbers) and distances[nearest] <= near:
            first.append(numbers[nearest])
            continue
        known[len(numbers)] = value
        numbers.append(number)
        first.append(number)
    return first
