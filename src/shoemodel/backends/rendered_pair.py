"""Both legs of a pair: each in its shoe, the nearer before the other (ours)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from shoemodel.backends.align import UP, direction
from shoemodel.compose.layers import Layers, over
from shoemodel.fit.each import FittedShoe
from shoemodel.image.pose import Pose

if TYPE_CHECKING:
    from shoemodel.backends.render import RenderedLeg

LARGEST = 0.05
"""Larger pieces of the visible area, of all of it, are never hidden."""
NEARER_M = 0.02
"""How much nearer its opening is than what lies behind it of the other shoe, at least."""
WITHIN = 0.9
"""How much of a piece's border the leg covers, and of the piece is the other shoe's, where the leg hides it."""


def behind(shoe: FittedShoe, other: FittedShoe | None) -> Bool[np.ndarray, "h w"] | None:
    """The visible area of the other shoe, where a leg in `shoe` may stand before it, else None.

    Only of two that are one model under one camera (`fit.pair`) is it known which is nearer.
    """
    if other is None or other.fit.proxy is not shoe.fit.proxy or other.fit.camera.focal_px != shoe.fit.camera.focal_px:
        return None
    up = direction(shoe.fit, UP)
    across = np.array([-up[1], up[0]])
    rim, rim_depth = shoe.fit.camera.project(shoe.fit.placed(shoe.fit.proxy.rim))
    px, depth = other.fit.camera.project(other.fit.placed(other.fit.proxy.vertices))
    over_rim = (px @ across > (rim @ across).min()) & (px @ across < (rim @ across).max())
    nearer = over_rim.any() and np.median(depth[over_rim]) > np.median(rim_depth) + NEARER_M
    return other.areas.visible if nearer else None


def hidden(
    visible: Bool[np.ndarray, "h w"], other: Bool[np.ndarray, "h w"], cover: Float32[np.ndarray, "h w"]
) -> Bool[np.ndarray, "h w"]:
    """Pieces of the visible area that a leg hides: small ones of the other shoe, all round in the leg.

    Where both shoes touch in the picture their border is not known well enough to hide more.
    """
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(visible.astype(np.uint8), connectivity=4)
    found = np.zeros(visible.shape, bool)
    for number in range(1, count):
        x, y, width, height, size = stats[number]
        part = slice(max(0, y - 3), y + height + 3), slice(max(0, x - 3), x + width + 3)
        piece = pieces[part] == number
        border = cv2.dilate(piece.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool) & ~piece
        small = size <= LARGEST * np.count_nonzero(visible)
        if small and (cover[part][border] > 0.5).mean() >= WITHIN and other[part][piece].mean() >= WITHIN:
            found[part] |= piece
    return found


@dataclass(frozen=True, eq=False)
class RenderedPair:
    """Both legs of one prompt in a pair, of the same person in the same clothes."""

    one: RenderedLeg
    other: RenderedLeg

    @property
    def _legs(self) -> tuple[RenderedLeg, RenderedLeg]:
        """The farther shoe's first: by depth where that is known, else its lower edge is higher in the picture."""
        for near, far in ((self.one, self.other), (self.other, self.one)):
            if near.behind is not None:
                return far, near
        lower = [int(np.flatnonzero(leg.shoe.areas.shoe.any(axis=1)).max()) for leg in (self.one, self.other)]
        return (self.one, self.other) if lower[0] <= lower[1] else (self.other, self.one)

    @property
    def steps(self) -> int:
        """Of both."""
        return self.one.steps + self.other.steps

    @property
    def warnings(self) -> list[str]:
        """Of both, each once."""
        return list(dict.fromkeys([*self.one.warnings, *self.other.warnings]))

    @property
    def understood(self) -> dict[str, Any]:
        """As of one leg."""
        return self.one.understood

    @property
    def light(self) -> dict[str, Any]:
        """As of one leg."""
        return self.one.light

    def generate(self, poses: Sequence[Pose], seeds: Sequence[int], report: Callable[[int], None]) -> Iterator[Layers]:
        far, near = (iter(leg.generate(poses, seeds, lambda _: None)) for leg in self._legs)
        for number in range(len(poses)):
            behind = next(far)
            report(number * self.steps + self.one.steps)
            yield over(next(near), behind)
            report((number + 1) * self.steps)
