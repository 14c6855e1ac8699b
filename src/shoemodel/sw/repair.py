"""A second pass, which repairs the border between shoe and picture (ours).

A generator that has X_w as a condition only draws the shoe a little too large, or its edge in a colour of its own, and
what it drew beyond X_w stays when X_w is pasted. So the picture is drawn twice: X_w is put in place, a ring about it is
filled from what lies around, and from a part of the noise on the picture is drawn again. Legs and ground are kept.

Measured (`docs/results.md`, `docs/log.md`): the seam's ΔE falls from 6.1 to 5.3. Object expansion fell by a quarter
with a generator that expanded more; with the shipped one it does not change beyond its interval.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.masks import dilate
from shoemodel.sw.conditions import in_square

STRENGTH = 0.4
"""Share of the noise from which the second pass starts."""
OTHER_NOISE = 2**32
"""Added to a picture's seed for the noise of its second pass."""
RING = 1 / 32
"""Width of the ring, of the side."""
REACH_PX = 5
"""How far around a pixel of the ring colours are looked for."""


def draw_twice(
    draw: Callable[..., UInt8[np.ndarray, "s s 3"]],
    shoe: UInt8[np.ndarray, "h w 4"],
    seed: int,
    steps: int,
    strength: float = STRENGTH,
    callback: Callable[[int], None] | None = None,
) -> UInt8[np.ndarray, "s s 3"]:
    """A picture, and what the second pass makes of it; with strength 0 the picture alone.

    draw: `sample.sample` with all that both passes share. shoe: X_w on the canvas, see `paste.place`. steps: those of
    the first pass. callback: called with the steps done in both.
    """
    drawn = draw(seed=seed, callback=callback)
    if not strength:
        return drawn
    start = shoe_in_place(drawn, *in_square(shoe, len(drawn)))
    later = callback and (lambda done: callback(steps + done))
    return draw(seed=seed + OTHER_NOISE, start=start, strength=strength, callback=later)


def shoe_in_place(
    drawn: UInt8[np.ndarray, "s s 3"], x_w: UInt8[np.ndarray, "s s 3"], visible: Bool[np.ndarray, "s s"]
) -> UInt8[np.ndarray, "s s 3"]:
    """What the second pass starts from: the first one's picture with X_w on a cleared ground."""
    ring = dilate(visible, RING * len(drawn)) if visible.any() else visible
    filled = cv2.inpaint(drawn, ring.astype(np.uint8), REACH_PX, cv2.INPAINT_TELEA)
    return np.where(visible[..., None], x_w, filled)
