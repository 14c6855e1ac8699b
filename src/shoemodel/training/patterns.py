"""Shoes in the patterns of photos (ours): what renders lack most are weaves, grain, prints and wear."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.training.backgrounds import random_crop

GROUPS, CHANGED_P, GREY_P = (2, 7), 0.5, 0.6
"""Between how many groups of like colours a shoe is divided, how often one is changed, and by light and dark alone."""
SEEN, REACH, MOST_TIMES = 3000, 0.12, 14
"""Pixels from which the groups are found; what is coarser than this share of the side is no pattern, but light; how
often a piece is repeated at most, as in a weave."""


def patterned(
    rgb: UInt8[np.ndarray, "h w 3"],
    shoe: Bool[np.ndarray, "h w"],
    photos: Sequence[UInt8[np.ndarray, "a b 3"]],
    rng: np.random.Generator,
) -> UInt8[np.ndarray, "h w 3"]:
    """Some of a shoe's colours, each with the fine light and dark of a piece of some photo.

    Pixels are grouped by their colour alone, so that no edge of an area is told by a pattern's. A picture without
    shoe pixels is given back.
    """
    pixels = rgb[shoe].astype(np.float32)
    if len(pixels) == 0:
        return rgb
    groups = int(rng.integers(*GROUPS))
    seen = pixels[rng.integers(len(pixels), size=min(SEEN, len(pixels)))]
    centres = _centres(seen, min(groups, len(seen)), rng)
    nearest = ((pixels[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    factors, side = np.ones_like(pixels), max(shoe.shape)
    for group in range(len(centres)):
        if rng.random() < CHANGED_P:
            pattern = _pattern(photos[int(rng.integers(len(photos)))], rng, side)
            mine = nearest == group
            factors[mine] = pattern[: shoe.shape[0], : shoe.shape[1]][shoe][mine]
    out = rgb.copy()
    out[shoe] = np.clip(pixels * factors, 0, 255).astype(np.uint8)
    return out


def _centres(pixels: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Colours (n, 3) about which pixels lie."""
    cv2.setRNGSeed(int(rng.integers(2**31)))
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 6, 1.0)
    _, _, centres = cv2.kmeans(pixels, count, None, criteria, 1, cv2.KMEANS_RANDOM_CENTERS)
    return centres


def _pattern(photo: UInt8[np.ndarray, "a b 3"], rng: np.random.Generator, side: int) -> np.ndarray:
    """Factors (side, side, 3) about 1: a crop over its blurred self, of several tints or not, repeated or not."""
    times = 1 if rng.random() < 0.5 else int(rng.integers(2, MOST_TIMES))
    small = max(4, -(-side // times))
    light = random_crop(photo, rng, small).astype(np.float32) + 8
    if rng.random() < GREY_P:
        light = np.repeat(light.mean(axis=2, keepdims=True), 3, axis=2)
    cells = max(2, round(1 / REACH))
    coarse = cv2.resize(light, (cells, cells), interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(coarse, (small, small), interpolation=cv2.INTER_CUBIC) if times == 1 else light.mean((0, 1))
    factors = np.clip(1 + rng.uniform(0.3, 1.2) * (light / np.maximum(coarse, 8) - 1), 0.25, 2.5)
    return np.tile(factors, (times, times, 1))[:side, :side]
