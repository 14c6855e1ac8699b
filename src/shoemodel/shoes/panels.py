"""The pieces an upper is sewn from, with their seams, holes and marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shoemodel.render.parts import Material
from shoemodel.shoes.coat import FAR, Coat, Places
from shoemodel.shoes.implicit import smooth_step
from shoemodel.shoes.last import Last
from shoemodel.shoes.marks import lettering, side_mark
from shoemodel.shoes.palette import METAL, material
from shoemodel.shoes.parameters import ShoeParameters

BLACK = np.array([0.015, 0.015, 0.016])


@dataclass(frozen=True)
class Work:
    """What the makers of panels share: the shoe, where they paint, and the numbers they draw."""

    p: ShoeParameters
    last: Last
    coat: Coat
    at: Places
    rng: np.random.Generator
    eyelets: np.ndarray  # (k, 3)

    def has(self, mark: str) -> bool:
        return mark in self.p.marks

    def colour(self, place: str) -> np.ndarray:
        """Linear RGB (3,) of a place, a key of the parameters' colours."""
        return np.array(self.p.colours[place].rgb)

    def either(self, *places: str) -> np.ndarray:
        """The colour of one of the places."""
        return self.colour(places[self.rng.integers(len(places))])

    @property
    def second(self) -> Material:
        """What panels are made of."""
        return material(self.p.second_finish)

    def sewn(self, edge: np.ndarray, colour: np.ndarray, finish: Material | None = None) -> None:
        """A panel with one or two rows of stitches along its border."""
        self.coat.panel(edge, colour, finish or self.second)
        if self.has("stitching"):
            dark = colour.mean() < 0.12
            contrast = np.random.default_rng(self.p.paint_seed).random() < 0.35
            thread = self.colour("accent") if contrast else np.clip(colour * (2.4 if dark else 0.55) + 0.02, 0, 0.9)
            along = self.at.ahead + self.at.up
            self.coat.stitch(edge + 0.0022, along, thread)
            if self.p.paint_seed % 3 == 0:
                self.coat.stitch(edge + 0.0046, along, thread)


def lay_panels(work: Work) -> None:
    """Everything that the marks of the shoe name, from the lowest layer up."""
    _flanks(work)
    _front(work)
    _rear(work)
    if work.p.laces:
        _lacing(work)
    _collar(work)
    _boots(work)
    _formal(work)


def _flanks(work: Work) -> None:
    """Quarter lines, overlays and the maker's mark on both sides."""
    at, rng, length = work.at, work.rng, work.last.length
    draw = [rng.uniform(0, 1) for _ in range(8)]
    if work.has("quarter"):
        for k in range(1 + int(draw[0] * 3)):
            line = (at.s - 0.36 - 0.06 * k) * length - (0.3 + 0.5 * draw[1]) * (at.rise - 0.03)
            work.coat.seam(np.where(at.rise < 0.075, line, FAR))
            work.coat.stitch(np.where(at.rise < 0.075, line + 0.002, FAR), at.rise, work.coat.colours[:1] * 0.6)
    if work.has("overlay"):
        for k in range(2 + int(draw[2] * 4)):
            sweep = at.rise - 0.014 - 0.011 * k - 0.018 * np.sin((at.s - 0.1 * k) * (5 + 4 * draw[3]) + 6 * draw[4])
            band = np.maximum(np.abs(sweep) - 0.0022 - 0.002 * draw[5], np.abs(at.s - 0.5) * length - 0.085)
            work.coat.lay(band, work.either("second", "third", "accent"), 0.0005, work.second)
    if work.has("side_mark"):
        high = {"high-top": 0.045}.get(work.p.family, 0.036)
        edge = side_mark(at.ahead - rng.uniform(0.40, 0.52) * length, at.rise - high, rng)
        flank = np.abs(at.normals[:, 0]) > 0.35
        colour = work.either("accent", "second", "third")
        work.coat.lay(np.where(flank, edge, FAR), colour, 0.0005, work.second)
    if work.has("ankle_disc"):
        disc = np.hypot(at.ahead - 0.2 * length, at.rise - 0.09) - 0.021
        work.coat.panel(disc, work.colour("accent"), work.second)
        sign = side_mark(at.ahead - 0.2 * length, at.rise - 0.09, rng)
        work.coat.lay(np.maximum(sign, disc + 0.003), work.colour("second"))


def _front(work: Work) -> None:
    """Mudguard, toe cap, holes over the toes."""
    at, rng, length, p = work.at, work.rng, work.last.length, work.p
    if work.has("mudguard"):
        end, peak, low = rng.uniform(0.56, 0.72), rng.uniform(0, 0.012), rng.uniform(0.010, 0.018)
        top = low + rng.uniform(0.010, 0.022) * smooth_step(at.s, 0.62, 1.0)
        top = top + peak * np.exp(-(((at.s - end - 0.06) / 0.05) ** 2))
        edge = np.maximum(at.rise - top, (end - at.s) * length - 0.6 * (at.rise - low))
        work.sewn(edge, work.either("second", "third"))
    if work.has("toe_cap"):
        bend, place = rng.uniform(0.15, 0.45), rng.uniform(0.83, 0.88) + p.toe_extension_s * 0.6
        edge = (place - at.s) * length + bend * at.rise - rng.uniform(0, 6) * at.across**2
        work.sewn(edge, work.either("second", "second", "accent"))
        _brogue(work, edge + 0.006)
    if work.has("wing_tip") and not work.has("toe_cap"):
        wing = 0.03 * np.sqrt(np.clip(np.abs(at.across) / 0.03, 0, 2)) - 0.016 * np.exp(-((at.across / 0.006) ** 2))
        edge = (rng.uniform(0.76, 0.80) - at.s) * length + wing * 0.9 - 0.012 + 0.5 * (0.03 - at.rise)
        work.sewn(np.where(at.s > 0.5, edge * 0.8, FAR), work.colour("second"))
        _brogue(work, np.where(at.s > 0.5, edge * 0.8 + 0.006, FAR))
    if work.has("perforation"):
        pitch, hole = rng.uniform(0.006, 0.009), rng.uniform(0.0008, 0.0012)
        u, v = at.ahead / pitch, at.across / pitch + 0.5 * (np.floor(at.ahead / pitch) % 2)
        distance = np.hypot(u % 1 - 0.5, v % 1 - 0.5) * pitch - hole
        field = np.hypot((at.s - 0.85) * length / 0.026, (at.across - 0.2 * work.last.centre_x) / 0.022) < 1
        work.coat.lay(np.where(field & (at.normals[:, 2] > 0.4), distance, FAR), BLACK, -0.0004)


def _brogue(work: Work, line: np.ndarray) -> None:
    """Punched holes along a line."""
    if work.has("brogue"):
        along = (work.at.across + 0.5 * work.at.rise * np.sign(work.at.across)) / 0.0055
        hole = np.hypot(line, (along % 1 - 0.5) * 0.0055) - 0.0011
        work.coat.lay(hole, BLACK, -0.0004)
        work.coat.seam(np.abs(line) - 0.0030, 0.0005)


def _rear(work: Work) -> None:
    """Counter and tab behind the heel, lettering on it."""
    at, rng, length = work.at, work.rng, work.last.length
    if work.has("counter"):
        edge = (at.s - rng.uniform(0.10, 0.22)) * length + rng.uniform(-0.1, 0.5) * (at.rise - 0.03)
        edge = np.maximum(edge, at.rise - rng.uniform(0.045, 0.075))
        work.sewn(edge, work.either("third", "second", "accent"))
    if work.has("heel_tab"):
        edge = np.maximum((at.s - rng.uniform(0.06, 0.11)) * length, rng.uniform(0.040, 0.055) - at.rise)
        work.sewn(edge, work.either("accent", "third", "second"))
    if work.has("lettering") and work.p.collar:
        back = at.normals[:, 1] > 0.5
        edge = lettering(at.points[:, 0], at.rise - 0.058, rng.uniform(0.006, 0.010), int(rng.integers(3, 6)), rng)
        work.coat.lay(np.where(back, edge, FAR), work.either("accent", "body", "second"))


def _lacing(work: Work) -> None:
    """Tongue between the rows of laces, a panel for the eyelets, the eyelets, a label."""
    at, p = work.at, work.p
    front = (at.s > 0.28) & (at.normals[:, 1] < 0.3) & (at.rise > 0.02)
    ball = 0.755 if p.sole_kind == "cup" else 0.67
    half = 0.009 + 0.008 * smooth_step(at.s, ball, ball - 0.25)
    end = (at.s - ball) * work.last.length
    slot = np.where(front, np.maximum(np.abs(at.across) - half, end), FAR)
    if work.has("eyestay"):
        work.sewn(np.where(front, slot - work.rng.uniform(0.011, 0.015), FAR), work.either("third", "second"))
    tongue = work.colour("body") * 0.85 if work.rng.random() < 0.5 else work.either("third", "lining", "second")
    work.coat.lay(slot, tongue, -0.0018, material("mesh") if p.sole_kind == "cup" else None)
    work.coat.seam(slot, 0.0009)
    if work.has("lettering"):
        label = lettering(at.across, at.rise - p.tongue + 0.013, 0.006, 4, work.rng)
        work.coat.lay(np.where(front, label, FAR), work.colour("accent"))
    if len(work.eyelets):
        distance = np.sqrt(((at.points[:, None] - work.eyelets[None]) ** 2).sum(2)).min(1)
        metal = work.rng.random() < 0.4
        rim = work.colour("metal") if metal else work.colour("second") * 0.7
        work.coat.lay(distance - 0.0032, rim, 0.0002, METAL if metal else None)
        work.coat.lay(distance - 0.0018, BLACK, -0.0003)


def _collar(work: Work) -> None:
    """Bands and seams along the topline."""
    p, cut, rng = work.p, work.at.cut, work.rng
    if work.has("binding"):
        work.coat.lay(-cut - 0.0045, work.either("accent", "second", "body") * 0.9, 0.0003)
        work.coat.seam(cut + 0.0045)
    if work.has("collar_band"):
        # a padded collar is mostly made of what the shoe is lined with
        work.sewn(-cut - rng.uniform(0.008, 0.028), work.either("lining", "lining", "second", "third", "accent"))
    if p.family not in ("pump", "ballerina"):
        work.coat.seam(cut + 0.005)
        if work.has("stitching"):
            work.coat.stitch(cut + 0.0035, work.at.ahead + work.at.up, work.coat.colours * 0.5)
    if work.has("fur"):
        work.coat.lay(-cut - 0.010, work.colour("lining"), 0.003, material("felt"))


def _boots(work: Work) -> None:
    """Elastic, zip, western stitching, a band round the shaft."""
    at, rng, length, p = work.at, work.rng, work.last.length, work.p
    if work.has("gore") and not p.laces:
        edge = np.abs((at.s - 0.24) * length) - 0.016 - 0.14 * (at.rise - 0.05)
        edge = np.maximum(edge, 0.040 - at.rise + 4 * (at.ahead - 0.24 * length) ** 2)
        tone = work.either("third", "body") * 0.7 if rng.random() < 0.4 else BLACK
        ribs = 0.75 + 0.35 * np.sin(2 * np.pi * at.ahead / 0.0035)
        work.coat.panel(edge, tone * ribs[:, None] + 0.004, material("knit"), -0.0008)
        if work.has("stitching"):
            work.coat.stitch(edge - 0.002, at.rise, work.coat.colours * 0.5)
    if work.has("zip") and not p.laces:
        side = np.where(at.normals[:, 0] < -0.2, (at.s - 0.18) * length, FAR)
        teeth = 0.5 + 0.5 * np.sign(np.sin(2 * np.pi * at.rise / 0.004))
        work.coat.lay(np.maximum(np.abs(side) - 0.006, 0.01 - at.rise), work.colour("body") * 0.5, -0.0004)
        metal = work.colour("metal") * (0.3 + 0.7 * teeth)[:, None]
        work.coat.lay(np.maximum(np.abs(side) - 0.0022, 0.01 - at.rise), metal, 0.0004, METAL)
    if work.has("western"):
        for k in range(3):
            wave = at.rise - 0.12 - 0.035 * k - 0.02 * np.cos(2 * np.pi * (at.s - 0.16) / 0.28)
            work.coat.stitch(wave, at.ahead + at.across, work.colour("accent"), 0.005)
            work.coat.stitch(wave + 0.004, at.ahead + at.across, work.colour("accent"), 0.005)
    if work.has("strap_band"):
        high = rng.uniform(0.07, 0.30)
        along = (at.s - 0.60) * length if p.family == "clog" else at.rise - high
        work.sewn(np.abs(along) - 0.010, work.either("second", "body") * 0.9)
    if p.family == "tall boot" and not work.has("zip"):
        work.coat.seam(np.where(np.abs(at.s - 0.17) < 0.1, (at.s - 0.17) * length, FAR))


def _formal(work: Work) -> None:
    """Saddle, apron, quilting, holes of a clog."""
    at, rng, length, last = work.at, work.rng, work.last.length, work.last
    if work.has("apron"):
        oval = (np.hypot((at.points[:, 0] - last.middle(0.66)) / 0.030, (at.s - 0.66) * length / 0.062) - 1) * 0.03
        ring = np.where(at.normals[:, 2] > 0.1, oval, FAR)
        gathered = 0.0002 * np.sin(np.arctan2(at.across, (at.s - 0.66) * length) * 40)
        work.coat.seam(ring, 0.0014)
        work.coat.relief = work.coat.relief + np.where(np.abs(ring) < 0.004, gathered, 0)
    if work.has("saddle"):
        place, slot = rng.uniform(0.63, 0.66), rng.random() < 0.7
        band = np.abs((at.s - place) * length - 0.1 * at.rise) - 0.013
        work.sewn(band, work.colour("second"))
        if slot:
            eye = np.abs((at.s - place) * length) - 0.0035 * np.cos(at.across / 0.008)
            eye = np.where(at.normals[:, 2] > 0.2, np.maximum(eye, np.abs(at.across) - 0.011), FAR)
            work.coat.lay(eye, BLACK, -0.0005)
    if work.has("quilting"):
        u, v = (at.ahead + at.up) / 0.02, (at.ahead - at.up) / 0.02
        border = (0.5 - np.maximum(np.abs(u % 1 - 0.5), np.abs(v % 1 - 0.5))) * 0.02
        work.coat.relief = work.coat.relief + 0.0012 * smooth_step(border, 0, 0.008)
        work.coat.seam(border, 0.0006)
    if work.has("holes"):
        u, v = (at.ahead - 0.7 * length) / 0.017, at.across / 0.017
        hole = np.hypot((u % 1 - 0.5), (v + 0.5 * (np.floor(u) % 2)) % 1 - 0.5) * 0.017 - 0.0040
        work.coat.lay(np.where((at.normals[:, 2] > 0.45) & (at.s > 0.55), hole, FAR), BLACK, -0.001)
