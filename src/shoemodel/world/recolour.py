"""Other colours for shoes that were rendered: the light is kept, the albedo is exchanged (ours)."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Bool
from scipy import ndimage
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from shoemodel.render.engine import Picture

RECOLOUR_P, MOST_GAIN, MIXED, ALIKE = 0.75, 7.0, 0.08, 0.13
"""How often each colour of a shoe is exchanged, how much brighter it may become; the step of (the root of) albedo that
marks a pixel as lying across an edge, and the distance under which two colours are one with its grain."""


def recoloured(picture: Picture, shoe: Bool[np.ndarray, "h w"], rng: np.random.Generator) -> Picture:
    """The same light on other colours: every colour of the shoes' albedo, lining and collar among them, is kept or
    exchanged by itself. No edge of an area is told by it: colours are grouped by their looks alone."""
    albedo = np.clip(picture.albedo, 0.02, 1.0).astype(np.float32)
    tone = np.sqrt(albedo)
    steep = cv2.morphologyEx(tone, cv2.MORPH_GRADIENT, np.ones((3, 3))).max(axis=-1) > MIXED
    plain, count = shoe & ~steep, int(rng.integers(3, 8))
    if plain.sum() < 50 * count:
        return picture
    cv2.setRNGSeed(int(rng.integers(2**31)))
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 8, 0.01)
    _, group, centres = cv2.kmeans(tone[plain], count, None, criteria, 1, cv2.KMEANS_PP_CENTERS)
    gains = np.ones((count, 3), np.float32)
    alike = connected_components(cdist(centres, centres) < ALIKE)[1]
    for k in range(alike.max() + 1):
        if rng.random() < RECOLOUR_P:
            centre = centres[alike == k].mean(axis=0)
            gains[alike == k] = np.clip(_any_colour(rng) / centre**2, 0.02, MOST_GAIN)
    group_of = np.zeros(shoe.shape, int)
    group_of[plain] = group.ravel()
    nearest = ndimage.distance_transform_edt(~plain, return_distances=False, return_indices=True)
    gain = cv2.GaussianBlur(gains[group_of[tuple(nearest)]], (0, 0), 0.5)
    gain = np.where(shoe[..., None], gain, 1.0)
    return replace(picture, radiance=picture.radiance * gain, albedo=np.clip(picture.albedo * gain, 0, 1))


def _any_colour(rng: np.random.Generator) -> np.ndarray:
    """Linear RGB (3,): white, black, a grey, something skin-like to brown, or anything."""
    kind = rng.random()
    if kind < 0.22:
        return rng.uniform(0.65, 0.92) * rng.uniform(0.95, 1.0, 3)
    if kind < 0.42:
        return rng.uniform(0.01, 0.05) * rng.uniform(0.8, 1.2, 3)
    if kind < 0.52:
        return np.full(3, rng.uniform(0.05, 0.6))
    if kind < 0.74:
        return rng.uniform(0.12, 0.9) * np.array([0.85, rng.uniform(0.45, 0.75), rng.uniform(0.2, 0.55)])
    return rng.uniform(0.01, 0.85, 3)
