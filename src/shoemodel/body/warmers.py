"""Leg warmers: thick ribbed knit about the shin, in folds, over whatever the leg wears (ours)."""

from __future__ import annotations

import numpy as np

from shoemodel.body.leg_finishes import SockFinish
from shoemodel.body.materials import CLOTH
from shoemodel.body.outfits import Outfit
from shoemodel.render.meshes import clip, smoothstep
from shoemodel.render.parts import Part

THICK_M, FOLD_M, WAVE_M = 0.0055, 0.0048, 0.031
"""How thick the knit is, how far its folds stand out, and how far they are apart."""
ENDS_M = 0.008
"""Over which both ends draw in."""
RIBS = 52


def leg_warmer(
    rng: np.random.Generator, outfit: Outfit, side: str, faces: np.ndarray, posed: np.ndarray, normals: np.ndarray,
    height: np.ndarray, places: np.ndarray,
) -> Part | None:  # fmt: skip
    """That of one leg, from the leg's faces (m, 3), vertices and normals (n, 3), heights above the ankle (n,) and
    places of `leg_finishes`; None where none is worn."""
    low, high = outfit.warmer_m
    if high <= low:
        return None
    inside = np.minimum(height - low, high - height)
    knit, over, outward, up, within, where = clip(faces, inside, posed, normals, height, inside, places)
    turn = np.arctan2(where[:, 0], where[:, 1])
    lean = 0.7 * np.sin(turn + rng.uniform(0, 6)) + 0.45 * np.sin(2 * turn + rng.uniform(0, 6))
    phase = 2 * np.pi * up / WAVE_M + lean + 0.8 * np.sin(up / 0.043 + rng.uniform(0, 6))
    slack = smoothstep((high - up) / 0.10)  # it slips down: more folds below
    fold = FOLD_M * (0.25 + 0.75 * slack) * (0.5 + 0.5 * np.sin(phase)) ** 0.8
    out = (THICK_M + fold) * np.clip(0.35 + within / ENDS_M, 0, 1)
    colours = np.tile(np.array(outfit.warmer_rgb), (len(over), 1))
    finish = SockFinish(high, RIBS)
    vertices = over + outward * out[:, None]
    return Part(f"warmer_{side}", vertices, knit, CLOTH, colours=colours, finish=finish, places=where)
