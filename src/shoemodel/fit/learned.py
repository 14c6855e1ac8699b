"""First guesses by the network: its likeliest hypotheses with the proxies that it takes for likely (ours).

Place and size in the picture come out in closed form, as on the grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from shoemodel.fit import views
from shoemodel.fit.grid import Guesses, middle_of
from shoemodel.fit.network import ViewNetwork, answers, picture_of, points_of
from shoemodel.fit.outline import DIRECTIONS, WAYS, Seen, support
from shoemodel.fit.proxies import Proxy

ALIKE_RAD = np.radians(30.0)
"""Hypotheses that differ by less speak for one view."""


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
    proxy: Float[np.ndarray, "p"]
    """Log shares."""

    @classmethod
    def of(cls, network: ViewNetwork, seen: Seen, library: tuple[Proxy, ...]) -> Belief:
        """The network's, about the proxies that it knows; others are impossible."""
        points = (seen.points - seen.middle) / seen.length
        picture = picture_of(seen.mask, seen.wearable, network.config.side)
        said = answers(network, picture, points_of(points, seen.trust))
        known = {name: logit for name, logit in zip(network.config.proxies, said.pop("proxy"), strict=True)}
        logits = np.array([known.get(proxy.name, -np.inf) for proxy in library])
        logits = logits - logits.max()
        left = 1 / (1 + np.exp(-said.pop("left")))
        return cls(**said, left=left, proxy=logits - np.log(np.exp(logits).sum()))

    def cost(self, view: Float[np.ndarray, "n 9"], mirror: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
        """Minus twice the log likelihood of views, less that of the likeliest hypothesis itself."""
        off = self._off(view) ** 2 / (2 * self.turn_std**2) + 3 * np.log(self.turn_std)
        away = (view[:, None, views.DISTANCE] - self.distance) / self.distance_std
        each = self.weight - off - away**2 / 2 - np.log(self.distance_std)
        each = each + np.log(np.where(mirror[:, None] > 0, self.left, 1 - self.left) + 1e-3)
        top = (self.weight - 3 * np.log(self.turn_std) - np.log(self.distance_std)).max()
        return -2 * (np.logaddexp.reduce(each, axis=1) - top)

    def share(self, view: Float[np.ndarray, "9"]) -> float:
        """Of the hypotheses, how much speaks for a view, 0 to 1."""
        return float(np.exp(self.weight)[self._off(view[None])[0] < ALIKE_RAD].sum())

    def _off(self, view: Float[np.ndarray, "n 9"]) -> Float[np.ndarray, "n k"]:
        """Angles between views and hypotheses [rad]."""
        turn = views.look(*view[:, :3].T)
        cosine = (np.einsum("nij,kij->nk", turn, self.rotation) - 1) / 2
        return np.arccos(np.clip(cosine, -1, 1))

    def guesses(self, library: tuple[Proxy, ...], seen: Seen, count: int) -> Guesses:
        """The `count` likeliest of hypothesis, side and proxy, put where they lie on the picture's shoe; each with the
        points of every foot that was found."""
        side = np.log(np.stack([self.left, 1 - self.left], axis=1) + 1e-6)
        score = self.weight[:, None, None] + side[..., None] + self.proxy
        best = np.argsort(-score, axis=None, kind="stable")[:count]
        which, right, proxy = np.unravel_index(best, score.shape)
        mirror = np.where(right, -1.0, 1.0)
        view = np.zeros((len(best), 9))
        view[:, :3] = angles_of(self.rotation)[which]
        view[:, views.DISTANCE] = self.distance[which]
        chosen = [library[k] for k in proxy]
        hull, middle = np.stack([p.hull for p in chosen]), np.stack([middle_of(p) for p in chosen])
        reach = support(views.project(view, hull, middle, mirror, (0.0, 0.0)))
        view[:, views.SCALE], view[:, [views.X, views.Y]] = laid(reach, seen)
        feet = np.flatnonzero(seen.trust.any(axis=1))
        foot = np.repeat(feet[:, None], len(best), axis=1) if len(feet) else right[None]
        times = len(foot)
        return Guesses(np.tile(view, (times, 1)), np.tile(proxy, times), np.tile(mirror, times), foot.ravel())


def angles_of(rotation: Float[np.ndarray, "n 3 3"]) -> Float[np.ndarray, "n 3"]:
    """Azimuth, pitch and roll of cameras, the inverse of `views.look`."""
    forward = rotation[:, 2]
    azimuth = np.arctan2(-forward[:, 0], forward[:, 1])
    pitch = np.arcsin(np.clip(-forward[:, 2], -1, 1))
    level = views.look(azimuth, pitch, np.zeros(len(rotation)))
    roll = np.arctan2(*(np.einsum("nj,nj->n", rotation[:, 0], level[:, row]) for row in (1, 0)))
    return np.stack([azimuth, pitch, roll], axis=1)


def laid(
    reach: Float[np.ndarray, "n DIRECTIONS"], seen: Seen
) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n 2"]]:
    """Log scale and shift that lay outlines of these supports onto a shoe's, by least squares."""
    rows = np.sqrt(seen.known)[:, None]
    design = np.concatenate(
        [reach[..., None], np.broadcast_to(WAYS.T, (len(reach), DIRECTIONS, 2))], axis=2
    ) * rows  # fmt: skip
    normal = np.einsum("ndi,ndj->nij", design, design) + 1e-12 * np.eye(3)
    answer = np.linalg.solve(normal, np.einsum("ndi,d->ni", design, rows[:, 0] * seen.support)[..., None])[..., 0]
    return np.log(np.maximum(answer[:, 0], 1e-6)), answer[:, 1:]
