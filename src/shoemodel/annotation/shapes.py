"""What the files of other tools have in common: labelled shapes that become areas, and names that mean photos."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import parse_qs, unquote, urlsplit

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int

from shoemodel.errors import InputError
from shoemodel.image.masks import NAMES, VISIBLE, WEARABLE, ShoeAreas

LABELS = NAMES[VISIBLE:]
"""How the two areas are called in every file: visible, wearable."""
UPLOADED = re.compile(r"^[0-9a-f]{8}-")
"""What Label Studio puts before the name of an uploaded file."""
MAX_PIXELS = 50_000_000
"""Of a picture that a file speaks of; photos are no larger."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """One photo of a file: its name there, and the areas."""

    name: str
    areas: ShoeAreas


def areas_of(size: tuple[int, int], shapes: Iterable[tuple[str, Bool[np.ndarray, "h w"]]], where: str) -> ShoeAreas:
    """Areas of `size` (h, w) from labelled masks. Where both labels are marked the wearable one counts: an opening is
    often drawn over the whole shoe (ours).

    Raises:
        InputError: another label than visible or wearable, or no mask at all.
    """
    labels, found = np.zeros(size, np.uint8), 0
    for label, mask in shapes:
        name = label.strip().lower()
        if name not in LABELS:
            raise InputError(f"{where} has the label {label!r}; {' and '.join(LABELS)} are accepted")
        chosen = mask & (labels != WEARABLE) if name == NAMES[VISIBLE] else mask
        labels[chosen] = NAMES.index(name)
        found += 1
    if not found:
        raise InputError(f"{where} has no mask and no polygon")
    return ShoeAreas(labels)


def masks_of(areas: ShoeAreas) -> list[tuple[str, Bool[np.ndarray, "h w"]]]:
    """Label and mask of each area that is not empty."""
    pairs = ((NAMES[VISIBLE], areas.visible), (NAMES[WEARABLE], areas.wearable))
    return [(label, mask) for label, mask in pairs if mask.any()]


def checked_size(height: object, width: object, where: str) -> tuple[int, int]:
    """(h, w) as a file states it. InputError for what is no size of a photo."""
    try:
        size = int(str(height)), int(str(width))
    except ValueError as error:
        raise InputError(f"{where} has the size {width} x {height}; whole numbers of pixels are accepted") from error
    if min(size) < 1 or size[0] * size[1] > MAX_PIXELS:
        raise InputError(
            f"{where} has the size {size[1]} x {size[0]}; at most {MAX_PIXELS / 1e6:g} megapixels are accepted"
        )
    return size


def polygon(points_px: Float[np.ndarray, "n 2"], size: tuple[int, int]) -> Bool[np.ndarray, "h w"]:
    """The pixels inside a polygon, those on its outline too; corners count from the picture's corner, pixel centres lie
    at +0.5."""
    mask = np.zeros(size, np.uint8)
    fixed = np.round((points_px - 0.5) * 256).astype(np.int32)  # fillPoly counts centres from 0, in 1/256 px here
    cv2.fillPoly(mask, [fixed], 1, shift=8)
    return mask.astype(bool)


def runs(flat: Bool[np.ndarray, "n"]) -> Int[np.ndarray, "k"]:
    """Lengths of the runs of a mask, False first: 0 where it begins with True."""
    changes = np.flatnonzero(np.diff(flat.astype(np.int8))) + 1
    lengths = np.diff(np.concatenate([[0], changes, [flat.size]]))
    return np.concatenate([[0], lengths]) if flat.size and flat[0] else lengths


def from_runs(lengths: Int[np.ndarray, "k"], size: int, where: str) -> Bool[np.ndarray, "{size}"]:
    """The inverse of `runs`. InputError where the lengths do not add up."""
    if (lengths < 0).any() or lengths.sum() != size:
        raise InputError(f"{where} has a mask whose runs add up to {lengths.sum()}; {size} is accepted")
    return np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)


def photo_named(said: str, names: Iterable[str]) -> str | None:
    """Which of the photos `names` (without ending) a file means by a name, a path or a URL; None where it is none.

    Of an upload to Label Studio the eight digits before the name are passed over.
    """
    parts = urlsplit(said)
    path = parse_qs(parts.query).get("d", [parts.path])[0] if parts.scheme or "?" in said else said
    stem = PurePosixPath(unquote(path).replace("\\", "/")).stem
    known = set(names)
    return next((name for name in (stem, UPLOADED.sub("", stem)) if name in known), None)
