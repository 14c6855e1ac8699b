"""A scene rendered about the fitted camera: ground, what stands behind it, the shadow of shoe and leg (ours).

The scene has the light that the leg has, so that its exposure is the photo's; what is far is out of focus.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float, Float32

from shoemodel.backends import surroundings
from shoemodel.backends.settings import Scenery
from shoemodel.compose import photo_light
from shoemodel.compose.photo_light import Levels
from shoemodel.errors import InputError
from shoemodel.image.geometry import Box
from shoemodel.image.masks import ShoeAreas
from shoemodel.render import backdrops, engine
from shoemodel.render.backdrops import Backdrop
from shoemodel.render.denoise import denoise
from shoemodel.render.light import Light
from shoemodel.render.pinhole import Pinhole
from shoemodel.render.sensors import window

LARGEST_PX, GUIDES = 1600, 12
"""Longer side of what is rendered of the ground's pattern at most, and rays a pixel."""
LIGHT_PX, SAMPLES = 560, 8
"""The same of its light."""
LEAST_ALBEDO = 0.01
OPENS, APERTURES_M = (0.0, 0.5, 3.0), (0.005, 0.006, 0.014)
"""Of the lens: how fast sharpness falls off. What lies by so many times the focus' distance off it, so wide a lens."""
MEETS_M = (2.0, 5.5)
"""Distance from the camera over which the ground becomes a panorama's."""
BLURS = (1.5, 3.0, 6.0, 12.0)
"""Deviations of the blurs that are mixed, in px of a render's longer side of 1,000."""
NIGHT = 0.06
"""Of the light that ground far from a lamp still has."""
LOWEST_M = 0.01
"""Height of a camera that sees the ground."""
TOUCH, TOUCH_REACH, NEAR, NEAR_REACH = 0.55, 0.006, 0.28, 0.03
"""How dark the ground is where the sole stands on it, and how far, of the shoe's length; and about that."""


def picture(
    scenery: Scenery, camera: Pinhole, light: Light, unit: float, levels: Levels, seed: int, threads: int = 1,
    standing: Float[np.ndarray, "n 3"] | None = None,
) -> Float32[np.ndarray, "h w 3"]:  # fmt: skip
    """The scene without shoe, leg or shadow on the camera's film: sRGB in [0, 1], with the photo's white and grain.

    unit: radiance of a white ground under this light. standing: points of the shoe, round which stairs are built.
    Raises InputError where the camera sees no ground.
    """
    if camera.origin[2] < LOWEST_M:
        raise InputError("the photo looks at the shoe from below its ground: no scene can be made about it")
    rng = np.random.default_rng([seed, 23])
    fine = camera.scaled(min(1.0, LARGEST_PX / max(camera.size)))
    coarse = fine.scaled(min(1.0, LIGHT_PX / max(fine.size)))
    flat, near = surroundings.parts(scenery, fine, light, rng, standing)
    view = engine.lit(flat, light.environment, light.key)
    shot = engine.shoot(view, SAMPLES, seed, _film(coarse))
    clean = denoise(shot.radiance, shot.albedo, shot.normal, threads, fast=True)
    if near is not None:
        view = engine.lit(near, light.environment, light.key)
    seen = engine.guides(view, GUIDES, seed, _film(fine))  # the ground's pattern, which needs more pixels than light
    height, width = fine.size
    white = cv2.resize(clean / np.maximum(shot.albedo, LEAST_ALBEDO), (width, height), interpolation=cv2.INTER_LINEAR)
    linear, depth = white * np.maximum(seen[..., :3], LEAST_ALBEDO) / unit, seen[..., 6]
    lamp = _flash(depth, float(np.linalg.norm(camera.origin))) if scenery.time == "night" else np.ones(1)
    if surroundings.is_open(scenery):
        linear = _before(linear, depth, surroundings.backdrop(scenery, rng), fine, lamp)
    else:
        linear = linear * lamp
    focus = float(np.linalg.norm(camera.origin - [0.0, 0.0, 0.05]))
    soft = out_of_focus(linear, depth, focus, fine)
    height, width = camera.size
    linear = np.maximum(cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC), 0).astype(np.float32)
    sharp = replace(levels, blur_px=min(levels.blur_px, 1.0))
    return photo_light.develop(linear, np.ones((height, width), np.float32), sharp, seed + 1)[0]


def _film(camera: Pinhole) -> Any:
    """The sensor that exposes all of a camera's film."""
    height, width = camera.size
    return window(camera, (0, 0, width, height))


def _flash(depth: np.ndarray, focus_m: float) -> np.ndarray:
    """How much of a lamp near the shoe reaches the ground and walls (h, w, 1); a backdrop has its own light."""
    fallen = (1.15 * focus_m / np.maximum(depth, 1e-3)) ** 2
    return np.where(depth > 0, np.clip(fallen, NIGHT, 1), 1)[..., None]


def _before(linear: np.ndarray, depth: np.ndarray, backdrop: Backdrop, camera: Pinhole, lamp: np.ndarray) -> np.ndarray:
    """The ground near the camera before a backdrop whose own ground is as bright. lamp: factor on the near one's
    light."""
    there = depth > 0
    if there.all() and depth.max() <= MEETS_M[0]:
        return linear * lamp
    ground = np.median(linear[there], axis=0) if there.any() else np.full(3, backdrops.GROUND)
    behind = backdrops.seen(backdrops.matched(backdrop, ground), camera)
    share = np.where(there, np.clip((depth - MEETS_M[0]) / (MEETS_M[1] - MEETS_M[0]), 0, 1), 1)
    share = (share * share * (3 - 2 * share))[..., None]
    near = linear * lamp
    return near + share * (behind - near)


def out_of_focus(
    linear: Float[np.ndarray, "h w 3"], depth: Float[np.ndarray, "h w"], focus_m: float, camera: Pinhole
) -> Float32[np.ndarray, "h w 3"]:
    """Blurred by how far each pixel lies from what is in focus, as a lens would that opens wider for what is far.

    depth: metres, 0 for what is infinitely far.
    """
    distance = np.where(depth > 0, depth, 1e3)
    off = np.abs(distance - focus_m)
    opened = np.interp(off / focus_m, OPENS, APERTURES_M)
    circle = opened * camera.focal_px * off / (distance * focus_m)
    steps = [0.0, *(sigma * max(camera.size) / 1000 for sigma in BLURS)]
    wanted = cv2.GaussianBlur((circle / 2).astype(np.float32), (0, 0), steps[1])
    place = np.clip(np.interp(wanted, steps, np.arange(len(steps))), 0, len(steps) - 1).astype(np.float32)
    result = np.zeros_like(linear, np.float32)
    for number, sigma in enumerate(steps):
        share = np.clip(1 - np.abs(place - number), 0, 1)[..., None]
        if share.any():
            result += share * _disc(linear.astype(np.float32), 2 * sigma)
    return result


def _disc(linear: np.ndarray, radius: float) -> np.ndarray:
    """Blurred by a round aperture; as it is for none."""
    if radius == 0:
        return linear
    reach = int(np.ceil(radius)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return cv2.filter2D(linear, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)


def on_ground(shadow: Float32[np.ndarray, "n m"], areas: ShoeAreas) -> Float32[np.ndarray, "h w"]:
    """Factor on the scene's light: the shadow of shoe and leg, and the dark where the sole stands on the ground.

    shadow: of shoe and leg on level ground, on a small grid over the canvas.
    """
    height, width = areas.size
    full = cv2.resize(np.clip(shadow, 0.05, 1), (width, height), interpolation=cv2.INTER_CUBIC)
    box = Box.of_mask(areas.shoe)
    length = float(max(box.width, box.height))
    mask = areas.shoe.astype(np.float32)
    dark = np.zeros(areas.size, np.float32)
    for depth, reach in ((TOUCH, TOUCH_REACH), (NEAR, NEAR_REACH)):
        drop = np.array([[1, 0, 0], [0, 1, reach * length]], np.float32)
        lowered = cv2.warpAffine(mask, drop, (width, height))
        dark = 1 - (1 - dark) * (1 - depth * cv2.GaussianBlur(lowered, (0, 0), max(0.8, reach * length)))
    return (np.clip(full, 0, 1) * (1 - dark)).astype(np.float32)
