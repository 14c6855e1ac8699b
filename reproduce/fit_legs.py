"""The table *Ring and leg* of docs/rendered_leg.md: how far the rim of a fitted shoe lies off the true one, and how
well the outline of our leg in it covers that of the true wearer, who stands in the same pose.

    python reproduce/fit_legs.py --shoes 2 --seed 1

Needs shoemodel[world], no data: shoes and views as in `fit.py`, which no training and no proxy has seen. The wearer is
someone of the world, ours one of the package's bodies; both stand with the same angles of the leg, which are drawn.
Legs are bare, up to LEG_M above the ankle, less what the shoe hides of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import fit as fits
import numpy as np
import tyro
from jaxtyping import Bool, Float

from shoemodel import shoes
from shoemodel.backends import viewpoint
from shoemodel.backends.align import align
from shoemodel.body import bodies
from shoemodel.body.anny_model import body, sample_phenotype
from shoemodel.body.figure import Figure, skin
from shoemodel.body.footing import fit as put_on
from shoemodel.body.leg_angles import LegAngles
from shoemodel.body.leg_pose import sample_habit, stand, take
from shoemodel.body.wearing import put_in
from shoemodel.data.splits import HELD_OUT_FAMILY
from shoemodel.fit import fit_shoe, views
from shoemodel.fit.proxies import RIM_POINTS
from shoemodel.fit.shoe import ShoeFit
from shoemodel.image import masks
from shoemodel.image.masks import ShoeAreas
from shoemodel.shoes.last import shape_last
from shoemodel.shoes.parameters import FAMILIES, OPEN_FAMILIES
from shoemodel.shoes.rim import rim
from shoemodel.world.shod import women_share

LEG_M = 0.35
"""Height above the ankle up to which legs are compared."""
AROUND = 1.0
"""Sides of a picture that the compared one reaches further on each side: most of a leg lies outside."""
LEAST_PX = 200
"""A leg of which less is to be seen is not compared."""


@dataclass(frozen=True)
class Options:
    """What is measured."""

    shoes: int = 2
    """Of each family; each is seen from each kind of view once."""
    by: str = "mini"
    """The pack or run whose network makes the first guesses."""
    noise: float = 0.05
    """Of the foot points, in lengths of the foot."""
    ragged: bool = False
    """Whether the areas have errors as those of photos have."""
    families: tuple[str, ...] = ()
    """All but the held-out one if none are named."""
    seed: int = 0


@dataclass(frozen=True)
class Wearer:
    """A shoe with its rim, who wears it, and what `fit.py` knows of it."""

    shoe: fits.Shoe
    rim: Float[np.ndarray, "k 3"]
    figure: Figure
    heel_deg: float
    length_m: float


def wearer(family: str, run: int) -> Wearer:
    """A shoe of the world on the foot of someone."""
    rng = np.random.default_rng([fits.SEED, run, 7])
    parameters = shoes.sample_parameters(rng, family)
    figure = body().figure(sample_phenotype(rng, rng.random() < women_share(family)))
    foot = body().foot(figure, shoes.heel_deg(parameters))
    fitting = put_on(body(), figure, shoes.build(parameters, foot))
    last, _ = shape_last(parameters, foot)
    return Wearer(
        fits.worn(fitting), rim(last, parameters, RIM_POINTS), figure, fitting.shoe.heel_deg, fitting.shoe.length_m
    )


def true_leg(it: Wearer, angles: LegAngles) -> Float[np.ndarray, "m 3 3"]:
    """Corners of the faces of the wearer's left leg."""
    worn = put_in(body(), it.figure, "left", it.shoe.marks, it.heel_deg)
    vertices = skin(worn.shod.vertices, body().weights, take(worn, "left", angles))
    return _below(vertices[body().leg_faces("left")], it.shoe.marks[0, 2])


def our_leg(fit: ShoeFit, areas: ShoeAreas, angles: LegAngles, rng: np.random.Generator) -> tuple[np.ndarray, Any]:
    """The same of the leg that the backend would stand in the fitted shoe, and its camera."""
    seen, foot = viewpoint.of_leg(fit), viewpoint.foot_of(fit)
    people = bodies.load(False).people
    person = people[int(rng.integers(len(people)))]
    collar = foot.collar_m + float(foot.points[0, 2])
    one = stand(person, foot.points, foot.heel_deg, collar, fit.side, angles, 0, foot.upwards)
    corners = _below(one.vertices[person.body.leg_faces(fit.side)], foot.points[0, 2])
    return align(corners.reshape(-1, 3), seen, areas).apply(corners.reshape(-1, 3)).reshape(-1, 3, 3), seen.camera


def _below(corners: np.ndarray, ankle: float) -> np.ndarray:
    return corners[corners[..., 2].max(axis=1) < ankle + LEG_M]


def outline(px: Float[np.ndarray, "m 3 2"]) -> Bool[np.ndarray, "h w"]:
    """The pixels that triangles cover, AROUND the picture."""
    pad = round(AROUND * fits.SIZE)
    covered = np.zeros((fits.SIZE + 2 * pad,) * 2, np.uint8)
    for triangle in np.round(px + pad - 0.5).astype(np.int32):
        cv2.fillConvexPoly(covered, triangle, 1)
    return covered > 0


def measure(it: Wearer, kind: str, rng: np.random.Generator, options: Options, network: Any) -> dict[str, Any]:
    """Ring and outline of one view."""
    view, _, _, mirror = fits.camera(it.shoe, kind, rng)
    foot = np.ptp(it.shoe.marks[:, 1]) * np.exp(view[views.SCALE])
    true = fits.projected(view, it.shoe.marks, it.shoe.middle, mirror)
    points, exists = np.zeros((8, 2)), np.zeros(8, bool)
    rows = slice(0, 4) if mirror > 0 else slice(4, 8)
    points[rows], exists[rows] = true + rng.normal(0, options.noise * foot, (4, 2)), True
    areas = fits.areas(view, it.shoe, mirror, fits.Options(ragged=options.ragged), rng)
    fit = fit_shoe(areas, points, exists, network=network)

    length = it.length_m * float(np.exp(view[views.SCALE]))
    ring = fits.projected(view, it.rim, it.shoe.middle, mirror)
    ours = fit.camera.project(fit.placed(fit.proxy.rim))[0]
    # a foot taken for the other one has its ring the other way round
    turned = np.roll(ours[::-1], 1, axis=0)
    off = min(np.linalg.norm(each - ring, axis=1).mean() for each in (ours, turned)) / length

    angles = sample_habit(rng)
    corners = true_leg(it, angles)
    px = fits.projected(view, corners.reshape(-1, 3), it.shoe.middle, mirror).reshape(-1, 3, 2)
    mine, camera = our_leg(fit, areas, angles, rng)
    mine_px = camera.project(mine.reshape(-1, 3))[0].reshape(-1, 3, 2)
    pad = round(AROUND * fits.SIZE)
    shown = ~np.pad(areas.visible, pad)
    legs = [outline(each) & shown for each in (px, mine_px)]
    overlap = masks.iou(*legs) if legs[0].sum() > LEAST_PX else np.nan
    return {"kind": kind, "family": it.shoe.family, "ring": off, "leg": overlap}


def main(options: Options) -> None:
    """Print both by kind of view and by family."""
    import torch

    torch.set_num_threads(1)
    families = options.families or tuple(f for f in (*FAMILIES, *OPEN_FAMILIES) if f != HELD_OUT_FAMILY)
    network, rng, rows = fits.network_of(options.by), np.random.default_rng(options.seed), []
    for family in families:
        for run in range(options.shoes):
            it = wearer(family, run)
            rows += [measure(it, kind, rng, options, network) for kind in fits.KINDS]
    print(f"{'':18s}   n  ring, % of the shoe: median  90 %   leg IoU: median  10 %")
    for title in ("kind", "family"):
        for value in dict.fromkeys(row[title] for row in rows):
            _line(value, [row for row in rows if row[title] == value])
    _line("but top, rolled", [row for row in rows if row["kind"] not in ("top", "rolled")])
    _line("all", rows)


def _line(name: str, rows: list[dict[str, Any]]) -> None:
    ring, leg = (np.array([row[key] for row in rows]) for key in ("ring", "leg"))
    print(
        f"{name:18s} {len(rows):4d}  {100 * np.median(ring):26.1f}  {100 * np.quantile(ring, 0.9):4.1f}   "
        f"{np.nanmedian(leg):15.3f} {np.nanquantile(leg, 0.1):5.3f}",
        flush=True,
    )


if __name__ == "__main__":
    main(tyro.cli(Options, description=__doc__))
