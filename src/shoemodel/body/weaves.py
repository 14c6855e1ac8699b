"""Threads of cloth and the grain of skin as tiles that repeat without a seam, looked up at any scale (ours).

A tile is a picture of 0.1 m by 0.1 m or so. Lookups take the mean over what a pixel spans, so that threads finer than
a pixel fade into their mean instead of flickering.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float

TEXEL_M = 0.0001
SIDE = 1024
_ROW = 1024


@dataclass(frozen=True, eq=False)
class Tile:
    """Channels (h, w, c) of a repeating pattern, and means of it over 2, 4, 8 ... texels."""

    levels: tuple[np.ndarray, ...]
    texel_m: float = TEXEL_M

    def at(self, x: Float[np.ndarray, "k"], y: Float[np.ndarray, "k"], span_m: Float[np.ndarray, "k"]) -> np.ndarray:
        """Values (k, c) at metres (x right, y up), each the mean over about span_m."""
        level = np.clip(np.log2(np.maximum(span_m / self.texel_m, 1.0)), 0, len(self.levels) - 1)
        lower = np.floor(level).astype(int)
        share = (level - lower)[:, None].astype(np.float32)
        out = np.zeros((len(x), self.levels[0].shape[2]), np.float32)
        for number in np.unique(lower).tolist():
            mine = np.flatnonzero(lower == number)
            fine = self._bilinear(number, x[mine], y[mine])
            coarse = self._bilinear(min(number + 1, len(self.levels) - 1), x[mine], y[mine])
            out[mine] = fine + share[mine] * (coarse - fine)
        return out

    def _bilinear(self, number: int, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        field = self.levels[number]
        height, width, channels = field.shape
        texel = self.texel_m * self.levels[0].shape[0] / height
        rows = -(-len(x) // _ROW)
        maps = np.zeros((2, rows * _ROW), np.float32)
        maps[0, : len(x)] = (x / texel - 0.5) % width
        maps[1, : len(x)] = (-y / texel - 0.5) % height
        # the neighbour beyond the last column is the first one
        wrapped = np.pad(field, ((0, 1), (0, 1), (0, 0)), mode="wrap")
        shape = (rows, _ROW)
        found = cv2.remap(wrapped, maps[0].reshape(shape), maps[1].reshape(shape), cv2.INTER_LINEAR)
        return found.reshape(-1, channels)[: len(x)]


def tile(field: Float[np.ndarray, "h w c"], texel_m: float = TEXEL_M) -> Tile:
    """A tile of a repeating field whose sides are powers of two."""
    levels = [np.ascontiguousarray(field, np.float32)]
    while min(levels[-1].shape[:2]) > 8:
        f = levels[-1]
        levels.append(0.25 * (f[::2, ::2] + f[1::2, ::2] + f[::2, 1::2] + f[1::2, 1::2]))
    return Tile(tuple(levels), texel_m)


def noise(rng: np.random.Generator, across: float, along: float, side: int = SIDE) -> np.ndarray:
    """Repeating noise (side, side) of unit std, smoothed over so many texels across and along."""
    field = rng.standard_normal((side, side)).astype(np.float32)
    frequency = [np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]]
    keep = np.exp(-2 * np.pi**2 * ((along * frequency[0]) ** 2 + (across * frequency[1]) ** 2))
    smooth = np.fft.irfft2(np.fft.rfft2(field) * keep, s=(side, side)).astype(np.float32)
    return (smooth - smooth.mean()) / max(float(smooth.std()), 1e-9)


def _threads(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Number and place (-1 to 1) across the thread of each texel (SIDE,), `count` threads to a tile."""
    phase = np.arange(SIDE) * count / SIDE
    return phase.astype(int), 2 * (phase % 1) - 1


def _dyed(rng: np.random.Generator, count: int, spread: float, slub: float, length: float) -> np.ndarray:
    """Tone (count, SIDE) of threads along themselves: some darker than others, none even."""
    field = rng.standard_normal((count, SIDE)).astype(np.float32)
    frequency = np.fft.rfftfreq(SIDE)[None]
    along = np.fft.irfft(np.fft.rfft(field, axis=1) * np.exp(-2 * (np.pi * length * frequency) ** 2), n=SIDE, axis=1)
    along /= along.std()
    return 1 + spread * rng.standard_normal((count, 1)) + slub * along


def woven(
    rng: np.random.Generator, warps: int, wefts: int, float_over: int, contrast: float, uneven: float
) -> np.ndarray:
    """Woven cloth (SIDE, SIDE, 2): its tone, and the share of weft on top. Warp runs along; each weft thread goes over
    one warp thread and under float_over, shifted from row to row: 1 is plain weave, 2 and more are twill. uneven: how
    much threads differ."""
    i, across = _threads(warps)
    j, along = _threads(wefts)
    on_top = ((i[None, :] + j[:, None]) % (float_over + 1)) == 0
    warp = _dyed(rng, warps, uneven, uneven, 90.0)[i].T
    weft = _dyed(rng, wefts, 0.8 * uneven, 0.7 * uneven, 60.0)[j]
    round_warp, round_weft = np.sqrt(1 - 0.85 * across**2)[None, :], np.sqrt(1 - 0.85 * along**2)[:, None]
    dips = np.where(on_top, round_weft * (0.75 + 0.25 * round_warp), round_warp * (0.80 + 0.20 * round_weft))
    tone = np.where(on_top, weft, warp) * (1 + contrast * (dips / dips.mean() - 1))
    tone = tone * (1 + 0.03 * noise(rng, 1.0, 1.0))
    return np.stack([tone / tone.mean(), on_top.astype(np.float32)], axis=2)


def knitted(rng: np.random.Generator, wales: int, courses: int, contrast: float) -> np.ndarray:
    """Jersey (SIDE, SIDE, 1): columns of V-shaped stitches."""
    i, across = _threads(wales)
    phase = (np.arange(SIDE)[:, None] * courses / SIDE + 0.55 * np.abs(across)[None, :]) % 1
    stitch = np.sin(np.pi * phase) ** 0.7 * (1 - 0.55 * (1 - np.abs(across)[None, :]) ** 4)
    yarn = _dyed(rng, courses, 0.01, 0.012, 30.0)[_threads(courses)[0]] * _dyed(rng, wales, 0.01, 0.01, 50.0)[i].T
    tone = yarn * (1 + contrast * (stitch / stitch.mean() - 1)) * (1 + 0.03 * noise(rng, 1.2, 1.2))
    return (tone / tone.mean())[..., None]


@lru_cache(maxsize=12)
def cloth_tile(kind: str) -> Tile:
    """The threads of a cloth: channel 0 its tone (mean 1); for denim channel 1 says where the undyed weft is on top."""
    rng = np.random.default_rng([20, len(kind), ord(kind[0])])
    if kind == "denim":
        field = woven(rng, 320, 224, 2, 0.48, 0.055)
        slubs = 1 + 0.035 * noise(rng, 3.0, 120.0) + 0.045 * noise(rng, 9.0, 14.0) + 0.02 * noise(rng, 50.0, 60.0)
        return tile(field * np.stack([slubs, np.ones_like(slubs)], axis=2))
    if kind == "corduroy":
        # eleven wales to an inch
        across = np.cos(2 * np.pi * np.arange(SIDE) * 44 / SIDE)
        pile = 1 + 0.08 * noise(rng, 1.5, 5.0) + 0.05 * noise(rng, 5.0, 30.0)
        tone = pile * (1 + 0.38 * np.tanh(1.6 * (across + 0.35)))[None]
        return tile((tone / tone.mean())[..., None])
    if kind in ("wool", "pinstripe"):
        field = woven(rng, 256, 256, 1 + (kind == "wool"), 0.40, 0.028)[..., :1]
        return tile(field * (1 + 0.04 * noise(rng, 1.5, 6.0) + 0.04 * noise(rng, 5.0, 1.5))[..., None])
    if kind == "sweat":
        field = knitted(rng, 96, 128, 0.30)
        return tile(field * (1 + 0.05 * noise(rng, 1.5, 9.0) + 0.04 * noise(rng, 6.0, 6.0))[..., None])
    if kind == "stretch":
        return tile(knitted(rng, 192, 256, 0.30))
    if kind == "sock":
        return tile(knitted(rng, 80, 104, 0.34) * (1 + 0.045 * noise(rng, 2.0, 2.0))[..., None])
    return tile(woven(rng, 320, 256, 2, 0.36, 0.018)[..., :1] * (1 + 0.012 * noise(rng, 12.0, 12.0))[..., None])
