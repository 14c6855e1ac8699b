"""Tuples of shards, in memory or left where they are; split by shoe so that no shoe is both learnt and tested.

`stream` leaves pictures and captions in their shards and reads any of them when it is asked for, so memory does not
grow with their number but for an index of 0.2 kB a tuple. `load` reads all at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from shoemodel.data.index import Index, index_of
from shoemodel.data.pictures import LABELS, Pictures, Source, Words
from shoemodel.data.places import Place
from shoemodel.data.splits import SPLITS, Split, lot, split_of
from shoemodel.errors import InputError

WORDS = ("captions", "shoe_ids", "families")
"""The fields that are no arrays."""
KEPT_BYTES = 512 << 20
"""Decoded pictures that `stream` keeps in memory."""


@dataclass(frozen=True, eq=False)
class Tuples:
    """n tuples of one size s × s; row i of every field is one tuple. In memory 0.5 MB a tuple at 256."""

    worn: UInt8[np.ndarray | Pictures, "n s s 3"]
    unworn: UInt8[np.ndarray | Pictures, "n s s 3"]
    """X_w, the shoe's pixels on black, where `has_unworn` is false."""
    labels: UInt8[np.ndarray | Pictures, "n s s"]
    """`masks.BACKGROUND`, `VISIBLE`, `WEARABLE`."""
    points: Float[np.ndarray, "n 12 2"]
    """Keypoints in px, also those outside the picture."""
    visibility: Int[np.ndarray, "n 12"]
    present: Bool[np.ndarray, "n 12"]
    """Whether the point's leg is in the scene at all, be it outside the picture; none where points are not known. Of a
    collected tuple, whether the point was found."""
    is_worn: Bool[np.ndarray, "n"]
    """Whether somebody wears the shoes in `worn`; where not, it is `unworn` again (`world.display`)."""
    has_unworn: Bool[np.ndarray, "n"]
    """Whether there is a picture without the person; where not, the tuple was collected from a photo (`collect`)."""
    captions: Sequence[tuple[str, ...]]
    shoe_ids: Sequence[str]
    families: Sequence[str]

    def __len__(self) -> int:
        return len(self.shoe_ids)

    @property
    def size(self) -> int:
        """s, in px."""
        return self.unworn.shape[1]

    def subset(self, rows: np.ndarray) -> Tuples:
        """The tuples of the given rows."""
        return replace(self, **{name: _subset(getattr(self, name), rows) for name in self.__dataclass_fields__})

    def in_memory(self) -> Tuples:
        """The same with every picture and caption read."""
        read: dict[str, Any] = {name: getattr(self, name)[:] for name in ("worn", "unworn", "labels")}
        return replace(self, **read | {name: tuple(getattr(self, name)) for name in WORDS})

    def split(
        self, unworn_will_do: bool = False, areas_will_do: bool = False, collected_will_do: bool = False
    ) -> tuple[Tuples, Tuples]:
        """(training, test) by shoe, as `splits.split_of` says; tuples of the held-out family are in neither.

        unworn_will_do: for what learns from the unworn pictures alone. Otherwise InputError for shoes nobody wears.
        areas_will_do: for what learns from their areas alone. Otherwise InputError for tuples without keypoints.
        collected_will_do: for what needs of the shoes their visible pixels alone. Otherwise InputError for tuples
        without an unworn picture.

        Where a small folder holds no test shoe, the shoe with the lowest lot leaves the training to be one: a test
        shoe is never learnt from, in whatever folder. Raises InputError where nothing would be left to learn.
        """
        pointless = int((~self.present.any(axis=1)).sum())
        if pointless and not areas_will_do:
            raise InputError(f"found {pointless} tuples without keypoints; only the areas (wd) learn from those")
        if not (unworn_will_do or self.is_worn.all()):
            raise InputError(
                f"found {int((~self.is_worn).sum())} tuples of shoes that nobody wears; only the areas (wd) and feet "
                "learn from those"
            )
        if not (collected_will_do or self.has_unworn.all()):
            raise InputError(
                f"found {int((~self.has_unworn).sum())} tuples collected from photos, which have no unworn picture and "
                "no wearable area; base, sw, sw_without_pose, feet, legs, clip, autoencoder and judge learn from those"
            )
        sides = self._sides()
        if not (sides == "test").any() and (sides == "train").any():
            pairs = zip(self.shoe_ids, self.families, strict=True)
            lowest = min((shoe for shoe, family in pairs if split_of(shoe, family) == "train"), key=lot)
            sides[[shoe == lowest for shoe in self.shoe_ids]] = "test"
        if not (sides == "train").any():
            raise InputError(
                f"found {len(set(self.shoe_ids))} shoe(s) in {len(self)} tuples, none to learn from; training needs at "
                "least 2 shoes, of which one is tested"
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


def stream(*given: Place, kept_bytes: int = KEPT_BYTES) -> Tuples:
    """Folders or URLs of shards (see `places`) as one set whose pictures and captions are read when they are asked for.

    Places may have different sizes: the smaller pictures are enlarged to the largest. kept_bytes: of decoded pictures
    that stay in memory, the last ones used. The first call on some shards reads them all, for their index.

    Raises:
        InputError: a place holds nothing, a tuple that is not square, or one not of the size of the place's first one.
    """
    index = index_of(given)
    return _of_index(index, Source(index, int(index.rows["side"].max()), kept_bytes))


def load(*given: Place, limit: int | None = None) -> Tuples:
    """As `stream`, with all tuples of each place, or its first `limit`, read into memory."""
    tuples, place = stream(*given, kept_bytes=0), index_of(given).rows["place"]
    first = np.searchsorted(place, place)  # a tuple's place begins at this row
    few = np.arange(len(place)) - first < (len(place) if limit is None else limit)
    return tuples.subset(np.flatnonzero(few)).in_memory()


def _of_index(index: Index, source: Source) -> Tuples:
    rows, all_rows = index.rows, np.arange(len(index.rows), dtype=np.int32)
    return Tuples(
        worn=source.pictures(0),
        unworn=source.pictures(1),
        labels=source.pictures(LABELS),
        points=rows["points"] * (source.size / rows["side"]).astype(np.float32)[:, None, None],
        visibility=np.array(rows["visibility"]),
        present=np.array(rows["present"]),
        is_worn=np.array(rows["is_worn"]),
        has_unworn=np.array(rows["has_unworn"]),
        captions=Words(all_rows, partial(_captions, index)),
        shoe_ids=Words(all_rows, partial(_text, index, 1)),
        families=Words(all_rows, partial(_text, index, 2)),
    )


def _captions(index: Index, row: int) -> tuple[str, ...]:
    return tuple(index.text(row)[3])


def _text(index: Index, field: int, row: int) -> Any:
    return index.text(row)[field]


def _subset(values: Any, rows: np.ndarray) -> Any:
    if isinstance(values, (Pictures, Words)):
        return values.subset(rows)
    return values[rows] if isinstance(values, np.ndarray) else tuple(values[row] for row in rows)
