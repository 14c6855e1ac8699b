"""The leg moved into the opening that the photo shows (ours).

The fitted proxy is not the photo's shoe: its opening lies a few millimetres beside the true one and is as much wider or
narrower. So the leg is moved in the plane of the picture, and made thicker or thinner, until it fills the opening that
was detected; where none is seen, at a shaft's edge-on rim, the shoe's own upper outline takes its place. A low shoe
whose opening is not seen has a tongue there: its leg stays where the foot has it. A low-cut shoe, a pump say, holds the
foot and not the ankle: there the proxy's rim is laid on the opening, and the foot goes with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float

from shoemodel.fit.shoe import ShoeFit
from shoemodel.image.geometry import Box
from shoemodel.image.masks import ShoeAreas, dilate

FILL, SHAFT_FILL = 0.90, 0.90
"""How much of the opening's width a leg takes, and of a shaft's with what is tucked into it."""
SCALES, SHAFT_SCALES = (0.82, 1.20), (0.85, 1.30)
"""A leg becomes so much thinner or thicker at most."""
LOW_CUT, LOW_CUT_SCALES = ("pump", "ballerina", "loafer", "sandal", "clog"), (0.92, 1.10)
"""Families whose opening is longer than an ankle is thick."""
RISE = 0.06
"""How far a foot is raised or lowered at most, of the shoe's width in the picture."""
ABOVE_M, IN_SHAFT_M, HALF_M = 0.035, -0.004, 0.008
"""Where its width is measured, from the rim upwards, and over which height: a low rim's section holds the instep."""
UP, TOE = (0.0, 0.0, 0.05), (0.0, -0.05, 0.0)
"""Directions of the shoe's frame."""
LEAST_SEEN = 0.6
"""An opening or an edge narrower than this fraction of the fitted rim is not all of it."""
SMALLEST = 6e-4
"""Wearable pieces below this fraction of the shoe's length squared are no opening."""


STEPS, RELUCTANT = (0.0, 0.5, 1.0), 0.005
"""How much of the way a leg may go, and what the whole of it must cover besides, of the shoe's pixels."""
CELLS = 64
"""Along the longer side of the shoe: what a leg covers is told on so coarse a grid."""
MATCH, MATCH_MARGIN = 0.50, 0.05
"""Less of the opening within the fitted rim means that they are not the same; a margin about it, of the length."""


@dataclass(frozen=True)
class Alignment:
    """A scaling about `pivot` (3,) and then a move `shift` (3,), in the frame of the fit."""

    pivot: np.ndarray
    scale: float
    shift: np.ndarray

    def apply(self, points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
        """Points of the leg moved into the opening."""
        return self.pivot + self.scale * (points - self.pivot) + self.shift

    def by(self, share: float) -> Alignment:
        """So much of the way."""
        return Alignment(self.pivot, self.scale**share, share * self.shift)


def align(leg: Float[np.ndarray, "n 3"], fit: ShoeFit, areas: ShoeAreas) -> Alignment:
    """The alignment that leaves least of the wearable area uncovered; none where that is as good.

    leg: surface points of what goes into the shoe; areas: on the canvas of the fit's camera.
    """
    whole = fill(leg, fit, areas)
    if whole.scale == 1.0 and not whole.shift.any():
        return whole
    costs = [_uncovered(whole.by(share).apply(leg), fit, areas) + RELUCTANT * share for share in STEPS]
    return whole.by(STEPS[int(np.argmin(costs))])


def _uncovered(leg: Float[np.ndarray, "n 3"], fit: ShoeFit, areas: ShoeAreas) -> float:
    """The wearable pixels that a leg leaves uncovered, as a share of the shoe's."""
    rows, columns = Box.of_mask(areas.shoe).slices
    high, wide = areas.shoe[rows, columns].shape
    cell = max(1.0, max(high, wide) / CELLS)
    size = (int(np.ceil(wide / cell)), int(np.ceil(high / cell)))
    cells = np.floor((fit.camera.project(leg)[0] - (columns.start, rows.start)) / cell).astype(int)
    cells = cells[((cells >= 0) & (cells < size)).all(axis=1)]
    covered = np.zeros(size[::-1], np.uint8)
    covered[cells[:, 1], cells[:, 0]] = 1
    covered = cv2.morphologyEx(covered, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    shoe, wearable = (
        cv2.resize(mask[rows, columns].astype(np.float32), size, interpolation=cv2.INTER_AREA)
        for mask in (areas.shoe, areas.wearable)
    )
    return float((wearable * (1 - covered)).sum() / shoe.sum())


def fill(leg: Float[np.ndarray, "n 3"], fit: ShoeFit, areas: ShoeAreas) -> Alignment:
    """The leg so thick and at such a place that it fills the opening."""
    camera, rim = fit.camera, fit.placed(fit.proxy.rim)
    if fit.proxy.family in LOW_CUT and areas.wearable.any():
        return _with_rim(fit, areas)
    shaft = fit.proxy.kind == "shaft"
    level = float(rim[:, 2].max() if shaft else np.median(rim[:, 2]))
    pivot, section = _section(leg, level + (IN_SHAFT_M if shaft else ABOVE_M))
    place, depth = camera.project(pivot[None])
    up = direction(fit, UP)
    across = np.array([-up[1], up[0]])
    own = (camera.project(section)[0] - place[0]) @ across
    rim_px = (camera.project(rim)[0] - place[0]) @ across
    ends = _opening_ends(areas, place[0], across)
    seen = ends is not None and ends[1] - ends[0] > LEAST_SEEN * np.ptp(rim_px)
    if not seen and not shaft:
        return Alignment(pivot, 1.0, np.zeros(3))
    fill, limits = (FILL, SCALES) if seen else (SHAFT_FILL, SHAFT_SCALES)
    if ends is None or not seen:
        ends = _outline_ends(areas, place[0], up, across, float(np.ptp(rim_px)))
    scale = float(np.clip(fill * (ends[1] - ends[0]) / max(np.ptp(own), 1.0), *limits))
    move_px = (sum(ends) - own.min() - own.max()) / 2 * across
    if seen and not shaft:
        move_px = move_px + _lift_px(fit, areas, place[0], up) * up
    shift = camera.rotation.T @ np.array([*(move_px * depth[0] / camera.focal_px), 0.0])
    return Alignment(pivot, scale, shift)


def _with_rim(fit: ShoeFit, areas: ShoeAreas) -> Alignment:
    """The proxy's rim laid on the opening, across the up-direction; both by what most of their pixels say."""
    camera, rim = fit.camera, fit.placed(fit.proxy.rim)
    pivot = rim.mean(axis=0)
    place, depth = camera.project(pivot[None])
    up = direction(fit, UP)
    across = np.array([-up[1], up[0]])
    own = _rim_mask(fit)
    if own.sum() < 30:  # seen edge on
        return Alignment(pivot, 1.0, np.zeros(3))
    (low, high), (wanted_low, wanted_high) = (_most(mask, place[0], across) for mask in (own, areas.wearable))
    scale = float(np.clip((wanted_high - wanted_low) / max(high - low, 1.0), *LOW_CUT_SCALES))
    move_px = (wanted_low + wanted_high - low - high) / 2 * across + _lift_px(fit, areas, place[0], up) * up
    return Alignment(pivot, scale, camera.rotation.T @ np.array([*(move_px * depth[0] / camera.focal_px), 0.0]))


def _rim_mask(fit: ShoeFit) -> np.ndarray:
    """What the picture shows of the room that the proxy's rim encloses: strips across it whose upper side is seen."""
    rim, camera = fit.placed(fit.proxy.rim), fit.camera
    one, other = rim[: len(rim) // 2 + 1], np.roll(rim[::-1], 1, axis=0)[: len(rim) // 2 + 1]
    strips = np.stack([one[:-1], one[1:], other[1:], other[:-1]], axis=1)
    upwards = np.cross(strips[:, 2] - strips[:, 0], strips[:, 3] - strips[:, 1])
    upwards *= np.sign(upwards[:, 2:])
    seen = ((camera.origin - strips.mean(axis=1)) * upwards).sum(axis=1) > 0
    mask = np.zeros(camera.size, np.uint8)
    for corners in strips[seen]:
        cv2.fillConvexPoly(mask, np.round(camera.project(corners)[0]).astype(np.int32), 1)
    return mask > 0


def _lift_px(fit: ShoeFit, areas: ShoeAreas, place: np.ndarray, up: np.ndarray) -> float:
    """How much higher than the proxy's the lower edge of the opening lies: what is nearest to the camera of it."""
    own = _rim_mask(fit)
    if own.sum() < 30:
        return 0.0
    lower, wanted = (_most(mask, place, up)[0] for mask in (own, areas.wearable))
    most = RISE * np.ptp(np.nonzero(areas.shoe)[1])
    return float(np.clip(wanted - lower, -most, most))


def _most(mask: np.ndarray, place: np.ndarray, way: np.ndarray) -> tuple[float, float]:
    """Between where nine tenths of a mask's pixels lie along a way, px from `place`."""
    y, x = np.nonzero(mask)
    low, high = np.percentile((np.stack([x, y], axis=1) + 0.5 - place) @ way, [5, 95])
    return float(low), float(high)


def warnings(fit: ShoeFit, areas: ShoeAreas) -> list[str]:
    """A sentence where the photo's opening is not where the fitted shoe has its own."""
    opening = _largest_opening(areas)
    if opening is None:
        return []
    length = max(np.ptp(each) for each in np.nonzero(areas.shoe)) + 1
    points = [fit.proxy.rim, fit.proxy.landmarks[:1]] if fit.proxy.kind == "open" else [fit.proxy.rim]
    rim = fit.camera.project(fit.placed(np.concatenate(points)))[0]  # bands show the foot up to its ankle
    around = np.zeros(areas.size, np.uint8)
    cv2.fillConvexPoly(around, cv2.convexHull(np.round(rim).astype(np.int32)), 1)
    if dilate(around > 0, MATCH_MARGIN * length)[opening].mean() > MATCH:
        return []
    return ["the opening is not where the shoe's outline suggests it: look where the leg stands, and take photos that "
            "are neither turned nor from straight above"]  # fmt: skip


def direction(fit: ShoeFit, way: tuple[float, float, float]) -> Float[np.ndarray, "2"]:
    """A direction of the shoe's frame as the picture shows it at the opening, a unit vector."""
    middle = fit.placed(fit.proxy.rim).mean(axis=0)
    ends, _ = fit.camera.project(np.array([[0, 0, 0], way]) + middle)
    seen = ends[1] - ends[0]
    return seen / max(float(np.linalg.norm(seen)), 1e-6)


def _section(points: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The leg's points about a height, and their middle."""
    for half in (HALF_M, 2 * HALF_M, 4 * HALF_M):
        near = points[np.abs(points[:, 2] - level) < half]
        if len(near) >= 8:
            return (near.min(axis=0) + near.max(axis=0)) / 2, near
    highest = points[np.argsort(points[:, 2])[-8:]]
    return highest.mean(axis=0), highest


def _opening_ends(areas: ShoeAreas, place: np.ndarray, across: np.ndarray) -> tuple[float, float] | None:
    """Where the opening begins and ends across the up-direction, px from `place`; None without one."""
    opening = _largest_opening(areas)
    if opening is None:
        return None
    y, x = np.nonzero(opening)
    side = (np.stack([x, y], axis=1) + 0.5 - place) @ across
    low, high = np.percentile(side, [1, 99])
    return float(low), float(high)


def _largest_opening(areas: ShoeAreas) -> np.ndarray | None:
    """The largest wearable piece; None where none is large enough for an opening."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(areas.wearable.astype(np.uint8), connectivity=8)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    length = max(np.ptp(each) for each in np.nonzero(areas.shoe)) + 1
    if stats[largest, cv2.CC_STAT_AREA] < SMALLEST * length**2 + 30:
        return None
    return labels == largest


def _outline_ends(
    areas: ShoeAreas, place: np.ndarray, up: np.ndarray, across: np.ndarray, rim_px: float
) -> tuple[float, float]:
    """The width of the shoe just below its upper edge about `place`: from where it is about as wide as a rim of
    `rim_px`, for a tab or a tongue may stand higher."""
    y, x = np.nonzero(areas.shoe)
    points = np.stack([x, y], axis=1) + 0.5 - place
    height, side = points @ up, points @ across
    length = float(max(np.ptp(x), np.ptp(y)) + 1)
    near = np.abs(side) < max(0.45 * length, rim_px)
    height, side = (height[near], side[near]) if near.any() else (height, side)
    step = 0.02 * length
    for top in np.arange(height.max(), height.min(), -step):
        band = (height <= top - 0.3 * step) & (height > top - 1.8 * step)
        if band.any() and np.ptp(side[band]) > LEAST_SEEN * rim_px:
            low, high = np.percentile(side[band], [1, 99])
            return float(low), float(high)
    return float(side.min()), float(side.max())
