"""Guesses made good: Levenberg-Marquardt on many views at once, with differences for derivatives."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from shoemodel.fit import costs, views
from shoemodel.fit.grid import OTHER_SIDE, Guesses, middle_of
from shoemodel.fit.outline import DIRECTIONS, Seen, support
from shoemodel.fit.proxies import Proxy

STEPS = np.array([2e-3, 2e-3, 2e-3, 0.0, 0.0, 2e-3, 5e-3, 2e-3, 2e-3])
"""For derivatives; those of the place are PLACE_STEP of the shoe's length."""
PLACE_STEP = 1e-3
LIMITS = {
    views.PITCH: (-0.5, 1.5), views.DISTANCE: (np.log(0.25), np.log(6.0)),
    views.WIDTH: (-0.35, 0.35), views.HEIGHT: (-0.35, 0.35),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Problem:
    """n views and what they are compared with."""

    views: Float[np.ndarray, "n 9"]
    hull: Float[np.ndarray, "n h 3"]
    rim: Float[np.ndarray, "n r 3"]
    marks: Float[np.ndarray, "n 4 3"]
    middle: Float[np.ndarray, "n 3"]
    mirror: Float[np.ndarray, "n"]
    points: Float[np.ndarray, "n 4 2"]
    trust: Float[np.ndarray, "n 4"]
    other: Float[np.ndarray, "n"]
    """What it costs that the points are those of the other foot."""
    shaft: Float[np.ndarray, "n"]
    """1 for proxies whose rim is not expected in the picture."""
    open: Bool[np.ndarray, "n"]
    """Proxies whose opening is an insole."""
    proxy: Int[np.ndarray, "n"]
    foot: Int[np.ndarray, "n"]
    centre_px: tuple[float, float]
    focal_px: float | None
    convex: float
    """How much the convex outline counts."""
    edge: Float[np.ndarray, "n e 3"]
    """Points of the proxies on their outlines in the picture,"""
    normal: Float[np.ndarray, "n e 2"]
    goal: Float[np.ndarray, "n e"]
    """and how far they are to lie along the normals; see `contour.matched`."""

    def chosen(self, rows: np.ndarray) -> Problem:
        """Some of the views; a row may be taken more than once."""
        arrays = {k: v[rows] for k, v in vars(self).items() if isinstance(v, np.ndarray)}
        return replace(self, **arrays)  # type: ignore[arg-type]


def problem(
    found: Guesses, proxies: tuple[Proxy, ...], seen: Seen, centre_px: tuple[float, float], focal_px: float | None
) -> Problem:
    """From first guesses; with a known focal length the cameras stand where it puts them."""
    start = found.views.copy()
    if focal_px is not None:
        start[:, views.DISTANCE] = np.log(focal_px) - start[:, views.SCALE]
    chosen = [proxies[k] for k in found.proxy]
    own = (found.mirror < 0).astype(int)
    trust = seen.trust[found.foot] * costs.POINT_TRUST
    return Problem(
        start, np.stack([p.hull for p in chosen]), np.stack([p.rim for p in chosen]),
        np.stack([p.landmarks for p in chosen]), np.stack([middle_of(p) for p in chosen]), found.mirror,
        seen.points[found.foot], trust, OTHER_SIDE * (own != found.foot) * trust.any(axis=1),
        np.array([float(p.kind == "shaft") for p in chosen]), np.array([p.kind == "open" for p in chosen]),
        found.proxy, found.foot, centre_px, focal_px, costs.OUTLINE,
        np.zeros((len(start), 0, 3)), np.zeros((len(start), 0, 2)), np.zeros((len(start), 0)),
    )  # fmt: skip


def without_edge(task: Problem) -> Problem:
    """Compared by its convex outline alone."""
    n = len(task.views)
    return replace(task, edge=np.zeros((n, 0, 3)), normal=np.zeros((n, 0, 2)), goal=np.zeros((n, 0)))


def residuals(task: Problem, seen: Seen) -> Float[np.ndarray, "n m"]:
    """In deviations, made robust: the sum of their squares is a view's cost."""
    x, length = task.views, seen.length
    h, r = task.hull.shape[1], task.rim.shape[1]
    points = np.concatenate([task.hull, task.rim, task.marks, task.edge], axis=1)
    px = views.project(x, points, task.middle, task.mirror, task.centre_px)
    outline = task.convex * seen.known * (support(px[:, :h]) - seen.support) / length / np.sqrt(DIRECTIONS)
    ring = px[:, h : h + r]
    if seen.opening is None:
        opening = _area(ring)[:, None].clip(min=0) / length**2 / costs.NO_OPENING * (1 - task.shaft)[:, None]
    else:
        opening = costs.opening((support(ring) - seen.opening) / length)
        opening = opening * np.where(task.open, costs.OPEN, 1.0)[:, None]
    marks = costs.POINTS * (px[:, h + r : h + r + 4] - task.points) / length * task.trust[..., None]
    edge = (px[:, h + r + 4 :] * task.normal).sum(axis=2) - task.goal
    edge = costs.EDGE * edge / length / np.sqrt(max(edge.shape[1], 1))
    return np.concatenate([
        costs.rooted(outline), costs.rooted(opening), costs.rooted(marks.reshape(len(x), -1)), costs.rooted(edge),
        priors(task),
    ], axis=1)  # fmt: skip


def priors(task: Problem) -> Float[np.ndarray, "n m"]:
    """What is expected of a view before the picture is looked at."""
    x = task.views
    focal = np.zeros(len(x))
    if task.focal_px is not None:
        focal = (x[:, views.SCALE] + x[:, views.DISTANCE] - np.log(task.focal_px)) / costs.FOCAL
    return np.stack([
        costs.pitch_prior(x[:, views.PITCH]), costs.roll_prior(x[:, views.ROLL]),
        (x[:, views.DISTANCE] - np.log(costs.DISTANCE_M)) / costs.DISTANCE_WIDTH * (task.focal_px is None),
        x[:, views.WIDTH] / costs.WIDTH, x[:, views.HEIGHT] / costs.HEIGHT, focal, np.sqrt(task.other),
    ], axis=1)  # fmt: skip


def _area(ring: Float[np.ndarray, "n r 2"]) -> Float[np.ndarray, "n"]:
    """Enclosed by rings as the picture shows them, px squared; negative where they are seen from below."""
    after = np.roll(ring, -1, axis=1)
    return 0.5 * (ring[..., 0] * after[..., 1] - ring[..., 1] * after[..., 0]).sum(axis=1)


def refined(task: Problem, seen: Seen, rounds: int) -> tuple[Problem, Float[np.ndarray, "n"]]:
    """The views after some rounds, and their costs."""
    n = len(task.views)
    steps = STEPS.copy()
    steps[[views.X, views.Y]] = PLACE_STEP * seen.length
    damping = np.full(n, 1e-2)
    value = residuals(task, seen)
    cost = (value**2).sum(axis=1)
    for _ in range(rounds):
        jacobian = _jacobian(task, seen, value, steps)
        normal = np.einsum("nmi,nmj->nij", jacobian, jacobian)
        slope = np.einsum("nmi,nm->ni", jacobian, value)
        diagonal = np.einsum("nii->ni", normal)
        damped = normal + np.einsum("n,ni,ij->nij", damping, diagonal + 1e-9, np.eye(9))
        moved = replace(task, views=_within(task.views - np.linalg.solve(damped, slope[..., None])[..., 0]))
        new = residuals(moved, seen)
        new_cost = (new**2).sum(axis=1)
        better = new_cost < cost
        task = replace(task, views=np.where(better[:, None], moved.views, task.views))
        value, cost = np.where(better[:, None], new, value), np.where(better, new_cost, cost)
        damping = np.clip(np.where(better, damping / 4, damping * 6), 1e-4, 1e4)
    return task, cost


def _jacobian(task: Problem, seen: Seen, value: np.ndarray, steps: np.ndarray) -> Float[np.ndarray, "n m 9"]:
    n = len(task.views)
    many = task.chosen(np.repeat(np.arange(n), 9))
    many = replace(many, views=many.views + np.tile(np.diag(steps), (n, 1)))
    ahead = residuals(many, seen).reshape(n, 9, -1)
    return ((ahead - value[:, None]) / steps[:, None]).transpose(0, 2, 1)


def _within(x: Float[np.ndarray, "n 9"]) -> Float[np.ndarray, "n 9"]:
    x = x.copy()
    for column, (low, high) in LIMITS.items():
        x[:, column] = np.clip(x[:, column], low, high)
    return x
