"""Tuples in memory: a folder of shards as arrays, split by shoe so that no shoe is both learnt and tested."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.data.splits import SPLITS, Split, lot, split_of
from shoemodel.errors import InputError
from shoemodel.pose import NAMES

WORDS = ("captions", "shoe_ids", "families")
"""The fields that are no arrays."""


@dataclass(frozen=True, eq=False)
class Tuples:
    """n tuples of one size s × s; row i of every field is one tuple. 0.5 MB a tuple at 256."""

    worn: UInt8[np.ndarray, "n s s 3"]
    unworn: UInt8[np.ndarray, "n s s 3"]
    labels: UInt8[np.ndarray, "n s s"]
    """`masks.BACKGROUND`, `VISIBLE`, `WEARABLE`."""
    points: Float[np.ndarray, "n 12 2"]
    """Keypoints in px, also those outside the picture."""
    visibility: Int[np.ndarray, "n 12"]
    present: Bool[np.ndarray, "n 12"]
    """Whether the point's leg is in the scene at all, be it outside the picture."""
    captions: tuple[tuple[str, ...], ...]
    shoe_ids: tuple[str, ...]
    families: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.shoe_ids)

    @property
    def size(self) -> int:
        """s, in px."""
        return self.unworn.shape[1]

    def subset(self, rows: np.ndarray) -> Tuples:
        """The tuples of the given rows."""
        arrays = ("worn", "unworn", "labels", "points", "visibility", "present")
        return replace(
            self,
            **{name: getattr(self, name)[rows] for name in arrays},
            captions=tuple(self.captions[row] for row in rows),
            shoe_ids=tuple(self.shoe_ids[row] for row in rows),
            families=tuple(self.families[row] for row in rows),
        )

    def split(self) -> tuple[Tuples, Tuples]:
        """(training, test) by shoe, as `splits.split_of` says; tuples of the held-out family are in neither.

        Where a small folder holds no test shoe, the shoe with the lowest lot leaves the training to be one: a test
        shoe is never learnt from, in whatever folder. Raises InputError where nothing would be left to learn.
        """
        sides = self._sides()
        families = dict(zip(self.shoe_ids, self.families, strict=True))
        if not (sides == "test").any() and (sides == "train").any():
            lowest = min((shoe for shoe in families if split_of(shoe, families[shoe]) == "train"), key=lot)
            sides[[shoe == lowest for shoe in self.shoe_ids]] = "test"
        if not (sides == "train").any():
            raise InputError(
                f"found {len(families)} shoe(s) in {len(self)} tuples, none to learn from; training needs at least 2 "
                "shoes, of which one is tested"
            )
        return self.subset(np.flatnonzero(sides == "train")), self.subset(np.flatnonzero(sides == "test"))

    def of_split(self, split: Split) -> Tuples:
        """The tuples of one split and no others, possibly none; InputError for a name that is no split."""
        if split not in SPLITS:
            raise InputError(f"found no split {split!r}; {', '.join(SPLITS)} are accepted")
        return self.subset(np.flatnonzero(self._sides() == split))

    def _sides(self) -> np.ndarray:
        """(n,) the split of each tuple."""
        pairs = zip(self.shoe_ids, self.families, strict=True)
        return np.array([split_of(shoe, family) for shoe, family in pairs], dtype=object)


def load(folder: Path | str, limit: int | None = None) -> Tuples:
    """Read a folder of shards (all of it, or the first `limit` tuples) into memory.

    Raises InputError where there is nothing or where a tuple is not square or not of the first one's size.
    """
    columns: dict[str, list] = {name: [] for name in Tuples.__dataclass_fields__}
    for sample in shards.read(Path(folder)):
        if limit is not None and len(columns["shoe_ids"]) >= limit:
            break
        size = columns["unworn"][0].shape if columns["unworn"] else (*sample.unworn.shape[:1] * 2, 3)
        if sample.unworn.shape != size:
            raise InputError(f"{folder}: {sample.key} is {sample.unworn.shape[:2]} px; {size[:2]} is accepted here")
        for name, value in _row(sample).items():
            columns[name].append(value)
    if not columns["shoe_ids"]:
        raise InputError(f"{folder}: found no tuple; a folder written by `shoemodel synth` is accepted")
    arrays: dict[str, Any] = {}
    for name, values in columns.items():
        arrays[name] = tuple(values) if name in WORDS else np.stack(values)
        values.clear()
    return Tuples(**arrays)


def _row(sample: Sample) -> dict[str, object]:
    feet = sample.meta["feet"]
    return {
        "worn": sample.worn,
        "unworn": sample.unworn,
        "labels": sample.areas.labels,
        "points": sample.pose.points.astype(np.float32),
        "visibility": sample.pose.visibility,
        "present": np.array([name.split("_")[0] in feet for name in NAMES]),
        "captions": tuple(sample.meta["captions"]) or (sample.caption,),
        "shoe_ids": str(sample.meta["shoe_id"]),
        "families": str(sample.meta["family"]),
    }
