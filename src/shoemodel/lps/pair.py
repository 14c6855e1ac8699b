"""Which pixels of a pair belong to which shoe (ours): by the pieces where they stand apart, else from foot to foot."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from shoemodel.image import masks
from shoemodel.image.masks import ShoeAreas
from shoemodel.lps.predict import FootKeypoints, apart

SIDES = ("left", "right")
CORE = 0.1
"""Thickness of the line from heel to toes that is surely a shoe's own, of its length."""


def split(rgb: UInt8[np.ndarray, "h w 3"], areas: ShoeAreas, feet: FootKeypoints) -> Mapping[str, ShoeAreas]:
    """The areas of each shoe that holds a foot, by side; of both together where one foot was found in two shoes that
    touch. Everything in px of one canvas. Shoes that overlap are divided along the picture's edges between both feet
    (watershed)."""
    lines = {
        side: _line(feet, number) for number, side in enumerate(SIDES) if feet.exists[4 * number : 4 * number + 4].all()
    }
    pieces = apart(areas.shoe)
    if len(pieces) == 2:
        return {side: _part(areas, pieces[number]) for side, number in _nearest(lines, pieces).items()}
    if len(lines) < 2:
        return {side: areas for side in lines}
    owners = _flooded(rgb, areas.shoe, [lines[side] for side in SIDES])
    found = {side: _part(areas, owners == number) for number, side in enumerate(SIDES, 1)}
    return {side: part for side, part in found.items() if part.visible.any()}


def of_side(feet: FootKeypoints, side: str) -> FootKeypoints:
    """The points of one foot alone."""
    own = np.repeat(np.array(SIDES) == side, 4)
    return FootKeypoints(feet.points_px, feet.scores, feet.exists & own)


def _line(feet: FootKeypoints, number: int) -> Float[np.ndarray, "2 2"]:
    """Heel and middle of the toes."""
    foot = feet.points_px[4 * number : 4 * number + 4]
    return np.stack([foot[3], foot[1:3].mean(axis=0)])


def _part(areas: ShoeAreas, own: Bool[np.ndarray, "h w"]) -> ShoeAreas:
    return ShoeAreas(np.where(own, areas.labels, masks.BACKGROUND).astype(np.uint8))


def _nearest(lines: Mapping[str, np.ndarray], pieces: list[np.ndarray]) -> dict[str, int]:
    """Which piece each foot is in; two feet never share one."""
    away = np.array([[_distance(line, piece) for piece in pieces] for line in lines.values()]).reshape(-1, 2)
    if len(away) == 2:
        straight = away[0, 0] + away[1, 1] <= away[0, 1] + away[1, 0]
        return dict(zip(lines, (0, 1) if straight else (1, 0), strict=True))
    return {side: int(row.argmin()) for side, row in zip(lines, away, strict=True)}


def _distance(line: Float[np.ndarray, "2 2"], piece: Bool[np.ndarray, "h w"]) -> float:
    """From a foot's middle to the middle of a piece, px."""
    rows, columns = np.nonzero(piece)
    return float(np.linalg.norm(line.mean(axis=0) - [columns.mean(), rows.mean()]))


def _flooded(
    rgb: UInt8[np.ndarray, "h w 3"], shoe: Bool[np.ndarray, "h w"], lines: list[Float[np.ndarray, "2 2"]]
) -> UInt8[np.ndarray, "h w"]:
    """1 and 2 where the shoe belongs to the first or second line, 0 elsewhere."""
    seeds = np.zeros((len(lines), *shoe.shape), np.uint8)
    for seed, line in zip(seeds, lines, strict=True):
        width = max(1, round(CORE * float(np.linalg.norm(line[1] - line[0]))))
        ends = np.round(line).astype(int).tolist()
        cv2.line(seed, ends[0], ends[1], 1, width)
    alone = seeds.sum(axis=0) == 1
    markers = np.where(shoe, 0, 3).astype(np.int32)
    for number, seed in enumerate(seeds, 1):
        markers[(seed > 0) & alone & shoe] = number
    flooded = cv2.watershed(np.ascontiguousarray(cv2.GaussianBlur(rgb, (0, 0), 1.0)), markers.copy())
    away = np.stack([cv2.distanceTransform((flooded != number).astype(np.uint8), cv2.DIST_L2, 3) for number in (1, 2)])
    return np.where(shoe, 1 + away.argmin(axis=0), 0).astype(np.uint8)  # the lines between them belong to the nearer
