"""Tuples as a COCO keypoints file: one picture and one person, of whom only the legs are labelled, a tuple.

COCO's visibility is ours: 0 not in the picture (the coordinates are then 0, 0), 1 in the picture but hidden, 2 seen.
Coordinates are counted from the picture's corner, so pixel centres lie at +0.5. Neither box nor area is given by the
data: the box is drawn round all points in the picture and the shoes, the area is the box's (ours).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from shoemodel.data.sample import Sample
from shoemodel.data.splits import split_of
from shoemodel.errors import InputError
from shoemodel.image.pose import LIMBS, NAMES

CATEGORY = {
    "id": 1,
    "name": "legs",
    "supercategory": "person",
    "keypoints": list(NAMES),
    "skeleton": [[a + 1, b + 1] for a, b in LIMBS],
}
"""Twelve points; the skeleton counts from 1, as COCO does."""


def dataset(samples: Iterable[Sample], description: str) -> dict[str, Any]:
    """The file's content. `file_name` is the worn picture's member name in the shards, `key` and `split` are ours.

    Raises:
        InputError: a tuple whose keypoints are not known.
    """
    pictures, annotations = [], []
    for number, sample in enumerate(samples, 1):
        if "keypoints" in sample.lacks:
            raise InputError(
                f"{sample.key} has no keypoints to write; areas are written by `shoemodel annotate --export coco`"
            )
        height, width = sample.areas.size
        pictures.append({
            "id": number,
            "file_name": f"{sample.key}.worn.png",
            "height": height,
            "width": width,
            "key": sample.key,
            "split": split_of(str(sample.meta["shoe_id"]), str(sample.meta["family"])),
        })  # fmt: skip
        annotations.append({"id": number, "image_id": number, "category_id": 1, "iscrowd": 0, **_legs(sample)})
    info = {"description": description, "version": "1.0"}
    return {"info": info, "images": pictures, "annotations": annotations, "categories": [CATEGORY]}


def _legs(sample: Sample) -> dict[str, Any]:
    """keypoints [x1, y1, v1, ...], num_keypoints, bbox [x, y, width, height] and area."""
    there = sample.pose.exists
    points = np.where(there[:, None], sample.pose.points, 0.0).round(2)
    rows, columns = np.nonzero(sample.areas.shoe)
    shoe = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]], float)
    around = np.concatenate([points[there], shoe])
    low, high = around.min(axis=0), around.max(axis=0)
    width, height = (high - low).tolist()
    keypoints = np.column_stack([points, sample.pose.visibility]).ravel()
    return {
        "keypoints": [int(v) if place % 3 == 2 else float(v) for place, v in enumerate(keypoints)],
        "num_keypoints": int(there.sum()),
        "bbox": [*low.tolist(), width, height],
        "area": width * height,
    }
