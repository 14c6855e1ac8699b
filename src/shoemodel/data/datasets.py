"""Tuples in memory: a folder of shards as arrays, split by shoe so that no shoe is both learnt and tested."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.data.splits import SPLITS, Split, lot, split_of
from shoemodel.errors import InputError
from shoemodel.image import masks
from shoemodel.image.pose import NAMES

WORDS = ("captions", "shoe_ids", "families")
"""The fields that are no arrays."""


@dataclass(frozen=True, eq=False)
class Tuples:
    """n tuples of one size s × s; row i of every field is one tuple. 0.5 MB a tuple at 256."""

    worn: UInt8[np.ndarray, "n s s 3"]
    unworn: UInt8[np.ndarray, "n s s 3"]
    """X_w, the shoe's pixels on black, where `has_unworn` is false."""
    labels: UInt8[np.ndarray, "n s s"]
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
        arrays = ("worn", "unworn", "labels", "points", "visibility", "present", "is_worn", "has_unworn")
        return replace(
            self,
            **{name: getattr(self, name)[rows] for name in arrays},
            captions=tuple(self.captions[row] for row in rows),
            shoe_ids=tuple(self.shoe_ids[row] for row in rows),
            families=tuple(self.families[row] for row in rows),
        )

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


def load(*folders: Path | str, limit: int | None = None) -> Tuples:
    """Read folders of shards (all of each, or its first `limit` tuples) into memory, as one set.

    Folders may have different sizes: the smaller pictures are enlarged to the largest. Raises InputError where a folder
    holds nothing, or a tuple that is not square or not of the size of the folder's first one.
    """
    parts = [_load(folder, limit) for folder in folders]
    size = max(part.size for part in parts)
    return parts[0] if len(parts) == 1 else _joined([enlarged(part, size) for part in parts])


def enlarged(tuples: Tuples, size: int) -> Tuples:
    """The tuples at `size` px: pictures by cubic interpolation, the outlines of the areas rounded, points moved."""
    if tuples.size == size:
        return tuples
    worn, unworn = _resized(tuples.worn, size), _resized(tuples.unworn, size)
    labels = np.stack([_resized_labels(labels, size) for labels in tuples.labels])
    points = tuples.points * np.float32(size / tuples.size)
    return replace(tuples, worn=worn, unworn=unworn, labels=labels, points=points)


def _resized(pictures: np.ndarray, size: int) -> np.ndarray:
    return np.stack([cv2.resize(picture, (size, size), interpolation=cv2.INTER_CUBIC) for picture in pictures])


def _resized_labels(labels: np.ndarray, size: int) -> np.ndarray:
    """Each pixel's likeliest label where every label's mask is softened by half a pixel and enlarged: outlines without
    steps, and lines of one pixel are kept."""
    layers = (labels[..., None] == np.arange(len(masks.NAMES))).astype(np.float32)
    soft = cv2.GaussianBlur(layers, (3, 3), 0.5)
    return cv2.resize(soft, (size, size), interpolation=cv2.INTER_LINEAR).argmax(-1).astype(np.uint8)


def _joined(parts: list[Tuples]) -> Tuples:
    """Several sets of one size as one."""
    columns: dict[str, Any] = {}
    for name in Tuples.__dataclass_fields__:
        values = [getattr(part, name) for part in parts]
        columns[name] = sum(values, ()) if name in WORDS else np.concatenate(values)
    return Tuples(**columns)


def _load(folder: Path | str, limit: int | None) -> Tuples:
    """One folder."""
    columns: dict[str, list[Any]] = {name: [] for name in Tuples.__dataclass_fields__}
    for sample in shards.read(Path(folder)):
        if limit is not None and len(columns["shoe_ids"]) >= limit:
            break
        size = columns["unworn"][0].shape if columns["unworn"] else (*sample.unworn.shape[:1] * 2, 3)
        if sample.unworn.shape != size:
            raise InputError(f"{folder}: {sample.key} is {sample.unworn.shape[:2]} px; {size[:2]} is accepted here")
        for name, value in _row(sample).items():
            columns[name].append(value)
    if not columns["shoe_ids"]:
        raise InputError(f"{folder}: found no tuple; a folder written by `shoemodel synth` or `collect` is accepted")
    arrays: dict[str, Any] = {}
    for name, values in columns.items():
        arrays[name] = tuple(values) if name in WORDS else np.stack(values)
        values.clear()
    return Tuples(**arrays)


def _row(sample: Sample) -> dict[str, object]:
    feet, unknown = sample.meta["feet"], sample.meta.get("unknown", ())
    return {
        "worn": sample.worn,
        "unworn": sample.unworn,
        "labels": sample.areas.labels,
        "points": sample.pose.points.astype(np.float32),
        "visibility": sample.pose.visibility,
        "is_worn": np.bool_(sample.is_worn),
        "has_unworn": np.bool_(sample.has_unworn),
        "present": np.array([name.split("_")[0] in feet and name not in unknown for name in NAMES]),
        "captions": tuple(sample.meta["captions"]) or (sample.caption,),
        "shoe_ids": str(sample.meta["shoe_id"]),
        "families": str(sample.meta["family"]),
    }
