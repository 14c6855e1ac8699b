"""From a foot to a last: the smooth solid that a shoe is built around, as a distance field.

Canonical frame of a left shoe: +x lateral, -y towards the toes, +z up, ground z = 0, back of the heel at y = 0, metres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import ndimage

from shoemodel.shoes.implicit import Field, closed_distance, smooth_max, smooth_min, smooth_step, voxelise
from shoemodel.shoes.parameters import ShoeParameters

COARSE, SHAFT = 0.003, 0.0042  # voxels of the sampled fields (low shoes, boots); B-splines smooth in between
INSTEP_M = 0.065  # highest that a foot is above the footbed where the toe box begins
BALL_S, SEAT_S = 0.70, 0.14  # where the footbed leaves the ground, and where it reaches the heel's height


@dataclass(frozen=True)
class Foot:
    """A left foot with its lower leg, ankle plantar-flexed and toes raised as the shoe wants them.

    Anny's frame: metres, z up, facing -y, left = +x.
    """

    vertices: Float[np.ndarray, "n 3"]
    faces: Int[np.ndarray, "m 3"]
    is_foot: Bool[np.ndarray, "n"]
    heel: Float[np.ndarray, "3"]
    big_toe: Float[np.ndarray, "3"]
    small_toe: Float[np.ndarray, "3"]
    ankle_pose: Float[np.ndarray, "4 4"]


@dataclass(frozen=True)
class Last:
    """The inside of the shoe: `solid` is negative within; `plan` is its outline on the ground."""

    solid: Field
    plan: Field
    length: float  # of the foot, metres
    sole: float  # height of the footbed below the ball
    seat: float  # height of the footbed below the heel
    centre_x: float  # middle of the instep
    top: float  # highest z that the last describes

    def s(self, y: np.ndarray) -> np.ndarray:
        """Place along the foot: 0 back of the heel, 1 tip of the toes."""
        return -y / self.length

    def bed(self, y: np.ndarray) -> np.ndarray:
        """Height of the footbed along the foot: flat seat, sloping shank, flat ball."""
        return bed_height(self.s(y), self.seat, self.sole)

    def middle(self, s: float) -> float:
        """x of the middle of the plan at a place along the foot."""
        x = self.plan.origin[0] + self.plan.step * np.arange(self.plan.values.shape[0])
        row = self.plan.on(x, np.array([-s * self.length]))[:, 0]
        return float(x[row < 0].mean())

    def cast(self, origins: np.ndarray, directions: np.ndarray, level: float, reach: float = 0.16) -> np.ndarray:
        """Where rays from inside leave the offset surface `solid = level`, points (n, 3)."""
        t = np.arange(0, reach, 0.0015)
        along = origins[:, None] + t[None, :, None] * directions[:, None]
        values = self.solid.at(along.reshape(-1, 3)).reshape(len(origins), -1) - level
        first = np.argmax((values >= 0) & (np.arange(len(t)) > 0), axis=1)
        first = np.where(first == 0, len(t) - 1, first)
        rows = np.arange(len(origins))
        before, after = values[rows, first - 1], values[rows, first]
        fraction = np.clip(before / (before - after - 1e-12), 0, 1)
        return origins + (t[first - 1] + fraction * 0.0015)[:, None] * directions


def bed_height(s: np.ndarray, seat: float, ball: float) -> np.ndarray:
    """Height of a footbed at places along it: level under the heel and the ball, sloping between."""
    t = np.clip((BALL_S - s) / (BALL_S - SEAT_S), 0, 1)
    return ball + (seat - ball) * (0.55 * t * t * (3 - 2 * t) + 0.45 * t)


def foot_to_canonical(foot: Foot, sole: float) -> np.ndarray:
    """4x4 from the foot's frame to the canonical frame: toes along -y, heel at y = 0, foot's sole at z = sole."""
    ahead = 0.55 * foot.big_toe + 0.45 * foot.small_toe - foot.heel
    yaw = np.arctan2(ahead[0], -ahead[1])
    c, s = np.cos(yaw), np.sin(yaw)
    matrix = np.eye(4)
    matrix[:3, :3] = [[c, s, 0], [-s, c, 0], [0, 0, 1]]
    turned = foot.vertices[foot.is_foot] @ matrix[:3, :3].T
    origin = np.array([turned[:, 0].mean(), turned[:, 1].max(), turned[:, 2].min() - sole])
    matrix[:3, 3] = -origin
    return matrix


def shape_last(parameters: ShoeParameters, foot: Foot) -> tuple[Last, np.ndarray]:
    """Last of the foot and the 4x4 from the foot's frame to the canonical frame."""
    p = parameters
    matrix = foot_to_canonical(foot, p.sole)
    vertices = foot.vertices @ matrix[:3, :3].T + matrix[:3, 3]
    length = -vertices[foot.is_foot, 1].min()
    top = min(max([z for _, z in p.collar] + [st.place + 0.02 for st in p.straps if st.kind != "instep"] + [0.09]), 0.6)
    top = min(p.sole + p.heel + min(top, p.tongue + 0.03) + 0.04, vertices[:, 2].max() - 0.02)
    step = COARSE if p.closing < 0.035 else SHAFT
    axes = _axes(vertices, length * (1 + p.toe_extension_s), top, p.slack + p.flare + 2 * p.ripple, step)
    solid = closed_distance(voxelise(vertices, foot.faces, axes), step, p.closing)
    solid = ndimage.gaussian_filter(solid, 0.0033 / step)
    seat = _seat_height(solid, axes, length, p.sole + p.heel)
    last = Last(
        Field(solid, np.array([a[0] for a in axes]), step), Field(solid[:, :, 0], np.zeros(2), step),
        length, p.sole, seat, 0.0, top,
    )  # fmt: skip
    return _finish(last, p, axes), matrix


def _axes(vertices: np.ndarray, reach: float, top: float, room: float, step: float) -> tuple[np.ndarray, ...]:
    """The grid round the foot: `room` metres more than a plain upper needs."""
    low_part = vertices[vertices[:, 2] < top]
    margin = 0.018 + room
    x0, x1 = low_part[:, 0].min() - margin, low_part[:, 0].max() + margin
    y1 = max(low_part[:, 1].max(), 0) + margin
    return tuple(np.arange(a, b, step) for a, b in ((x0, x1), (-reach - 0.002 - margin, y1), (-0.006, top + 0.012)))


def _seat_height(solid: np.ndarray, axes: tuple[np.ndarray, ...], length: float, expected: float) -> float:
    """Height of the heel's underside in the posed foot."""
    near = np.abs(-axes[1] / length - SEAT_S) < 0.04
    column = (solid[:, near] < 0).any((0, 1)) & (axes[2] < expected + 0.03)
    return float(axes[2][np.argmax(column)]) if column.any() else expected


def _finish(last: Last, p: ShoeParameters, axes: tuple[np.ndarray, ...]) -> Last:
    """Toe box, room in the shaft, upright walls above the sole."""
    x, y, z = (a.astype(np.float32) for a in np.meshgrid(*axes, indexing="ij", sparse=True))
    rise = z - last.bed(y)
    solid, step = last.solid.values, last.solid.step
    if p.slack:
        solid = solid - p.slack * smooth_step(rise, 0.05, 0.20)
    solid = _with_toe_box(solid, last, p, (x, y, z))
    low = np.where((rise > 0.0) & (rise < 0.026), solid, 1.0).min(2)
    plan = ndimage.gaussian_filter(low, 0.003 / step)
    wall = smooth_max(plan[:, :, None] + 0.0008, np.abs(rise - 0.004) - 0.008, 0.006)
    solid = smooth_min(solid, wall, 0.008).astype(np.float32)
    origin = last.solid.origin
    shaped = replace(last, solid=Field(solid, origin, step), plan=Field(plan.astype(np.float32), origin[:2], step))
    return replace(shaped, centre_x=shaped.middle(0.5))


def _with_toe_box(solid: np.ndarray, last: Last, p: ShoeParameters, grid: tuple[np.ndarray, ...]) -> np.ndarray:
    """Replace the bare toes by a shaped toe box, blended in at the ball."""
    x, y, z = grid
    s, rise = last.s(y), z - last.bed(y)
    start = 0.66
    band = (solid < 0) & (np.abs(s - start) < 0.02) & (rise > 0) & (rise < 0.03)
    columns = np.where(band.any((1, 2)))[0]
    left, right = x[columns[0], 0, 0], x[columns[-1], 0, 0]
    width = (right - left) / 2 + 0.001
    end = 1 + p.toe_extension_s
    t = np.clip((s - start) / (end - start), 0, 1.3)
    tip_x = 0.3 * (left + right) / 2 - 0.003
    centre = (1 - t) * (left + right) / 2 + t * tip_x
    # a shaft filled before a stretched ankle reaches over the toes: that is not the instep
    instep = min(np.where((solid < 0) & (np.abs(s - start) < 0.02), rise, 0.0).max(), INSTEP_M)
    height = p.toe_height + (max(instep, p.toe_height) - p.toe_height) * smooth_step(t, 0.7, -0.2)
    middle = height * 0.36
    section = (np.abs((x - centre) / width) ** 2.2 + np.abs((rise - middle) / (height - middle)) ** 2.2) ** (1 / 2.2)
    box = t**p.toe_taper + section**p.toe_power - 1
    gradient = np.sqrt(sum(g * g for g in np.gradient(box, last.solid.step)))
    box = np.clip(box / np.clip(gradient, 10, 200), -0.03, 0.03)
    mix = smooth_step(s, start - 0.02, start + 0.18)
    low = smooth_step(rise, 0.09, 0.06)
    return solid * (1 - mix) + mix * (box * low + np.maximum(box, solid) * (1 - low))
