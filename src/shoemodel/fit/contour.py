"""The whole outline, its hollows too: which points of a proxy lie on its outline, and where the picture has it.

A step of iterated closest points: the points are held fast while views are refined, then found anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Bool, Float

from shoemodel.fit import costs, views
from shoemodel.fit.outline import Seen, silhouette, small
from shoemodel.fit.proxies import Proxy
from shoemodel.fit.refine import Problem
from shoemodel.image.masks import iou

EDGE_POINTS = 72
"""Points of the picture's outline that are looked for."""
REACH = 0.12
"""What is further off, in lengths of the shoe's box, belongs to something else."""


@dataclass(frozen=True, eq=False)
class Target:
    """The picture's outline on the grid of `outline.small`."""

    mask: Bool[np.ndarray, "h w"]
    scale: float
    corner: Float[np.ndarray, "2"]
    points: Float[np.ndarray, "e 2"]
    """Along the outline, evenly; those that the picture's edge made are left out."""
    normals: Float[np.ndarray, "e 2"]


def target(seen: Seen) -> Target:
    """Of the picture's shoe."""
    mask, scale, corner = small(seen)
    points, normals = outline(mask)
    pick = np.linspace(0, len(points), EDGE_POINTS, endpoint=False).astype(int)
    points, normals = points[pick], normals[pick]
    px = points / scale + corner
    h, w = seen.mask.shape
    inside = ((px > 1.5 / scale) & (px < np.array([w, h]) - 1.5 / scale)).all(axis=1)
    return Target(mask, scale, corner, points[inside], normals[inside])


def outline(mask: Bool[np.ndarray, "h w"]) -> tuple[Float[np.ndarray, "k 2"], Float[np.ndarray, "k 2"]]:
    """Points along a mask's outer outlines, a px apart, and their outward unit normals."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    field = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 2.0)
    points = np.concatenate([contour[:, 0] for contour in contours]) if contours else np.zeros((0, 2), int)
    slope = np.stack([cv2.Sobel(field, cv2.CV_32F, 1, 0), cv2.Sobel(field, cv2.CV_32F, 0, 1)], axis=2)
    normals = -slope[points[:, 1], points[:, 0]]
    return points + 0.5, normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)


def overlaps(task: Problem, goal: Target, library: Sequence[Proxy]) -> Float[np.ndarray, "n"]:
    """IoU of the silhouette of each view and the shoe's."""
    drawn = (_drawn(task, row, goal, library[number])[1] for row, number in enumerate(task.proxy))
    return np.array([iou(mask, goal.mask) for mask in drawn])


def matched(task: Problem, goal: Target, library: Sequence[Proxy]) -> Problem:
    """With the points of the proxies that lie where the picture's outline is nearest, and where they are to lie."""
    n, e = len(task.views), len(goal.points)
    edge, normal, reach = np.zeros((n, e, 3)), np.zeros((n, e, 2)), np.zeros((n, e))
    for row in range(n):
        proxy = library[task.proxy[row]]
        px, mask = _drawn(task, row, goal, proxy)
        points, normals = outline(mask)
        if not len(points):
            continue
        off = np.linalg.norm(goal.points[:, None] - points, axis=2)
        near = (off - 6.0 * (goal.normals @ normals.T)).argmin(axis=1)
        vertex = np.linalg.norm(points[near][:, None] - px, axis=2).argmin(axis=1)
        fits = off[np.arange(e), near] < REACH * goal.scale * (goal.mask.shape[1] / goal.scale)
        want = px[vertex] + goal.points - points[near]
        edge[row], normal[row] = proxy.vertices[vertex], goal.normals * fits[:, None]
        reach[row] = ((want / goal.scale + goal.corner) * normal[row]).sum(axis=1)
    return replace(task, convex=costs.OUTLINE_TOO, edge=edge, normal=normal, goal=reach)


def _drawn(task: Problem, row: int, goal: Target, proxy: Proxy) -> tuple[np.ndarray, np.ndarray]:
    """The vertices of a view's proxy on the target's grid, and their silhouette."""
    one = slice(row, row + 1)
    px = views.project(task.views[one], proxy.vertices[None], task.middle[one], task.mirror[one], task.centre_px)[0]
    px = (px - goal.corner) * goal.scale
    return px, silhouette(px, proxy.faces, goal.mask.shape)
