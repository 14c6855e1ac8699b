"""Printed and woven patterns of garments: camouflage, checks, stripes, dots (ours).

A pattern is a tile of colours that repeats; it is laid over the threads of a garment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float

from shoemodel.body.finishes import OTHER_SIDE
from shoemodel.body.leg_finishes import TILE_M, round_leg
from shoemodel.body.weaves import SIDE, Tile, noise, tile
from shoemodel.render.parts import Finish

Rgb = tuple[float, float, float]
PATTERN_TEXEL_M = 0.0003
WOODLAND: tuple[Rgb, ...] = ((0.36, 0.30, 0.19), (0.115, 0.145, 0.055), (0.115, 0.068, 0.036), (0.016, 0.016, 0.015))
"""Camouflage of which no colour is said."""
PALE: Rgb = (0.74, 0.73, 0.70)
DARK, DARKER = 0.3, 0.35
"""A cloth darker than this, on the mean, has a pale second colour, others one so much darker."""
LEOPARD: tuple[Rgb, ...] = ((0.50, 0.33, 0.16), (0.30, 0.16, 0.06), (0.02, 0.016, 0.013))
SOFT_PX = 0.7
"""Blur of the edges of what is printed."""


def palette(pattern: str, own: Rgb, said: bool, second: Rgb | None) -> tuple[Rgb, ...]:
    """Colours of a pattern, the garment's own first. said: whether the prompt names that; second: what else it names.
    ValueError for a pattern that is none of PATTERNS."""
    if pattern not in PATTERNS:
        raise ValueError(f"no pattern {pattern!r}; there are {', '.join(PATTERNS)}")
    if pattern == "camouflage":
        shades = tuple(_scaled(own, share) for share in (1.0, 0.42, 0.2, 0.07))
        return shades if said else WOODLAND
    if pattern == "leopard":
        return tuple(_scaled(own, share) for share in (1.0, 0.45, 0.06)) if said else LEOPARD
    other = second or (PALE if np.mean(own) < DARK else _scaled(own, DARKER))
    return own, other


def _scaled(rgb: Rgb, share: float) -> Rgb:
    red, green, blue = (max(share * value, 0.01) for value in rgb)
    return red, green, blue


def base(colours: Sequence[Rgb]) -> Rgb:
    """What a part is coloured below its pattern: as pale as its palest, for a finish can darken what is pale."""
    red, green, blue = np.max(np.array(colours), axis=0).tolist()
    return red, green, blue


@dataclass(frozen=True)
class PatternFinish:
    """A pattern over the threads of a cloth. colours: of `palette`; round: laid round a leg that is covered closely,
    with places of `leg_finishes`, else with those of `finishes`."""

    cloth: Finish
    pattern: str
    colours: tuple[Rgb, ...]
    round: bool = False

    def tone(
        self, places: Float[np.ndarray, "k 3"], facing: Float[np.ndarray, "k"], pixel_m: Float[np.ndarray, "k"]
    ) -> Float[np.ndarray, "k 3"]:
        """As `parts.Finish` has it."""
        if self.round:
            turn, up = round_leg(places)
            across = 3 * TILE_M * turn
        else:
            turn, up, girth = places.T
            up = np.where(up < -OTHER_SIDE / 2, up + OTHER_SIDE, up)
            front = turn % 1 > 0.5
            across = (turn % 1 - np.where(front, 0.75, 0.25)) * girth  # straight in each of two panels
        span = pixel_m / np.sqrt(np.clip(facing, 0.12, 1))
        printed = pattern_tile(self.pattern, self.colours).at(across, up, span)
        return self.cloth.tone(places, facing, pixel_m) * printed / np.array(base(self.colours))


@lru_cache(maxsize=4)
def pattern_tile(pattern: str, colours: tuple[Rgb, ...]) -> Tile:
    """Linear colours of a pattern. ValueError for one that is none of PATTERNS."""
    if pattern not in PATTERNS:
        raise ValueError(f"no pattern {pattern!r}; there are {', '.join(PATTERNS)}")
    shares = PATTERNS[pattern](np.random.default_rng([7, len(pattern)]))
    soft = [cv2.GaussianBlur(np.pad(share.astype(np.float32), 8, mode="wrap"), (0, 0), SOFT_PX) for share in shares]
    field = np.zeros((SIDE, SIDE, 3)) + np.array(colours[0])
    for share, colour in zip(soft, colours[1:], strict=False):
        field += share[8:-8, 8:-8, None] * (np.array(colour) - field)
    return tile(field, PATTERN_TEXEL_M)


def _grid() -> tuple[np.ndarray, np.ndarray]:
    """Down and across (SIDE, SIDE), 0 to 1."""
    down, across = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    return down, across


def _camouflage(rng: np.random.Generator) -> list[np.ndarray]:
    fields = [noise(rng, wide, high) + 0.35 * noise(rng, 18, 12) for wide, high in ((58, 38), (52, 34), (46, 30))]
    return [field > limit for field, limit in zip(fields, (0.15, 0.75, 1.15), strict=True)]


def _checked(rng: np.random.Generator) -> list[np.ndarray]:
    """Broad bands both ways, each with a thin line beside it."""
    bands = []
    for way in _grid():
        place = 6 * way % 1
        bands.append(np.where(place < 0.42, 0.5, 0.0) + 0.42 * (np.abs(place - 0.71) < 0.028))
    return [bands[0] + bands[1]]


def _gingham(rng: np.random.Generator) -> list[np.ndarray]:
    down, across = _grid()
    return [0.5 * ((26 * down) % 1 < 0.5) + 0.5 * ((26 * across) % 1 < 0.5)]


def _houndstooth(rng: np.random.Generator) -> list[np.ndarray]:
    """Four dark and four pale threads both ways, in a twill that goes over two and under two."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] * (8 * 20) // SIDE
    warp_on_top = (x + y) % 4 < 2
    return [np.where(warp_on_top, x % 8 < 4, y % 8 < 4)]


def _striped(rng: np.random.Generator) -> list[np.ndarray]:
    return [(18 * _grid()[1]) % 1 < 0.5]


def _hooped(rng: np.random.Generator) -> list[np.ndarray]:
    return [(12 * _grid()[0]) % 1 < 0.5]


def _dotted(rng: np.random.Generator) -> list[np.ndarray]:
    down, across = (16 * way for way in _grid())
    rows = np.floor(down)
    return [np.hypot(down % 1 - 0.5, (across + 0.5 * (rows % 2)) % 1 - 0.5) < 0.27]


def _leopard(rng: np.random.Generator) -> list[np.ndarray]:
    """Broken dark rings about darker middles."""
    count = 17
    rows, columns = np.divmod(np.arange(count * count), count)
    jitter = rng.uniform(-0.32, 0.32, (2, count * count))
    far = np.full((SIDE, SIDE), 9.0)
    y, x = (count * way for way in _grid())
    for row, column, dy, dx in zip(rows, columns, *jitter, strict=True):
        away = [(axis - at + count / 2) % count - count / 2 for axis, at in ((y, row + dy), (x, column + dx))]
        np.minimum(far, np.hypot(away[0] * rng.uniform(0.85, 1.25), away[1]), out=far)
    uneven = 0.07 * noise(rng, 9, 9)
    ring = (np.abs(far + uneven - 0.33) < 0.085) & (noise(rng, 14, 14) > -0.75)
    return [far + uneven < 0.30, ring]


PATTERNS: dict[str, Callable[[np.random.Generator], list[np.ndarray]]] = {
    "camouflage": _camouflage, "checked": _checked, "gingham": _gingham, "houndstooth": _houndstooth,
    "striped": _striped, "hooped": _hooped, "dotted": _dotted, "leopard": _leopard,
}  # fmt: skip
"""How much of each further colour lies over those before it, (SIDE, SIDE), 0 to 1."""
