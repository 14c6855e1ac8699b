"""Things laid on the upper: laces with their bow, a ballerina's bow, fringe."""

from __future__ import annotations

import numpy as np

from shoemodel.world.shoes.last import Last
from shoemodel.world.shoes.parameters import ShoeParameters
from shoemodel.world.shoes.upper import cut_field, topline

Mesh = tuple[np.ndarray, np.ndarray]


def tube(path: np.ndarray, up: np.ndarray, width: float, height: float, sides: int = 8) -> Mesh:
    """A flat-oval cord along path (n, 3); `up` (n, 3) or (3,) is the direction of its small side."""
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    across = np.cross(tangent, np.broadcast_to(up, path.shape))
    across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
    normal = np.cross(across, tangent)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    wide, high = width * np.cos(angle), height * np.sin(angle)
    ring = wide[None, :, None] * across[:, None] + high[None, :, None] * normal[:, None]
    i, j = (a.ravel() for a in np.meshgrid(np.arange(len(path) - 1), np.arange(sides), indexing="ij"))
    k = (j + 1) % sides
    a, b, c, d = i * sides + j, i * sides + k, (i + 1) * sides + k, (i + 1) * sides + j
    return (path[:, None] + ring).reshape(-1, 3), np.concatenate([np.stack([a, c, b], 1), np.stack([a, d, c], 1)])


def merge(meshes: list[Mesh]) -> Mesh:
    """One mesh of several."""
    starts = np.cumsum([0] + [len(v) for v, _ in meshes])
    faces = [f + start for (_, f), start in zip(meshes, starts, strict=False)]
    return np.concatenate([v for v, _ in meshes]), np.concatenate(faces)


def ridge(last: Last, p: ShoeParameters, across: np.ndarray, angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points on the outside of the instep and the outward normals there.

    The spine is where rays from below the instep, turning from forward to upward, come out; `across` (n,) is the
    distance sideways from it, dropped on the surface.
    """
    y = np.full(len(across), -0.40 * last.length)
    origins = np.stack([np.full(len(across), last.centre_x), y, last.bed(y) + 0.030], 1)
    directions = np.stack([np.zeros(len(across)), -np.cos(angles), np.sin(angles)], 1)
    spine = last.cast(origins, directions, p.thickness)
    out = last.solid.gradient(spine) * np.array([0, 1, 1])
    out /= np.linalg.norm(out, axis=1, keepdims=True) + 1e-9
    start = spine - 0.022 * out + across[:, None] * np.array([1, 0, 0])
    points = last.cast(start, out, p.thickness, reach=0.05)
    return points, last.solid.gradient(points)


def laces(last: Last, p: ShoeParameters) -> Mesh:
    """Crossed rows up the instep and a bow on top."""
    angles = np.linspace(0.05, 2.2, 300)
    spine, _ = ridge(last, p, np.zeros(300), angles)
    start = np.argmax(last.s(spine[:, 1]) < (0.74 if p.sole_kind == "cup" else 0.66))
    kept = cut_field(last, p, spine[:, 0], spine[:, 1], spine[:, 2]) < -0.014
    end = start + np.argmin(kept[start:]) if not kept[start:].all() else len(spine) - 1
    length = np.append(0, np.cumsum(np.linalg.norm(np.diff(spine[start : end + 1], axis=0), axis=1)))
    rows = np.interp(np.linspace(0, length[-1] * 0.94, p.laces), length, angles[start : end + 1])
    half = np.interp(np.linspace(0, 1, p.laces), [0, 1], [0.013, 0.020])
    cords = []
    for i in range(p.laces - 1):
        for side in (-1, 1):
            u = np.linspace(-1, 1, 15)
            across = side * np.interp(u, [-1, 1], [-half[i], half[i + 1]])
            path, out = ridge(last, p, across, np.interp(u, [-1, 1], [rows[i], rows[i + 1]]))
            lift = 0.0012 + 0.0012 * (side > 0) * np.exp(-((u / 0.3) ** 2)) - 0.003 * np.abs(u) ** 12
            cords.append(tube(path + lift[:, None] * out, out, 0.0030, 0.0013))
    return merge(cords + _shoelace_bow(last, p, rows[-1]))


def _shoelace_bow(last: Last, p: ShoeParameters, angle: float) -> list[Mesh]:
    knot, out = ridge(last, p, np.zeros(1), np.array([angle]))
    knot, out = knot[0] + 0.003 * out[0], out[0]
    down = np.cross(np.array([1.0, 0, 0]), out)
    down = -down if down[2] > 0 else down
    cords = [tube(knot + np.linspace(-0.004, 0.004, 5)[:, None] * [1, 0, 0], out, 0.0035, 0.003)]
    turn = np.linspace(0, 2 * np.pi, 25)
    for side in (-1, 1):
        loop = np.outer(0.017 * (1 - np.cos(turn)), [side, 0, 0]) + np.outer(0.007 * np.sin(turn), down)
        loop = loop + np.outer(0.006 * (1 - np.cos(turn)), down) - np.outer(0.002 * (1 - np.cos(turn)), out)
        cords.append(tube(knot + loop, out, 0.0027, 0.0012))
        t = np.linspace(0, 1, 12)
        tail = np.outer(0.018 * t, [side, 0, 0]) + np.outer(0.030 * t, down) - np.outer(0.006 * t * t, out)
        cords.append(tube(knot + tail, out, 0.0025, 0.0012))
    return cords


def bow(last: Last, p: ShoeParameters) -> Mesh:
    """A small flat bow on a ballerina's throat."""
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


def fringe(last: Last, p: ShoeParameters) -> Mesh:
    """Strips hanging round the shaft below the collar."""
    rng = np.random.default_rng(p.paint_seed)
    angles = np.arange(0, 2 * np.pi, 0.075)
    axis_y = -0.17 * last.length
    height = float(last.bed(np.array(axis_y)) + topline(last, p, np.array([axis_y]))[0] - 0.03)
    inner = np.array([_shaft_centre(last, height)]).repeat(len(angles), 0)
    inner[:, 2] = height
    outward = np.stack([np.cos(angles), np.sin(angles), np.zeros(len(angles))], 1)
    strips = []
    for k in range(len(angles)):
        drop = np.linspace(0, p.fringe * rng.uniform(0.85, 1.1), 6)
        origins = np.tile(inner[k], (6, 1)) - np.outer(drop, [0, 0, 1])
        path = last.cast(origins, np.tile(outward[k], (6, 1)), p.thickness + 0.002)
        sway = rng.normal(0, 0.002) * drop / p.fringe
        path = path + sway[:, None] * np.array([-outward[k, 1], outward[k, 0], 0])
        path[:, :2] += np.outer(0.004 * drop / p.fringe, outward[k, :2])
        strips.append(tube(path, outward[k], 0.0026, 0.0008, sides=4))
    return merge(strips)


def _shaft_centre(last: Last, height: float) -> np.ndarray:
    """Middle of the leg at a height, (3,)."""
    n = last.solid.values.shape
    x, y = (last.solid.origin[k] + last.solid.step * np.arange(n[k]) for k in range(2))
    inside = last.solid.on(x, y, np.array([height]))[:, :, 0] < 0
    ix, iy = np.where(inside)
    return np.array([x[ix].mean(), y[iy].mean(), height])
