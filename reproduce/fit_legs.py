"""The table *Ring and leg* of docs/rendered_leg.md: how far the rim of a fitted shoe lies off the true one, and how
well the outline of our leg in it covers that of the true wearer, who stands in the same pose.

    python reproduce/fit_legs.py --shoes 2 --seed 1

Needs shoemodel[world], no data: shoes and views as in `fit.py`, which no training and no proxy has seen. The wearer is
someone of the world, ours one of the package's bodies; both stand with the same angles of the leg, which are drawn.
Legs are bare, up to LEG_M above the ankle, less what the shoe hides of them. Another person's leg is thicker or
thinner, so the overlap is measured with the wearer's own body, too.
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
from shoemodel.body.figure import Body, Figure, skin
from shoemodel.body.footing import fit as put_on
from shoemodel.body.leg_angles import UP, LegAngles
from shoemodel.body.leg_pose import sample_habit, take
from shoemodel.body.wearing import Worn, put_in
from shoemodel.data.splits import HELD_OUT_FAMILY
from shoemodel.fit import fit_shoe, views
from shoemodel.fit.proxies import RIM_POINTS
from shoemodel.fit.shoe import ShoeFit
from shoemodel.image import masks
from shoemodel.image.masks import ShoeAreas
from shoemodel.render.meshes import transform
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
    return _corners(body(), put_in(body(), it.figure, "left", it.shoe.marks, it.heel_deg), "left", angles)


def our_leg(
    fit: ShoeFit, areas: ShoeAreas, angles: LegAngles, someone: Body, figure: Figure
) -> Float[np.ndarray, "m 3 2"]:
    """The same, in the picture, of the leg that the backend would stand in the fitted shoe."""
    seen, foot = viewpoint.of_leg(fit), viewpoint.foot_of(fit)
    worn = put_in(someone, figure, fit.side, foot.points, foot.heel_deg)
    corners = _corners(someone, worn, fit.side, angles, foot.upwards).reshape(-1, 3)
    return seen.camera.project(align(corners, seen, areas).apply(corners))[0].reshape(-1, 3, 2)


def _corners(someone: Body, worn: Worn, side: str, angles: LegAngles, upwards: np.ndarray = UP) -> np.ndarray:
    vertices = skin(worn.shod.vertices, someone.weights, take(worn, side, angles, upwards))
    corners = vertices[someone.leg_faces(side)]
    ankle = transform(worn.upright, worn.shod.figure.joints[side, "ankle"][None])[0, 2]
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
    points, exists = fits.foot_points(true, options.noise * foot, mirror > 0, rng)
    areas = fits.areas(view, it.shoe, mirror, fits.Options(ragged=options.ragged), rng)
    fit = fit_shoe(areas, points, exists, network=network)

    people = bodies.load(False).people
    length = it.length_m * float(np.exp(view[views.SCALE]))
    ring = fits.projected(view, it.rim, it.shoe.middle, mirror)
    ours = fit.camera.project(fit.placed(fit.proxy.rim))[0]
    # a foot taken for the other one has its ring the other way round
    turned = np.roll(ours[::-1], 1, axis=0)
    off = min(np.linalg.norm(each - ring, axis=1).mean() for each in (ours, turned)) / length

    angles = sample_habit(rng)
    corners = true_leg(it, angles)
    px = fits.projected(view, corners.reshape(-1, 3), it.shoe.middle, mirror).reshape(-1, 3, 2)
    person = people[int(rng.integers(len(people)))]
    mine = our_leg(fit, areas, angles, person.body, person.figure)
    same = our_leg(fit, areas, angles, body(), it.figure)
    shown = ~np.pad(areas.visible, round(AROUND * fits.SIZE))
    legs = [outline(each) & shown for each in (px, mine, same)]
    leg, same_leg = (masks.iou(legs[0], each) if legs[0].sum() > LEAST_PX else np.nan for each in legs[1:])
    return {"kind": kind, "family": it.shoe.family, "ring": off, "leg": leg, "same": same_leg}


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
    print(f"{'':18s}   n  ring, % of the shoe: median  90 %   leg IoU: median  10 %   same person: median  10 %")
    for title in ("kind", "family"):
        for value in dict.fromkeys(row[title] for row in rows):
            _line(value, [row for row in rows if row[title] == value])
    _line("but top, rolled", [row for row in rows if row["kind"] not in ("top", "rolled")])
    _line("all", rows)


def _line(name: str, rows: list[dict[str, Any]]) -> None:
    ring, leg, same = (np.array([row[key] for row in rows]) for key in ("ring", "leg", "same"))
    print(
        f"{name:18s} {len(rows):4d}  {100 * np.median(ring):26.1f}  {100 * np.quantile(ring, 0.9):4.1f}   "
        f"{np.nanmedian(leg):15.3f} {np.nanquantile(leg, 0.1):5.3f}   "
        f"{np.nanmedian(same):19.3f} {np.nanquantile(same, 0.1):5.3f}",
        flush=True,
    )


if __name__ == "__main__":
    main(tyro.cli(Options, description=__doc__))
