"""From where the photo's light comes, by the shadow that its shoe casts on the ground (ours).

The shadow of the fitted proxy is laid on level ground for many directions of the light and several sizes of the lamp.
Each is compared with how bright the ground about the shoe is, beyond what a plane and the dark near the sole explain.
Where none explains enough there is no evidence, and the light is soft.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from shoemodel.compose.photo_light import to_linear
from shoemodel.fit.each import FittedShoe
from shoemodel.fit.outline import silhouette
from shoemodel.fit.shoe import ShoeFit
from shoemodel.image.geometry import Box, Size
from shoemodel.render.pinhole import Pinhole

AZIMUTHS, ELEVATIONS_DEG = 24, (18.0, 28.0, 40.0, 52.0, 64.0)
"""Directions that are tried: so many round, and heights above the ground."""
LENGTH_PX = 150
"""The shoe is looked at as if it had about this length."""
PENUMBRAS, LAMPS_M = (0.012, 0.04, 0.10), (0.10, 0.40, 0.95)
"""Widths of a shadow's edge that are tried, of the shoe's length, and half the side of the lamp, at FAR_M, that each
stands for."""
BESIDE, AWAY, AWAY_M = 0.03, 0.65, 0.40
"""The ground is looked at from so far beside the shoe to so far, of its length in the picture, and no farther from its
middle in metres: what is higher in the picture may be a wall."""
FLAT_DEG = 6.0
"""Ground that is seen less steeply shows no shadow's form."""
DARK_NEAR = (0.05, 0.15)
"""Reaches of the dark near any sole, of the shoe's length."""
STEEP_DEG, LEAST_GAINS = 25.0, (0.18, 0.12)
LEAST_DEPTH, DEEPEST = 0.16, 1.3
"""Share of what is left of the ground's brightness that a shadow must explain, less where a steep view shows no wall
behind the shoe; and how dark it must be, natural logarithm of linear light; what is darker than the last is no
shadow."""
LEAST_PX = 120
NEAREST_M = 0.05
"""A shadow that comes nearer to the camera is not looked at."""
LOWEST = 0.15
"""Sine of the least height of the light above the ground."""
STILL = 0.02
"""Unevenness of the ground, of its logarithm, that says nothing."""


@dataclass(frozen=True)
class Sun:
    """The strongest lamp of a photo."""

    towards: tuple[float, float, float]
    """Unit direction to it, in the frame of the fit."""
    lamp_m: float
    """Half the side of a lamp `render.light.FAR_M` away that casts such edges."""
    depth: float
    """How much darker its shadow is, natural logarithm of linear light."""
    gain: float
    """Share of the ground's unevenness that its shadow explains."""

    def of_other(self, one: ShoeFit, other: ShoeFit) -> Sun | None:
        """The same lamp, found in the frame of one fit, in that of another on the photo; None where it would be too low
        there."""
        if one is other:
            return self
        x, y, z = _seen_by(other, one, np.array(self.towards)).tolist()
        return replace(self, towards=(x, y, z)) if z > LOWEST else None

    def to_dict(self) -> dict[str, Any]:
        """For JSON: degrees, and how hard it is."""
        x, y, z = self.towards
        return {
            "source": "shadow of the shoe",
            "azimuth_deg": round(float(np.degrees(np.arctan2(x, -y))), 1),
            "elevation_deg": round(float(np.degrees(np.arcsin(z))), 1),
            "kind": {LAMPS_M[0]: "hard", LAMPS_M[1]: "medium"}.get(self.lamp_m, "soft"),
            "shadow": round(float(np.exp(-self.depth)), 3),
            "explained": round(self.gain, 3),
        }


def find(
    canvas_rgb: UInt8[np.ndarray, "h w 3"], one: FittedShoe, every: Bool[np.ndarray, "h w"],
    fitted: Sequence[FittedShoe] = (),
) -> Sun | None:  # fmt: skip
    """The light of a photo by the shadow of one shoe, in the frame of its fit; None without evidence. every: all that
    is shoe; fitted: all that cast a shadow."""
    if one.fit.pitch_deg < FLAT_DEG or not one.areas.shoe.any():
        return None
    box = Box.of_mask(one.areas.shoe)
    scale = min(1.0, LENGTH_PX / max(box.width, box.height))
    camera = one.fit.camera.scaled(scale)
    height, width = camera.size
    shoe = cv2.resize(every.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA) > 0.1
    linear = to_linear(cv2.resize(canvas_rgb, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255)
    light = np.log(linear.mean(axis=2) + 0.004).astype(np.float32)
    length = scale * max(box.width, box.height)
    distance = cv2.distanceTransform((~shoe).astype(np.uint8), cv2.DIST_L2, 5)
    where = (distance > BESIDE * length) & (distance < AWAY * length) & _near(one.fit, camera)
    if where.sum() < LEAST_PX:
        return None
    usual = _explained(distance, where, length)
    left = _rest(light[where], usual)
    total = float((left**2).sum())
    if np.sqrt(total / where.sum()) < STILL:
        return None
    least = LEAST_GAINS[int(one.fit.pitch_deg > STEEP_DEG)]
    rows, columns = Box.of_mask(where).slices
    corner, there = np.array([columns.start, rows.start], float), where[rows, columns]
    tried: list[tuple[np.ndarray, float]] = []
    shades: list[np.ndarray] = []
    for towards in directions():
        shade = shadow_of(one.fit, camera, towards, corner, there.shape)
        for other in fitted:
            if other is one:
                continue
            same = _seen_by(other.fit, one.fit, towards)
            if same[2] > LOWEST:
                view = other.fit.camera.scaled(scale)
                shade = np.maximum(shade, shadow_of(other.fit, view, same, corner, there.shape))
        if shade[there].sum() < LEAST_PX / 4:
            continue
        for penumbra, lamp_m in zip(PENUMBRAS, LAMPS_M, strict=True):
            shades.append(cv2.GaussianBlur(shade, (0, 0), max(penumbra * length, 0.6))[there])
            tried.append((towards, lamp_m))
    return _best(tried, np.array(shades), left, usual, least) if tried else None


def _best(
    tried: Sequence[tuple[np.ndarray, float]], shades: np.ndarray, left: np.ndarray, usual: np.ndarray, least: float
) -> Sun | None:
    """The direction and lamp whose shadow (n,) explains most of what is left of the ground's brightness (n,)."""
    size = np.einsum("kn,kn->k", shades, shades) - ((shades @ usual) ** 2).sum(axis=1)  # of what the base leaves
    depth = -(shades @ left) / np.maximum(size, 1e-6)
    gain = depth**2 * size / float((left**2).sum())
    gain[(depth <= LEAST_DEPTH) | (depth >= DEEPEST)] = 0
    best = int(gain.argmax())
    if gain[best] <= least:
        return None
    (x, y, z), lamp_m = tried[best][0].tolist(), tried[best][1]
    return Sun((x, y, z), lamp_m, float(depth[best]), float(gain[best]))


def _seen_by(other: ShoeFit, one: ShoeFit, towards: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"]:
    """A direction in the frame of one fit in that of another."""
    return other.camera.rotation.T @ one.camera.rotation @ towards


def directions() -> Float[np.ndarray, "n 3"]:
    """Unit directions to the light that are tried."""
    azimuth, elevation = np.meshgrid(2 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS, np.radians(ELEVATIONS_DEG))
    flat = np.cos(elevation)
    return np.stack([flat * np.sin(azimuth), -flat * np.cos(azimuth), np.sin(elevation)], axis=-1).reshape(-1, 3)


def shadow_of(
    fit: ShoeFit, camera: Pinhole, towards: Float[np.ndarray, "3"], corner: Float[np.ndarray, "2"], size: Size
) -> Float32[np.ndarray, "h w"]:
    """Where in a part of a camera's film, (h, w) px from a corner on, the proxy keeps the light from level ground, 0
    or 1."""
    points = fit.placed(fit.proxy.vertices)
    fallen = points - np.maximum(points[:, 2:], 0) * towards / towards[2]
    px, depth = camera.project(fallen)
    if (depth < NEAREST_M).any():
        return np.zeros(size, np.float32)
    return silhouette(px - corner, fit.faces, size).astype(np.float32)


def _near(fit: ShoeFit, camera: Pinhole) -> Bool[np.ndarray, "h w"]:
    """Where on a camera's film there is level ground near the shoe."""
    height, width = camera.size
    y, x = np.mgrid[0:height, 0:width] + 0.5
    ways = camera.rays(np.stack([x.ravel(), y.ravel()], axis=1))
    far = camera.origin[2] / np.maximum(-ways[:, 2], 1e-3)
    places = camera.origin[:2] + far[:, None] * ways[:, :2]
    middle = fit.placed(fit.proxy.vertices)[:, :2].mean(axis=0)
    near = (ways[:, 2] < -1e-3) & (np.linalg.norm(places - middle, axis=1) < AWAY_M)
    return near.reshape(height, width)


def _explained(distance: np.ndarray, where: np.ndarray, length: float) -> np.ndarray:
    """An orthonormal base (n, k) of what says nothing of the light's direction: planes, and the dark near the sole."""
    y, x = (axis / length for axis in np.nonzero(where))
    near = [np.exp(-distance[where] / (reach * length)) for reach in DARK_NEAR]
    base, _ = np.linalg.qr(np.stack([np.ones_like(x), x, y, *near], axis=1))
    return base.astype(np.float32)


def _rest(values: np.ndarray, base: np.ndarray) -> np.ndarray:
    """What the base does not explain of values (n,)."""
    return values - base @ (base.T @ values)
