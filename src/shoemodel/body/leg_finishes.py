"""Skin and knitted things on it seen close: pores, hair, ribs, stripes, sheer nylon (ours).

Places of a leg are (x, y, height): metres beside the axis from ankle to knee, toes towards -y, and above the ankle.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float

from shoemodel.body.weaves import SIDE, TEXEL_M, Tile, cloth_tile, noise, tile
from shoemodel.render.meshes import smoothstep

Rgb = tuple[float, float, float]
TILE_M = SIDE * TEXEL_M
INSTEP_M = 0.045
"""Further before the axis than this, a foot runs forward."""
FOOT_ROUND_M = 0.03
"""About the radius of a foot, seen from before."""
FOLLICLES = 1500
HAIRS = 900
CUFF_M, HOOP_M = 0.017, 0.022


def round_leg(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn (k,) round the leg, 0 to 1 from behind, and metres (k,) along it, forward over the instep."""
    x, y, height = places.T
    forward = np.maximum(-y - INSTEP_M, 0)
    return (np.arctan2(x, y) / (2 * np.pi)) % 1, height - 0.8 * forward


def _on_leg(pattern: Tile, places: np.ndarray, shift: float, span: np.ndarray) -> np.ndarray:
    """A pattern (k, c) laid round the leg, so often that it closes, and round the foot before it, where height says
    nothing of how far one has gone."""
    x, y, height = places.T
    turn, along = round_leg(places)
    found = pattern.at(3 * TILE_M * turn, along + shift, span)
    share = smoothstep((-y - height - INSTEP_M) / 0.035)
    ahead = np.flatnonzero(share > 0)
    if len(ahead):
        across = FOOT_ROUND_M * np.arctan2(x[ahead], height[ahead] + 2 * FOOT_ROUND_M)
        foot = pattern.at(across, y[ahead] + shift, span[ahead])
        found[ahead] += share[ahead, None] * (foot - found[ahead])
    return found


def _blur(facing: np.ndarray, pixel_m: np.ndarray) -> np.ndarray:
    """What a pixel spans on a surface that leans away."""
    return pixel_m / np.sqrt(np.clip(facing, 0.12, 1))


@dataclass(frozen=True)
class SkinFinish:
    """Bare skin. pale: 0 dark to 1 light, for blood shows less through dark skin; hairy: share of hair; knee_m: height
    of the knee."""

    pale: float
    hairy: float
    knee_m: float
    seed: int = 0

    def tone(
        self, places: Float[np.ndarray, "k 3"], facing: Float[np.ndarray, "k"], pixel_m: Float[np.ndarray, "k"]
    ) -> Float[np.ndarray, "k 3"]:
        """As `parts.Finish` has it."""
        span, shift = _blur(facing, pixel_m), 0.0173 * self.seed
        factor = 1 + (0.45 + 0.55 * self.pale) * (_on_leg(skin_tile(), places, shift, span) - 1)
        if self.hairy > 0:
            height = places[:, 2]
            where = np.clip(1.3 - np.abs(height - 0.55 * self.knee_m) / (0.45 * self.knee_m), 0, 1)
            hair = _on_leg(hair_tile(), places, shift, span)[:, 0] * self.hairy * where
            factor = factor * (1 - hair[:, None] * np.array([0.72, 0.80, 0.84]))
        return factor


@lru_cache(maxsize=1)
def skin_tile() -> Tile:
    """Factors of skin: its grain, follicles with a flush round each, and uneven blood (mean about 1)."""
    rng = np.random.default_rng(31)
    grain = 0.042 * noise(rng, 2.2, 1.6) + 0.020 * noise(rng, 4.0, 3.0) + 0.012 * noise(rng, 11.0, 9.0)
    light = 1 + grain + 0.012 * noise(rng, 45.0, 60.0)
    blood = 0.5 * noise(rng, 14.0, 14.0) + 0.45 * noise(rng, 40.0, 50.0) + 0.35 * noise(rng, 110.0, 120.0)
    pits = _spots(rng, 1.3, (0.4, 1.0))
    halo = _spots(np.random.default_rng(32), 6.0, (0.3, 1.0))
    light = light - 0.30 * pits
    field = light[..., None] * (1 - np.outer(blood + 1.1 * halo, [0.004, 0.028, 0.018]).reshape(SIDE, SIDE, 3))
    return tile(field / field.mean(axis=(0, 1)))


def _spots(rng: np.random.Generator, sigma: float, strength: tuple[float, float]) -> np.ndarray:
    """Follicles (SIDE, SIDE), 1 in the middle of the strongest; the same generator puts them at the same places."""
    field = np.zeros((SIDE, SIDE), np.float32)
    places = np.random.default_rng(33).integers(0, SIDE, (FOLLICLES, 2))
    field[places[:, 0], places[:, 1]] = rng.uniform(*strength, FOLLICLES)
    padded = np.pad(field, 32, mode="wrap")
    return 2 * np.pi * sigma**2 * cv2.GaussianBlur(padded, (0, 0), sigma)[32:-32, 32:-32]


@lru_cache(maxsize=1)
def hair_tile() -> Tile:
    """How much of each texel (SIDE, SIDE, 1) hair covers: fine arcs that lie down along the leg."""
    rng = np.random.default_rng(34)
    pad = 256
    field = np.zeros((SIDE + 2 * pad, SIDE + 2 * pad), np.float32)
    for _ in range(HAIRS):
        x, y = rng.uniform(0, SIDE, 2)
        way, bend, length = rng.normal(0.0, 0.38), rng.normal(0, 0.9), rng.uniform(50, 170)
        steps = np.linspace(0, 1, 7)
        lean = way + bend * steps
        line = np.cumsum(np.stack([np.sin(lean), np.cos(lean)], axis=1), axis=0) * length / 7 + [x, y]
        dark = float(rng.uniform(0.4, 1.0))
        for across in (-SIDE, 0, SIDE):
            for down in (-SIDE, 0, SIDE):
                moved = np.round((line + np.array([across + pad, down + pad])) * 16).astype(np.int32)
                if (moved.max(axis=0) > 0).all() and (moved.min(axis=0) < 16 * len(field)).all():
                    cv2.polylines(field, [moved[:, None]], False, dark, 1, cv2.LINE_AA, 4)
    return tile(np.clip(cv2.GaussianBlur(field, (0, 0), 0.5), 0, 1)[pad:-pad, pad:-pad, None])


@dataclass(frozen=True)
class SockFinish:
    """A knitted sock. top_m: where it ends; ribs: how many go round; stripe: the colour of two stripes below its cuff,
    as a factor on the part's, or None; hoops: of stripes all the way down; between: the same of what lies between."""

    top_m: float
    ribs: int = 80
    stripe: Rgb | None = None
    hoops: bool = False
    between: Rgb = (1.0, 1.0, 1.0)
    seed: int = 0

    def tone(
        self, places: Float[np.ndarray, "k 3"], facing: Float[np.ndarray, "k"], pixel_m: Float[np.ndarray, "k"]
    ) -> Float[np.ndarray, "k 3"]:
        """As `parts.Finish` has it."""
        turn, along = round_leg(places)
        span = _blur(facing, pixel_m)
        around = self.ribs / 40 * TILE_M * turn
        below = self.top_m - along
        cuff = smoothstep((CUFF_M - below) / 0.0012)
        stitches = cloth_tile("sock").at(around, along * (1 + 0.0 * cuff) + 0.017 * self.seed, span)[:, 0]
        girth = 2 * np.pi * np.maximum(np.hypot(places[:, 0], places[:, 1]), 0.025)
        clear = np.clip(1.5 - 1.5 * span * self.ribs / girth, 0, 1)
        rib = np.tanh(2.2 * (np.cos(2 * np.pi * self.ribs * turn) + 0.35))
        tone = stitches * (1 + clear * (0.13 - 0.05 * cuff) * (rib - 0.25))
        # the cuff: a rounded edge above, a welt below, and wrinkles where it pulls in
        tone *= 1 - 0.10 * np.exp(-((below / 0.0011) ** 2)) - 0.16 * np.exp(-(((below - CUFF_M) / 0.0009) ** 2))
        tone *= 1 + 0.05 * np.exp(-(((below - 0.003) / 0.002) ** 2)) + 0.05 * cuff
        factor = np.repeat(tone[:, None], 3, axis=1)
        if self.stripe is not None:
            rough = below + 0.00015 * np.cos(2 * np.pi * 2 * self.ribs * turn)
            stripe, between = np.array(self.stripe), np.array(self.between)
            factor *= between + _stripes(rough, pixel_m, self.hoops)[:, None] * (stripe - between)
        return factor


def _stripes(below: np.ndarray, pixel_m: np.ndarray, hoops: bool) -> np.ndarray:
    """Share (k,) of stripes at metres below a sock's top: two, or one for every HOOP_M."""
    if hoops:
        inside = HOOP_M / 4 - np.abs((below - CUFF_M) % HOOP_M - HOOP_M / 2) + np.where(below < CUFF_M, -1.0, 0.0)
        return np.clip(inside / np.maximum(pixel_m, 1e-6) + 0.5, 0, 1)
    share = np.zeros(len(below))
    for low, high in ((0.026, 0.036), (0.044, 0.054)):
        inside = np.minimum(below - low, high - below)
        share += np.clip(inside / np.maximum(pixel_m, 1e-6) + 0.5, 0, 1)
    return share


@dataclass(frozen=True)
class TightsFinish:
    """Nylon over skin, seen through less where it is seen at a slant. skin, hose: linear rgb; opaque: the share of the
    hose seen square on, the mix that the part's colours have."""

    skin: Rgb
    hose: Rgb
    opaque: float

    def tone(
        self, places: Float[np.ndarray, "k 3"], facing: Float[np.ndarray, "k"], pixel_m: Float[np.ndarray, "k"]
    ) -> Float[np.ndarray, "k 3"]:
        """As `parts.Finish` has it."""
        yarn = _on_leg(cloth_tile("stretch"), places, 0.0, _blur(facing, pixel_m))[:, 0]
        skin, hose = np.array(self.skin), np.array(self.hose)
        cover = 1 - (1 - self.opaque) ** (np.clip(yarn, 0.6, 1.4) / np.clip(facing, 0.16, 1))
        mixed, square = skin + cover[:, None] * (hose - skin), skin + self.opaque * (hose - skin)
        # what is seen at a slant mirrors, too, and that has no colour
        mirrored = 0.35 * (1 - np.clip(facing, 0, 1))[:, None] ** 2.5
        return (mixed + mirrored) / (square + mirrored) * (1 + 0.35 * (yarn[:, None] - 1))


@dataclass(frozen=True)
class StretchFinish:
    """Leggings: fine knit, and a hem with two rows of stitches. hem_m: where they end."""

    hem_m: float

    def tone(
        self, places: Float[np.ndarray, "k 3"], facing: Float[np.ndarray, "k"], pixel_m: Float[np.ndarray, "k"]
    ) -> Float[np.ndarray, "k 3"]:
        """As `parts.Finish` has it."""
        turn, along = round_leg(places)
        tone = cloth_tile("stretch").at(3 * TILE_M * turn, along, _blur(facing, pixel_m))[:, 0]
        above = along - self.hem_m
        for row in (0.014, 0.019):
            beat = 0.5 + 0.5 * np.cos(2 * np.pi * 3 * TILE_M * turn / 0.0026)
            tone -= (0.10 + 0.12 * beat) * np.exp(-(((above - row) / 0.0006) ** 2))
        tone += 0.06 * np.exp(-(((above - 0.0165) / 0.0016) ** 2)) - 0.2 * np.exp(-((above / 0.0009) ** 2))
        return np.repeat(tone[:, None], 3, axis=1)
