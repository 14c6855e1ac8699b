"""What hangs on a shoe: bow, fringe, pull tab, buckles, tassels, a metal bit."""

from __future__ import annotations

import numpy as np

from shoemodel.shoes.laces import Mesh, merge, tube
from shoemodel.shoes.last import Last
from shoemodel.shoes.parameters import ShoeParameters, Strap
from shoemodel.shoes.upper import BIG_TOE_M, REFERENCE_LENGTH, topline


def bow(last: Last, p: ShoeParameters) -> Mesh:
    """A small flat bow on the throat."""
    y = -(p.throat_s + 0.02) * last.length
    origin = np.array([[last.middle(p.throat_s - 0.03), y, last.bed(np.array(y)) + 0.006]])
    up = np.array([[0, -0.25, 0.97]])
    centre = last.cast(origin, up, p.thickness)[0] + 0.002 * up[0]
    turn = np.linspace(0, 2 * np.pi, 21)
    cords = [tube(centre + np.linspace(-0.005, 0.005, 5)[:, None] * [0, 1, 0], up[0], 0.004, 0.003)]
    for side in (-1, 1):
        loop = np.outer(0.009 * (1 - np.cos(turn)), [side, 0, -0.25]) + np.outer(0.005 * np.sin(turn), [0, 1, 0.2])
        cords.append(tube(centre + loop, up[0], 0.0030, 0.0011))
    return merge(cords)


def toe_post(last: Last, p: ShoeParameters) -> Mesh:
    """The cord of a thong between the toes, from the footbed to the strap."""
    strap = next(strap for strap in p.straps if strap.kind == "thong")
    y = -strap.place * last.length
    start = np.array([last.middle(0.85) - BIG_TOE_M, y, float(last.bed(np.array(y)))])
    end = last.cast(start[None] + [0, 0, 0.004], np.array([[0.0, 0.0, 1.0]]), p.thickness)[0]
    return tube(np.linspace(start, end, 5), np.array([0.0, 1.0, 0.0]), 0.6 * strap.half_width, 0.003)


def fringe(last: Last, p: ShoeParameters) -> Mesh:
    """Strips that hang from a seam round the shaft, which on some boots falls from behind to the front."""
    rng = np.random.default_rng(p.paint_seed)
    angles = np.arange(0, 2 * np.pi, 0.055)
    axis_y = -0.17 * last.length
    top = float(topline(last, p, np.array([axis_y]))[0] - 0.03)
    slope = rng.uniform(0.3, 0.6) * top if rng.random() < 0.6 else 0.0
    bed = float(last.bed(np.array(axis_y)))
    strips = []
    for angle in angles:
        height = top - slope * (0.5 - 0.5 * np.sin(angle))  # the front is at -y
        start = _shaft_centre(last, bed + height)
        outward = np.array([np.cos(angle), np.sin(angle), 0.0])
        drop = np.linspace(0, min(p.fringe * rng.uniform(0.85, 1.1), height + bed - 0.012), 7)
        origins = start - np.outer(drop, [0, 0, 1])
        path = last.cast(origins, np.tile(outward, (7, 1)), p.thickness + 0.0022)
        # a strip hangs straight down from the widest place that it has passed
        reach = np.maximum.accumulate(((path - origins) * outward).sum(1)) + 0.006 * (drop / p.fringe) ** 2
        sideways = np.array([-outward[1], outward[0], 0])
        sway = np.cumsum(rng.normal(0, 0.0012, 7))
        path = origins + reach[:, None] * outward + sway[:, None] * sideways
        strips.append(tube(path, outward, 0.0026, 0.0008, sides=4))
    return merge(strips)


def _shaft_centre(last: Last, height: float) -> np.ndarray:
    """Middle of the leg at a height, (3,)."""
    n = last.solid.values.shape
    x, y = (last.solid.origin[k] + last.solid.step * np.arange(n[k]) for k in range(2))
    inside = last.solid.on(x, y, np.array([height]))[:, :, 0] < 0
    ix, iy = np.where(inside)
    return np.array([x[ix].mean(), y[iy].mean(), height])


def pull_tab(last: Last, p: ShoeParameters) -> Mesh:
    """A loop that stands up behind the collar."""
    y = -0.02 * last.length
    height = float(topline(last, p, np.array([y]))[0] + last.bed(np.array([y]))[0])
    origin = np.array([[last.middle(0.12), -0.12 * last.length, height - 0.012]])
    back = np.array([[0.0, 1.0, 0.0]])
    foot = last.cast(origin, back, p.thickness + 0.001)[0]
    turn = np.linspace(-0.35 * np.pi, 1.35 * np.pi, 17)
    loop = np.stack([0 * turn, 0.004 * np.cos(turn) - 0.001, 0.013 * np.sin(turn)], 1)
    return tube(foot + np.array([0, 0, 0.010]) + loop, np.array([0.0, 1.0, 0.2]), 0.0060, 0.0010)


def _frame(centre: np.ndarray, along: np.ndarray, across: np.ndarray, width: float, height: float) -> Mesh:
    """A rounded ring of wire in the plane of two directions."""
    turn = np.linspace(0, 2 * np.pi, 25)
    square = np.maximum(np.abs(np.cos(turn)), np.abs(np.sin(turn))) ** 0.75
    ring = np.outer(width * np.cos(turn) / square, along) + np.outer(height * np.sin(turn) / square, across)
    return tube(centre + ring, np.cross(along, across), 0.0012, 0.0010, sides=6)


def buckles(last: Last, p: ShoeParameters) -> Mesh | None:
    """A frame with its pin on the outer side of each strap; None without a strap to sit on."""
    visible = [strap for strap in p.straps if strap.kind in ("instep", "ankle")]
    straps = list(p.straps[-2:-1]) if p.family == "sandal" else visible
    if p.family == "clog":
        straps = [Strap(kind="instep", place=0.60, half_width=0.010)]
    made = []
    for strap in straps:
        high = strap.place * last.length / REFERENCE_LENGTH if strap.kind == "ankle" else 0.045
        y = -0.22 * last.length if strap.kind == "ankle" else -strap.place * last.length
        inner = np.array([[last.centre_x * 0.5, y, float(last.bed(np.array([y]))[0]) + high]])
        centre = last.cast(inner, np.array([[1.0, 0.0, 0.0]]), p.thickness + 0.0016)[0]
        normal = last.solid.gradient(centre[None])[0]
        forward = np.array([0.0, -1.0, 0.0]) - normal * -normal[1]
        forward /= np.linalg.norm(forward)
        upward = np.cross(forward, normal)
        along, across = (forward, upward) if strap.kind == "ankle" else (upward, forward)
        half = strap.half_width + 0.002
        made.append(_frame(centre, along, across, 0.006, half))
        made.append(tube(centre + np.linspace(-0.006, 0.006, 5)[:, None] * along, normal, 0.0009, 0.0009, sides=6))
    return merge(made) if made else None


def _on_instep(last: Last, p: ShoeParameters, s: float, x: float) -> tuple[np.ndarray, np.ndarray]:
    """Point on the upper at s and x sideways from its middle, and the normal there."""
    middle, y = last.middle(s), -s * last.length
    origin = np.array([[middle + 0.6 * x, y, float(last.bed(np.array([y]))[0]) + 0.015]])
    up = np.array([[0.4 * x / 0.02, 0.0, 1.0]])
    point = last.cast(origin, up / np.linalg.norm(up), p.thickness + 0.001)
    return point[0], last.solid.gradient(point)[0]


def tassels(last: Last, p: ShoeParameters) -> Mesh:
    """Two tassels on a loafer's instep."""
    cords = []
    for side in (-1, 1):
        knot, normal = _on_instep(last, p, 0.66, 0.004 * side)
        end, _ = _on_instep(last, p, 0.735, 0.011 * side)
        for k in np.linspace(-1, 1, 7):
            t = np.linspace(0, 1, 6)[:, None]
            path = knot + t * (end - knot) + np.outer(t[:, 0], [0.005 * k, 0, 0]) + 0.0035 * normal
            cords.append(tube(path, normal, 0.0010, 0.0010, sides=5))
        cords.append(tube(np.linspace(knot + 0.002 * normal, knot + 0.2 * (end - knot), 4), normal, 0.0035, 0.003))
    return merge(cords)


def bit(last: Last, p: ShoeParameters) -> Mesh:
    """A metal bar with two rings across a loafer's instep."""
    x = np.linspace(-0.020, 0.020, 13)
    points, normals = zip(*(_on_instep(last, p, 0.655, v) for v in x), strict=True)
    path = np.array(points) + 0.0030 * np.array(normals)
    cords = [tube(path, np.array(normals), 0.0019, 0.0019, sides=6)]
    for at in (1, 11):
        side = path[at + 1] - path[at - 1]
        cords.append(_frame(path[at], side / np.linalg.norm(side), np.array([0.0, -1.0, 0.0]), 0.005, 0.007))
    return merge(cords)
