"""A folder of tuples looked through once: every tuple checked, counted, and some of them shown."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.data.statistics import facts, summarise
from shoemodel.errors import InputError
from shoemodel.image import draw

COLUMNS = ("unworn or X_w", "worn", "areas", "pose")
"""The pictures of a tuple on the sheet."""
ABREAST = 2
"""Tuples in one row of the sheet."""


@dataclass(frozen=True)
class Inspection:
    """What was found in a folder."""

    summary: dict[str, Any]
    """`statistics.summarise` of the sound tuples, with the number of shards and bytes."""
    problems: dict[str, list[str]]
    """What is wrong, by the tuple's key or the shard's name."""
    shown: list[Sample]
    """Evenly spaced sound tuples for the sheet."""


def inspect(folder: Path, show: int = 12) -> Inspection:
    """Check and count every tuple of a folder. Raises `InputError` where there is no shard."""
    paths = shards.shard_paths(folder)
    total = sum(len(shards.keys_in(path)) for path in paths)
    wanted = set(np.linspace(0, total - 1, min(show, total)).round().astype(int).tolist()) if total else set()
    problems: dict[str, list[str]] = {}
    seen = _Seen()
    rows, shown = [], []
    for number, (key, sample, faults) in enumerate(_tuples(paths)):
        faults += seen.again(key, sample)
        if faults or sample is None:
            problems.setdefault(key, []).extend(faults)
            continue
        rows.append(facts(sample))
        if number in wanted:
            shown.append(sample)
    size = sum(path.stat().st_size for path in paths)
    files = {"shards": len(paths), "bytes": size, "bytes a tuple": round(size / max(total, 1))}
    return Inspection({**files, **summarise(rows)}, problems, shown)


def sheet(samples: Sequence[Sample]) -> UInt8[np.ndarray, "h w 3"]:
    """Unworn | worn | areas | pose, two tuples a row. Raises `InputError` where there is nothing to show."""
    if not samples:
        raise InputError("no sound tuple was found to put on the sheet")
    pictures = [_row(sample) for sample in samples]
    starts = range(0, len(pictures), ABREAST)
    rows = [[image for row in pictures[start : start + ABREAST] for image in row] for start in starts]
    return draw.contact_sheet(rows, COLUMNS * min(ABREAST, len(pictures)))


def _row(sample: Sample) -> list[np.ndarray]:
    areas = draw.overlay_areas(sample.unworn, sample.areas)
    return [sample.unworn, sample.worn, areas, draw.overlay_pose(sample.worn, sample.pose)]


def _tuples(paths: Sequence[Path]) -> Iterator[tuple[str, Sample | None, list[str]]]:
    """Key, the tuple if it can be read, and what is wrong with it; a damaged shard comes under its own name."""
    for path in paths:
        try:
            for key, members in shards.entries(path):
                yield key, *_checked(key, members)
        except tarfile.TarError as error:
            yield path.name, None, [f"the shard is damaged ({error})"]


def _checked(key: str, members: dict[str, bytes]) -> tuple[Sample | None, list[str]]:
    try:
        sample = Sample.from_members(key, members)
    except InputError as error:
        return None, [str(error)]
    problems = sample.check()
    if not problems and sample.has_unworn and key != shards.sample_key(sample.meta["seed"], sample.meta["index"]):
        problems = [f"the record says seed {sample.meta['seed']}, index {sample.meta['index']}"]
    return sample, problems


class _Seen:
    """Keys and pictures that have come by, to find what is there twice."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.pictures: dict[bytes, str] = {}

    def again(self, key: str, sample: Sample | None) -> list[str]:
        """What of this tuple was there before."""
        problems = ["the key is there twice"] if key in self.keys else []
        self.keys.add(key)
        if sample is not None:
            picture = hashlib.sha256(sample.worn.tobytes()).digest()
            first = self.pictures.setdefault(picture, key)
            problems += [f"the worn picture is that of {first}"] if first != key else []
        return problems
