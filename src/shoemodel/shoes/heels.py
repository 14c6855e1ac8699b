"""How a shoe read from a file stands, and how far its inner floor lifts the heel of the foot (ours).

A mesh stands as a rigid body does: on the two places of its underside, heel and ball, between which its weight falls.
The inner floor is then read where it is open from above, under the heel, and below the vamp, under the ball.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull

from shoemodel.render.meshes import rigid, rotation
from shoemodel.shoes.last import BALL_S, SEAT_S, bed_height
from shoemodel.shoes.upright import CELLS, seat_height

# a floor that rises less is flat: a sneaker's drop, or an uneven scan
FLAT_DEG = 8.0
# no foot stretches further and still walks
STEEPEST_DEG = 50.0
# a shoe is this much longer than its foot
LONGER = 1.10
# where along a shoe of length 1 the ball treads, how far from its middle it is looked for, and the least room above it
BALL_PLACE, BALL_HALF, ROOM = (0.62, 0.70), 0.06, 0.05


@dataclass(frozen=True)
class Bed:
    """The inner floor of a shoe of length 1: its heights under the heel and under the ball."""

    seat: float
    ball: float

    @property
    def heel_deg(self) -> float:
        """Plantar flexion that the floor imposes on the ankle, 0 for a floor that is as good as level."""
        slope = float(np.degrees(np.arctan2(LONGER * (self.seat - self.ball), BALL_S - SEAT_S)))
        return slope if slope > FLAT_DEG else 0.0

    def at(self, y: np.ndarray) -> np.ndarray:
        """Heights (n,) at places along the shoe, y 0 at its back, -1 at its tip."""
        return bed_height(-LONGER * y, self.seat, self.ball) if self.heel_deg else np.full(np.shape(y), self.seat)


def unit_length(points: np.ndarray) -> np.ndarray:
    """(4, 4) that scales points (k, 3) of a shoe to length 1: back at y = 0, lowest at z = 0, x = 0 in the middle."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = 1.0 / (high[1] - low[1])
    matrix = np.diag([scale, scale, scale, 1.0])
    matrix[:3, 3] = -scale * np.array([(low[0] + high[0]) / 2, high[1], low[2]])
    return matrix


def onto_heel_and_ball(points: np.ndarray) -> np.ndarray:
    """(4, 4) that pitches a shoe (k, 3), toes to -y, z up, until it stands by itself, its lowest point at z = 0.

    The edge of its convex outline, seen from the side, that is under its middle comes to lie on the floor.
    """
    side = points[:, 1:]
    hull = side[ConvexHull(side).vertices]  # counter-clockwise: the underside runs towards +y
    ahead = np.roll(hull, -1, axis=0)
    middle = (side[:, 0].min() + side[:, 0].max()) / 2
    edge = int(np.flatnonzero((hull[:, 0] <= middle) & (ahead[:, 0] > middle))[0])
    toe, heel = hull[edge], ahead[edge]
    pitch_deg = -float(np.degrees(np.arctan2(heel[1] - toe[1], heel[0] - toe[0])))
    pivot = np.array([0.0, *toe])
    return rigid(rotation("x", pitch_deg), pivot, pivot * [1, 1, 0])


def read_bed(points: np.ndarray) -> Bed:
    """The inner floor of a standing left shoe (k, 3) of length 1: back at y = 0, toes to -y, sole at z = 0."""
    return Bed(seat_height(points), _ball_height(points))


def _ball_height(points: np.ndarray) -> float:
    """Height of the inner floor under the ball: in each upright column the level below the uppermost room, that under
    the vamp; the topmost level where nothing is above it."""
    s = -points[:, 1]
    across = points[(s > BALL_PLACE[0]) & (s < BALL_PLACE[1])]
    across = across[np.abs(across[:, 0] - (across[:, 0].min() + across[:, 0].max()) / 2) < BALL_HALF]
    _, column = np.unique((across[:, :2] * CELLS).astype(int), axis=0, return_inverse=True)
    levels = []
    for number in range(column.max() + 1 if len(across) else 0):
        z = np.sort(across[column.ravel() == number, 2])
        rooms = np.flatnonzero(np.diff(z) > ROOM)
        levels.append(z[rooms[-1]] if len(rooms) else z[-1])
    return float(np.median(levels)) if levels else 0.0
