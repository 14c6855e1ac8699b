"""How shops lay shoes for a picture: alone, side by side, heel to toe, on the side, one against the other (ours).

A shoe is given as it stands in its canonical frame: +x lateral for a left one, toes to -y, ground z = 0. What comes
out are (4, 4) placements of both sides in the world, metres, z up, floor z = 0. Shoes do not run into one another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.spatial import cKDTree

from shoemodel.render.meshes import MIRROR, rigid, rotation, transform

SIDES = ("left", "right")
SHARES = {
    "alone": 0.36, "alone, tilted": 0.06, "parallel": 0.17, "staggered": 0.11, "splayed": 0.07, "heel to toe": 0.07,
    "angled": 0.07, "one on its side": 0.05, "one propped up": 0.04,
}  # fmt: skip
"""How often each arrangement is laid (ours, after shops' pictures)."""
SOLE_UP = "sole up"
"""No leg can be put into a shoe that lies so: what a network learns to refuse."""
TOUCH_M, STEP_M, FAR_M = 0.004, 0.006, 0.5
POINTS = 800
"""Points of a shoe between which distances are taken."""


@dataclass(frozen=True)
class Laid:
    """One shoe before it is set down: its turn about z, y (roll) and x (pitch), degrees, in that order from outside."""

    turn_deg: float = 0.0
    roll_deg: float = 0.0
    pitch_deg: float = 0.0

    def rotation(self) -> Float[np.ndarray, "3 3"]:
        return rotation("z", self.turn_deg) @ rotation("y", self.roll_deg) @ rotation("x", self.pitch_deg)


@dataclass(frozen=True)
class Arrangement:
    """What lies where. `second` comes from the direction `from_deg` (degrees from +x about z) up to `gap_m` from the
    first, after it was moved by `shift_m` across that direction; None for a shoe alone."""

    name: str
    first_side: str
    first: Laid
    second: Laid | None = None
    from_deg: float = 0.0
    shift_m: float = 0.0
    gap_m: float = 0.0

    @property
    def sides(self) -> tuple[str, ...]:
        """The shoes that are there, left first."""
        return SIDES if self.second else (self.first_side,)


def sample(rng: np.random.Generator, shares: Iterable[tuple[str, float]] = tuple(SHARES.items())) -> Arrangement:
    """Draw an arrangement; a share is how often, and they need not add up to 1."""
    names, weights = zip(*shares, strict=True)
    name = str(rng.choice(names, p=np.array(weights) / sum(weights)))
    first = str(rng.choice(SIDES))
    outside = 180.0 if first == "left" else 0.0  # where the other foot of a wearer is
    if name == "alone":
        return Arrangement(name, first, Laid(rng.normal(0, 4)))
    if name == "alone, tilted":
        roll, pitch = rng.choice([-1, 1]) * rng.uniform(20, 95), rng.normal(0, 25)
        return Arrangement(name, first, Laid(0.0, roll, pitch))
    if name == SOLE_UP:
        return Arrangement(name, first, Laid(0.0, rng.choice([-1, 1]) * rng.uniform(115, 180), rng.normal(0, 20)))
    gap = max(0.0, rng.normal(0.012, 0.02))
    small = Laid(rng.normal(0, 3))
    if name == "parallel":
        swapped = rng.random() < 0.1
        return Arrangement(name, first, Laid(), small, outside + 180 * swapped, rng.normal(0, 0.015), gap)
    if name == "staggered":
        shift = rng.choice([-1, 1]) * rng.uniform(0.04, 0.2)
        return Arrangement(name, first, Laid(), Laid(rng.normal(0, 8)), outside, shift, gap)
    if name == "splayed":
        turn = rng.choice([-1, 1]) * rng.uniform(10, 45)
        outwards = turn if first == "left" else -turn
        return Arrangement(name, first, Laid(outwards), Laid(-outwards), outside, rng.normal(0, 0.03), gap)
    if name == "heel to toe":
        if rng.random() < 0.4:  # in a row
            return Arrangement(name, first, Laid(), small, rng.choice([-90, 90]), rng.normal(0, 0.03), gap)
        turned = Laid(180 + rng.normal(0, 5))
        return Arrangement(name, first, Laid(), turned, rng.choice([0, 180]), rng.normal(0, 0.05), gap)
    if name == "angled":
        turned = Laid(rng.choice([-1, 1]) * rng.uniform(35, 100))
        return Arrangement(name, first, Laid(), turned, rng.uniform(0, 360), rng.normal(0, 0.08), gap)
    if name == "one on its side":
        lying = Laid(rng.normal(0, 15) + 180 * rng.integers(2), rng.choice([-1, 1]) * rng.uniform(65, 95))
        return Arrangement(name, first, Laid(), lying, rng.choice([0, 180]), rng.normal(0, 0.05), gap)
    if name == "one propped up":
        propped = Laid(rng.normal(0, 12), rng.normal(0, 10), rng.choice([-1, 1]) * rng.uniform(15, 60))
        return Arrangement(name, first, Laid(), propped, rng.uniform(0, 360), rng.normal(0, 0.05), gap)
    raise ValueError(f"no arrangement {name!r}; there are {', '.join((*SHARES, SOLE_UP))}")


def lay(shoe: Float[np.ndarray, "n 3"], arrangement: Arrangement) -> dict[str, Float[np.ndarray, "4 4"]]:
    """Where the left shoe's points (n, 3), or their mirror image, are placed: {side: from the side's own frame}."""
    points = shoe[:: max(1, len(shoe) // POINTS)]
    first, other = arrangement.first_side, "right" if arrangement.first_side == "left" else "left"
    placements = {first: _set_down(shoe, first, arrangement.first)}
    if arrangement.second is None:
        return placements
    lying = _set_down(shoe, other, arrangement.second)
    angle = np.radians(arrangement.from_deg)
    way, across = np.array([np.cos(angle), np.sin(angle), 0]), np.array([-np.sin(angle), np.cos(angle), 0])
    lying[:3, 3] += arrangement.shift_m * across
    tree = cKDTree(transform(placements[first], _own(points, first)))
    moved = transform(lying, _own(points, other))
    away = FAR_M
    while away > -FAR_M and tree.query(moved + (away - STEP_M) * way)[0].min() > TOUCH_M + arrangement.gap_m:
        away -= STEP_M
    lying[:3, 3] += away * way
    placements[other] = lying
    return placements


def _own(points: np.ndarray, side: str) -> np.ndarray:
    return points if side == "left" else points * [-1, 1, 1]


def _set_down(points: np.ndarray, side: str, laid: Laid) -> np.ndarray:
    """(4, 4) that turns the side's shoe about the middle of its length and puts its lowest point on the floor."""
    middle = np.array([0.0, (points[:, 1].min() + points[:, 1].max()) / 2, 0.0])
    placement = rigid(laid.rotation(), middle, np.zeros(3))
    placement[2, 3] -= transform(placement, _own(points, side))[:, 2].min()
    return placement


def mirrored(placement: Float[np.ndarray, "4 4"], side: str) -> Float[np.ndarray, "4 4"]:
    """The placement as a map from the left shoe's frame: a right shoe is the left one's mirror image."""
    return placement if side == "left" else placement @ MIRROR
