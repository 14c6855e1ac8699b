"""Paint and relief: what covers a shoe, as smooth functions of the place on the shoe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from shoemodel.world.shoes.implicit import smooth_step
from shoemodel.world.shoes.last import Last
from shoemodel.world.shoes.parameters import ShoeParameters

RAMP = 0.0009  # half width of a colour border, metres


@dataclass(frozen=True)
class Paint:
    """A shoe's parameters with the last that gives its coordinates."""

    p: ShoeParameters
    last: Last

    def colour(self, place: str) -> np.ndarray:
        """Linear RGB (3,) of a place: body, second, accent, lining, sole, outsole, stripe, laces."""
        return np.array(self.p.colours[place].rgb)


@dataclass
class Coat:
    """Colours and relief of the upper while panels are laid on it, one after another."""

    colours: np.ndarray  # (n, 3)
    relief: np.ndarray  # (n,) metres outwards

    def lay(self, edge: np.ndarray, colour: np.ndarray, height: float = 0.0) -> None:
        """Cover where edge < 0 (metres from the panel's border) and raise it by height."""
        amount = smooth_step(edge, RAMP, -RAMP)
        self.colours = self.colours + amount[:, None] * (colour - self.colours)
        self.relief = self.relief + height * smooth_step(edge, 0.001, -0.001)

    def seam(self, edge: np.ndarray, width: float = 0.0009) -> None:
        """A stitched groove along edge = 0."""
        depth = np.exp(-((edge / width) ** 2))
        self.relief = self.relief - 0.0006 * depth
        self.colours = self.colours * (1 - 0.35 * depth[:, None])


def noise(points: np.ndarray, frequency: float, rng: np.random.Generator, octaves: int = 3) -> np.ndarray:
    """Smooth noise of unit scale at points (n, 3); frequency in cells a metre."""
    total, gain = np.zeros(len(points)), 1.0
    for octave in range(octaves):
        cells = rng.standard_normal((16, 16, 16))
        at = (points * frequency * 2**octave) % 16
        total += gain * ndimage.map_coordinates(cells, at.T, order=1, mode="grid-wrap")
        gain *= 0.5
    return total


def paint_upper(paint: Paint, vertices: np.ndarray, cut: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices with the panels' relief and their linear RGB."""
    p, last = paint.p, paint.last
    rng = np.random.default_rng(p.paint_seed)
    coat = Coat(np.tile(paint.colour("body"), (len(vertices), 1)), np.zeros(len(vertices)))
    depth = last.solid.at(vertices)
    normal = last.solid.gradient(vertices)
    _print(coat, paint, vertices, rng)
    _panels(coat, paint, vertices, normal, cut, rng)
    _grain(coat, p, vertices, rng)
    outside = smooth_step(depth, 0.35 * p.thickness, 0.8 * p.thickness)
    lining = paint.colour("lining") * (1 + 0.05 * noise(vertices, 300, rng, 2))[:, None]
    inside = smooth_step(depth, 0.55 * p.thickness, 0.55 * p.thickness - 2 * RAMP)
    colours = coat.colours * (1 - inside[:, None]) + lining * inside[:, None]
    return vertices + (coat.relief * outside)[:, None] * normal, np.clip(colours, 0.005, 0.95)


def paint_sole(paint: Paint, layer: str, vertices: np.ndarray) -> np.ndarray:
    """Linear RGB of a layer of the sole: insole, sole, outsole or stripe."""
    p, last = paint.p, paint.last
    rng = np.random.default_rng(p.paint_seed + 1)
    place = {"insole": "lining"}.get(layer, layer)
    coat = Coat(np.tile(paint.colour(place), (len(vertices), 1)), np.zeros(len(vertices)))
    x, y, z = vertices.T
    if layer == "insole":
        mark = np.maximum(np.abs(x - 0.3 * last.centre_x) - 0.012, np.abs(y + 0.13 * last.length) - 0.008)
        coat.lay(mark, paint.colour("accent"))
    if layer == "sole" and p.sole_kind == "welt":
        coat.lay(z - (0.006 if p.heel > 0.012 else 0.0), np.array([0.012] * 3))
        if p.heel_kind == "block" and p.heel < 0.06 and p.colours["sole"].name == "brown":
            coat.colours *= (0.8 + 0.2 * np.tanh(4 * np.sin(2 * np.pi * z / 0.0055)))[:, None]
    coat.colours *= (1 + 0.03 * noise(vertices, 250, rng, 2))[:, None]
    return np.clip(coat.colours, 0.005, 0.95)


def _grain(coat: Coat, p: ShoeParameters, vertices: np.ndarray, rng: np.random.Generator) -> None:
    strength = {"suede": 0.05, "canvas": 0.04, "knit": 0.04, "leather": 0.02, "patent": 0.0}[p.finish]
    coat.colours *= (1 + strength * np.clip(noise(vertices, 150, rng, 3), -2, 2))[:, None]
    if p.finish == "knit":
        coat.relief += 0.00025 * np.sin(vertices[:, 1] * 900) * np.sin(vertices[:, 2] * 900)
    coat.relief += (0.0003 if p.finish == "leather" else 0.0) * noise(vertices, 60, rng, 2)


def _print(coat: Coat, paint: Paint, vertices: np.ndarray, rng: np.random.Generator) -> None:
    if "print" not in paint.p.marks:
        return
    spots = noise(vertices, rng.uniform(90, 160), rng, 1) - rng.uniform(0.5, 0.9)
    coat.lay(-0.006 * spots, paint.colour("accent"))


def _panels(
    coat: Coat, paint: Paint, vertices: np.ndarray, normal: np.ndarray, cut: np.ndarray, rng: np.random.Generator
) -> None:
    """Lay the marks of the shoe; every edge is in metres and negative within the panel."""
    p, last = paint.p, paint.last
    x, y, z = vertices.T
    s, rise, across = last.s(y), z - last.bed(y), x - last.centre_x
    length = last.length
    second, accent = paint.colour("second"), paint.colour("accent")
    front = (s > 0.28) & (normal[:, 1] < 0.3)
    if "toe_cap" in p.marks:
        bend = rng.uniform(0.15, 0.45)
        place = rng.uniform(0.84, 0.88) + p.toe_extension_s * 0.6
        edge = (place - s) * length + bend * rise - rng.uniform(0, 6) * across**2
        coat.lay(edge, second, 0.0006)
        coat.seam(edge - 0.002)
    if "heel_tab" in p.marks:
        edge = (s - rng.uniform(0.08, 0.14)) * length - rng.uniform(-0.2, 0.4) * (rise - 0.03)
        coat.lay(edge, second if rng.random() < 0.5 else accent, 0.0006)
    if "side_mark" in p.marks:
        _side_mark(coat, paint, s, rise, rng)
    if "ankle_disc" in p.marks:
        disc = np.hypot(y + 0.2 * length, rise - 0.09) - 0.021
        coat.lay(disc, accent, 0.0004)
        coat.lay(disc + 0.006, second)
    if p.laces:
        _lacing(coat, paint, s, rise, across, front, "eyestay" in p.marks)
    if "foxing" in p.marks:
        edge = rise - 0.016 - 0.018 * smooth_step(s, 0.62, 0.95) - 0.012 * smooth_step(s, 0.25, 0.05)
        coat.lay(edge, second, 0.0006)
    if "binding" in p.marks and p.collar:
        coat.lay(-cut - 0.0045, accent, 0.0003)
    if "saddle" in p.marks:
        coat.lay(np.abs((s - 0.645) * length - 0.1 * rise) - 0.013, second, 0.0012)
    if "apron" in p.marks:
        oval = (np.hypot((x - last.middle(0.66)) / 0.030, (s - 0.66) * length / 0.062) - 1) * 0.03
        coat.seam(np.where(normal[:, 2] > 0.1, oval, 1.0), 0.0014)
    if "gore" in p.marks and not p.laces:
        edge = np.abs((s - 0.22) * length) - 0.018 - 0.12 * (rise - 0.06)
        edge = np.maximum(edge, 0.035 - rise)
        coat.lay(edge, np.array([0.02] * 3), -0.0008)
    if "pull_band" in p.marks:
        coat.lay(-cut - 0.022, second, 0.0005)
    if "western" in p.marks:
        for k in range(3):
            wave = rise - 0.12 - 0.035 * k - 0.02 * np.cos(2 * np.pi * (s - 0.16) / 0.28) + 0 * x
            coat.lay(np.abs(wave) - 0.0010, accent, 0.0003)
    if p.family == "tall boot":
        coat.seam(np.where(np.abs(s - 0.17) < 0.1, (s - 0.17) * length, 1.0))
    if p.collar and p.family not in ("pump", "ballerina"):
        coat.seam(cut + 0.006)


def _lacing(
    coat: Coat, paint: Paint, s: np.ndarray, rise: np.ndarray, across: np.ndarray, front: np.ndarray, stay: bool
) -> None:
    """Tongue between the rows of laces, with a panel for the eyelets."""
    ball = 0.755 if paint.p.sole_kind == "cup" else 0.67
    half = 0.009 + 0.008 * smooth_step(s, ball, ball - 0.25)
    end = (s - ball) * paint.last.length
    slot = np.where(front & (rise > 0.02), np.maximum(np.abs(across) - half, end), 1.0)
    if stay:
        coat.lay(np.where(front & (rise > 0.02), slot - 0.013, 1.0), paint.colour("second"), 0.0006)
    tongue = paint.colour("body") * 0.8 if not stay else paint.colour("body")
    coat.lay(slot, tongue, -0.0016)


def _side_mark(coat: Coat, paint: Paint, s: np.ndarray, rise: np.ndarray, rng: np.random.Generator) -> None:
    """A maker's mark on both flanks: bars, a swept curve, a chevron or a wave."""
    length, accent = paint.last.length, paint.colour("accent")
    kind = rng.choice(["bars", "curve", "chevron", "band"])
    if kind == "bars":
        for k in range(3):
            bar = np.abs((s - 0.40 - 0.055 * k) * length - 0.45 * (rise - 0.03)) - 0.0035
            coat.lay(np.maximum(bar, np.abs(rise - 0.036) - 0.022), accent, 0.0005)
    elif kind == "curve":
        t = np.clip((s - 0.18) / 0.52, 0, 1)
        middle = 0.026 + 0.030 * (1 - t) ** 2 - 0.010 * np.sin(np.pi * t)
        coat.lay(np.maximum(np.abs(rise - middle) - 0.0075 * np.sin(np.pi * t) ** 0.8, (0.0 - t) * 0.1), accent, 0.0005)
    elif kind == "chevron":
        bend = np.abs(rise - 0.036)
        edge = np.abs((s - 0.46) * length + 0.7 * bend) - 0.005
        coat.lay(np.maximum(edge, bend - 0.022), accent, 0.0005)
        edge = np.abs((s - 0.54) * length + 0.7 * bend) - 0.003
        coat.lay(np.maximum(edge, bend - 0.018), accent, 0.0005)
    else:
        middle = 0.034 + 0.012 * np.sin((s - 0.2) * 9)
        coat.lay(np.maximum(np.abs(rise - middle) - 0.005, (np.abs(s - 0.42) - 0.25) * length), accent, 0.0005)
