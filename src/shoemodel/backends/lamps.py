"""The light of a leg: the photo's own as far as its shadow tells it, and what a prompt asks of a scene's (ours)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from shoemodel.backends.photo_sun import Sun
from shoemodel.compose.photo_light import Levels
from shoemodel.render.light import LEAST_SIDE, Light, lamp_light, soft_light, warmth
from shoemodel.render.pinhole import Pinhole

MOST = 2.6
"""Irradiance of a lamp at most, for one of the dome's: the shoe has its own light and would look pasted in."""
HARD_M, HARD_SHARE = 0.13, 1.9
"""Half size and irradiance of the sun where a prompt asks for one."""
LOW_M, LOW_SHARE, LOW_TINT = 0.30, 2.2, 0.55
"""The same of a low sun, and how warm it is."""


def light_of(levels: Levels, sun: Sun | None, camera: Pinhole, words: Sequence[str] = ()) -> Light:
    """The light of a photo, or of a scene of which the prompt says `words` (`prompt.Reading.light`).

    Without evidence it is soft. A lamp that is asked for stands on the photo's brighter side.
    """
    right, forward = camera.rotation[0], camera.rotation[2]
    if "sunset" in words:
        return lamp_light(_towards(levels, sun, camera, 0.36, 0.15), LOW_M, LOW_SHARE, warmth(LOW_TINT))
    if "hard" in words:
        return lamp_light(_towards(levels, sun, camera, 0.95, -0.35), HARD_M, HARD_SHARE)
    if sun is None or "soft" in words or "night" in words:
        return soft_light(right, forward, levels.side)
    towards = np.array(sun.towards)
    return lamp_light(towards, sun.lamp_m, float(min((np.exp(sun.depth) - 1) / towards[2], MOST)))


def _towards(levels: Levels, sun: Sun | None, camera: Pinhole, rise: float, ahead: float) -> np.ndarray:
    """A unit direction on the photo's brighter side. rise: how steep; ahead: behind the shoe, or before it if below
    0."""
    level = camera.rotation[2] * [1.0, 1.0, 0.0]
    level = level / max(float(np.linalg.norm(level)), 1e-6)
    across = camera.rotation[0] * [1.0, 1.0, 0.0]
    across = across / max(float(np.linalg.norm(across)), 1e-6)
    side = levels.side if sun is None else float(np.array(sun.towards) @ across)
    way = (1.0 if side >= 0 else -1.0) * max(abs(side), LEAST_SIDE) * across + ahead * level
    way = way / np.linalg.norm(way) + [0.0, 0.0, rise]
    return way / np.linalg.norm(way)


def told(levels: Levels, sun: Sun | None, words: Sequence[str] = ()) -> dict[str, Any]:
    """For run.json: where the light is from, and by what."""
    found = {"source": "none: soft light", "side": round(levels.side, 3)} if sun is None else sun.to_dict()
    found |= {"white": [round(float(each), 3) for each in levels.white]}
    return found | ({"asked": list(words)} if words else {})
