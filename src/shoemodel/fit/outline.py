"""What a picture says of its shoe: the outline's support function, the opening's, and the points of the foot.

A support function holds how far a shape reaches in each of DIRECTIONS; it is as good as its convex outline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int

from shoemodel.errors import InputError
from shoemodel.image.masks import ShoeAreas, fill_holes, largest_components

DIRECTIONS = 40
_ANGLES = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
WAYS: Float[np.ndarray, "2 DIRECTIONS"] = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])
SIDE_PX = 144
"""Longer side of the crop in which silhouettes are compared."""
LEAST_PX = 12
"""No shoe is told from less than this in either direction."""
HOLE = 0.01
"""Share of the shoe's pixels up to which a hole in it is none: a sandal has larger ones."""
SURE_SCORE = 0.5
"""Heatmap peak from which a foot point is trusted wholly."""
LEAST_OPENING = 0.004
"""Share of the shoe's pixels that an opening has at least."""


def support(points: Float[np.ndarray, "*n k 2"]) -> Float[np.ndarray, "*n DIRECTIONS"]:
    """How far points reach in each direction."""
    return (points @ WAYS.astype(points.dtype)).max(axis=-2)


@dataclass(frozen=True, eq=False)
class Seen:
    """The shoe of a picture; px of the picture."""

    mask: Bool[np.ndarray, "h w"]
    """The shoe alone, whole, without small holes."""
    wearable: Bool[np.ndarray, "h w"]
    """What of it is wearable, specks too."""
    support: Float[np.ndarray, "DIRECTIONS"]
    known: Float[np.ndarray, "DIRECTIONS"]
    """1, or 0 where the picture's edge cuts the shoe."""
    low: Float[np.ndarray, "2"]
    high: Float[np.ndarray, "2"]
    opening: Float[np.ndarray, "DIRECTIONS"] | None
    """Support of the wearable area, None where none is seen."""
    points: Float[np.ndarray, "2 4 2"]
    """Of the left and the right foot, in the order of `proxies.LANDMARKS`."""
    trust: Float[np.ndarray, "2 4"]
    """In each point, 0 to 1; 0 where it was not found."""

    @property
    def length(self) -> float:
        """The longer side of the shoe's box."""
        return float((self.high - self.low).max())

    @property
    def middle(self) -> Float[np.ndarray, "2"]:
        """Of the shoe's box."""
        return (self.low + self.high) / 2

    def centred(self) -> Seen:
        """Lengths over the shoe's own, from the middle of its box; the mask stays."""
        shift = self.middle @ WAYS
        return replace(
            self, support=(self.support - shift) / self.length, low=(self.low - self.middle) / self.length,
            high=(self.high - self.middle) / self.length, points=(self.points - self.middle) / self.length,
            opening=None if self.opening is None else (self.opening - shift) / self.length,
        )  # fmt: skip

    def turned(self, steps: int, mirrored: bool) -> Seen:
        """A centred one turned anticlockwise by `steps` directions, then mirrored; the mask stays."""
        angle = 2 * np.pi * steps / DIRECTIONS
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        order = (np.arange(DIRECTIONS) + steps) % DIRECTIONS
        flip = np.array([1.0, 1.0])
        points, trust = self.points @ turn, self.trust
        if mirrored:
            order = order[(DIRECTIONS // 2 - np.arange(DIRECTIONS)) % DIRECTIONS]
            flip = np.array([-1.0, 1.0])
        return replace(
            self, support=self.support[order], known=self.known[order], points=points * flip, trust=trust,
            opening=None if self.opening is None else self.opening[order],
        )  # fmt: skip


def seen(
    areas: ShoeAreas,
    points_px: Float[np.ndarray, "8 2"] | None = None,
    exists: Bool[np.ndarray, "8"] | None = None,
    scores: Float[np.ndarray, "8"] | None = None,
    name: str = "the photo",
) -> Seen:
    """What the areas and foot points (ankle, big toe, small toe, heel of left and right foot) of a picture say.

    scores: the points' heatmap peaks; without them those that exist are trusted wholly.

    Raises:
        InputError: there is no shoe, or too small a one.
    """
    mask = largest_components(areas.shoe, keep=1)
    mask = fill_holes(mask, HOLE * np.count_nonzero(mask))
    rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
    if min(len(rows), len(columns)) < LEAST_PX:
        raise InputError(
            f"the shoe in {name} covers {len(columns)}x{len(rows)} px; a shoe of {LEAST_PX} px at least each way can "
            "be fitted"
        )
    low, high = np.array([columns[0], rows[0]], float), np.array([columns[-1] + 1, rows[-1] + 1], float)
    outline = _edge(mask)
    reach = support(outline)
    wearable = areas.wearable & mask
    seen_opening = np.count_nonzero(wearable) > LEAST_OPENING * np.count_nonzero(mask)
    points = np.zeros((2, 4, 2)) if points_px is None else np.asarray(points_px, float).reshape(2, 4, 2)
    trust = np.full((2, 4), float(points_px is not None))
    if exists is not None:
        trust = trust * np.asarray(exists, bool).reshape(2, 4)
    if scores is not None:
        trust = trust * np.clip(np.asarray(scores, float).reshape(2, 4) / SURE_SCORE, 0, 1)
    return Seen(
        mask, wearable, reach, _known(outline, reach, mask.shape), low, high,
        support(_edge(largest_openings(wearable))) if seen_opening else None, points, trust,
    )  # fmt: skip


def largest_openings(wearable: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """The pieces of a wearable area that are no specks."""
    return largest_components(wearable, keep=8, min_fraction=0.08)


def _edge(mask: Bool[np.ndarray, "h w"]) -> Float[np.ndarray, "k 2"]:
    """Corners of a mask's convex outline, px."""
    rows = np.flatnonzero(mask.any(axis=1))
    part = mask[rows]
    first, last = part.argmax(axis=1), mask.shape[1] - part[:, ::-1].argmax(axis=1)
    x = np.concatenate([first, first, last, last])
    y = np.concatenate([rows, rows + 1, rows, rows + 1])
    hull = cv2.convexHull(np.stack([x, y], axis=1).astype(np.int32))
    return hull[:, 0].astype(float)


def _known(
    outline: Float[np.ndarray, "k 2"], reach: Float[np.ndarray, "DIRECTIONS"], size: tuple[int, int]
) -> Float[np.ndarray, "DIRECTIONS"]:
    """0 for the directions in which the outermost point lies on the picture's edge and the way leads out there."""
    outermost = outline[(outline @ WAYS).argmax(axis=0)]
    out = np.zeros(DIRECTIONS, bool)
    for axis, limit in ((0, size[1]), (1, size[0])):
        out |= (outermost[:, axis] <= 1) & (WAYS[axis] < 0.3)
        out |= (outermost[:, axis] >= limit - 1) & (WAYS[axis] > -0.3)
    return (~out).astype(float)


def small(seen_shoe: Seen) -> tuple[Bool[np.ndarray, "h w"], float, Float[np.ndarray, "2"]]:
    """The mask about the shoe on a grid of SIDE_PX, its scale, and the corner (2,) px it begins at."""
    margin = 0.12 * seen_shoe.length
    corner = seen_shoe.low - margin
    scale = SIDE_PX / (seen_shoe.length + 2 * margin)
    size = np.ceil((seen_shoe.high - seen_shoe.low + 2 * margin) * scale).astype(int)
    return reduced(seen_shoe.mask, scale, corner, size), scale, corner


def reduced(
    mask: Bool[np.ndarray, "h w"], scale: float, corner: Float[np.ndarray, "2"], size: Int[np.ndarray, "2"]
) -> Bool[np.ndarray, "small_h small_w"]:
    """A mask on a grid of `size` (width, height) that begins at a corner [px], `scale` times as fine."""
    matrix = np.array([[scale, 0, -corner[0] * scale], [0, scale, -corner[1] * scale]])
    matrix[:, 2] += 0.5 * scale - 0.5
    source = mask.astype(np.float32)
    if scale < 0.5:
        source = cv2.GaussianBlur(source, (0, 0), 0.4 / scale)
    return cv2.warpAffine(source, matrix, (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR) > 0.5


def silhouette(
    px: Float[np.ndarray, "n 2"], faces: Int[np.ndarray, "m 3"], size: tuple[int, int]
) -> Bool[np.ndarray, "h w"]:
    """The pixels that a projected closed mesh covers: those of the faces that are turned one way."""
    drawn = np.zeros(size, np.uint8)
    corner = px[faces]
    a, b = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    corner = corner[a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] > 0]
    for corners in np.round((corner - 0.5) * 16).astype(np.int32):
        cv2.fillConvexPoly(drawn, corners, 1, shift=4)
    return drawn > 0
