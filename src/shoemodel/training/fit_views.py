"""Silhouettes that the first guess of a fit is learnt from: shoes under random cameras, drawn without rays (ours).

Points strewn over shoe and leg tell which of them is nearer: what of the shoe the leg hides is wearable. The camera is
that of `fit.views`; it does not roll, which a turned picture does as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from shoemodel.fit import views
from shoemodel.fit.grid import middle_of
from shoemodel.fit.outline import silhouette
from shoemodel.training.fit_shoes import LearntShoe

SIDE = 96
"""Of a drawn view, px."""
FILLED = 0.8
"""Of it the shoe's longer side."""
COARSE = 2
"""Px of it on a side of which depths are compared,"""
STREWN = (14_000, 7_000)
"""points on shoe and leg that tell them,"""
NEARER_M = 0.003
"""and by how much skin must be nearer than the shoe to hide it."""
SHAPE = 0.06
"""Deviation of log width and log height: more shapes than there are shoes."""
FILE = "views.npz"


@dataclass(frozen=True, eq=False)
class Views:
    """n views of left shoes."""

    shoe: Int[np.ndarray, "n"]
    view: Float[np.ndarray, "n 9"]
    """As in `fit.views`, on the grid of SIDE px."""
    masks: Bool[np.ndarray, "n 2 SIDE SIDE"]
    """The shoe, and what of it is wearable."""
    marks: Float[np.ndarray, "n 4 2"]
    """Points of the foot, px."""


def sample_view(rng: np.random.Generator) -> Float[np.ndarray, "9"]:
    """A camera: half of them look at a side, most from little above the floor, from 0.35 to 4 m; scale 0."""
    azimuth = rng.choice([-1, 1]) * rng.normal(90, 28) if rng.random() < 0.5 else rng.uniform(-180, 180)
    pitch = abs(rng.normal(0, 22)) - 3 if rng.random() < 0.75 else rng.uniform(0, 85)
    distance = np.exp(rng.uniform(np.log(0.35), np.log(4.0)))
    shape = rng.normal(0, SHAPE, 2)
    return np.array([*np.radians([azimuth, min(pitch, 85.0), 0.0]), 0.0, 0.0, 0.0, np.log(distance), *shape])


def drawn(
    it: LearntShoe, cloud: Float[np.ndarray, "k 3"], view: Float[np.ndarray, "9"], aside: Float[np.ndarray, "2"]
) -> tuple[np.ndarray, ...]:
    """The view with its scale and place filled in, masks and foot points.

    cloud: points on the shoe and then on the leg, STREWN. aside: of the optical axis from the middle, in sides.
    """
    middle, centre = middle_of(it.proxy), (SIDE * (0.5 + aside[0]), SIDE * (0.5 + aside[1]))
    view = view.copy()
    view[[views.X, views.Y]], view[views.SCALE] = SIDE / 2, np.log(SIDE / 0.3)

    def seen(points: np.ndarray) -> np.ndarray:
        return views.project(view[None], points[None], middle[None], np.ones(1), centre)[0]

    for _ in range(3):
        px = seen(it.proxy.hull)
        low, high = px.min(axis=0), px.max(axis=0)
        view[[views.X, views.Y]] += SIDE / 2 - (low + high) / 2
        view[views.SCALE] += np.log(FILLED * SIDE / (high - low).max())
    shoe = silhouette(seen(it.proxy.vertices), it.proxy.faces, (SIDE, SIDE))
    camera = views.pinhole(view, middle, 1.0, centre, (SIDE, SIDE))
    px, depth = camera.project(cloud * views.shaped(view[None], np.ones(1))[0])
    bare, leg = (nearest(px[part], depth[part]) for part in (slice(None, STREWN[0]), slice(STREWN[0], None)))
    hidden = cv2.resize((leg < bare - NEARER_M).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    return view, np.stack([shoe, shoe & (hidden > 0.5)]), seen(it.proxy.landmarks)


def nearest(px: Float[np.ndarray, "n 2"], depth: Float[np.ndarray, "n"]) -> Float[np.ndarray, "h h"]:
    """The least depth in each cell of COARSE px and its neighbours, far where there is nothing."""
    side = SIDE // COARSE
    cells = np.full((side, side), 1e3, np.float32)
    x, y = np.floor(px / COARSE).astype(int).T
    inside = (x >= 0) & (x < side) & (y >= 0) & (y < side)
    np.minimum.at(cells, (y[inside], x[inside]), depth[inside].astype(np.float32))
    return cv2.erode(cells, np.ones((3, 3), np.uint8))


def strewn(
    vertices: Float[np.ndarray, "n 3"], faces: Int[np.ndarray, "m 3"], count: int
) -> Float[np.ndarray, "{count} 3"]:
    """Points spread evenly over a surface."""
    rng = np.random.default_rng(0)
    corner = vertices[faces]
    area = np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1)
    chosen = corner[rng.choice(len(faces), count, p=area / area.sum())]
    return np.einsum("nk,nkd->nd", rng.dirichlet(np.ones(3), count), chosen)


def draw(shoes: Sequence[LearntShoe], each: int, seed: int) -> Views:
    """`each` views of every shoe."""
    numbers, found = np.repeat(np.arange(len(shoes)), each), []
    for number, it in enumerate(shoes):
        parts = ((it.proxy.vertices, it.proxy.faces), (it.leg, it.leg_faces))
        cloud = np.concatenate([strewn(*part, count) for part, count in zip(parts, STREWN, strict=True)])
        for k in range(each):
            rng = np.random.default_rng([seed, number, k])
            found.append(drawn(it, cloud, sample_view(rng), rng.uniform(-0.5, 0.5, 2)))
    view, masks, marks = (np.stack(part) for part in zip(*found, strict=True))
    return Views(numbers, view, masks, marks)


def save(path: Path, made: Views) -> None:
    """Write views, their pixels as bits."""
    np.savez_compressed(
        path, shoe=made.shoe, view=made.view.astype(np.float32), marks=made.marks.astype(np.float32),
        masks=np.packbits(made.masks, axis=-1),
    )  # fmt: skip


def load(path: Path) -> Views:
    """What `save` wrote."""
    with np.load(path) as file:
        bits: UInt8[np.ndarray, "n 2 s k"] = file["masks"]
        masks = np.unpackbits(bits, axis=-1, count=SIDE) > 0
        return Views(file["shoe"], file["view"].astype(float), masks, file["marks"].astype(float))
