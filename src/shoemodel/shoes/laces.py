"""Laces with their eyelets and bow, and the cords that every other trimming is made of."""

from __future__ import annotations

import numpy as np

from shoemodel.shoes.last import Last
from shoemodel.shoes.parameters import ShoeParameters
from shoemodel.shoes.upper import cut_field

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


def lace_rows(last: Last, p: ShoeParameters) -> tuple[np.ndarray, np.ndarray]:
    """Angle (laces,) of `ridge` and half width (laces,) of each row of eyelets, from the toe upwards."""
    angles = np.linspace(0.05, 2.2, 300)
    spine, _ = ridge(last, p, np.zeros(300), angles)
    start = np.argmax(last.s(spine[:, 1]) < (0.74 if p.sole_kind == "cup" else 0.66))
    kept = cut_field(last, p, spine[:, 0], spine[:, 1], spine[:, 2]) < -0.014
    end = start + np.argmin(kept[start:]) if not kept[start:].all() else len(spine) - 1
    length = np.append(0, np.cumsum(np.linalg.norm(np.diff(spine[start : end + 1], axis=0), axis=1)))
    rows = np.interp(np.linspace(0, length[-1] * 0.94, p.laces), length, angles[start : end + 1])
    return rows, np.interp(np.linspace(0, 1, p.laces), [0, 1], [0.013, 0.020])


def eyelets(last: Last, p: ShoeParameters, rows: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Where the laces go through the upper, (2 * laces, 3)."""
    return ridge(last, p, np.concatenate([-half, half]) * 1.05, np.concatenate([rows, rows]))[0]


def laces(last: Last, p: ShoeParameters, rows: np.ndarray, half: np.ndarray) -> Mesh:
    """Rows up the instep, crossed or straight, and a bow on top."""
    cords = []
    u = np.linspace(-1, 1, 15)
    for i in range(p.laces - 1):
        for side in (-1, 1):
            if p.straight_laces and side > 0:
                continue
            above = i if p.straight_laces else i + 1
            across = side * np.interp(u, [-1, 1], [-half[i], half[above]])
            path, out = ridge(last, p, across, np.interp(u, [-1, 1], [rows[i], rows[above]]))
            lift = 0.0012 + 0.0012 * (side > 0) * np.exp(-((u / 0.3) ** 2)) - 0.003 * np.abs(u) ** 12
            cords.append(tube(path + lift[:, None] * out, out, p.lace_width, 0.0013))
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
        cords.append(tube(knot + loop, out, 0.9 * p.lace_width, 0.0012))
        t = np.linspace(0, 1, 12)
        tail = np.outer(0.018 * t, [side, 0, 0]) + np.outer(0.030 * t, down) - np.outer(0.006 * t * t, out)
        cords.append(tube(knot + tail, out, 0.85 * p.lace_width, 0.0012))
    return cords
