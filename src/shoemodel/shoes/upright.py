"""How a mesh that may be a shoe stands: upright, toes to -y, on the floor, a left shoe of length 1 (ours).

A shoe holds water when it stands: of the six ways a mesh may be put down, the lowest in which it holds much is upright.
Its length is the longer way across the floor, the heel is at the end where it is open, or higher, and the middle of the
sole bulges to the outer side. Surfaces are looked at through points (k, 3) strewn over them, on rasters of CELLS.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from shoemodel.render.meshes import MIRROR, transform

# cells along the longest side of the rasters, and points strewn over the surface to fill them
CELLS, POINTS = 72, 250_000
# a way to stand that holds this share of the most water may be upright
MUCH = 0.5
# an opening this near the middle, in lengths, as a pump's is, does not tell which end is the heel: its counter does,
# which rises above the toes; both ends are this long
UNDECIDED, END = 0.10, 0.15
# up, as rows of a turn whose last is the new z: the ways to put a mesh down, y up first
TURNS = tuple(
    np.array(rows, float)
    for rows in (
        ((1, 0, 0), (0, 0, -1), (0, 1, 0)), ((1, 0, 0), (0, 1, 0), (0, 0, 1)), ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
        ((1, 0, 0), (0, -1, 0), (0, 0, -1)), ((0, 0, -1), (0, 1, 0), (1, 0, 0)), ((0, 0, 1), (0, 1, 0), (-1, 0, 0)),
    )
)  # fmt: skip


def strewn(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """POINTS points (k, 3) spread evenly over a surface."""
    rng = np.random.default_rng(0)
    corners = vertices[faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    chosen = corners[rng.choice(len(faces), POINTS, p=area / area.sum())]
    u, v = rng.random((2, POINTS))
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    return chosen[:, 0] + u[:, None] * (chosen[:, 1] - chosen[:, 0]) + v[:, None] * (chosen[:, 2] - chosen[:, 0])


@dataclass(frozen=True)
class Basin:
    """The water that stands in a mesh: its depth (nx, ny) over cells from `low` (2,) on, and the level (nx, ny) of what
    lies under it, above the mesh's lowest point."""

    depth: np.ndarray
    ground: np.ndarray
    low: np.ndarray
    step: float
    share: float

    @property
    def middle(self) -> np.ndarray:
        """The middle (2,) of the water."""
        total = max(float(self.depth.sum()), 1e-9)
        middle = [(self.depth.sum(axis=1 - k) * np.arange(self.depth.shape[k])).sum() / total for k in (0, 1)]
        return self.low + self.step * (np.array(middle) - 0.5)

    def at(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Depth and ground (k,) at points (k, 2 or 3)."""
        cells = ((points[:, :2] - self.low) / self.step).astype(int) + 1
        cells = np.clip(cells, 0, np.array(self.depth.shape) - 1)
        return self.depth[tuple(cells.T)], self.ground[tuple(cells.T)]


def fill(points: np.ndarray) -> Basin:
    """The water in a surface (k, 3), z up; its share is of the surface's box."""
    from skimage.morphology import reconstruction  # of the extra world: wearing a shoe reads none

    low, size = points.min(axis=0), np.ptp(points, axis=0)
    step = float(size.max()) / CELLS
    cells = ((points[:, :2] - low[:2]) / step).astype(int) + 1
    ground = np.zeros(cells.max(axis=0) + 2)
    np.maximum.at(ground, tuple(cells.T), points[:, 2] - low[2])
    flood = np.full_like(ground, ground.max())
    flood[[0, -1]], flood[:, [0, -1]] = 0, 0
    depth = reconstruction(np.maximum(flood, ground), ground, method="erosion") - ground
    share = float(depth.sum() * step**2 / np.prod(np.maximum(size, 1e-9)))
    return Basin(depth, ground, low[:2], step, share)


def upright(points: np.ndarray) -> tuple[np.ndarray, Basin]:
    """The turn (3, 3) that stands a surface (k, 3) up, and the water it then holds.

    A pump set on its heel with the toes up may hold more than upright.
    """
    ways = [(turn, fill(points @ turn.T)) for turn in TURNS]
    most = max(water.share for _, water in ways)
    much = [way for way in ways if way[1].share >= MUCH * most]
    return min(much, key=lambda way: float(np.ptp(points @ way[0][2])))


def onto_floor(points: np.ndarray, opening: np.ndarray) -> np.ndarray:
    """(4, 4) from upright points (k, 3) with their opening at (2,) to a left shoe of length 1."""
    flat = points[:, :2] - points[:, :2].mean(axis=0)
    axis = np.linalg.svd(flat[::50], full_matrices=False)[2][0]
    along = points[:, :2] @ axis
    low, length = along.min(), np.ptp(along)
    place = (opening @ axis - low) / length
    if abs(place - 0.5) < UNDECIDED:
        ends = points[along < low + END * length, 2].max(), points[along > low + (1 - END) * length, 2].max()
        place = float(ends[1] > ends[0])
    # the heel's end is towards +y
    axis = axis if place > 0.5 else -axis
    turn = np.eye(4)
    turn[:2, :2] = [[axis[1], -axis[0]], axis]
    upright = transform(turn, points)
    scale = 1.0 / np.ptp(upright[:, 1])
    low, high = upright.min(axis=0), upright.max(axis=0)
    matrix = np.diag([scale, scale, scale, 1.0]) @ turn
    matrix[:3, 3] = -scale * np.array([(low[0] + high[0]) / 2, high[1], low[2]])
    return matrix if _bulge(transform(matrix, points)) >= 0 else MIRROR @ matrix


def _bulge(points: np.ndarray) -> float:
    """How far the middle of the sole lies towards +x from the line between heel and toes."""
    sole = points[points[:, 2] < 0.06]

    def centre(low: float, high: float) -> float:
        x = sole[(-sole[:, 1] > low) & (-sole[:, 1] < high), 0]
        return float((x.min() + x.max()) / 2) if len(x) else 0.0

    return centre(0.4, 0.5) - (centre(0.05, 0.15) + centre(0.88, 0.95)) / 2


def seat_height(points: np.ndarray) -> float:
    """Height of the insole as it is seen from above in the rear of a shoe of length 1."""
    s, x = -points[:, 1], points[:, 0]
    middle = (np.abs(x) < 0.05) & (s > 0.10) & (s < 0.22)
    cells = (points[middle][:, :2] * CELLS).astype(int)
    columns, inverse = np.unique(cells, axis=0, return_inverse=True)
    top = np.zeros(len(columns))
    np.maximum.at(top, inverse.ravel(), points[middle][:, 2])
    return float(np.quantile(top, 0.3)) if len(top) else 1.0


@dataclass(frozen=True)
class Room:
    """What lies within a surface's outline at each height: cells (nx, ny, nz) of side 1 / CELLS from `low` (3,) on."""

    cells: np.ndarray
    low: np.ndarray

    def holds(self, points: np.ndarray) -> np.ndarray:
        """Whether points (k, 3) are in it."""
        place = ((points - self.low) * CELLS).astype(int)
        return self.cells[tuple(np.clip(place, 0, np.array(self.cells.shape) - 1).T)]


def room(points: np.ndarray) -> Room:
    """The room within a surface (k, 3) of length 1, a cell away from it on the outside."""
    low = points.min(axis=0) - 2 / CELLS
    place = ((points - low) * CELLS).astype(int)
    filled = np.zeros(place.max(axis=0) + 4, bool)
    filled[tuple(place.T)] = True
    for level in range(filled.shape[2]):
        filled[:, :, level] = ndimage.binary_erosion(ndimage.binary_fill_holes(filled[:, :, level]))
    return Room(filled, low)


def faces_inside(vertices: np.ndarray, faces: np.ndarray, within: Room) -> np.ndarray:
    """Faces (m,) that look into the shoe: a step before them is room within."""
    corners = vertices[faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12
    return within.holds(corners.mean(axis=1) + 2.5 / CELLS * normal)
