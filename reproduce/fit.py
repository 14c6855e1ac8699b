"""The table *The fit* of docs/rendered_leg.md: cameras found for shoes that are not in the library of proxies.

    python reproduce/fit.py --shoes 2 --views 1 --seed 1

Needs shoemodel[world], no data: shoes of the world, silhouettes under known cameras. Each shoe is seen from each kind
of view, from 0.45 to 2 m; direction and distance are random. Its wearable area is what a foot in it hides, its foot
points are the true ones with noise. Seconds are of the processor.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tyro

SIZE = 384
"""Sides of the pictures, px."""
STREWN = 120_000
"""Points strewn over a shoe or leg for its depth."""
SEED = 4021
"""Of the shoes; the proxies' is another."""
KINDS = {
    "side": ((60, 120), (0, 15), (-4, 4)),
    "three-quarter": ((25, 65), (8, 40), (-4, 4)),
    "from behind": ((115, 160), (5, 40), (-4, 4)),
    "front": ((-12, 12), (8, 40), (-4, 4)),
    "rear": ((168, 192), (5, 30), (-4, 4)),
    "top": ((-180, 180), (50, 80), (-15, 15)),
    "rolled": ((30, 150), (5, 40), (-90, 90)),
}
"""Azimuth (of either side), pitch and roll, degrees."""


@dataclass(frozen=True)
class Options:
    """What is measured."""

    shoes: int = 2
    """Of each family."""
    views: int = 2
    """Of each shoe and kind of view."""
    by: tuple[str, ...] = ("search", "mini")
    """What makes the first guesses: the search, or the network of a pack or of a run of `shoemodel train fit`."""
    noise: float = 0.05
    """Of the foot points, in lengths of the foot."""
    wrong: float = 0.0
    """Share of the views whose foot points are taken for those of the other foot."""
    points: bool = True
    """Whether foot points are given at all."""
    opening: bool = True
    """Whether the wearable area is given."""
    ragged: bool = False
    """Whether the areas have errors as those of photos have."""
    focal: bool = False
    """Whether the focal length is given, as EXIF may."""
    families: tuple[str, ...] = ()
    """All but the held-out one if none are named."""
    seed: int = 0


@dataclass(frozen=True)
class Shoe:
    """A shoe, points on its surface and on the leg in it, and the points of the foot, all canonical."""

    family: str
    surface: np.ndarray
    leg: np.ndarray
    marks: np.ndarray
    middle: np.ndarray


def shoe(family: str, run: int) -> Shoe:
    """A shoe of the world on the foot of someone."""
    from shoemodel.world.shod import shod_figure

    return worn(shod_figure(SEED, run, None, None, family)[1])


def worn(fitting: Any) -> Shoe:
    """The same of a shoe on a foot."""
    from shoemodel.body import figure as bodies
    from shoemodel.body.anny_model import body
    from shoemodel.fit.proxies import LANDMARKS
    from shoemodel.render.meshes import transform

    made, figure = fitting.shoe, fitting.figure
    moved = bodies.rest_transforms()
    stretched = bodies.reference_foot(figure, "left", made.heel_deg)
    moved.update(bodies.foot_transforms(figure, "left", stretched, made.heel_deg))
    posed = transform(made.foot_to_shoe, bodies.skin(fitting.vertices, body().weights, moved))
    faces = [(part.vertices, part.faces) for part in made.parts]
    surface = np.concatenate([strewn(v, f, STREWN * len(f) // sum(len(g) for _, g in faces)) for v, f in faces])
    marks = np.array([fitting.ankle, *(posed[body().landmarks["left", name]] for name in LANDMARKS[1:])])
    leg = strewn(posed, body().leg_faces("left"), STREWN)
    return Shoe(made.family, surface, leg, marks, (surface.min(axis=0) + surface.max(axis=0)) / 2)


def strewn(vertices: np.ndarray, faces: np.ndarray, count: int) -> np.ndarray:
    """Points spread evenly over a surface."""
    rng = np.random.default_rng(0)
    corner = vertices[faces]
    area = np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1)
    chosen = corner[rng.choice(len(faces), count, p=area / area.sum())]
    return np.einsum("nk,nkd->nd", rng.dirichlet(np.ones(3), count), chosen)


def camera(it: Shoe, kind: str, rng: np.random.Generator) -> tuple[Any, float, float, float]:
    """A camera that has the whole shoe in its picture: with azimuth, pitch, mirror of the shoe."""
    from shoemodel.fit import views

    azimuths, pitches, rolls = KINDS[kind]
    azimuth, pitch, roll = (float(rng.uniform(*limits)) for limits in (azimuths, pitches, rolls))
    azimuth *= rng.choice([-1.0, 1.0])
    mirror = float(rng.choice([-1.0, 1.0]))
    place = SIZE / 2 + rng.uniform(-0.06, 0.06, 2) * SIZE
    distance = np.log(rng.uniform(0.45, 2.0))
    view = np.array([*np.radians([azimuth, pitch, roll]), *place, np.log(SIZE), distance, 0.0, 0.0])
    for _ in range(8):
        px = projected(view, it.surface[::50], it.middle, mirror)
        view[views.SCALE] -= np.log(np.ptp(px, axis=0).max() / (0.72 * SIZE))
    return view, azimuth, pitch, mirror


def projected(view: np.ndarray, points: np.ndarray, middle: np.ndarray, mirror: float) -> np.ndarray:
    from shoemodel.fit import views

    centre = (SIZE / 2, SIZE / 2)
    return views.project(view[None], points[None], middle[None], np.array([mirror]), centre)[0]


def depths(view: np.ndarray, points: np.ndarray, it: Shoe, mirror: float) -> np.ndarray:
    """The nearest depth in each pixel, infinite where there is nothing."""
    from shoemodel.fit import views

    pinhole = views.pinhole(view, it.middle, mirror, (SIZE / 2, SIZE / 2), (SIZE, SIZE))
    px, depth = pinhole.project(points * [mirror, 1.0, 1.0])
    nearest = np.full((SIZE, SIZE), np.inf)
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            x, y = (np.floor(px[:, k]).astype(int) + d for k, d in ((0, dx), (1, dy)))
            inside = (x >= 0) & (x < SIZE) & (y >= 0) & (y < SIZE)
            np.minimum.at(nearest, (y[inside], x[inside]), depth[inside])
    return nearest


def areas(view: np.ndarray, it: Shoe, mirror: float, options: Options, rng: np.random.Generator) -> Any:
    """What is visible of the shoe, and what of it a leg hides."""
    import cv2

    from shoemodel.image.masks import ShoeAreas
    from shoemodel.wd.augment import imperfect

    unworn, worn = depths(view, it.surface, it, mirror), depths(view, it.leg, it, mirror)
    mask = cv2.erode(np.isfinite(unworn).astype(np.uint8), np.ones((3, 3))) > 0
    hidden = mask & (worn < unworn - 0.003)
    hidden = cv2.morphologyEx(hidden.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3))) > 0
    if options.ragged:
        mask, hidden = imperfect(mask, rng), imperfect(hidden, rng) if hidden.any() else hidden
        hidden &= mask
    return ShoeAreas.from_masks(mask & ~hidden, hidden & options.opening)


def foot_points(true: np.ndarray, sigma_px: float, left: bool, rng: np.random.Generator) -> tuple[Any, Any]:
    """The points (8, 2) of a foot and which of them exist (8,), off by so much."""
    points, exists = np.zeros((8, 2)), np.zeros(8, bool)
    rows = slice(0, 4) if left else slice(4, 8)
    points[rows], exists[rows] = true + rng.normal(0, sigma_px, (4, 2)), True
    return points, exists


def measure(
    it: Shoe, kind: str, rng: np.random.Generator, options: Options, networks: dict[str, Any]
) -> list[dict[str, Any]]:
    """The errors of the fits of one view, one for each network; None is the search."""
    from shoemodel.fit import fit_shoe, views

    view, azimuth, pitch, mirror = camera(it, kind, rng)
    foot = np.ptp(it.marks[:, 1]) * np.exp(view[views.SCALE])
    true = projected(view, it.marks, it.middle, mirror)
    left = (mirror > 0) != (rng.random() < options.wrong)
    points, exists = foot_points(true, options.noise * foot, left, rng)
    exists &= options.points
    seen = areas(view, it, mirror, options, rng)
    focal = float(np.exp(view[views.SCALE] + view[views.DISTANCE])) if options.focal else None
    turn = views.pinhole(view, it.middle, mirror, (SIZE / 2, SIZE / 2), (SIZE, SIZE)).rotation
    found = []
    for name, network in networks.items():
        start = time.process_time()
        fit = fit_shoe(seen, points, exists, focal_px=focal, network=network)
        seconds = time.process_time() - start
        off = (fit.azimuth_deg - azimuth + 180) % 360 - 180
        cosine = (np.trace(turn @ fit.camera.rotation.T) - 1) / 2
        reached = np.linalg.norm(fit.camera.project(fit.placed(fit.proxy.landmarks))[0] - true, axis=1) / foot
        found.append({
            "by": name, "family": it.family, "kind": kind, "azimuth": abs(off), "pitch": abs(fit.pitch_deg - pitch),
            "turn": np.degrees(np.arccos(np.clip(cosine, -1, 1))), "ankle": reached[0], "toe": reached[1],
            "side": fit.side == ("left" if mirror > 0 else "right"), "iou": fit.iou, "spread": fit.spread_deg,
            "believed": fit.believed, "seconds": seconds,
            "distance": abs(np.log(fit.distance_m) - view[views.DISTANCE]),
        })  # fmt: skip
    return found


def network_of(place: str) -> Any:
    """The network of a pack or run; None for the search."""
    from shoemodel.fit.network import ViewNetwork
    from shoemodel.training.checkpoint import component_folder

    return None if place == "search" else ViewNetwork.from_pretrained(component_folder(Path(place), "fit"))


def main(options: Options) -> None:
    """Print errors by kind of view and by family, and how well the fit knows that it is off."""
    import torch

    from shoemodel.data.splits import HELD_OUT_FAMILY
    from shoemodel.shoes.parameters import FAMILIES, OPEN_FAMILIES

    torch.set_num_threads(1)
    families = options.families or tuple(f for f in (*FAMILIES, *OPEN_FAMILIES) if f != HELD_OUT_FAMILY)
    networks = {place: network_of(place) for place in options.by}
    rng = np.random.default_rng(options.seed)
    rows = []
    for family in families:
        for run in range(options.shoes):
            it = shoe(family, run)
            for kind in KINDS:
                for _ in range(options.views):
                    rows += measure(it, kind, rng, options, networks)
    for by in options.by:
        report(by, [row for row in rows if row["by"] == by])


def report(by: str, rows: list[dict[str, Any]]) -> None:
    """The table of one way to guess."""
    print(
        f"{by:18s}          n  turn: median  90 %  > 30  azimuth  90 %  pitch  90 %   side    IoU  10 %   toe  ankle  s"
    )
    for title in ("kind", "family"):
        for value in dict.fromkeys(row[title] for row in rows):
            line(value, [row for row in rows if row[title] == value])
    line("all", rows)
    for name, kept in (
        ("IoU >= 0.75, spread <= 15", [r for r in rows if r["iou"] >= 0.75 and r["spread"] <= 15]),
        ("spread <= 25", [r for r in rows if r["spread"] <= 25]),
        ("IoU >= 0.85", [r for r in rows if r["iou"] >= 0.85]),
        ("believed >= 0.3", [r for r in rows if (r["believed"] or 0) >= 0.3]),
    ):  # fmt: skip
        line(name, kept)


def line(name: str, rows: list[dict[str, Any]]) -> None:
    """Medians, and quantiles at 90 or 10 %; toe and ankle in % of the foot's length."""
    if not rows:
        return
    names = ("turn", "azimuth", "pitch", "iou", "toe", "ankle", "seconds")
    turn, azimuth, pitch, iou, toe, ankle, seconds = (np.array([row[key] for row in rows]) for key in names)
    side = np.mean([row["side"] for row in rows])
    print(
        f"{name:25s} {len(rows):4d} {np.median(turn):9.1f} {np.quantile(turn, 0.9):9.1f} {np.mean(turn > 30):6.1%} "
        f"{np.median(azimuth):7.1f} {np.quantile(azimuth, 0.9):6.1f} {np.median(pitch):6.1f} "
        f"{np.quantile(pitch, 0.9):5.1f} {side:6.2f} {np.median(iou):6.3f} {np.quantile(iou, 0.1):5.3f} "
        f"{np.median(toe):5.1%} {np.median(ankle):5.1%} {np.median(seconds):5.2f}"
    )


if __name__ == "__main__":
    main(tyro.cli(Options))
