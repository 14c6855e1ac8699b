"""Skirts and dresses: one tube of cloth round both legs, hanging in the world from the hips to its hem (ours).

Cloth may fall straight or outwards but turns inwards only slowly, so below a knee that pushes it forward it hangs free.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from shoemodel.body import cloth
from shoemodel.body.trousers import grid_faces, leg_support
from shoemodel.render.parts import Finish, Material, Part

ANGLES = 176
RING_M = 0.008
EASE_M = 0.006
MATERIAL = Material("cloth", roughness=0.85, specular=0.2, sheen=0.4)


@dataclass(frozen=True)
class SkirtCut:
    """How a skirt falls: metres wider per metre of length, size of its folds at the hem, how many of them (0 for a few
    loose ones), and how fast it may turn inwards below a bulge, metres per metre."""

    flare: float
    folds_m: float
    pleats: int
    inward: float


SKIRTS = {
    "skirt": SkirtCut(0.16, 0.011, 0, 0.05),
    "pleated skirt": SkirtCut(0.12, 0.008, 30, 0.0),
    "pencil skirt": SkirtCut(-0.12, 0.0025, 0, 0.35),
    "dress": SkirtCut(0.22, 0.014, 0, 0.0),
}


def build_skirt(
    cut: SkirtCut, points: np.ndarray, hips: np.ndarray, length: float, rgb: np.ndarray, rng: np.random.Generator,
    finish: Finish | None = None,
) -> Part:  # fmt: skip
    """The skirt round posed leg points (n, 3), hanging `length` metres down from the hip joints' middle (3,)."""
    heights = np.arange(hips[2] - length, hips[2], RING_M)
    near = points[(points[:, 2] > heights[0] - 0.02) & (points[:, 2] < hips[2] + 0.02)]
    centre, support = leg_support(near, heights, ANGLES)
    # leg_support centres each ring on its own points; cloth hangs from one middle
    theta = 2 * np.pi * np.arange(ANGLES) / ANGLES
    outward = np.stack([np.cos(theta), np.sin(theta)])
    tight = support + (centre - hips[:2]) @ outward + EASE_M
    radius = tight.copy()
    fallen = (hips[2] - heights)[:, None]
    radius = np.maximum(radius, tight[-4:].max(axis=0) + cut.flare * fallen)
    for ring in range(len(heights) - 2, -1, -1):
        radius[ring] = np.maximum(radius[ring], radius[ring + 1] - cut.inward * RING_M)
    radius = cv2.blur(np.concatenate([radius[:, -8:], radius, radius[:, :8]], axis=1), (9, 5))[:, 8:-8]
    relief = cut.folds_m * np.clip(fallen / 0.45, 0, 1.2) * _folds(rng, cut, radius.shape, theta)
    radius = np.maximum(radius + relief, tight - EASE_M + 0.002)
    vertices = np.stack(
        [hips[0] + radius * outward[0], hips[1] + radius * outward[1], np.broadcast_to(heights[:, None], radius.shape)],
        axis=2,
    )
    closed = np.concatenate([vertices, vertices[:, :1]], axis=1).reshape(-1, 3)
    shade = cloth.shade_of(0.55 * (radius - cv2.blur(radius, (25, 25))))
    shade = np.concatenate([shade, shade[:, :1]], axis=1).reshape(-1, 1)
    colours = np.clip(rgb * shade * rng.normal(1, 0.02, shade.shape), 0.005, 0.9)
    turn = np.tile(np.arange(ANGLES + 1) / ANGLES, len(heights))
    girth = np.repeat(2 * np.pi * radius.mean(axis=1), ANGLES + 1)
    places = np.stack([turn, np.repeat(heights - heights[0], ANGLES + 1), girth], axis=1)
    faces = grid_faces(len(heights), ANGLES + 1)
    return Part("skirt", closed, faces, MATERIAL, colours=colours, finish=finish, places=places)


def _folds(rng: np.random.Generator, cut: SkirtCut, shape: tuple[int, int], theta: np.ndarray) -> np.ndarray:
    """Upright folds (rings, ANGLES) of unit size: sharp pleats of equal width, or loose waves."""
    if cut.pleats:
        ramp = (cut.pleats * theta / (2 * np.pi)) % 1
        return np.broadcast_to(1.6 * np.where(ramp < 0.8, ramp / 0.8, (1 - ramp) / 0.2) - 0.8, shape)
    number = int(rng.integers(6, 12))
    phase = number * theta[None, :] + 1.6 * cloth.smooth_noise(rng, shape, (3, 6)) + rng.uniform(0, 2 * np.pi)
    return np.sin(phase) * np.clip(0.8 + 0.4 * cloth.smooth_noise(rng, shape, (3, 8)), 0.2, 1.4)
