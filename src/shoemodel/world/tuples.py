"""A scene becomes a tuple: two pictures of one exposure, the areas, the keypoints as the camera sees them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shoemodel.data.sample import MIN_SHOE_SHARE, Sample
from shoemodel.render import engine
from shoemodel.render.denoise import denoise
from shoemodel.render.engine import Picture, View
from shoemodel.render.parts import Part
from shoemodel.render.places import Place, build_place
from shoemodel.render.surfaces import box
from shoemodel.world import labels
from shoemodel.world.scene import Scene

WORLD_VERSION = 5
"""Raised whenever the same seed no longer gives the same pixels."""
MAX_COVERED = 0.02
"""Share of the shoe that cloth or the other leg may hide (ours: a sliver)."""
MAX_CUT = 0.10
"""Share of the shoe that may lie outside the frame (ours)."""
MIN_VISIBLE = 0.2
"""Least share of the shoe that must still be seen when it is worn (ours)."""


class Rejected(Exception):
    """This scene cannot become a tuple and is to be drawn again; the message says why."""


@dataclass(frozen=True)
class Film:
    """How the linear picture is developed; one for both pictures of a tuple."""

    exposure: float
    balance: np.ndarray
    """(3,) gains of the channels."""
    contrast: float
    saturation: float
    vignette: float


def render(scene: Scene, size: int = 256, spp: int = 4, assets: Path | None = None) -> Sample:
    """Render a scene worn and unworn at size x size. Raises `Rejected` when it makes no good example."""
    _check_frame(scene, size)
    place = _place(scene, assets)
    unworn, worn = _views(scene, place, size)
    areas, boxes = _areas(scene, size, unworn, worn)
    rng = np.random.default_rng((scene.place_seed, 1))
    seed = int(rng.integers(2**31))
    pictures = [engine.shoot(view, spp, seed) for view in (unworn, worn)]
    film = choose_film(pictures[0], rng)
    bare, dressed = (develop(_smooth(picture), film) for picture in pictures)
    pose = labels.pose(scene.camera, size, worn, scene.keypoints, scene.present)
    return Sample(scene.key, dressed, bare, areas, pose, scene.caption, _record(scene, size, boxes))


def _check_frame(scene: Scene, size: int) -> None:
    """Before anything is rendered: the shoes must lie in the frame."""
    points = np.concatenate([part.vertices for part in scene.shoe_parts])
    points_px, depth = scene.camera.project(points, (size, size))
    outside = ~((points_px >= 0) & (points_px < size)).all(1) | (depth <= 0)
    if outside.mean() > MAX_CUT:
        raise Rejected("the frame cuts the shoes")


def _place(scene: Scene, assets: Path | None) -> Place:
    """The surroundings, kept clear of everything in the scene."""
    middle = scene.camera.target[:2]
    points = [part.vertices[:, :2] for part in (*scene.shoe_parts, *scene.body_parts)]
    if scene.seat is not None:
        centre, half = scene.seat
        points.append(centre[:2] + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half[:2])
    clear_m = max(float(np.linalg.norm(p - middle, axis=1).max()) for p in points) + 0.05
    return build_place(scene.place, scene.ground, scene.backdrop, scene.place_seed, scene.camera, clear_m, assets)


def _seat(scene: Scene) -> list[Part]:
    if scene.seat is None:
        return []
    rng = np.random.default_rng((scene.place_seed, 2))
    centre, half = scene.seat
    grey = rng.uniform(0.05, 0.6)
    colour = np.clip(grey + rng.uniform(-0.15, 0.15, 3), 0.03, 0.8)
    return [box("seat", centre, half, colour, 1.0)]


def _views(scene: Scene, place: Place, size: int) -> tuple[View, View]:
    """The unworn and the worn scene, sharing every mesh they have in common."""
    standing = [*place.parts, *_seat(scene), *scene.shoe_parts]
    return engine.views(standing, scene.body_parts, place, scene.camera, size)


def _areas(scene: Scene, size: int, unworn: View, worn: View) -> tuple[labels.ShoeAreas, dict[str, list[float]]]:
    """The areas and each shoe's box, or `Rejected` when the areas would not depend on the shoe alone."""
    before, after = (labels.first_hits(view, scene.camera, size) for view in (unworn, worn))
    areas = labels.areas(labels.is_shoe(unworn)[before.part], labels.is_shoe(worn)[after.part], size)
    if areas.shoe.mean() < MIN_SHOE_SHARE:
        raise Rejected("the shoes are too small")
    if areas.visible.sum() < MIN_VISIBLE * areas.shoe.sum():
        raise Rejected("the legs hide the shoes")
    covered = labels.wrongly_covered(scene.camera, size, unworn, worn, before, after, scene.keypoints, scene.present)
    if covered > MAX_COVERED:
        raise Rejected("cloth or the other leg covers a shoe")
    return areas, labels.shoe_boxes(unworn, before, size)


def _smooth(picture: Picture) -> np.ndarray:
    return denoise(picture.radiance, picture.albedo, picture.normal)


def choose_film(picture: Picture, rng: np.random.Generator) -> Film:
    """Expose for the light that falls on the scene, so that white paper stays white and a black floor black, with
    the small errors of a photographer."""
    solid = picture.depth > 0
    albedo = np.maximum(picture.albedo.mean(-1), 0.02)
    light = (picture.radiance.mean(-1) / albedo)[solid]
    middle = float(np.percentile(light, 60)) if light.size else 1.0
    darkness = (0.3 / max(float(albedo[solid].mean()), 0.03)) ** 0.25 if light.size else 1.0
    exposure = 0.95 * np.clip(darkness, 0.8, 1.35) / max(middle, 1e-4) * np.exp(rng.normal(0, 0.1))
    return Film(
        exposure=float(exposure),
        balance=np.exp(rng.normal(0, 0.02, 3)),
        contrast=rng.uniform(0.0, 0.35),
        saturation=rng.uniform(0.9, 1.15),
        vignette=rng.uniform(0.0, 0.12),
    )


def develop(radiance: np.ndarray, film: Film) -> np.ndarray:
    """Linear (h, w, 3) -> sRGB uint8: exposure, a soft shoulder above 0.7, the sRGB curve, contrast, saturation."""
    height, width = radiance.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    falloff = 1 - film.vignette * (x * x + y * y) / 2
    light = np.maximum(radiance, 0) * film.exposure * film.balance * falloff[..., None]
    light = np.where(light > 0.7, 1 - 0.3 * np.exp(-(light - 0.7) / 0.3), light)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-8) ** (1 / 2.4) - 0.055)
    curved = encoded + film.contrast * (encoded * encoded * (3 - 2 * encoded) - encoded)
    grey = curved.mean(-1, keepdims=True)
    return (np.clip(grey + film.saturation * (curved - grey), 0, 1) * 255 + 0.5).astype(np.uint8)


def _record(scene: Scene, size: int, boxes: dict[str, list[float]]) -> dict[str, Any]:
    """The JSON member but for caption and keypoints."""
    order = labels.depth_order(scene.camera, size, scene.keypoints, scene.present)
    words = {"captions": list(scene.captions), "feet": list(scene.feet)}
    told = {"shoe_boxes": boxes, "depth_order": order, "camera": scene.camera.to_dict()}
    return {**scene.meta, **words, **told, "size": size, "version": WORLD_VERSION}
