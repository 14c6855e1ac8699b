"""The training tuple: one shoe worn and unworn, its areas, the twelve keypoints, the caption (paper, Sec. 4)."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import UInt8
from PIL import Image
from scipy import ndimage

from shoemodel.errors import InputError
from shoemodel.image.masks import COLOURS, ShoeAreas
from shoemodel.image.pose import NAMES, VISIBLE, Pose

MEMBERS = ("worn.png", "unworn.png", "areas.png", "json")
"""What a tuple of the world is on disk; each name follows the key and a dot."""
COLLECTED_MEMBERS = ("worn.png", "shoe.png", "areas.png", "json")
"""The same of a tuple from a photo of a person: X_w, the shoe's pixels on black, instead of an unworn picture."""
MIN_SHOE_SHARE = 0.004
"""Least part of the picture that the unworn shoes must cover (ours)."""
LACKING = ("worn", "keypoints", "captions")
"""What the record may say that a tuple has not, under `lacks`; its areas and its unworn picture are always there."""
OF_ALL = ("size", "captions", "family", "shoe_id", "feet")
"""What the record of every tuple holds beside caption and keypoints."""
OF_WORLD = ("seed", "index", "camera", "scene", "version")
"""And that of a tuple of the world."""
OF_PHOTO = ("photo", "licence", "consent", "models", "unknown")
"""And that of a tuple from a photo: where it comes from, who found it, and which points nobody found."""
SIDES = ("left", "right")
INSIDE_SHOE = ("big_toe", "small_toe", "heel")
"""The points of a foot that lie in its shoe."""
NEAR_SHOE = 0.08
"""How far from the shoes such a point may be seen, in diagonals of the box round them: bare toes over the edge of a
sandal reach 0.067, all others lie on the shoe (ours)."""


@dataclass(frozen=True)
class Sample:
    """One tuple. Both pictures show the same scene from the same camera with the same exposure; only the person is
    missing from `unworn`. A photo of a person has no such second picture: see `has_unworn`."""

    key: str
    """`<seed>-<index, seven digits>`; of a collected tuple another word without a dot."""
    worn: UInt8[np.ndarray, "h w 3"]
    unworn: UInt8[np.ndarray, "h w 3"]
    """X_w, the shoe's pixels on black, where `has_unworn` is false."""
    areas: ShoeAreas
    """Visible and wearable area of the unworn shoes, (h, w); where there is no unworn picture, the shoe's pixels in
    `worn` are the visible area, and the wearable one is not known."""
    pose: Pose
    caption: str
    meta: dict[str, Any] = field(default_factory=dict)
    """The rest of the JSON member: seed, index, size, captions, family, shoe_id, feet, camera (with the kind of view),
    scene, version; lacks, where something of LACKING is not known; from world 2 on also shoe_boxes,
    {side: [x0, y0, x1, y1] px} in `unworn`, and depth_order, {thigh, shin, foot: the side in front where the two
    overlap, else None}."""

    @property
    def is_worn(self) -> bool:
        """Whether somebody wears the shoes in `worn`; else it is `unworn` again, see `world.display`."""
        return bool(self.meta.get("worn", True))

    @property
    def lacks(self) -> frozenset[str]:
        """Which of LACKING nobody knows of this tuple: `worn` is `unworn` again, no point is in the picture, no feet
        are named, or no caption is written."""
        return frozenset(self.meta.get("lacks", ()))

    @property
    def has_unworn(self) -> bool:
        """Whether there is a picture of the scene without the person; else the tuple was collected from a photo."""
        return bool(self.meta.get("unworn", True))

    @property
    def members(self) -> tuple[str, ...]:
        """The names of its files."""
        return MEMBERS if self.has_unworn else COLLECTED_MEMBERS

    def check(self) -> list[str]:
        """What is wrong with this tuple, one sentence each; an empty list when it is sound."""
        checks = (_check_pictures, _check_areas, _check_pose, _check_feet, _check_words, _check_lacks)
        return [problem for check in checks for problem in check(self)]

    def to_members(self) -> dict[str, bytes]:
        """The four files, name -> bytes. The same tuple gives the same bytes."""
        points = np.round(np.asarray(self.pose.points, float), 2).tolist()
        keypoints = [[x, y, int(v)] for (x, y), v in zip(points, self.pose.visibility, strict=True)]
        record = {**self.meta, "caption": self.caption, "keypoints": keypoints}
        return {
            "worn.png": _png(self.worn),
            self.members[1]: _png(self.unworn),
            "areas.png": _palette_png(self.areas.labels),
            "json": json.dumps(record, sort_keys=True).encode(),
        }

    @classmethod
    def from_members(cls, key: str, members: Mapping[str, bytes]) -> "Sample":
        """The inverse of `to_members`. Raises `InputError` when a member is missing or is not what it should be."""
        pose, record = read_record(key, members)
        try:
            return cls(
                key=key,
                worn=decode(members["worn.png"]),
                unworn=decode(members[names_for(members)[1]]),
                areas=ShoeAreas(decode(members["areas.png"])),
                pose=pose,
                caption=record.pop("caption"),
                meta=record,
            )
        except _UNREADABLE as error:
            raise InputError(f"sample {key}: cannot be read ({type(error).__name__}: {error})") from error


_UNREADABLE = (LookupError, TypeError, ValueError, OSError, SyntaxError)
"""What json and Pillow raise of bytes that are not what they should be."""


def names_for(members: Mapping[str, bytes]) -> tuple[str, ...]:
    """The names that a tuple's files should have: MEMBERS, or of a photo COLLECTED_MEMBERS."""
    return COLLECTED_MEMBERS if "shoe.png" in members else MEMBERS


def read_record(key: str, members: Mapping[str, bytes]) -> tuple[Pose, dict[str, Any]]:
    """The keypoints and the rest of the JSON member. InputError where a member is missing or this one is no record."""
    wanted = names_for(members)
    missing = [name for name in wanted if name not in members]
    if missing:
        raise InputError(f"sample {key}: found {sorted(members)}, but {missing} must be there too")
    try:
        record = json.loads(members["json"])
        keypoints = np.asarray(record.pop("keypoints"), float)
        if bool(record.get("unworn", True)) != (wanted is MEMBERS):
            raise ValueError(f"{wanted[1]} is there, but the record says unworn: {record.get('unworn', True)}")
        return Pose(keypoints[:, :2], keypoints[:, 2].astype(int)), record
    except _UNREADABLE as error:
        raise InputError(f"sample {key}: cannot be read ({type(error).__name__}: {error})") from error


def _check_pictures(sample: Sample) -> list[str]:
    problems = []
    for name in ("worn", "unworn"):
        picture = getattr(sample, name)
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
            problems.append(f"{name} is {picture.dtype} {picture.shape}, not uint8 (h, w, 3)")
    shapes = {sample.worn.shape[:2], sample.unworn.shape[:2], sample.areas.labels.shape}
    if len(shapes) > 1:
        problems.append(f"pictures and areas differ in size: {sorted(shapes)}")
    elif not sample.has_unworn:
        if not np.array_equal(sample.unworn, np.where(sample.areas.visible[..., None], sample.worn, np.uint8(0))):
            problems.append("X_w is not the worn picture where the shoe is")
    elif sample.is_worn and np.array_equal(sample.worn, sample.unworn):
        problems.append("worn and unworn are the same picture")
    side = sample.meta.get("size")
    if side is not None and (side, side) not in shapes:
        problems.append(f"the record says {side} px, the pictures are {sample.worn.shape[:2]}")
    return problems


def _check_areas(sample: Sample) -> list[str]:
    problems = []
    share = float(sample.areas.shoe.mean())
    if share < MIN_SHOE_SHARE:
        problems.append(f"the shoes cover {share:.2%} of the picture, less than {MIN_SHOE_SHARE:.2%}")
    if not sample.areas.visible.any():
        problems.append("no visible area")
    if not sample.has_unworn and sample.areas.wearable.any():
        problems.append("a wearable area without an unworn picture that shows it")
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
    feet = sample.meta.get("feet", SIDES)
    if "keypoints" in sample.lacks:
        invented = (visibility > 0).any() or bool(feet)
        return [*problems, "keypoints or feet, which it says it lacks"] if invented else problems
    if not (visibility > 0).any():
        problems.append("no keypoint in the picture")
    if not feet or not set(feet) <= set(SIDES):
        problems.append(f"the feet are {feet}, one or both of left and right are accepted")
    ghosts = [NAMES[i] for i in np.flatnonzero(visibility > 0) if NAMES[i].split("_")[0] not in feet]
    if ghosts:
        problems.append(f"of a leg that is not there: {', '.join(ghosts)}")
    return problems


def _check_feet(sample: Sample) -> list[str]:
    """Toes and heels that are seen lie on a shoe, or right beside it."""
    shoe = sample.areas.shoe
    if not shoe.any() or (shoe.shape != sample.worn.shape[:2]):
        return []  # told elsewhere
    rows, columns = np.nonzero(shoe)
    extent = np.hypot(np.ptp(rows) + 1, np.ptp(columns) + 1)
    away = ndimage.distance_transform_edt(~shoe) / extent
    strays = []
    for name, point, visibility in zip(NAMES, sample.pose.points, sample.pose.visibility, strict=True):
        column, row = np.floor(point).astype(int)
        seen = visibility == VISIBLE and 0 <= row < shoe.shape[0] and 0 <= column < shoe.shape[1]
        if seen and name.split("_", 1)[1] in INSIDE_SHOE and away[row, column] > NEAR_SHOE:
            strays.append(f"{name} by {away[row, column]:.0%}")
    return [f"seen away from the shoes (in diagonals of their box): {', '.join(strays)}"] if strays else []


def _check_words(sample: Sample) -> list[str]:
    written = [sample.caption, *sample.meta.get("captions", [])]
    problems = [] if all(isinstance(text, str) and text.strip() for text in written) else ["an empty caption"]
    if "captions" in sample.lacks:
        problems = ["captions, which it says it lacks"] if any(written) else []
    missing = [name for name in (OF_ALL + (OF_WORLD if sample.has_unworn else OF_PHOTO)) if name not in sample.meta]
    return [*problems, f"the record lacks {missing}"] if missing else problems


def _check_lacks(sample: Sample) -> list[str]:
    unknown = sorted(sample.lacks - {*LACKING})
    problems = [f"it lacks {unknown}; a tuple may lack {', '.join(LACKING)}"] if unknown else []
    return (
        [*problems, "a worn picture, which it says it lacks"] if "worn" in sample.lacks and sample.is_worn else problems
    )


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


def decode(data: bytes) -> np.ndarray:
    """Pixels as stored: (h, w, 3) for a colour picture, (h, w) label ids for a palette one."""
    with Image.open(io.BytesIO(data)) as image:
        return np.array(image)
