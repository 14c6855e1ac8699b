"""The fit of a shoe: first guesses on a grid, the best refined together, the outcome judged by its outline."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from jaxtyping import Bool, Float

from shoemodel.errors import InputError
from shoemodel.fit import views
from shoemodel.fit.collar import Collar
from shoemodel.fit.contour import Target, matched, overlaps, target
from shoemodel.fit.grid import guesses, own_looks, shipped_looks
from shoemodel.fit.learned import BELIEVED, Belief
from shoemodel.fit.network import ViewNetwork
from shoemodel.fit.outline import Seen, seen
from shoemodel.fit.proxies import Proxy, load_proxies
from shoemodel.fit.refine import Problem, problem, refined, residuals, without_edge
from shoemodel.fit.shoe import SURE_IOU, ShoeFit
from shoemodel.image.masks import ShoeAreas

GUESSES, FEWER, FINAL = 48, 16, 8
MORE = 400
"""First guesses where the ground is known: those that stand on another come last."""
OUTLINE_COST = 100.0
"""What it costs that two silhouettes have nothing in common."""
COMPARABLE, RIVALS = 4.0, 4
"""Proxies that cost this much more than the best are as good; so many of them are asked how sure the view is."""
ALIKE = np.radians(6.0)
"""Azimuths of one shoe that differ by less are one view."""
TILT_FREE_DEG, TILT_COST = 8.0, 1.0
"""A ground may differ from the known one by so much; each degree more costs as much as a hundredth of the overlap."""
TILT_TRIED_DEG = 17.0
"""First guesses that differ by this much more are not tried."""
LEAST_IOU = 0.3
"""Under which nothing fits."""
DOUBTED = 0.05
"""A view that is believed less, of an unsure overlap, is that of something else than one shoe."""


def fit_shoe(
    areas: ShoeAreas,
    points_px: Float[np.ndarray, "8 2"] | None = None,
    exists: Bool[np.ndarray, "8"] | None = None,
    scores: Float[np.ndarray, "8"] | None = None,
    proxies: Sequence[Proxy] | None = None,
    focal_px: float | None = None,
    centre_px: tuple[float, float] | None = None,
    name: str = "the photo",
    up: Float[np.ndarray, "3"] | None = None,
    network: ViewNetwork | None = None,
    turned: bool = False,
) -> ShoeFit:
    """The proxy shoe and the camera that look most like the shoe of a picture.

    areas and points_px are on the picture's (or canvas') grid; points_px holds ankle, big toe, small toe and heel of
    the left foot, then of the right one, exists says which of them are there, and scores how sure they are (heatmap
    peaks). focal_px: where it is known. centre_px: where the optical axis meets the grid, its middle by default. up:
    of the ground, in the camera's frame, where another shoe tells it. network: says which sides are tried; without it
    every proxy is tried from every side. turned: the network takes the toes for the heel, what it says is turned round.

    Raises:
        InputError: there is no shoe, it is too small, or nothing fits it, if not from a side that it does not show.
    """
    size = areas.size
    centre_px = (size[1] / 2, size[0] / 2) if centre_px is None else centre_px
    shoe = seen(areas, points_px, exists, scores, name)
    library = load_proxies() if proxies is None else tuple(proxies)
    looks = shipped_looks() if proxies is None else own_looks(library)
    belief = None if network is None else Belief.of(network, shoe)
    if turned and belief is not None:
        belief = belief.turned()
    prior = None if belief is None or up is not None else belief.prior()
    found = guesses(looks, shoe, GUESSES if up is None else MORE, prior=prior)
    task = problem(found, library, shoe, centre_px, focal_px)
    if up is not None:
        task = task.chosen(np.argsort(_tilted(task, up) > TILT_COST * TILT_TRIED_DEG, kind="stable")[:GUESSES])
    goal = target(shoe)
    task, _ = refined(task, shoe, 4)
    best = partial(_best, goal=goal, library=library, shoe=shoe, up=up, belief=belief)
    task, total, overlap = best(task, count=FEWER)
    for keep in (FINAL, FINAL):
        task, _ = refined(matched(task, goal, library), shoe, 4)
        task, total, overlap = best(task, count=keep)
    order = np.argsort(total, kind="stable")
    row = order[0]
    if overlap[row] < LEAST_IOU:
        raise InputError(f"no shoe fits what was marked in {name} (best overlap {overlap[row]:.2f})")
    believed = None if belief is None else belief.share(task.views[row])
    unsought = up is None and not turned
    if unsought and believed is not None and believed < DOUBTED and overlap[row] < SURE_IOU:
        raise InputError(
            f"what was marked in {name} looks like no single shoe (overlap {overlap[row]:.2f}, from a side that it "
            "hardly shows): mark one shoe with a box, points or a mask"
        )
    one = slice(row, row + 1)
    rim = views.project(task.views[one], task.rim[one], task.middle[one], task.mirror[one], centre_px)[0]
    return ShoeFit(
        library[task.proxy[row]], "left" if task.mirror[row] > 0 else "right",
        np.abs(views.shaped(task.views[one], task.mirror[one])[0]),
        views.pinhole(task.views[row], task.middle[row], task.mirror[row], centre_px, size),
        float(overlap[row]), _spread(task, total, order),
        believed, Collar.of(rim, shoe),
    )  # fmt: skip


def _best(
    task: Problem,
    goal: Target,
    library: Sequence[Proxy],
    shoe: Seen,
    count: int,
    up: np.ndarray | None,
    belief: Belief | None,
) -> tuple[Problem, np.ndarray, np.ndarray]:
    """The least of the views by cost and silhouette: with what they cost and overlap."""
    overlap = overlaps(task, goal, library)
    total = _believed(without_edge(task), shoe, belief, up) + OUTLINE_COST * (1 - overlap)
    order = _distinct(task, np.argsort(total, kind="stable"))[:count]
    return task.chosen(order), total[order], overlap[order]


def _believed(task: Problem, shoe: Seen, belief: Belief | None, up: np.ndarray | None) -> np.ndarray:
    """What views cost (n,): by the picture, by the network and by the known ground."""
    cost = (residuals(task, shoe) ** 2).sum(axis=1)
    if up is not None:
        cost = cost + _tilted(task, up)
    return cost if belief is None else cost + BELIEVED * belief.cost(task.views, task.mirror)


def _tilted(task: Problem, up: np.ndarray) -> np.ndarray:
    """What it costs (n,) that views stand on another ground."""
    turned = np.matmul(views.towards(task.views, task.centre_px), views.look(*task.views[:, :3].T))
    off = np.degrees(np.arccos(np.clip(turned[:, :, 2] @ up, -1, 1)))
    return TILT_COST * np.maximum(off - TILT_FREE_DEG, 0)


def _distinct(task: Problem, order: np.ndarray) -> np.ndarray:
    """The numbers in order, but for views that are as good as an earlier one of the same shoe."""
    turn = task.views[:, views.AZIMUTH]
    kept: list[int] = []
    for row in order:
        same = [k for k in kept if (task.proxy[k], task.mirror[k]) == (task.proxy[row], task.mirror[row])]
        if all(np.cos(turn[k] - turn[row]) < np.cos(ALIKE) for k in same):
            kept.append(row)
    return np.array(kept)


def _spread(task: Problem, total: np.ndarray, order: np.ndarray) -> float:
    """How far the azimuths of the best few comparable proxies lie from the best one's, degrees."""
    best = order[0]
    rivals: dict[int, int] = {}
    for row in order:
        if total[row] < total[best] + COMPARABLE and len(rivals) < RIVALS:
            rivals.setdefault(int(task.proxy[row]), int(row))
    off = task.views[list(rivals.values()), views.AZIMUTH] - task.views[best, views.AZIMUTH]
    return float(np.degrees(np.abs((off + np.pi) % (2 * np.pi) - np.pi).max()))
