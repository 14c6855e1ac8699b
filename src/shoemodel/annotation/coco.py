"""Areas as a COCO file of instances: masks as run lengths, two categories (cocodataset.org, format of the data).

Written are run lengths, which keep every pixel; read are polygons and both kinds of run lengths.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from jaxtyping import Bool
from pycocotools import mask as coco_mask

from shoemodel.annotation.shapes import LABELS, Drawn, areas_of, checked_size, masks_of
from shoemodel.errors import InputError

FILE = "coco.json"


def write(drawn: Iterable[Drawn], description: str) -> dict[str, str]:
    """Files' names and texts: one annotation for each area of each photo; `file_name` is the photo's."""
    pictures: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, one in enumerate(drawn, 1):
        height, width = one.areas.size
        pictures.append({"id": number, "file_name": one.name, "height": height, "width": width})
        for label, mask in masks_of(one.areas):
            encoded = coco_mask.encode(np.asfortranarray(mask, np.uint8))
            annotations.append({
                "id": len(annotations) + 1,
                "image_id": number,
                "category_id": LABELS.index(label) + 1,
                "iscrowd": 0,
                "area": int(coco_mask.area(encoded)),
                "bbox": coco_mask.toBbox(encoded).tolist(),
                "segmentation": {"size": [height, width], "counts": encoded["counts"].decode("ascii")},
            })  # fmt: skip
    content = {
        "info": {"description": description, "version": "1.0"},
        "images": pictures,
        "annotations": annotations,
        "categories": [
            {"id": number, "name": label, "supercategory": "shoe"} for number, label in enumerate(LABELS, 1)
        ],
    }
    return {FILE: json.dumps(content, indent=1) + "\n"}


def read(content: Any, where: str) -> Iterator[Drawn]:
    """The photos that have an annotation. InputError for what is no such file."""
    try:
        labels = {category["id"]: str(category["name"]) for category in content["categories"]}
        of_picture: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for annotation in content["annotations"]:
            of_picture[annotation["image_id"]].append(annotation)
        for picture in content["images"]:
            if picture["id"] not in of_picture:
                continue
            name = str(picture["file_name"])
            place = f"{where}, {name},"
            size = checked_size(picture["height"], picture["width"], place)
            shapes = [
                (labels[annotation["category_id"]], _mask(annotation["segmentation"], size))
                for annotation in of_picture[picture["id"]]
            ]
            yield Drawn(name, areas_of(size, shapes, place))
    except InputError:
        raise
    except (LookupError, TypeError, ValueError) as error:
        raise InputError(f"{where} is not COCO's format ({type(error).__name__}: {error})") from error


def _mask(segmentation: Any, size: tuple[int, int]) -> Bool[np.ndarray, "h w"]:
    """Polygons, or run lengths as numbers or as COCO's string."""
    if isinstance(segmentation, dict) and tuple(segmentation["size"]) != size:
        raise ValueError(f"a mask of {segmentation['size']} in a picture of {list(size)}")
    if isinstance(segmentation, dict) and isinstance(segmentation["counts"], str):
        return coco_mask.decode(segmentation).astype(bool)
    encoded = coco_mask.frPyObjects(segmentation, *size)
    return coco_mask.decode(coco_mask.merge(encoded) if isinstance(encoded, list) else encoded).astype(bool)
