"""(ours) Bones and tendons under the skin of ankle and instep, which the coarse body does not have.

Each is a stroke on the skin: a line of points, how wide it is and how far the skin rises (or sinks) along it. Points
are (outward, back, up) from the ankle joint in cm, of a foot that is 25 cm long and points straight ahead; they need
only be near the skin, where they are put by the nearest vertex.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.ndimage import uniform_filter1d
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from shoemodel.body.figure import SIDES, TOES, Body, Figure, group
from shoemodel.render.meshes import smoothstep, vertex_normals

Point = tuple[float, float, float]
FOOT_CM = 25.0
SPACING_CM = 0.2


@dataclass(frozen=True)
class Stroke:
    """A line on the skin: width is the Gaussian's deviation, cm; height in cm, negative for a hollow; fade: over which
    shares of its length it grows from its first point and dies towards its last."""

    points: tuple[Point, ...]
    width: float
    height: float
    fade: tuple[float, float] = (0.0, 0.0)


STROKES = (
    # ankle bones: the outer one is long, lower and further back; the hollows under them
    Stroke(((3.8, 1.3, 0.9), (3.9, 1.4, -0.4), (3.9, 1.4, -1.2)), 0.80, 0.46),
    Stroke(((3.8, 1.0, 7.0), (3.7, 1.3, 0.5)), 0.75, 0.16, (0.7, 0.1)),
    Stroke(((-2.6, 0.3, 0.9), (-2.7, 0.3, -0.4)), 1.00, 0.46),
    Stroke(((3.7, 2.4, -2.3), (4.0, 1.2, -3.0), (4.0, 0.0, -2.6)), 0.75, -0.20, (0.2, 0.3)),
    Stroke(((-2.6, 1.4, -2.0), (-2.7, 0.0, -2.2), (-2.7, -1.0, -1.9)), 0.75, -0.20, (0.3, 0.3)),
    # hollows beside the tendon of the heel, and the tendon's line, hollow too above the heel bone
    Stroke(((2.9, 3.0, 12.0), (2.9, 3.0, 6.0), (2.9, 3.1, 2.0), (3.0, 3.2, -1.0)), 0.90, -0.52, (0.6, 0.25)),
    Stroke(((-1.4, 3.2, 12.0), (-1.5, 3.2, 6.0), (-1.7, 3.2, 2.0), (-1.9, 3.0, -1.2)), 0.95, -0.52, (0.6, 0.25)),
    Stroke(((0.7, 5.2, 12.0), (0.7, 4.8, 6.0), (0.7, 4.7, 2.0), (0.7, 4.6, -1.0)), 1.20, -0.42, (0.75, 0.30)),
    Stroke(((0.7, 5.2, 12.0), (0.7, 4.8, 6.0), (0.7, 4.7, 2.0), (0.7, 4.7, -1.5)), 0.55, 0.14, (0.5, 0.25)),
    Stroke(((0.7, 5.1, -3.6),), 1.6, 0.15),
    # sides of the shin above the ankle bones
    Stroke(((3.8, 0.0, 11.0), (3.7, 0.0, 2.0)), 1.3, -0.16, (0.4, 0.4)),
    Stroke(((-2.1, 0.5, 11.0), (-2.3, 0.5, 2.5)), 1.4, -0.16, (0.4, 0.4)),
    # tendons before the ankle: to the inner edge of the foot, to the big toe, to the others; the hollows between
    Stroke(
        ((-0.2, -2.9, 11.0), (-0.5, -3.2, 6.0), (-0.9, -4.3, 2.8), (-1.4, -5.5, 0.6), (-2.2, -6.0, -1.4)),
        0.48, 0.24, (0.4, 0.3),
    ),
    Stroke(
        ((0.2, -3.8, 3.6), (-0.3, -6.0, 1.0), (-1.1, -9.0, -1.6), (-2.2, -13.0, -3.5), (-2.8, -16.0, -4.7)),
        0.34, 0.16, (0.25, 0.2),
    ),
    Stroke(((1.2, -3.3, 5.5), (1.2, -5.2, 1.1)), 0.5, 0.14, (0.5, 0.3)),
    Stroke(((1.1, -5.4, 0.9), (0.4, -9.0, -1.7), (-0.4, -14.0, -4.0)), 0.30, 0.12, (0.3, 0.25)),
    Stroke(((1.2, -5.4, 0.9), (1.5, -9.0, -2.0), (1.3, -13.6, -4.2)), 0.30, 0.12, (0.3, 0.25)),
    Stroke(((1.3, -5.4, 0.9), (2.4, -8.6, -2.4), (3.0, -12.8, -4.5)), 0.30, 0.11, (0.3, 0.25)),
    Stroke(((1.4, -5.4, 0.8), (3.1, -8.2, -3.0), (4.4, -11.8, -4.8)), 0.30, 0.08, (0.3, 0.25)),
    Stroke(((2.6, -2.6, 0.2), (3.3, -2.4, -1.8)), 0.8, -0.22),
    Stroke(((3.3, -4.6, -2.4), (3.4, -6.2, -3.0)), 0.9, 0.14),
    Stroke(((-2.2, -2.3, 0.2),), 0.7, -0.16),
    Stroke(((-3.0, -4.8, -3.0),), 0.9, 0.14),
    # edge of the shin bone
    Stroke(((0.1, -2.9, 9.0), (-0.3, -3.1, 14.0), (-0.7, -3.6, 22.0)), 0.55, 0.12, (0.4, 0.4)),
)  # fmt: skip


def shaped(body: Body, figure: Figure, strength: float, girth_cm: float = 0.0) -> Float[np.ndarray, "n 3"]:
    """The figure's vertices (n, 3) with bones and tendons raised, 1 for those of a slim grown person, and the lower leg
    thicker all round by girth_cm."""
    vertices = figure.vertices.copy()
    normals = vertex_normals(vertices, body.faces)
    for side in SIDES:
        weight = body.weights[:, [group(side, part) for part in ("shin", "foot", *TOES)]].sum(axis=1)
        chosen = np.flatnonzero(weight > 0.5)
        local, cm = _local(body, figure, side, vertices[chosen])
        raised = strength * heights(local) + girth_cm * _thick(local[:, 2])
        vertices[chosen] += cm * raised[:, None] * normals[chosen]
    return vertices


def heights(local: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n"]:
    """How far the skin rises at vertices given as the strokes' points are, in cm."""
    tree, total = cKDTree(local), np.zeros(len(local))
    for stroke in STROKES:
        line = _line(np.array(stroke.points))
        on_skin = uniform_filter1d(local[tree.query(line)[1]], 7, axis=0, mode="nearest")
        grows, dies = (np.maximum(part, 1e-6) for part in stroke.fade)
        share = np.linspace(0, 1, len(line))
        fade = smoothstep(share / grows) * smoothstep((1 - share) / dies) if any(stroke.fade) else np.ones(len(line))
        reach = 3.2 * stroke.width
        near = np.flatnonzero(((local > on_skin.min(0) - reach) & (local < on_skin.max(0) + reach)).all(axis=1))
        brush = lambda points: np.exp(-0.5 * (cdist(points, on_skin) / stroke.width) ** 2)  # noqa: B023, E731
        total[near] += stroke.height * brush(local[near]) @ fade / brush(on_skin).sum(1).max()
    return total


def _thick(up_cm: np.ndarray) -> np.ndarray:
    """Where (n,) a leg is thicker or slimmer than another: from above the ankle bones to below the knee."""
    return smoothstep((up_cm + 1.0) / 6.0) * smoothstep((38.0 - up_cm) / 14.0)


def _line(points: Float[np.ndarray, "k 3"]) -> Float[np.ndarray, "m 3"]:
    """Points SPACING_CM apart along the line through points."""
    if len(points) == 1:
        return points
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.linspace(0, along[-1], max(int(along[-1] / SPACING_CM), 2))
    return np.stack([np.interp(at, along, points[:, d]) for d in range(3)], axis=1)


def _local(
    body: Body, figure: Figure, side: str, points: Float[np.ndarray, "n 3"]
) -> tuple[Float[np.ndarray, "n 3"], float]:
    """Points of a leg at rest as (outward, back, up) from the ankle in cm of a 25 cm foot, and that cm in metres. Above
    the ankle they are taken from the line to the knee."""
    ankle, knee = figure.joints[side, "ankle"], figure.joints[side, "knee"]
    heel, big, small = (figure.vertices[body.landmarks[side, name]] for name in ("heel", "big_toe", "small_toe"))
    ahead = 0.55 * big + 0.45 * small - heel
    cm = float(np.linalg.norm(big[:2] - heel[:2])) / (0.95 * FOOT_CM)
    yaw = np.arctan2(ahead[0], -ahead[1])
    c, s = np.cos(yaw), np.sin(yaw)
    q = points - ankle
    q[:, :2] -= np.outer(np.maximum(q[:, 2], 0) / (knee - ankle)[2], (knee - ankle)[:2])
    outward = 1.0 if side == "left" else -1.0
    return np.stack([outward * (c * q[:, 0] + s * q[:, 1]), c * q[:, 1] - s * q[:, 0], q[:, 2]], axis=1) / cm, cm
