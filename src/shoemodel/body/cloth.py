"""How cloth folds and what it is woven of: displacement fields for tubes of cloth, and textures for them (ours).

A field is (rings, angles): rings go up from the hem, angles once round the leg, counter-clockwise seen from above,
from the body's left; the front is at 3/4 of the way, the back at 1/4. Compressed cloth has round crests and tight
valleys, so every fold is |sin| of a phase that is bent by noise and fades out along its crest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

FRONT, BACK = 1.5 * np.pi, 0.5 * np.pi
TEXTURE_ROWS, TEXTURE_COLUMNS = 512, 256
# how much darker a valley is than a crest, and how deep a valley counts as one, metres
VALLEY_SHADE, VALLEY_M = 0.30, 0.0022
# the share of it that a close look, in which light falls into finer folds by itself, is given
CLOSE_SHADE = 0.75
# undyed cotton shows through denim: the share of grey that this adds, more to pale
# cloth, and its tint
GREYED, WARM_GREY = 0.20, np.array([1.05, 1.0, 0.95])
# what washing makes of blue
INDIGO = np.array([0.97, 1.04, 0.95])


@dataclass(frozen=True)
class Folds:
    """Sizes of a garment's folds, metres: rings stacked at the hem, folds at the knee, slanted drag lines between
    them, long drapes that fall to the hem; crease is the height of pressed creases before and behind."""

    stack: float = 0.0
    knee: float = 0.0
    drag: float = 0.0
    drape: float = 0.0
    crease: float = 0.0


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> np.ndarray:
    """Noise of about unit size, (rings, angles), with `cells` bumps along and round; it closes round the leg."""
    grid = rng.standard_normal((cells[0] + 2, cells[1])).astype(np.float32)
    grid = np.concatenate([grid[:, -2:], grid, grid[:, :2]], axis=1)
    step = shape[1] / cells[1]
    fine = cv2.resize(grid, (round(step * grid.shape[1]), shape[0]), interpolation=cv2.INTER_CUBIC)
    start = round(2 * step)
    return 1.3 * fine[:, start : start + shape[1]].astype(float)


def turned(angles: np.ndarray, towards: float) -> np.ndarray:
    """Signed angle from `towards`, in (-pi, pi]."""
    return (angles - towards + np.pi) % (2 * np.pi) - np.pi


def _crests(phase: np.ndarray) -> np.ndarray:
    """Round crests and tight valleys of mean about 0 and height about 1; one fold for every pi of phase."""
    return 1.6 * np.abs(np.sin(phase)) - 1.0


def displacement(
    rng: np.random.Generator, folds: Folds, heights: np.ndarray, knee: float, count: int, bent_rad: float
) -> np.ndarray:
    """How far cloth stands off its smooth shape, (rings, count) metres, at rest heights (rings,) of a leg whose knee
    is at height `knee` and bent by bent_rad."""
    shape = (len(heights), count)
    angles = 2 * np.pi * np.arange(count)[None, :] / count
    above, from_knee = (heights - heights[0])[:, None], (heights - knee)[:, None]
    total = np.zeros(shape)
    if folds.stack:
        # the sewn hem itself stays nearly round
        near_hem = 0.25 + 0.75 * np.clip(above / 0.025, 0, 1)
        total += folds.stack * near_hem * np.exp(-((above / 0.11) ** 1.5)) * _stack(rng, above, angles)
    if folds.knee:
        bend = 0.22 + 1.1 * min(bent_rad, 1.6)
        total += folds.knee * bend * np.exp(-((from_knee / 0.085) ** 2)) * _knee(rng, from_knee, angles)
    if folds.drag:
        total += folds.drag * (0.55 + 0.45 * np.exp(-above / 0.2)) * _drag(rng, shape)
    if folds.drape:
        total += folds.drape * np.clip(1.15 - above / 0.55, 0.25, 1) * _drape(rng, shape, angles)
    if folds.crease:
        flattened = 1 - 0.8 * np.exp(-((from_knee / 0.1) ** 2)) * min(bent_rad, 1.0)
        for side in (FRONT, BACK):
            total += folds.crease * flattened * np.exp(-np.abs(turned(angles, side)) / 0.16)
    return total


def _stack(rng: np.random.Generator, above: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Rings of too long a leg over the ankle: tilted, winding, broken off on one side."""
    shape = (len(above), angles.shape[1])
    length = rng.uniform(0.018, 0.036)
    tilt = rng.uniform(0.5, 1.3) * np.sin(angles - rng.uniform(0, 2 * np.pi))
    phase = np.pi * (above / (length * (1 + 2.0 * above)) + 0.25) + tilt + 1.5 * smooth_noise(rng, shape, (8, 5))
    fading = np.clip(0.45 + 0.7 * smooth_noise(rng, shape, (10, 5)), 0, 1.15)
    return fading * _crests(phase)


def _knee(rng: np.random.Generator, from_knee: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Folds in the hollow of the knee that run down and up round the leg, flat over the kneecap."""
    shape = (len(from_knee), angles.shape[1])
    behind = np.abs(turned(angles, BACK))
    phase = np.pi * from_knee / rng.uniform(0.022, 0.032) + 0.8 * behind * np.tanh(from_knee / 0.05)
    phase = phase + 1.1 * smooth_noise(rng, shape, (9, 5)) + rng.uniform(0, np.pi)
    fading = np.clip(0.75 + 0.5 * smooth_noise(rng, shape, (12, 5)), 0.15, 1.2)
    return fading * (0.12 + 0.88 * np.cos(behind / 2) ** 2) * _crests(phase)


def _drag(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Long slanted lines, as where cloth is pulled one way round the leg."""
    total = np.zeros(shape)
    for slant, cells in ((rng.uniform(0.25, 0.5), (5, 6)), (-rng.uniform(0.2, 0.4), (6, 5))):
        noise = smooth_noise(rng, shape, cells)
        columns = (np.arange(shape[1])[None, :] + (slant * np.arange(shape[0])).astype(int)[:, None]) % shape[1]
        lines = 1 - 2.2 * np.abs(np.take_along_axis(noise, columns, axis=1))
        total += np.maximum(lines, -0.8)
    return 0.6 * total


def _drape(rng: np.random.Generator, shape: tuple[int, int], angles: np.ndarray) -> np.ndarray:
    """Upright folds that swing a little on their way down."""
    number = int(rng.integers(2, 5))
    phase = number * angles + 0.9 * smooth_noise(rng, shape, (3, 4)) + rng.uniform(0, 2 * np.pi)
    return 0.75 * np.sin(phase) + 0.35 * np.sin(2 * phase + smooth_noise(rng, shape, (2, 3)))


def shade_of(relief: np.ndarray) -> np.ndarray:
    """Tone (rings, angles), 1 on smooth cloth, darker in the valleys of a relief in metres, lighter on crests."""
    wide = cv2.blur(np.concatenate([relief[:, -8:], relief, relief[:, :8]], axis=1), (9, 9))[:, 8:-8]
    depth = np.clip((relief - wide) / VALLEY_M, -1.5, 0.8)
    return 1 + VALLEY_SHADE * depth


def close_shade(relief: np.ndarray) -> np.ndarray:
    """The same for the finer grid of a close look: what little light reaches the bottom of a valley."""
    closed = np.concatenate([relief[:, -16:], relief, relief[:, :16]], axis=1)
    wide = cv2.GaussianBlur(closed, (0, 0), 5.0)[:, 16:-16]
    return 1 + VALLEY_SHADE * np.clip((relief - wide) / VALLEY_M, -1.6, 0.8)


@lru_cache(maxsize=1)
def _bank() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Threads along, threads across and clouds, tiling, of unit size: made once a process, the same in every one."""
    rng = np.random.default_rng(20)
    shape = (TEXTURE_ROWS, TEXTURE_COLUMNS)
    fields = []
    for down, across in ((6.0, 0.45), (0.45, 4.0), (24.0, 24.0)):
        field = cv2.GaussianBlur(np.tile(rng.standard_normal(shape).astype(np.float32), (3, 3)), (0, 0), across, None,
                                 down)[shape[0] : 2 * shape[0], shape[1] : 2 * shape[1]]  # fmt: skip
        fields.append(field / field.std())
    return fields[0], fields[1], fields[2]


def _drawn(rng: np.random.Generator, field: np.ndarray) -> np.ndarray:
    """A field of the bank from a random place on."""
    return np.roll(field, (int(rng.integers(field.shape[0])), int(rng.integers(field.shape[1]))), (0, 1))


def weave(rng: np.random.Generator, kind: str) -> np.ndarray:
    """Tone (TEXTURE_ROWS, TEXTURE_COLUMNS) of a cloth before it is worn: denim, wool, corduroy or plain."""
    threads, cross, clouds = (_drawn(rng, field) for field in _bank())
    if kind == "denim":
        return 1 + 0.10 * threads + 0.05 * cross + 0.06 * clouds
    tone = 1 + 0.03 * (threads + cross) + 0.03 * clouds
    columns = np.arange(TEXTURE_COLUMNS)
    if kind == "corduroy":
        tone = tone * (1 + 0.16 * np.sin(columns * 2 * np.pi / 4))[None, :]
    if kind == "pinstripe":
        tone = tone + np.where(columns % 16 == 0, 0.8, 0.0)[None, :]
    return tone


def texture(rng: np.random.Generator, colour: np.ndarray, kind: str, relief: np.ndarray, length_m: float) -> np.ndarray:
    """Linear RGB (TEXTURE_ROWS, TEXTURE_COLUMNS, 3) of a trouser leg, first row at the hip: weave, wear, seams, hem.

    relief: its folds in metres (rings, angles) from the hem up; kind: a weave; length_m: from hem to hip.
    """
    shade = cv2.resize(shade_of(relief)[::-1].astype(np.float32), (TEXTURE_COLUMNS, TEXTURE_ROWS))
    tone = weave(rng, kind) * shade
    height_m = length_m * (1 - (np.arange(TEXTURE_ROWS) + 0.5) / TEXTURE_ROWS)
    round_leg = (np.arange(TEXTURE_COLUMNS) + 0.5) / TEXTURE_COLUMNS
    washed = np.zeros(tone.shape)
    if kind == "denim":
        thigh = np.exp(-(((height_m - 0.62 * length_m) / (0.24 * length_m)) ** 2))[:, None]
        front = np.exp(-(((round_leg - 0.75) / 0.13) ** 2))[None, :]
        washed = rng.uniform(0.0, 0.55) * thigh * front + rng.uniform(0.1, 0.6) * np.clip(shade - 1.04, 0, 0.2)
    picture = colour * tone[:, :, None]
    picture += washed[:, :, None] * (2.2 * colour + 0.04 - picture)
    for seam in (0.0, 0.5):
        away = np.abs((round_leg - seam + 0.5) % 1 - 0.5)
        picture[:, away < 0.005] *= 0.6
        picture[:, (away >= 0.005) & (away < 0.012)] *= 1.08
    stitches = np.array([0.40, 0.22, 0.06]) if kind == "denim" else colour * 0.55
    picture[np.abs(height_m - 0.018) < 0.0013] = picture[np.abs(height_m - 0.018) < 0.0013] * 0.5 + stitches * 0.5
    picture[height_m < 0.003] *= 0.8
    return np.clip(picture, 0.005, 0.92).astype(np.float32)


def worn_colours(
    rng: np.random.Generator, colour: np.ndarray, shade: np.ndarray, uv: np.ndarray, denim: bool
) -> np.ndarray:
    """Linear RGB (n, 3) at a trouser leg's vertices, without threads: folds of tone `shade` (n,), clouds, and denim
    washed pale on the front of the thigh and on crests. uv (n, 2): turn and height, 0 to 1."""
    turn, height = uv.T
    clouds = smooth_noise(rng, (64, 64), (10, 6))
    at = clouds[(63.99 * np.clip(height, 0, 1)).astype(int), (64 * turn).astype(int) % 64]
    colour = np.asarray(colour, float)
    if denim:
        greyed = GREYED + 0.15 * colour.mean()
        colour = colour + greyed * (colour.mean() * WARM_GREY - colour)
        if colour[2] > 1.3 * colour[0]:
            colour = colour * INDIGO ** np.clip(1 - 3 * colour.mean(), 0, 1)
    picture = colour * ((1 + CLOSE_SHADE * (shade - 1)) * (1 + 0.02 * at))[:, None]
    if denim:
        thigh = np.exp(-(((height - 0.62) / 0.24) ** 2)) * np.exp(-(((turn - 0.75) / 0.13) ** 2))
        shin = np.exp(-(((turn - 0.75) / 0.11) ** 2)) + 0.6 * np.exp(-(((turn - 0.25) / 0.10) ** 2))
        washed = rng.uniform(0.0, 0.45) * thigh + rng.uniform(0.5, 1.0) * np.clip(shade - 1.02, 0, 0.2)
        washed += rng.uniform(0.04, 0.16) * shin * (1 + 0.5 * at) + 0.03 * np.maximum(at, 0)
        picture += washed[:, None] * (2.2 * colour + 0.04 - picture)
    return np.clip(picture, 0.005, 0.92)
