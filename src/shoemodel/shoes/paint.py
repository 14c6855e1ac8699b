"""Paint and relief of a whole shoe: the upper with its finish, print and panels, and the layers of the sole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shoemodel.render.parts import Material
from shoemodel.shoes.coat import FAR, SINGLE, Coat, Places, bare_coat, gloss_of, hidden, noise, painted
from shoemodel.shoes.implicit import smooth_step
from shoemodel.shoes.last import Last
from shoemodel.shoes.marks import lettering
from shoemodel.shoes.palette import LINING, RUBBER, material
from shoemodel.shoes.panels import BLACK, Work, lay_panels
from shoemodel.shoes.parameters import ShoeParameters
from shoemodel.shoes.prints import APART, PRINTS, Ink, spread

Surface = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Vertices (n, 3), faces (m, 3), linear RGB (n, 3), gloss (n, 3)."""


@dataclass(frozen=True)
class Paint:
    """A shoe's parameters with the last that gives its coordinates and the places of its eyelets (k, 3)."""

    p: ShoeParameters
    last: Last
    eyelets: np.ndarray

    def colour(self, place: str) -> np.ndarray:
        """Linear RGB (3,) of a place, a key of the parameters' colours."""
        return np.array(self.p.colours[place].rgb)

    def places(self, points: np.ndarray, cut: np.ndarray) -> Places:
        """The coordinates that patterns need, of points (n, 3) whose distance from the upper's border is cut (n,)."""
        last = self.last
        return Places(
            points, last.solid.gradient(points), last.solid.at(points), cut, last.s(points[:, 1]),
            points[:, 2] - last.bed(points[:, 1]), points[:, 0] - last.centre_x, -points[:, 1],
        )  # fmt: skip


def paint_upper(paint: Paint, vertices: np.ndarray, faces: np.ndarray, cut: np.ndarray) -> Surface:
    """The upper's mesh with its relief, colours and gloss."""
    p = paint.p
    places = paint.places(vertices, cut)
    ink = _ink(paint, places)
    places, faces, coat = painted(places, faces, lambda at: _outside_and_lining(paint, ink, at))
    outside = smooth_step(places.depth, 0.35 * p.thickness, 0.8 * p.thickness)
    moved = places.points + (coat.relief * outside)[:, None] * places.normals
    return moved, faces, np.clip(coat.colours, 0.005, 0.95), np.clip(coat.gloss, 0, 1)


def _ink(paint: Paint, places: Places) -> Ink | None:
    """What the shoe's print is made with; None without a print."""
    p = paint.p
    if not p.pattern:
        return None
    rng = np.random.default_rng((p.paint_seed, 3))
    apart = rng.uniform(*APART.get(p.pattern, (0.02, 0.03)))
    outer = places.points[places.depth > 0.6 * p.thickness]
    names = ("body", "accent", "second", "third")
    colours = np.array([paint.colour(name) for name in names])
    colours[2:] = np.where(rng.random((2, 1)) < 0.5, colours[2:], rng.uniform(0.02, 0.8, (2, 3)))
    return Ink(colours, spread(outer, apart, rng), apart)


def _outside_and_lining(paint: Paint, ink: Ink | None, at: Places) -> Coat:
    p = paint.p
    rng = np.random.default_rng(p.paint_seed)
    coat = bare_coat(len(at.points), paint.colour("body"), material(p.finish))
    _hide(coat, p, at, np.random.default_rng((p.paint_seed, 1)))
    if ink is not None:
        PRINTS[p.pattern](coat, at, ink, np.random.default_rng((p.paint_seed, 2)))
    coat.near = np.maximum(coat.near, SINGLE)  # what covers everything is not worth the second round
    lay_panels(Work(p, paint.last, coat, at, rng, paint.eyelets))
    _wear(coat, p, at, np.random.default_rng((p.paint_seed, 4)))
    inside = smooth_step(at.depth, 0.55 * p.thickness, 0.55 * p.thickness - 0.0018)[:, None]
    lining = paint.colour("lining") * (1 + 0.05 * noise(at.points, 300, rng, 2))[:, None]
    coat.colours = coat.colours * (1 - inside) + lining * inside
    coat.gloss = coat.gloss * (1 - inside) + gloss_of(LINING) * inside
    return hidden(coat, at.depth < 0.3 * p.thickness)


def _hide(coat: Coat, p: ShoeParameters, at: Places, rng: np.random.Generator) -> None:
    """The look of the finish itself."""
    if p.finish == "knit":
        rib = np.sin(2 * np.pi * at.up / 0.0045) * np.sin(2 * np.pi * at.ahead / 0.0055)
        coat.relief = coat.relief + 0.0004 * rib
        coat.shade(1 + 0.14 * rib)
    elif p.finish == "mesh":
        rows = at.ahead / 0.0048
        hole = np.hypot(rows % 1 - 0.5, (at.up / 0.0048 + 0.5 * (np.floor(rows) % 2)) % 1 - 0.5)
        coat.shade(1 - 0.45 * smooth_step(hole, 0.36, 0.2))
    elif p.finish == "denim":
        coat.colours[:] = np.array([0.045, 0.085, 0.19]) * rng.uniform(0.5, 2.2)
        twill = np.sin(2 * np.pi * (at.ahead + 0.7 * at.up) / 0.0035)
        coat.shade(1 + 0.12 * twill + 0.12 * noise(at.points, 90, rng, 3))
    elif p.finish == "crocodile":
        size = 0.011 - 0.004 * smooth_step(np.abs(at.across), 0.0, 0.04)
        u, v = at.ahead / size, (at.up + 0.002 * noise(at.points, 60, rng, 1)) / size
        border = (0.5 - np.maximum(np.abs(u % 1 - 0.5), np.abs((v + 0.5 * (np.floor(u) % 2)) % 1 - 0.5))) * size
        coat.relief = coat.relief + 0.0006 * smooth_step(border, 0, 0.003)
        coat.seam(border, 0.0007)
    elif p.finish == "iridescent":
        phase = at.normals @ [1.6, 0.0, 2.2] + 0.25 * noise(at.points, 25, rng, 2) + rng.uniform(0, 6)
        film = 0.5 + 0.35 * np.cos(phase[:, None] * 2 + np.array([0, 2.1, 4.2]))
        coat.colours = 0.25 * coat.colours + 0.75 * film
    elif p.finish == "glitter":
        coat.shade(0.6 + 0.8 * np.abs(noise(at.points, 900, rng, 1)))


def _wear(coat: Coat, p: ShoeParameters, at: Places, rng: np.random.Generator) -> None:
    """Grain, and the creases and folds of soft leather."""
    strength = {"suede": 0.07, "velvet": 0.05, "canvas": 0.05, "felt": 0.10, "denim": 0.03}.get(p.finish, 0.02)
    coat.shade(1 + strength * np.clip(noise(at.points, 150, rng, 3), -2, 2))
    if p.finish == "leather":
        coat.relief = coat.relief + 0.0002 * noise(at.points, 60, rng, 2)
    if "creases" in p.marks:
        calm = 0.16 if p.family == "tall boot" else 0.10
        around = smooth_step(at.rise, 0.05, 0.08) * smooth_step(at.rise, 0.30, calm)
        folds = noise(at.points * [0.5, 0.5, 2.2], 16, rng, 2) + 0.6 * noise(at.points * [0.6, 0.6, 2.5], 34, rng, 1)
        coat.relief = coat.relief + 0.0014 * around * folds


LEVEL = 0.7
"""A sole's faces more level than this lie on the floor or under the foot and are not refined."""


def paint_sole(paint: Paint, layer: str, vertices: np.ndarray, faces: np.ndarray) -> Surface:
    """The mesh of a layer of the sole (insole, sole, outsole or stripe) with its relief, colours and gloss."""
    places = paint.places(vertices, np.full(len(vertices), -FAR))
    places, faces, coat = painted(places, faces, lambda at: _sole_coat(paint, layer, at))
    outward = places.normals * [1, 1, 0]
    moved = places.points + coat.relief[:, None] * outward
    return moved, faces, np.clip(coat.colours, 0.005, 0.95), np.clip(coat.gloss, 0, 1)


def _sole_coat(paint: Paint, layer: str, at: Places) -> Coat:
    p = paint.p
    rng = np.random.default_rng((p.paint_seed, 5))
    finish: Material = LINING if layer == "insole" else RUBBER
    place = "lining" if layer == "insole" and "insole" not in p.colours else layer
    coat = bare_coat(len(at.points), paint.colour(place), finish)
    if layer == "insole":
        label = lettering(-at.across, 0.15 * paint.last.length - at.ahead, 0.009, int(rng.integers(4, 8)), rng)
        coat.shade(np.full(len(at.points), rng.uniform(0.7, 1.0)))
        coat.lay(label, paint.colour("metal" if rng.random() < 0.4 else "accent"))
    elif layer == "sole":
        (_cup_look if p.sole_kind == "cup" else _welt_look)(coat, paint, at, rng)
    coat.shade(1 + 0.03 * noise(at.points, 250, rng, 2))
    return coat if layer == "insole" else hidden(coat, np.abs(at.normals[:, 2]) > LEVEL)


def _cup_look(coat: Coat, paint: Paint, at: Places, rng: np.random.Generator) -> None:
    """Lines, ribs, speckles and lettering on the wall of a rubber sole; rope, cork, wood."""
    p, z = paint.p, at.points[:, 2]
    along = at.ahead - np.abs(at.across)
    _sole_material(coat, p, at, rng)
    if "sole_line" in p.marks:
        line = at.rise - rng.uniform(-0.004, 0.002)
        colour = paint.colour("accent") if rng.random() < 0.5 else coat.colours * 0.6
        coat.lay(np.abs(line) - rng.uniform(0.0006, 0.0016), colour, -0.0004)
    if "sole_ribs" in p.marks:
        zone = at.s > 0.83 if rng.random() < 0.6 else at.s > -1
        low, high = 0.2 * p.sole, 0.75 * p.sole
        rib = np.sin(2 * np.pi * along / rng.uniform(0.0035, 0.007))
        band = zone * smooth_step(z, low, low + 0.002) * smooth_step(z, high + 0.002, high)
        coat.relief = coat.relief + 0.0007 * rib * band
        coat.shade(1 - 0.22 * band * (rib < -0.2))
    if "lettering" in p.marks and p.sole > 0.024:
        word = lettering(at.ahead - 0.28 * paint.last.length, z - 0.5 * p.sole, 0.3 * p.sole, 5, rng)
        coat.lay(np.where(np.abs(at.normals[:, 0]) > 0.4, word, FAR), coat.colours * 0.55, -0.0005)


def _sole_material(coat: Coat, p: ShoeParameters, at: Places, rng: np.random.Generator) -> None:
    z = at.points[:, 2]
    if p.sole_look == "speckled":
        coat.lay((rng.uniform(0.9, 1.3) - noise(at.points, 330, rng, 1)) * 0.002, rng.uniform(0.02, 0.7, 3))
    elif p.sole_look == "cork":
        coat.colours[:] = [0.46, 0.29, 0.16]
        coat.shade(1 + 0.22 * np.clip(noise(at.points, 280, rng, 2), -2, 2))
    elif p.sole_look == "wood":
        coat.colours[:] = np.array([0.50, 0.30, 0.15]) * rng.uniform(0.4, 1.1)
        coat.shade(1 + 0.12 * noise(at.points * [1, 0.1, 3], 120, rng, 3))
    elif p.sole_look == "rope":
        coat.colours[:] = np.array([0.58, 0.43, 0.25])
        twist = np.sin(2 * np.pi * (at.ahead + 1.2 * z) / 0.006)
        coat.shade(1 + 0.16 * twist)
        coat.seam(np.abs(z / 0.0075 % 1 - 0.5) * 0.0075, 0.0012)
        coat.relief = coat.relief + 0.0005 * twist


def _welt_look(coat: Coat, paint: Paint, at: Places, rng: np.random.Generator) -> None:
    """A leather or rubber sole with its heel: stacked layers, a covered heel, the top piece, stitches on the welt."""
    p, z = paint.p, at.points[:, 2]
    _sole_material(coat, p, at, rng)
    if p.sole_look == "stacked":
        wood = np.array([0.33, 0.18, 0.09]) * rng.uniform(0.25, 1.3)
        reach = 1.0 if p.heel_kind == "wedge" else 0.30
        heel = at.ahead - reach * paint.last.length
        coat.lay(heel, wood)
        layer = rng.uniform(0.0045, 0.0065)
        band = 0.78 + 0.3 * np.sin(np.floor(z / layer) * 7.3) ** 2
        coat.shade(np.where(heel < 0, band, 1.0))
        coat.seam(np.where(heel < 0, (0.5 - np.abs(z / layer % 1 - 0.5)) * layer, FAR), 0.0007)
    coat.lay(z - (0.005 if p.heel > 0.012 else 0.0015), BLACK, 0.0002)
    if "stitching" in p.marks and p.flare > 0.001:
        coat.stitch(at.rise + 0.001, at.ahead, np.array([0.5, 0.42, 0.3]) * rng.uniform(0.2, 1.4), 0.005)
