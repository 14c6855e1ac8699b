"""What stands far behind a scene: a panorama about the camera, out of focus (ours).

A panorama is a latitude-longitude map, linear RGB (h, 2h, 3), first row straight up, scaled so that its ground has the
level GROUND. Its lower half is laid on level ground, as seen from EYE_M above; its upper half is infinitely far.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float, Float32

from shoemodel.errors import InputError
from shoemodel.render.pinhole import Pinhole

GROUND = 0.18
"""Median level of a panorama's ground."""
KNEE = 0.6
"""Level that is half of what an encoded panorama can hold."""
EYE_M = 1.5
"""Height of the camera of a panorama."""
HEADINGS = {
    "apartment": 0.545, "city": 0.60, "esplanade": 0.90, "hall": 0.63, "lobby": 0.61, "park": 0.33, "sunset": 0.40,
    "venice": 0.22, "warehouse": 0.87,
}  # fmt: skip
"""What of a panorama is looked at: the column, as a share of its width. The package has these."""
FOLDER = "SHOEMODEL_SCENES"
"""Environment variable: a folder of the user's own panoramas and textures."""
KINDS = (".hdr", ".jpg", ".jpeg", ".png")
LARGEST_PX = 4096
"""Longer side of a user's panorama at most."""
BELOW = (0.56, 0.75)
"""Rows of a panorama that show ground, as shares of its height."""
CAST, CASTS = 0.6, (0.7, 1.4)
"""How far a panorama's ground is brought to the colour of the ground before it, and within which factors."""
WARM = np.array([1.28, 0.97, 0.62])
"""Tint of what lies towards a low sun."""
NIGHT, LAMPS_PER_TURN = 0.10, 420
"""How bright a night is for a day, and its lamps all round."""
LAMPS = np.array([[60.0, 36, 14], [50, 38, 22], [40, 42, 46], [46, 12, 10], [10, 34, 40]])
"""Their colours, for the ground's level."""
SKY_POWER = 0.75
"""Brightness above the ground's, as a power: a sensor that shows a shoe on grass clips most of the sky."""


@dataclass(frozen=True, eq=False)
class Backdrop:
    """A panorama and where it is looked at."""

    picture: Float32[np.ndarray, "h w 3"]
    heading: float
    """Column that lies straight ahead, as a share of the width."""


def named(name: str) -> Backdrop:
    """One of HEADINGS, or of the user's folder, where a file of that name comes first.

    Raises InputError for a file that cannot be read.
    """
    own = find(name)
    return Backdrop(_load(own) if own else _shipped(name), HEADINGS.get(name, 0.5))


def find(name: str) -> Path | None:
    """A file of this name in the user's folder; None where there is none. InputError where the folder is missing."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return None
    if not Path(folder).is_dir():
        raise InputError(f"{FOLDER} names {folder}, which is no folder")
    return next((path for path in sorted(Path(folder).iterdir()) if _is_called(path, name)), None)


def _is_called(path: Path, name: str) -> bool:
    return path.stem.lower() == name and path.suffix.lower() in KINDS


@lru_cache(maxsize=2)
def _load(path: Path) -> np.ndarray:
    return read(path)


@lru_cache(maxsize=2)
def _shipped(name: str) -> np.ndarray:
    with as_file(files("shoemodel.render") / "panoramas" / f"{name}.jpg") as path:
        encoded = cv2.imread(str(path))
    return decode(encoded[..., ::-1])


def read(path: Path) -> Float32[np.ndarray, "h w 3"]:
    """A user's panorama, its ground at GROUND. Raises InputError for what is none."""
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 3 or picture.shape[1] != 2 * picture.shape[0]:
        raise InputError(f"{path}: found no panorama; a picture twice as wide as high, .hdr, .jpg or .png, is accepted")
    if picture.dtype == np.float32:
        linear = np.nan_to_num(picture[..., 2::-1], posinf=1e4)
    else:
        linear = (picture[..., 2::-1].astype(np.float32) / np.iinfo(picture.dtype).max) ** 2.2
    if linear.shape[1] > LARGEST_PX:
        linear = cv2.resize(linear, (LARGEST_PX, LARGEST_PX // 2), interpolation=cv2.INTER_AREA)
    level = float(np.median(_below(linear).mean(-1)))
    return np.ascontiguousarray(linear * (GROUND / max(level, 1e-6)), np.float32)


def _below(picture: np.ndarray) -> np.ndarray:
    """What shows ground."""
    return picture[int(BELOW[0] * len(picture)) : int(BELOW[1] * len(picture))]


def matched(backdrop: Backdrop, ground: Float[np.ndarray, "3"]) -> Backdrop:
    """The backdrop in such light that its ground is as bright as `ground`, linear, and nearly of its colour."""
    own = np.median(_below(backdrop.picture).reshape(-1, 3), axis=0)
    cast = (ground / ground.mean()) / np.maximum(own / own.mean(), 1e-3)
    tint = np.clip(cast**CAST, *CASTS)
    return replace(backdrop, picture=(backdrop.picture * tint * (ground.mean() / GROUND)).astype(np.float32))


def encode(linear: Float32[np.ndarray, "h w 3"]) -> np.ndarray:
    """As 8 bits; what is very bright is kept up to some hundred times the ground."""
    return np.round(255 * (linear / (linear + KNEE)) ** (1 / 2.2)).astype(np.uint8)


def decode(encoded: np.ndarray) -> Float32[np.ndarray, "h w 3"]:
    """What `encode` was given, nearly."""
    share = np.minimum(encoded.astype(np.float32) / 255, 0.997) ** 2.2
    return (KNEE * share / (1 - share)).astype(np.float32)


def write(linear: Float32[np.ndarray, "h w 3"], path: Path) -> None:
    """An encoded JPEG of 1,024 x 512 px."""
    small = cv2.resize(linear, (1024, 512), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(path), encode(small)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])


def seen(backdrop: Backdrop, camera: Pinhole) -> Float32[np.ndarray, "h w 3"]:
    """The panorama on a camera's film, wherever nothing else is; level GROUND is its ground."""
    height, width = camera.size
    y, x = np.mgrid[0:height, 0:width] + 0.5
    ways = camera.rays(np.stack([x.ravel(), y.ravel()], axis=1))
    elevation, azimuth = _directions(ways, camera)
    rows, columns = backdrop.picture.shape[:2]
    u = (backdrop.heading + azimuth / (2 * np.pi)) * columns - 0.5
    v = (0.5 - elevation / np.pi) * rows - 0.5
    wrapped = np.pad(backdrop.picture, ((0, 0), (2, 2), (0, 0)), mode="wrap")
    maps = [field.reshape(height, width).astype(np.float32) for field in (u % columns + 2, v)]
    found = cv2.remap(wrapped, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    level = np.maximum(found.mean(axis=2, keepdims=True), 1e-5) / GROUND
    return np.where(level > 1, found * level ** (SKY_POWER - 1), found)


def at_sunset(backdrop: Backdrop) -> Backdrop:
    """In warm low light: the sky glows above the horizon, what is in shade is bluish."""
    rows = len(backdrop.picture)
    elevation = (0.5 - (np.arange(rows) + 0.5) / rows) * np.pi
    glow = np.exp(-np.maximum(elevation, 0) / 0.35)[:, None, None] * (elevation > 0)[:, None, None]
    tint = WARM + (1 - glow) * (np.array([1.0, 1.0, 1.0]) - WARM) * 0.5
    return replace(backdrop, picture=(backdrop.picture * tint * (0.8 + 0.5 * glow)).astype(np.float32))


def at_night(backdrop: Backdrop, rng: np.random.Generator) -> Backdrop:
    """Dark and bluish, with lamps and windows."""
    picture = np.minimum(backdrop.picture, 4 * GROUND) * (NIGHT * np.array([0.8, 0.9, 1.25]))
    rows, columns = picture.shape[:2]
    count = int(LAMPS_PER_TURN)
    row = (0.5 - np.radians(rng.gamma(2.0, 3.0, count)) / np.pi) * rows
    places = np.clip(row.astype(int), 0, rows - 2), rng.integers(columns - 1, size=count)
    colour = LAMPS[rng.integers(len(LAMPS), size=count)] * rng.lognormal(0, 0.7, (count, 1))
    picture[places] = np.maximum(picture[places], GROUND * colour)
    return replace(backdrop, picture=picture.astype(np.float32))


def _directions(
    ways: Float[np.ndarray, "n 3"], camera: Pinhole
) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n"]]:
    """Elevation and azimuth from straight ahead in a panorama, radians: what lies on the ground is seen there from
    EYE_M."""
    ahead = np.arctan2(camera.rotation[2, 0], camera.rotation[2, 1])
    azimuth = np.arctan2(ways[:, 0], ways[:, 1]) - ahead
    level = np.maximum(np.hypot(ways[:, 0], ways[:, 1]), 1e-6)
    slope = ways[:, 2] / level
    share = np.where(slope < 0, EYE_M / max(float(camera.origin[2]), 0.05), 1.0)
    return np.arctan(slope * share), azimuth
