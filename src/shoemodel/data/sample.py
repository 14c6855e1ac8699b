"""The training tuple: one shoe worn and unworn, its areas, the twelve keypoints, the caption (paper, Sec. 3.5)."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from shoemodel.errors import InputError
from shoemodel.masks import COLOURS, ShoeAreas
from shoemodel.pose import NAMES, Pose

MEMBERS = ("worn.png", "unworn.png", "areas.png", "json")
"""What a tuple is on disk; each name follows the key and a dot."""
MIN_SHOE_SHARE = 0.004
"""Least part of the picture that the unworn shoes must cover (ours)."""


@dataclass(frozen=True)
class Sample:
    """One tuple. Both pictures show the same scene from the same camera with the same exposure; only the person is
    missing from `unworn`."""

    key: str
    """`<seed>-<index, seven digits>`."""
    worn: UInt8[np.ndarray, "h w 3"]
    unworn: UInt8[np.ndarray, "h w 3"]
    areas: ShoeAreas
    """Visible and wearable area of the unworn shoes, (h, w)."""
    pose: Pose
    caption: str
    meta: dict[str, Any] = field(default_factory=dict)
    """The rest of the JSON member: seed, index, size, captions, family, shoe_id, feet, camera (with the kind of view),
    scene, version; from world 2 on also shoe_boxes, {side: [x0, y0, x1, y1] px} in `unworn`, and depth_order,
    {thigh, shin, foot: the side in front where the two overlap, else None}."""

    def check(self) -> list[str]:
        """What is wrong with this tuple, one sentence each; an empty list when it is sound."""
        return _check_pictures(self) + _check_areas(self) + _check_pose(self) + _check_words(self)

    def to_members(self) -> dict[str, bytes]:
        """The four files, name -> bytes. The same tuple gives the same bytes."""
        points = np.round(np.asarray(self.pose.points, float), 2).tolist()
        keypoints = [[x, y, int(v)] for (x, y), v in zip(points, self.pose.visibility, strict=True)]
        record = {**self.meta, "caption": self.caption, "keypoints": keypoints}
        return {
            "worn.png": _png(self.worn),
            "unworn.png": _png(self.unworn),
            "areas.png": _palette_png(self.areas.labels),
            "json": json.dumps(record, sort_keys=True).encode(),
        }

    @classmethod
    def from_members(cls, key: str, members: Mapping[str, bytes]) -> "Sample":
        """The inverse of `to_members`. Raises `InputError` when a member is missing."""
        missing = [name for name in MEMBERS if name not in members]
        if missing:
            raise InputError(f"sample {key}: found {sorted(members)}, but {missing} must be there too")
        record = json.loads(members["json"])
        keypoints = np.asarray(record.pop("keypoints"), float)
        return cls(
            key=key,
            worn=_pixels(members["worn.png"]),
            unworn=_pixels(members["unworn.png"]),
            areas=ShoeAreas(_pixels(members["areas.png"])),
            pose=Pose(keypoints[:, :2], keypoints[:, 2].astype(int)),
            caption=record.pop("caption"),
            meta=record,
        )


def _check_pictures(sample: Sample) -> list[str]:
    problems = []
    for name in ("worn", "unworn"):
        picture = getattr(sample, name)
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
            problems.append(f"{name} is {picture.dtype} {picture.shape}, not uint8 (h, w, 3)")
    shapes = {sample.worn.shape[:2], sample.unworn.shape[:2], sample.areas.labels.shape}
    if len(shapes) > 1:
        problems.append(f"pictures and areas differ in size: {sorted(shapes)}")
    elif np.array_equal(sample.worn, sample.unworn):
        problems.append("worn and unworn are the same picture")
    return problems


def _check_areas(sample: Sample) -> list[str]:
    problems = []
    share = float(sample.areas.shoe.mean())
    if share < MIN_SHOE_SHARE:
        problems.append(f"the shoes cover {share:.2%} of the picture, less than {MIN_SHOE_SHARE:.2%}")
    if not sample.areas.visible.any():
        problems.append("no visible area")
    return problems


def _check_pose(sample: Sample) -> list[str]:
    points, visibility = np.asarray(sample.pose.points), np.asarray(sample.pose.visibility)
    height, width = sample.areas.labels.shape
    problems = []
    if not np.isfinite(points).all():
        problems.append("a keypoint is not a number")
    inside = ((points >= 0) & (points < (width, height))).all(1)
    strays = [NAMES[i] for i in np.flatnonzero((visibility > 0) & ~inside)]
    if strays:
        problems.append(f"outside the picture, but not marked so: {', '.join(strays)}")
    if not (visibility > 0).any():
        problems.append("no keypoint in the picture")
    return problems


def _check_words(sample: Sample) -> list[str]:
    problems = [] if sample.caption.strip() else ["no caption"]
    needed = ("seed", "index", "size", "captions", "family", "shoe_id", "feet", "camera", "scene", "version")
    missing = [name for name in needed if name not in sample.meta]
    return [*problems, f"the record lacks {missing}"] if missing else problems


def _png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def _palette_png(labels: np.ndarray) -> bytes:
    image = Image.fromarray(labels)
    image.putpalette(np.asarray(COLOURS, np.uint8).ravel().tolist())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _pixels(data: bytes) -> np.ndarray:
    """Pixels as stored: (h, w, 3) for a colour picture, (h, w) label ids for a palette one."""
    with Image.open(io.BytesIO(data)) as image:
        return np.array(image)
