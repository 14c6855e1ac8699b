"""Trousers seen close: threads, seams, stitches and hems, drawn where the picture's samples lie (ours).

Places of a trouser leg are (turn, height, girth): the share of the way round it, metres above its hem, and metres
round it at that height. The hem's inside and a turned-up cuff, which show the cloth's other side, lie `OTHER_SIDE`
metres lower.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from shoemodel.body.weaves import cloth_tile

Rgb = tuple[float, float, float]
OTHER_SIDE = 1.0
RIB_M = 0.042
"""Height of the knitted cuff of sweatpants."""
GOLD = np.array([0.42, 0.20, 0.055])
"""The thread that jeans are sewn with."""
WHITE = np.array([0.50, 0.53, 0.58])
"""Undyed cotton, and what indigo leaves on it."""
PANELS = 8
"""Of a skirt."""
CREASE_TURNS = (0.25, 0.75)
HEM_M = {"denim": 0.0115, "plain": 0.024, "corduroy": 0.020}
"""Where the hem's stitch is; other cloth is hemmed blind."""
STITCH_M, THREAD_M = 0.0031, 0.00042
"""Length of a stitch and half its thread's width."""
PUCKER = {"denim": 0.13, "plain": 0.035, "corduroy": 0.03}
"""How much sewn cloth gathers along its stitches, as a share of its tone."""


@dataclass(frozen=True)
class TrouserFinish:
    """The cloth of a trouser leg. weave: a kind of `weaves.cloth_tile`; cuff_m: the height that is turned up."""

    weave: str
    rgb: Rgb
    cuff_m: float = 0.0
    creased: bool = False
    """Pressed before and behind."""
    seed: int = 0

    def tone(
        self, places: Float[np.ndarray, "k 3"], facing: Float[np.ndarray, "k"], pixel_m: Float[np.ndarray, "k"]
    ) -> Float[np.ndarray, "k 3"]:
        """As `parts.Finish` has it."""
        turn, height, girth = places.T
        other = height < -OTHER_SIDE / 2
        height = np.where(other, height + OTHER_SIDE, height)
        span = pixel_m / np.sqrt(np.clip(facing, 0.12, 1))
        factor = self._threads(turn, height, girth, other, span)
        if self.weave == "sweat":
            return factor * self._rib(turn, height, girth, span)[:, None]
        factor *= self._seams(turn, height, girth)[:, None]
        return self._hem(factor, turn * girth, height, other, pixel_m)

    def _threads(
        self, turn: np.ndarray, height: np.ndarray, girth: np.ndarray, other: np.ndarray, span: np.ndarray
    ) -> np.ndarray:
        """The weave runs straight in each of the two panels, before and behind, and is cut off at the seams."""
        front = turn % 1 > 0.5
        across = (turn % 1 - np.where(front, 0.75, 0.25)) * girth + np.where(front, 0.037, 0.0) + 0.013 * self.seed
        field = cloth_tile(self.weave).at(across, height + 0.029 * self.seed, span)
        if self.weave != "denim":
            return np.repeat(field[:, :1], 3, axis=1)
        rgb, shine = np.array(self.rgb), 0.36 * (field[:, 1:] - 1 / 3)
        # undyed threads do not differ
        yarn = 1 + (1 - np.clip(1.3 * rgb.mean() - 0.25, 0, 0.7)) * (field[:, :1] - 1)
        face = np.maximum(1 + shine * (self._weft() / rgb - 1), 0.05)
        return yarn * np.where(other[:, None], 0.85 + 0.6 * field[:, 1:], face)

    def _weft(self) -> np.ndarray:
        """Denim's undyed thread as it shines through: paler, the less so the darker the cloth."""
        rgb = np.array(self.rgb)
        strongest = rgb.max()
        return np.clip(0.3 * rgb + 0.7 * np.sqrt(strongest) * (rgb / strongest) ** 0.3, 0.01, 0.85)

    @property
    def back_rgb(self) -> Float[np.ndarray, "3"]:
        """The cloth's other side: denim's is mostly weft, which is white in blue jeans."""
        rgb = np.array(self.rgb)
        if self.weave != "denim":
            return rgb
        return 0.35 * rgb + (WHITE if self._blue else 0.5 * self._weft()) * 0.65

    @property
    def _blue(self) -> bool:
        return bool(self.rgb[2] > 1.3 * self.rgb[0])

    def _seams(self, turn: np.ndarray, height: np.ndarray, girth: np.ndarray) -> np.ndarray:
        """A seam on each side: a groove, one edge raised, and cloth that gathers along it."""
        tone = np.ones(len(turn))
        pucker = PUCKER.get(self.weave, 0.015)
        for seam, phase in ((0.0, 0.0), (0.5, 2.0)):
            away = ((turn - seam + 0.5) % 1 - 0.5) * girth
            tone -= 0.42 * np.exp(-((away / 0.0006) ** 2))
            tone += 0.10 * np.exp(-(((away - 0.0032) / 0.0022) ** 2))
            tone -= 0.07 * np.exp(-(((away + 0.0022) / 0.0016) ** 2))
            ladder = np.sin(2 * np.pi * height / 0.0090 + phase + 1.3 * np.sin(height / 0.021 + phase))
            tone += pucker * ladder * np.exp(-((away / 0.006) ** 2))
        if self.creased:
            for crease in CREASE_TURNS:
                away = ((turn - crease + 0.5) % 1 - 0.5) * girth
                tone += 0.13 * np.exp(-((away / 0.0011) ** 2)) - 0.06 * np.exp(-(((np.abs(away) - 0.004) / 0.003) ** 2))
        return tone

    def _hem(
        self, factor: np.ndarray, along: np.ndarray, height: np.ndarray, other: np.ndarray, pixel_m: np.ndarray
    ) -> np.ndarray:
        """The hem's stitch and how the cloth twists below it; jeans are worn pale at the edge."""
        place = HEM_M.get(self.weave)
        if place is None:
            return factor * (1 - 0.12 * np.exp(-((height / 0.0012) ** 2)))[:, None]
        down = np.where(other & (self.cuff_m > 0), self.cuff_m - height, height)
        pucker = PUCKER[self.weave]
        wander = 1.9 * np.sin(along / 0.017) + 1.3 * np.sin(along / 0.0071 + 1.0)
        twist = np.sin(2 * np.pi * (along / 0.0125 + down / 0.018) + wander) * (0.65 + 0.35 * np.sin(along / 0.023))
        low = np.exp(-(((down - 0.45 * place) / (0.5 * place)) ** 2))
        rgb = np.where(other[:, None], self.back_rgb, np.array(self.rgb))
        factor = factor * (1 + 0.9 * pucker * twist * low - 0.16 * np.exp(-(((down - place) / 0.0011) ** 2)))[:, None]
        if self.weave == "denim":
            worn = 0.45 * np.exp(-((down / 0.0018) ** 2)) * (0.6 + 0.4 * twist)
            worn += (0.08 if self._blue else 0.02) * np.clip(twist, 0, 1) * low
            factor = factor * (1 + worn[:, None] * np.maximum(self._weft() / rgb - 1, 0))
        # the thread lies in short arcs
        across = (down - place) / THREAD_M
        arc = (along / STITCH_M) % 1
        soft = pixel_m / THREAD_M
        there = np.clip((1 - np.abs(across)) / np.maximum(soft, 1e-6) + 0.5, 0, 1) * np.minimum(1, 1.6 / soft)
        there = there * np.clip(14 * np.minimum(arc, 1 - arc) - 0.6, 0, 1)
        shine = (0.72 + 0.4 * np.sin(np.pi * arc)) * (0.75 + 0.25 * np.sqrt(np.clip(1 - across**2, 0, 1)))
        thread = shine[:, None] * self._thread() / rgb
        return factor + there[:, None] * (thread - factor)

    def _thread(self) -> np.ndarray:
        """The stitch's colour: gold on blue jeans, the cloth's own elsewhere."""
        rgb = np.array(self.rgb)
        return GOLD if self.weave == "denim" and self._blue else np.clip(0.8 * rgb + 0.004, 0, 1)

    def _rib(self, turn: np.ndarray, height: np.ndarray, girth: np.ndarray, span: np.ndarray) -> np.ndarray:
        """The knitted cuff: ribs, and the seam that joins it."""
        ribs = 96
        fine = np.clip(1.4 - 1.6 * span * ribs / girth, 0, 1)
        rib = 1 + 0.20 * fine * np.tanh(1.8 * np.cos(2 * np.pi * ribs * turn) + 0.5) - 0.04
        low = np.clip((RIB_M - height) / 0.001, 0, 1)
        tone = 1 + low * (rib - 1) - 0.35 * np.exp(-(((height - RIB_M) / 0.0012) ** 2))
        return tone + 0.08 * np.exp(-(((height - RIB_M - 0.004) / 0.003) ** 2))


@dataclass(frozen=True)
class HangingFinish:
    """The cloth of a skirt: threads, and a narrow hem. Places are those of a trouser leg."""

    weave: str
    rgb: Rgb
    hem_m: float = 0.02

    def tone(
        self, places: Float[np.ndarray, "k 3"], facing: Float[np.ndarray, "k"], pixel_m: Float[np.ndarray, "k"]
    ) -> Float[np.ndarray, "k 3"]:
        """As `parts.Finish` has it."""
        turn, height, girth = places.T
        span = pixel_m / np.sqrt(np.clip(facing, 0.12, 1))
        # straight threads in each of so many panels
        across = (turn - np.round(turn * PANELS) / PANELS) * girth + 0.031 * np.round(turn * PANELS)
        field = cloth_tile(self.weave).at(across, height, span)[:, :1]
        fold = 1 - 0.10 * np.exp(-(((height - self.hem_m) / 0.0008) ** 2)) - 0.10 * np.exp(-((height / 0.001) ** 2))
        return np.repeat(field * fold[:, None], 3, axis=1)
