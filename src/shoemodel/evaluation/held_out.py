"""What every evaluation needs: the tuples of one split, the answer of a pack's WD to one of them, and intervals.

Intervals are percentile bootstraps over shoes: a shoe is photographed several times, so its pictures are not
independent, and pixels still less. Shoes are drawn with replacement, each with all its counts (ours).
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float, Num

from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.data.splits import SPLITS, Split, split_of
from shoemodel.errors import InputError
from shoemodel.image.masks import ShoeAreas
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.wd.region import Region

Choice = Literal["test", "train", "all"]
Source = Literal["exact", "found"]

GROUPS: Mapping[Choice, Mapping[str, tuple[Split, ...]]] = {
    "test": {"held-out shoes": ("test",), "held-out family": ("held-out family",)},
    "train": {"learnt shoes": ("train",)},
    "all": {"all shoes": SPLITS},
}
"""What is reported separately for each choice of `--split`; the first group is the result, others stand beside it."""
DRAWS = 1000
"""Bootstrap resamples."""
LEVEL = 95
"""Of the intervals, percent."""


def read(folder: Path, wanted: Iterable[Split], keys: Container[str] | None = None) -> Iterator[Sample]:
    """The tuples of the given splits, all or those with the given keys; the others are not decoded.

    Raises:
        InputError: no shard, a damaged one, or a tuple without the record that says where it belongs.
    """
    for key, members, _ in _entries(folder, wanted):
        if keys is None or key in keys:
            sample = Sample.from_members(key, members)
            if not sample.has_unworn:
                raise InputError(f"{folder}: {key} was collected from a photo and has no unworn picture to start from")
            yield sample


def keys(folder: Path, wanted: Iterable[Split]) -> dict[str, str]:
    """Key -> shoe of the tuples of the given splits; raises as `read`."""
    return {key: shoe for key, _, shoe in _entries(folder, wanted)}


def _entries(folder: Path, wanted: Iterable[Split]) -> Iterator[tuple[str, dict[str, bytes], str]]:
    """Key, members and shoe."""
    splits = set(wanted)
    for path in shards.shard_paths(folder):
        try:
            for key, members in shards.entries(path):
                shoe, family = _shoe(path, key, members)
                if split_of(shoe, family) in splits:
                    yield key, members, shoe
        except tarfile.TarError as error:
            raise InputError(f"{path} is damaged ({error}); a shard of `shoemodel synth` is accepted") from error


def _shoe(path: Path, key: str, members: Mapping[str, bytes]) -> tuple[str, str]:
    """A tuple's shoe and family."""
    try:
        record = json.loads(members["json"])
        return str(record["shoe_id"]), str(record["family"])
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path}: the tuple {key} has no json record with a shoe_id and a family") from error


def areas_by(pipeline: ShoeModelPipeline, sample: Sample, region: Source) -> ShoeAreas | None:
    """The areas that the pack gives the unworn picture, from the exact X_m or from the one it finds itself.

    None where it refuses the picture, as it would refuse a user's: no shoe found, or nothing visible of it.
    """
    try:
        if region == "exact":
            return pipeline.detect_areas(sample.unworn, Region(sample.areas.shoe, 1.0, "mask"))
        return pipeline.detect_areas(sample.unworn, pipeline.find_region(sample.unworn))
    except InputError:
        return None


def by_shoe(rows: Num[np.ndarray, "n *m"], shoes: Iterable[str]) -> Float[np.ndarray, "k *m"]:
    """Rows summed for each shoe, the shoes in order of their first row."""
    names = list(shoes)
    numbers = {shoe: number for number, shoe in enumerate(dict.fromkeys(names))}
    sums = np.zeros((len(numbers), *rows.shape[1:]))
    np.add.at(sums, [numbers[shoe] for shoe in names], rows)
    return sums


def resampled(sums: Float[np.ndarray, "k *m"], seed: int = 0) -> Float[np.ndarray, "draws *m"]:
    """Sums over DRAWS sets of k shoes, each drawn from the k with replacement."""
    count = len(sums)
    times = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=DRAWS)
    return np.tensordot(times, sums, axes=1)


def interval(values: Float[np.ndarray, "draws"]) -> list[float] | None:
    """[low, high] that holds LEVEL % of the values that are numbers; None where none is."""
    known = values[~np.isnan(values)]
    if not known.size:
        return None
    return [rounded(value) for value in np.percentile(known, [(100 - LEVEL) / 2, (100 + LEVEL) / 2])]


def rounded(value: float) -> float:
    """As many digits as a report needs."""
    return round(float(value), 4)


def figure(value: float) -> float | None:
    """A figure for JSON, None where there is none."""
    return None if np.isnan(value) else rounded(value)
