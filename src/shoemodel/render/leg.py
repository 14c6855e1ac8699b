"""Pictures of a leg on a photo's own grid (ours).

Three things are found apart from each other, each at the resolution that it needs: how much of a pixel the leg fills
(rays, more of them only where it begins and ends), the light on it (few samples, denoised), and the detail of skin and
cloth (`parts.Finish`, drawn at the photo's resolution where the rays meet the surface).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32
from scipy.ndimage import distance_transform_edt

from shoemodel.image.geometry import Size
from shoemodel.render.denoise import denoise
from shoemodel.render.engine import View, first_hits, lit, shoot
from shoemodel.render.light import Light
from shoemodel.render.parts import Material, Part
from shoemodel.render.pinhole import Pinhole
from shoemodel.render.sensors import Box, window
from shoemodel.render.surface import Surface, lay_out

CLOTH = ("trousers", "skirt")
"""How the names of parts begin that hang free of the leg."""
LARGEST_PX = 1400
"""The longer side of the box whose light is rendered at most: light is smooth and can be enlarged."""
CORNERS = 2048
"""As many corners, along the longer side of a box, are looked at to find where the leg begins and ends."""
RAYS = 4
"""An edge pixel is met by this many rays along each side."""
SAMPLES = np.array([[0.25, 0.7], [0.75, 0.3]])
"""Where in a pixel finishes are drawn; in the middle alone where there are many pixels."""
CHUNK = 1 << 20
"""Rays at a time."""
SKIN_BLUR_M = np.array([0.0022, 0.0009, 0.0005])
"""How far red, green and blue light spread in skin before they leave it."""
MIRRORED = 0.02
"""Share of the light that skin and cloth send back whatever their colour."""
GROUND_HALF_M = 40.0
WHOLE = 0.97
"""A pixel that the leg fills as far as this shows its own colour."""


@dataclass(frozen=True, eq=False)
class Stage:
    """A leg over the ground, under light; `stand` makes one."""

    view: View
    surface: Surface
    leg: tuple[bool, ...]
    """Of each part: whether it belongs to the leg."""
    cloth: tuple[bool, ...]
    skin: tuple[bool, ...]
    base: Float[np.ndarray, "3"]
    """Its lowest point."""


@dataclass(frozen=True, eq=False)
class Coverage:
    """How much of each pixel of a box is filled, 0 to 1."""

    box: Box
    leg: Float32[np.ndarray, "h w"]
    """All that is worn, and skin."""
    cloth: Float32[np.ndarray, "h w"]
    """What hangs free of the leg: trousers and skirts."""


@dataclass(frozen=True, eq=False)
class LegPicture:
    """The light that a leg sends into a box of a camera's film."""

    box: Box
    colour: Float32[np.ndarray, "h w 3"]
    """Linear; the leg's own at its soft edges and beyond, not mixed with the ground."""
    depth: Float32[np.ndarray, "h w"]
    """Metres along the view, 0 where nothing is."""
    unit: float
    """Radiance of a white surface where the leg is well lit (its upper quarter)."""


def stand(parts: Sequence[Part], ground_rgb: Float[np.ndarray, "3"], light: Light) -> Stage:
    """Set up the parts of a leg on level ground at z = 0. ValueError for no parts."""
    parts = [part for part in parts if len(part.faces)]
    if not parts:
        raise ValueError("found no part of a leg that has faces")
    floor = _floor(ground_rgb)
    together = [*parts, floor]
    points = np.concatenate([part.vertices for part in parts])
    return Stage(
        view=lit(together, light.environment, light.key),
        surface=lay_out(together),
        leg=tuple(part is not floor for part in together),
        cloth=tuple(part.name.startswith(CLOTH) for part in together),
        skin=tuple(part.material.kind == "skin" for part in together),
        base=points[points[:, 2].argmin()],
    )


def _floor(rgb: np.ndarray) -> Part:
    corners = GROUND_HALF_M * np.array([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    return Part("ground", corners, faces, Material("plain", 0.9, 0.15), colours=np.tile(np.asarray(rgb, float), (4, 1)))


def box_of(camera: Pinhole, parts: Sequence[Part], margin: int = 3) -> Box:
    """The part of the film that the parts may touch; empty where they touch none."""
    points, depth = camera.project(np.concatenate([part.vertices for part in parts]))
    height, width = camera.size
    points = points[depth > 0.05]
    if len(points) == 0:
        return 0, 0, 0, 0
    low = np.clip(np.floor(points.min(axis=0)) - margin, 0, [width, height]).astype(int)
    high = np.clip(np.ceil(points.max(axis=0)) + margin, 0, [width, height]).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def box_of_mask(mask: Bool[np.ndarray, "h w"], margin: int = 4) -> Box:
    """The smallest box that holds all of a mask and a margin; empty for an empty mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) == 0:
        return 0, 0, 0, 0
    height, width = mask.shape
    return (
        max(int(columns[0]) - margin, 0), max(int(rows[0]) - margin, 0),
        min(int(columns[-1]) + 1 + margin, width), min(int(rows[-1]) + 1 + margin, height),
    )  # fmt: skip


def cover(stage: Stage, camera: Pinhole, box: Box, rays: int = RAYS) -> Coverage:
    """How much of each pixel the leg fills. One ray for each corner; more only in pixels whose corners differ."""
    x0, y0, x1, y1 = box
    height, width = y1 - y0, x1 - x0
    if height <= 0 or width <= 0:
        return Coverage(box, np.zeros((0, 0), np.float32), np.zeros((0, 0), np.float32))
    step = max(1, -(-max(height, width) // CORNERS))
    rows, columns = -(-height // step), -(-width // step)
    corners = _grid(box, rows + 1, columns + 1, step, 0.0)
    kind = _kinds(stage, camera, corners).reshape(rows + 1, columns + 1)
    quads = np.stack([kind[:-1, :-1], kind[:-1, 1:], kind[1:, :-1], kind[1:, 1:]])
    mixed = np.repeat(np.repeat((quads != quads[0]).any(axis=0), step, 0), step, 1)[:height, :width]
    plain = np.repeat(np.repeat(quads[0], step, 0), step, 1)[:height, :width]
    leg, cloth = (plain > 0).astype(np.float32), (plain > 1).astype(np.float32)
    ys, xs = np.nonzero(mixed)
    offset = (np.arange(rays) + 0.5) / rays
    inside = np.stack(np.meshgrid(offset, offset), axis=-1).reshape(1, -1, 2)
    each = max(1, CHUNK // rays**2)
    for start in range(0, len(ys), each):
        y, x = ys[start : start + each], xs[start : start + each]
        points = (np.stack([x + x0, y + y0], axis=1)[:, None] + inside).reshape(-1, 2)
        found = _kinds(stage, camera, points).reshape(len(y), -1)
        leg[y, x], cloth[y, x] = (found > 0).mean(axis=1), (found > 1).mean(axis=1)
    return Coverage(box, leg, cloth)


def _grid(box: Box, rows: int, columns: int, step: float, first: float) -> np.ndarray:
    """Picture points (rows * columns, 2), `step` px from each other."""
    y, x = np.mgrid[0:rows, 0:columns]
    return np.stack([box[0] + first + step * x.ravel(), box[1] + first + step * y.ravel()], axis=1)


def _kinds(stage: Stage, camera: Pinhole, points: np.ndarray) -> np.ndarray:
    """What is first at picture points (n, 2): 0 no leg, 1 the leg, 2 cloth that hangs free of it."""
    kind = np.array([int(leg) + int(cloth) for leg, cloth in zip(stage.leg, stage.cloth, strict=True)] + [0])
    found = []
    for start in range(0, len(points), CHUNK):
        ways = camera.rays(points[start : start + CHUNK])
        face = first_hits(stage.view, np.broadcast_to(camera.origin, ways.shape), ways).face
        found.append(kind[np.where(face >= 0, stage.view.face_part[face], -1)])
    return np.concatenate(found)


def picture(
    stage: Stage, camera: Pinhole, wanted: Bool[np.ndarray, "h w"], spp: int = 4, seed: int = 0, threads: int = 1
) -> LegPicture:
    """The leg's light where it is wanted, a mask of the camera's film: only a box round that is rendered.

    spp: samples of the light a pixel. Raises ValueError when nothing is wanted or no leg is there.
    """
    box = box_of_mask(wanted)
    height, width = box[3] - box[1], box[2] - box[0]
    if height <= 0 or width <= 0:
        raise ValueError("nothing of the leg is wanted")
    small = camera.scaled(min(1.0, LARGEST_PX / max(height, width)))
    small_box = _scaled(box, small.focal_px / camera.focal_px, small.size)
    shot = shoot(stage.view, spp, seed, window(small, small_box))
    clean = denoise(shot.radiance, shot.albedo, shot.normal, threads, fast=True)
    filled = cover(stage, small, small_box, 2).leg
    albedo = np.maximum(shot.albedo, 0.004)
    white = clean / albedo
    whole = filled > WHOLE
    if not whole.any():
        raise ValueError("no pixel shows the leg alone")
    unit = float(np.percentile(white.mean(axis=2)[whole], 75))
    skin = np.isin(_parts_at(stage, small, small_box), np.flatnonzero(stage.skin)) & whole
    colour = _spread(white, skin, small.focal_px / float(np.median(shot.depth[whole]))) * albedo
    fields = (_own(colour, whole), _own(albedo, whole), shot.depth)
    colour, albedo, depth = (_enlarged(field, small_box, small, box, camera) for field in fields)
    tone = details(stage, camera, box, wanted[box[1] : box[3], box[0] : box[2]])
    # a finish changes what the surface scatters, not what it mirrors
    tone = (tone * albedo + MIRRORED) / (albedo + MIRRORED)
    return LegPicture(box, np.maximum(colour * tone, 0).astype(np.float32), depth.astype(np.float32), unit)


def _scaled(box: Box, scale: float, size: Size) -> Box:
    """The whole pixels of a smaller film of `size` (h, w) that a box touches; its sides were rounded, perhaps down."""
    x0, y0, x1, y1 = np.array(box) * scale
    return int(x0), int(y0), min(int(np.ceil(x1)), size[1]), min(int(np.ceil(y1)), size[0])


def _enlarged(field: np.ndarray, of: Box, film: Pinhole, box: Box, camera: Pinhole) -> np.ndarray:
    """What the box `of` of one camera's film shows, on a box of the same camera's larger film."""
    if of == box:
        return field
    scale = film.focal_px / camera.focal_px
    move = [[scale, 0, scale * (box[0] + 0.5) - of[0] - 0.5], [0, scale, scale * (box[1] + 0.5) - of[1] - 0.5]]
    size, flags = (box[2] - box[0], box[3] - box[1]), cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    source = np.ascontiguousarray(field, np.float32)
    return cv2.warpAffine(source, np.array(move), size, flags=flags, borderMode=cv2.BORDER_REPLICATE)


def _parts_at(stage: Stage, camera: Pinhole, box: Box) -> np.ndarray:
    """The number (h, w) of the part in the middle of each pixel of a box, -1 for none."""
    height, width = box[3] - box[1], box[2] - box[0]
    found = []
    points = _grid(box, height, width, 1, 0.5)
    for start in range(0, len(points), CHUNK):
        ways = camera.rays(points[start : start + CHUNK])
        face = first_hits(stage.view, np.broadcast_to(camera.origin, ways.shape), ways).face
        found.append(np.where(face >= 0, stage.view.face_part[face], -1))
    return np.concatenate(found).reshape(height, width)


def _spread(white: np.ndarray, skin: np.ndarray, px_per_m: float) -> np.ndarray:
    """Light (h, w, 3) on a white leg, within the skin spread as far as each colour goes in it: shadows end red."""
    if not skin.any():
        return white
    weight, out = skin.astype(np.float32), white.copy()
    for channel, metres in enumerate(SKIN_BLUR_M):
        sigma = max(metres * px_per_m, 0.3)
        total = cv2.GaussianBlur(weight, (0, 0), sigma)
        light = cv2.GaussianBlur(np.ascontiguousarray(white[..., channel]) * weight, (0, 0), sigma)
        out[..., channel] = np.where(skin, light / np.maximum(total, 1e-3), white[..., channel])
    return out


def _own(colour: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Colours of the nearest pixels that the leg fills."""
    rows, columns = distance_transform_edt(~whole, return_distances=False, return_indices=True)
    return colour[rows, columns]


def details(stage: Stage, camera: Pinhole, box: Box, wanted: np.ndarray) -> np.ndarray:
    """Factors (h, w, 3) of the finishes' detail in a box, 1 where there is none."""
    tone = np.ones((*wanted.shape, 3), np.float32)
    part = np.full(wanted.shape, -1)
    ys, xs = np.nonzero(wanted)
    inside = SAMPLES if len(ys) < 2 * CHUNK else np.full((1, 2), 0.5)
    _draw(stage, camera, box, (ys, xs), inside, tone, part)
    if len(inside) > 1:  # where two parts meet, their colours mix
        reach = np.ones((3, 3), np.uint8)
        numbers = part.astype(np.float32)
        edge = wanted & (cv2.dilate(numbers, reach) != cv2.erode(numbers, reach))
        _draw(stage, camera, box, np.nonzero(edge), _lattice(RAYS), tone, part)
    return tone


def _lattice(count: int) -> np.ndarray:
    """count² points of the unit square."""
    offset = (np.arange(count) + 0.5) / count
    return np.stack(np.meshgrid(offset, offset), axis=-1).reshape(-1, 2)


def _draw(
    stage: Stage, camera: Pinhole, box: Box, pixels: Sequence[np.ndarray], inside: np.ndarray,
    tone: np.ndarray, part: np.ndarray,
) -> None:  # fmt: skip
    """Set tone and part of pixels (rows, columns) of a box by samples at places (n, 2) in each: what is bright there
    counts for more."""
    each = CHUNK // len(inside)
    for start in range(0, len(pixels[0]), each):
        y, x = (side[start : start + each] for side in pixels)
        points = (np.stack([x + box[0], y + box[1]], axis=1)[:, None] + inside).reshape(-1, 2)
        ways = camera.rays(points)
        hits = first_hits(stage.view, np.broadcast_to(camera.origin, ways.shape), ways)
        found = stage.surface.tone(hits, ways, hits.distance / camera.focal_px)
        if len(inside) == 1:
            tone[y, x] = found
            continue
        bright = stage.surface.colour(hits).reshape(len(y), -1, 3)
        tone[y, x] = (bright * found.reshape(bright.shape)).sum(axis=1) / np.maximum(bright.sum(axis=1), 1e-4)
        hit = hits.face.reshape(len(y), -1)[:, 0]
        part[y, x] = np.where(hit >= 0, stage.view.face_part[hit], -1)
