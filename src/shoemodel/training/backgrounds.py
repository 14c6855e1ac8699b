"""Backgrounds for pasted shoes (ours): drawn patterns, other tuples' pictures, and photos from a folder.

The renders' own surroundings are few; a network that must cut shoes out of any photo has to see many.
Pictures are (s, s, 3) uint8. Everything follows from the generator given.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.errors import InputError

Picture = UInt8[np.ndarray, "s s 3"]
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".hdr")
LONGEST_SIDE = 1024
"""Photos are kept in memory at this size, px."""


def load_folder(folder: Path) -> list[UInt8[np.ndarray, "h w 3"]]:
    """All pictures of a folder and its sub-folders; .hdr panoramas are tone-mapped. InputError where there is none."""
    files = sorted(file for file in Path(folder).rglob("*") if file.suffix.lower() in SUFFIXES)
    pictures = [_read(file) for file in files]
    if not pictures:
        raise InputError(f"{folder}: found no picture; files ending in {', '.join(SUFFIXES)} are accepted")
    return pictures


def _read(file: Path) -> np.ndarray:
    bgr = cv2.imread(str(file), cv2.IMREAD_ANYDEPTH | cv2.IMREAD_COLOR)
    if bgr is None:
        raise InputError(f"{file} cannot be read as a picture; {', '.join(SUFFIXES)} are accepted")
    scale = LONGEST_SIDE / max(bgr.shape[:2])
    if scale < 1:
        bgr = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if bgr.dtype != np.uint8:
        linear = np.maximum(bgr.astype(np.float32), 0)
        exposed = linear * (0.18 / max(float(np.median(linear)), 1e-6))
        bgr = (255 * (exposed / (1 + exposed)) ** (1 / 2.2)).astype(np.uint8)
    return np.ascontiguousarray(bgr[..., ::-1])


def random_crop(picture: UInt8[np.ndarray, "h w 3"], rng: np.random.Generator, side: int) -> Picture:
    """A square piece of a picture, turned by right angles, mirrored and resized."""
    height, width = picture.shape[:2]
    cut = int(min(height, width) * rng.uniform(0.3, 1.0))
    y, x = rng.integers(height - cut + 1), rng.integers(width - cut + 1)
    piece = np.rot90(picture[y : y + cut, x : x + cut], int(rng.choice([0, 0, 0, 1, 2, 3])))
    if rng.random() < 0.5:
        piece = piece[:, ::-1]
    return cv2.resize(np.ascontiguousarray(piece), (side, side), interpolation=cv2.INTER_AREA)


def another_place(
    rgb: UInt8[np.ndarray, "s s 3"],
    shoe: Bool[np.ndarray, "s s"],
    other: UInt8[np.ndarray, "s s 3"],
    rng: np.random.Generator,
) -> Picture:
    """The shoe's pixels, softly edged, before a piece of another picture or, half of the time, a pattern."""
    side = len(rgb)
    place = drawn(rng, side) if rng.random() < 0.5 else random_crop(other, rng, side)
    soft = cv2.GaussianBlur(shoe.astype(np.float32), (0, 0), rng.uniform(0.3, 0.9))[..., None]
    return (place * (1 - soft) + rgb * soft).astype(np.uint8)


def drawn(rng: np.random.Generator, side: int) -> Picture:
    """A pattern: gradient, plain studio backdrop, clouds, grass, tiles, planks or coloured shapes."""
    patterns = (_gradient, _studio, _clouds, _grass, _tiles, _planks, _shapes)
    return patterns[rng.integers(len(patterns))](rng, side)


def _colour(rng: np.random.Generator) -> np.ndarray:
    """A colour, greys and light ones more often than not."""
    grey = rng.uniform(20, 255)
    return np.clip(grey + rng.normal(0, rng.choice([4, 40]), 3), 0, 255).astype(np.float32)


def _uint8(values: np.ndarray) -> Picture:
    return np.clip(values, 0, 255).astype(np.uint8)


def _noise(rng: np.random.Generator, side: int, cells: tuple[int, int]) -> np.ndarray:
    """Smooth noise (s, s) of about unit std with `cells` (rows, columns) independent values."""
    values = rng.standard_normal(cells, np.float32)
    return cv2.resize(values, (side, side), interpolation=cv2.INTER_CUBIC)


def _gradient(rng: np.random.Generator, side: int) -> Picture:
    corners = np.stack([_colour(rng) for _ in range(4)]).reshape(2, 2, 3)
    return _uint8(cv2.resize(corners, (side, side), interpolation=cv2.INTER_LINEAR))


def _studio(rng: np.random.Generator, side: int) -> Picture:
    wall, floor = _colour(rng), _colour(rng)
    if rng.random() < 0.5:
        floor = wall * rng.uniform(0.85, 1.05)
    rows = np.linspace(0, 1, side, dtype=np.float32)[:, None, None]
    edge = np.clip((rows - rng.uniform(0.3, 0.9)) * rng.uniform(2, 100), 0, 1)
    light = 1 + 0.12 * _noise(rng, side, (3, 3))[..., None]
    return _uint8((wall * (1 - edge) + floor * edge) * light)


def _clouds(rng: np.random.Generator, side: int) -> Picture:
    values = sum(_noise(rng, side, (cells, cells)) / cells**0.5 for cells in (4, 8, 16, 32, 64))
    weight = (1 / (1 + np.exp(-2 * values)))[..., None]
    return _uint8(_colour(rng) * weight + _colour(rng) * (1 - weight))


def _grass(rng: np.random.Generator, side: int) -> Picture:
    """Streaks, as of grass, carpet, gravel or asphalt, by how far the noise is stretched."""
    fine = _noise(rng, side, (int(side / rng.uniform(1, 6)), int(side / rng.uniform(1, 6))))
    coarse = _noise(rng, side, (8, 8))
    base = np.array([60, 110, 40], np.float32) if rng.random() < 0.4 else _colour(rng)
    return _uint8(base + (fine * rng.uniform(10, 45) + coarse * 12)[..., None] * rng.uniform(0.7, 1, 3))


def _tiles(rng: np.random.Generator, side: int) -> Picture:
    """Bricks or tiles with joints, each of its own shade, shifted every other row."""
    height, width, gap = rng.uniform(0.05, 0.3) * side, rng.uniform(0.08, 0.4) * side, rng.uniform(0.5, 4)
    y, x = np.mgrid[:side, :side].astype(np.float32)
    row = np.floor(y / height)
    x = x + (row % 2) * width * rng.choice([0.0, 0.5])
    column = np.floor(x / width)
    shade = rng.normal(0, rng.uniform(2, 25), 4096)[((row * 57 + column) % 4096).astype(int)]
    joint = ((y % height) < gap) | ((x % width) < gap)
    surface = _colour(rng) + (shade + _noise(rng, side, (64, 64)) * 5)[..., None]
    return _uint8(np.where(joint[..., None], _colour(rng), surface))


def _planks(rng: np.random.Generator, side: int) -> Picture:
    width = rng.uniform(0.06, 0.3) * side
    columns = np.arange(side) // width
    shade = rng.normal(0, 14, 64)[columns.astype(int)]
    grain = _noise(rng, side, (4, side // 2)) * rng.uniform(3, 14)
    base = np.array([150, 105, 70], np.float32) * rng.uniform(0.4, 1.4) if rng.random() < 0.6 else _colour(rng)
    picture = _uint8(base + (shade[None] + grain)[..., None])
    picture[:, (np.arange(side) % width) < 1.5] //= 2
    return picture if rng.random() < 0.5 else np.ascontiguousarray(picture.transpose(1, 0, 2))


def _shapes(rng: np.random.Generator, side: int) -> Picture:
    """Ellipses, boxes and lines: things in a room that are no shoe."""
    picture = _studio(rng, side)
    for _ in range(rng.integers(3, 14)):
        colour = _colour(rng).tolist()
        centre, axes = rng.integers(0, side, 2), rng.uniform(0.02, 0.25, 2) * side
        kind = rng.integers(3)
        if kind == 0:
            cv2.ellipse(picture, centre.tolist(), axes.astype(int).tolist(), rng.uniform(0, 180), 0, 360, colour, -1)
        elif kind == 1:
            corners = cv2.boxPoints((centre.astype(float).tolist(), (2 * axes).tolist(), rng.uniform(0, 90)))
            cv2.fillPoly(picture, [corners.astype(np.int32)], colour)
        else:
            cv2.line(picture, centre.tolist(), rng.integers(0, side, 2).tolist(), colour, int(rng.integers(1, 12)))
    return picture
