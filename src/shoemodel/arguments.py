"""What the values on the command line mean. Each function raises InputError, naming flag, value and accepted form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool

from shoemodel.declaration import MAX_WHOLE
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image import masks
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose


def folders(photos: Sequence[Path], out: Path) -> list[Path]:
    """DIR/<stem> for each photo; InputError where none is given or two would share a folder."""
    if not photos:
        raise InputError("no photo was given: name at least one picture file")
    stems: dict[str, Path] = {}
    for photo in photos:
        if photo.stem in stems:
            raise InputError(f"{stems[photo.stem]} and {photo} would both be written to {out / photo.stem}: rename one")
        stems[photo.stem] = photo
    return [out / stem for stem in stems]


def at_least(smallest: int, value: float | int, flag: str) -> None:
    """Raise InputError where a flag's number is smaller than accepted, or no number."""
    if not value >= smallest:
        raise InputError(f"{flag} is {value:g}, at least {smallest:g} is accepted")


def seed(value: int) -> None:
    """Raise InputError for a --seed that generators or tables do not take."""
    if not 0 <= value <= MAX_WHOLE:
        raise InputError(f"--seed is {value}, a whole number from 0 to {MAX_WHOLE} is accepted")


def mask(file: Path | None) -> Bool[np.ndarray, "h w"] | None:
    """Read a mask: what is opaque where the picture has transparency, else what is brighter than half."""
    if file is None:
        return None
    picture = images.load(file)
    return picture.alpha > 127 if picture.alpha is not None else picture.rgb.max(axis=2) > 127


def areas(file: Path | None) -> ShoeAreas | None:
    """Read an areas.png of a run: black background, blue visible, yellow wearable area."""
    if file is None:
        return None
    colours = np.array(masks.COLOURS, int)
    distance = np.abs(images.load(file).rgb[..., None, :].astype(int) - colours).sum(axis=-1)
    if distance.min(axis=-1).any():
        raise InputError(f"{file} has other colours than black, blue and yellow; an areas.png of a run is accepted")
    return ShoeAreas(distance.argmin(axis=-1).astype(np.uint8))


def poses(file: Path | None) -> list[Pose] | None:
    """Read the poses of a poses.json or a run.json, in canvas pixels."""
    if file is None:
        return None
    try:
        found = [Pose.from_dict(pose) for pose in json.loads(file.read_text(encoding="utf-8"))["poses"]]
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}); a poses.json or run.json is accepted") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file} holds no poses ({error}); a poses.json or run.json is accepted") from error
    if not found:
        raise InputError(f"{file} holds no pose; a poses.json or run.json with at least one is accepted")
    return found
