"""Light of a scene: one area light and a surrounding picture, both scaled to a stated irradiance (ours).

A surrounding picture is a latitude-longitude map, linear RGB (h, 2h, 3), first row straight up. Irradiance is what a
level floor receives; the sky gives 1, the area light a multiple of that, so that contrast is chosen, not met by chance.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from scipy import ndimage

from shoemodel.errors import InputError
from shoemodel.render import textures

INDOOR_WORDS = ("apartment", "studio", "hall", "lobby", "warehouse", "room", "interior", "indoor")
"""File names with one of these are not shown behind a street or a park."""


@dataclass(frozen=True)
class AreaLight:
    """A square light that shines from `origin` to `target` (metres)."""

    origin: np.ndarray
    target: np.ndarray
    half_size_m: float
    radiance: np.ndarray
    """Linear RGB (3,)."""


def area_light(
    origin: np.ndarray, target: np.ndarray, half_size_m: float, irradiance: float, tint: np.ndarray
) -> AreaLight:
    """The light that gives a surface facing it at `target` the stated irradiance."""
    distance = float(np.linalg.norm(np.asarray(origin) - target))
    radiance = irradiance * distance**2 / (2 * half_size_m) ** 2
    return AreaLight(np.asarray(origin, float), np.asarray(target, float), half_size_m, radiance * np.asarray(tint))


def warmth(value: float) -> np.ndarray:
    """A light's tint of mean 1: -1 cool daylight, 0 white, 1 lamplight."""
    tint = 1 + value * np.array([0.16, 0.0, -0.24])
    return tint / tint.mean()


def normalised(environment: np.ndarray) -> np.ndarray:
    """Scaled so that a level floor under it receives an irradiance of 1."""
    height, width = environment.shape[:2]
    zenith = (np.arange(height // 2) + 0.5) / height * np.pi
    weight = np.cos(zenith) * np.sin(zenith) * (np.pi / height) * (2 * np.pi / width)
    irradiance = float((environment[: height // 2].mean(-1) * weight[:, None]).sum())
    return (environment / max(irradiance, 1e-6)).astype(np.float32)


def _angles(height: int) -> tuple[np.ndarray, np.ndarray]:
    """Elevation (h, 1), up positive, and azimuth (1, 2h) of the map's pixels in radians."""
    elevation = (0.5 - (np.arange(height) + 0.5) / height) * np.pi
    azimuth = (np.arange(2 * height) + 0.5) / height * np.pi
    return elevation[:, None], azimuth[None]


def interior(rng: np.random.Generator, height: int = 128) -> np.ndarray:
    """A dim room with a bright ceiling and one or two window-like patches, to be mirrored in polished leather."""
    elevation, azimuth = _angles(height)
    grey = np.interp(elevation, [-1.6, -0.1, 0.3, 1.6], [0.25, 0.35, 0.7, 1.1]) + 0 * azimuth
    room = grey[..., None] * rng.uniform(0.9, 1.1, 3)
    for _ in range(rng.integers(1, 3)):
        centre, half = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.5)
        distance = np.abs((azimuth - centre + np.pi) % (2 * np.pi) - np.pi)
        window = (distance < half) & (np.abs(elevation - rng.uniform(0.2, 0.7)) < rng.uniform(0.15, 0.4))
        room[window] = rng.uniform(2, 5) * warmth(rng.uniform(-0.8, 0.2))
    return normalised(room)


def sky(rng: np.random.Generator, overcast: bool, skyline: np.ndarray, height: int = 128) -> np.ndarray:
    """Sky without the sun, haze at the horizon, clouds, and a silhouette of the stated colour (3,) standing on it."""
    elevation, azimuth = _angles(height)
    up = np.clip(np.sin(np.maximum(elevation, 0)), 0, 1)[..., None] ** 0.5
    haze = np.array([0.85, 0.88, 0.92]) * rng.uniform(0.85, 1.1)
    zenith = np.array([0.62, 0.65, 0.70]) if overcast else np.array([0.16, 0.34, 0.75]) * rng.uniform(0.7, 1.3)
    picture = haze * (1 - up) + zenith * up + 0 * azimuth[..., None]
    clouds = cv2.resize(textures.noise(rng, first=4), (2 * height, height))
    cover = np.clip(clouds - rng.uniform(0.2, 1.2), 0, 1.2)[..., None] * (0.3 + 0.7 * up)
    picture = picture * (1 - 0.6 * cover) + 0.9 * cover
    ridge = ndimage.gaussian_filter1d(rng.standard_normal(2 * height), rng.uniform(1, 6), mode="wrap")
    ridge = np.radians(rng.uniform(2, 8)) * (1 + 0.4 * ridge / max(ridge.std(), 1e-6))
    far = elevation < ridge[None]
    grain = rng.normal(1, 0.15, (height, 2 * height, 1))
    picture = np.where(far[..., None], np.asarray(skyline) * grain, picture)
    return normalised(np.maximum(picture, 0.01))


def outdoor_pictures(assets: Path | None) -> list[Path]:
    """The `.hdr` files of the user's assets that can stand behind a street or a park, in order of name."""
    if assets is None:
        return []
    found = sorted((Path(assets) / "hdri").glob("*.hdr"))
    return [path for path in found if not any(word in path.stem.lower() for word in INDOOR_WORDS)]


def load_environment(path: Path, rng: np.random.Generator) -> np.ndarray:
    """A photographed surrounding, turned at random and white-balanced. Raises `InputError` if it cannot be read."""
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 3 or picture.dtype != np.float32:
        raise InputError(f"{path}: found no radiance picture; a latitude-longitude .hdr of three channels is accepted")
    picture = np.nan_to_num(picture[..., 2::-1], posinf=1e4)
    if picture.shape[0] > 512:
        picture = cv2.resize(picture, (1024, 512), interpolation=cv2.INTER_AREA)
    level = np.minimum(picture, 4 * np.median(picture)).mean((0, 1))
    balance = (level.mean() / np.maximum(level, 1e-6)) ** rng.uniform(0.6, 1.0)
    picture = np.roll(picture * balance, int(rng.integers(picture.shape[1])), axis=1)
    return normalised(picture)


@dataclass(frozen=True, eq=False)
class Light:
    """All the light of a scene."""

    environment: np.ndarray
    """(h, 2h, 3) as above."""
    key: AreaLight


DOME = ((-1.6, -0.05, 0.05, 0.6, 1.6), (0.3, 0.4, 1.0, 1.05, 1.15))
"""Elevations in radians and how bright an overcast day is there."""
DARK_SIDE = 0.42
"""How much darker than its mean the dome is opposite the lamp, where houses and trees stand."""
MIDDLE = np.array([0.0, 0.0, 0.1])
"""What lamps shine at."""
SOFT_M, FAR_M, SOFT_SHARE = 1.3, 6.0, 1.35
"""Half size and distance of the soft lamp, and its irradiance for one of the dome's."""
LEAST_SIDE = 0.65
"""How far beside the camera the lamp stands at least: light from the front shows no form."""


def soft_light(right: np.ndarray, forward: np.ndarray, side: float) -> Light:
    """An overcast dome that is brighter on one side, and a large lamp there, before the leg and above it: side is -1
    for the camera's left, 1 for its right.

    right, forward: of the camera in the world, (3,). The lamp shines at the world's origin.
    """
    level = forward * [1.0, 1.0, 0.0]
    level = level / max(float(np.linalg.norm(level)), 1e-6)
    beside = (1.0 if side >= 0 else -1.0) * max(abs(side), LEAST_SIDE)
    way = 1.15 * beside * right - 0.55 * level + [0.0, 0.0, 0.9]
    return lamp_light(way / np.linalg.norm(way), SOFT_M, SOFT_SHARE)


def lamp_light(towards: np.ndarray, half_size_m: float, irradiance: float, tint: np.ndarray | None = None) -> Light:
    """A lamp in a unit direction (3,), FAR_M away, that gives what faces it so much for one of the dome's; the overcast
    dome is brighter there. tint: of the lamp, mean 1."""
    elevation, azimuth = _angles(64)
    flat = towards[:2] / max(float(np.linalg.norm(towards[:2])), 1e-6)
    facing = np.sin(azimuth) * flat[0] + np.cos(azimuth) * flat[1]
    dome = np.interp(elevation, *DOME) * (1 + DARK_SIDE * np.cos(elevation) * facing)
    lamp = MIDDLE + FAR_M * towards
    colour = np.ones(3) if tint is None else tint
    return Light(
        normalised(np.repeat(dome[..., None], 3, 2)), area_light(lamp, MIDDLE, half_size_m, irradiance, colour)
    )
