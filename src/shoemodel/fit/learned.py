"""What the network believes of a shoe's view: where on the grid guesses are sought, and what views cost (ours)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from shoemodel.fit import views
from shoemodel.fit.grid import tried_views
from shoemodel.fit.network import ViewNetwork, answers, picture_of, points_of
from shoemodel.fit.outline import Seen

ALIKE_RAD = np.radians(30.0)
"""Hypotheses that differ by less speak for one view."""
CELLS = 160
"""Views of the grid that are tried, of 4,800."""
GRID_RAD = np.radians(8.0)
"""How far the nearest view of the grid may be."""
BELIEVED = 0.5
"""How much the network's likelihood counts beside that of the picture."""


@dataclass(frozen=True, eq=False)
class Belief:
    """What the network makes of a shoe: k hypotheses, and the proxies of a library."""

    weight: Float[np.ndarray, "k"]
    """Log shares."""
    rotation: Float[np.ndarray, "k 3 3"]
    turn_std: Float[np.ndarray, "k"]
    distance: Float[np.ndarray, "k"]
    distance_std: Float[np.ndarray, "k"]
    left: Float[np.ndarray, "k"]
    """Probabilities that the shoe is a left one."""

    @classmethod
    def of(cls, network: ViewNetwork, seen: Seen) -> Belief:
        """The network's; every proxy is compared with the picture itself, so what it says of them is left out."""
        points = (seen.points - seen.middle) / seen.length
        picture = picture_of(seen.mask, seen.wearable, network.config.side)
        said = answers(network, picture, points_of(points, seen.trust))
        del said["proxy"]
        return cls(**said | {"left": 1 / (1 + np.exp(-said["left"]))})

    def turned(self) -> Belief:
        """The same from the other end of the shoe, which has nearly the same outline."""
        return replace(self, rotation=self.rotation * [-1.0, -1.0, 1.0])

    def cost(
        self, view: Float[np.ndarray, "n 9"], mirror: Float[np.ndarray, "n"], coarse: float = 0.0
    ) -> Float[np.ndarray, "n"]:
        """Minus twice the log likelihood of views, less that of the likeliest hypothesis itself; coarse: what views may
        be off by themselves [rad]."""
        std = np.hypot(self.turn_std, coarse)
        off = self._off(view) ** 2 / (2 * std**2) + 3 * np.log(std)
        away = (view[:, None, views.DISTANCE] - self.distance) / self.distance_std
        each = self.weight - off - away**2 / 2 - np.log(self.distance_std)
        each = each + np.log(np.where(mirror[:, None] > 0, self.left, 1 - self.left) + 1e-3)
        top = (self.weight - 3 * np.log(std) - np.log(self.distance_std)).max()
        return -2 * (np.logaddexp.reduce(each, axis=1) - top)

    def share(self, view: Float[np.ndarray, "9"]) -> float:
        """Of the hypotheses, how much speaks for a view, 0 to 1."""
        return float(np.exp(self.weight)[self._off(view[None])[0] < ALIKE_RAD].sum())

    def _off(self, view: Float[np.ndarray, "n 9"]) -> Float[np.ndarray, "n k"]:
        """Angles between views and hypotheses [rad]."""
        turn = views.look(*view[:, :3].T)
        cosine = (np.einsum("nij,kij->nk", turn, self.rotation) - 1) / 2
        return np.arccos(np.clip(cosine, -1, 1))

    def prior(self) -> Float[np.ndarray, "t c"]:
        """What the views of `grid.tried_views` cost beforehand: the CELLS likeliest, the others infinitely much."""
        view, mirror = tried_views()
        cost = self.cost(view.reshape(-1, 9), np.repeat(mirror, view.shape[1]), GRID_RAD).reshape(view.shape[:2])
        limit = np.partition(cost, CELLS, axis=None)[CELLS]
        return np.where(cost < limit, BELIEVED * cost, np.inf)


def angles_of(rotation: Float[np.ndarray, "n 3 3"]) -> Float[np.ndarray, "n 3"]:
    """Azimuth, pitch and roll of cameras, the inverse of `views.look`."""
    forward = rotation[:, 2]
    azimuth = np.arctan2(-forward[:, 0], forward[:, 1])
    pitch = np.arcsin(np.clip(-forward[:, 2], -1, 1))
    level = views.look(azimuth, pitch, np.zeros(len(rotation)))
    roll = np.arctan2(*(np.einsum("nj,nj->n", rotation[:, 0], level[:, row]) for row in (1, 0)))
    return np.stack([azimuth, pitch, roll], axis=1)
