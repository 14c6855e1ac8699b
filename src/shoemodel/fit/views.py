"""Many views of a shoe at once: the nine numbers of a view, the cameras they mean, and where points fall.

A view is (azimuth, pitch, roll, x, y, log scale, log distance, log width, log height):
- azimuth, pitch [rad]: from where the camera looks at the shoe's middle; azimuth 0 is before the toes, positive towards
  +x, the wearer's left; pitch is above the floor; roll turns the picture clockwise;
- x, y [px]: where the shoe's middle falls; scale [px per metre] there; distance [m] of the camera from it. The focal
  length is their product;
- width and height of the shoe over those of its proxy; its length is the proxy's.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from shoemodel.render.pinhole import Pinhole

AZIMUTH, PITCH, ROLL, X, Y, SCALE, DISTANCE, WIDTH, HEIGHT = range(9)


def look(
    azimuth: Float[np.ndarray, "n"], pitch: Float[np.ndarray, "n"], roll: Float[np.ndarray, "n"]
) -> Float[np.ndarray, "n 3 3"]:
    """Rows right, down and forward of cameras that look at the shoe's middle."""
    sa, ca, sp, cp = np.sin(azimuth), np.cos(azimuth), np.sin(pitch), np.cos(pitch)
    right = np.stack([ca, sa, 0 * sa], axis=1)
    forward = np.stack([-sa * cp, ca * cp, -sp], axis=1)
    down = np.cross(forward, right)
    c, s = np.cos(roll)[:, None], np.sin(roll)[:, None]
    return np.stack([c * right + s * down, c * down - s * right, forward], axis=1)


def towards(views: Float[np.ndarray, "n 9"], centre_px: tuple[float, float]) -> Float[np.ndarray, "n 3 3"]:
    """The turn from a camera that looks at the shoe to one that has it where the view says, by the shortest way."""
    focal = np.exp(views[:, SCALE] + views[:, DISTANCE])
    ray = np.stack([views[:, X] - centre_px[0], views[:, Y] - centre_px[1], focal], axis=1)
    a, b, c = (ray / np.linalg.norm(ray, axis=1, keepdims=True)).T
    k = 1 / (1 + c)
    return np.stack([1 - a * a * k, -a * b * k, a, -a * b * k, 1 - b * b * k, b, -a, -b, c], axis=1).reshape(-1, 3, 3)


def shaped(views: Float[np.ndarray, "n 9"], mirror: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n 3"]:
    """What a left proxy is multiplied by along x, y, z; mirror is -1 for a right shoe."""
    return np.stack([mirror * np.exp(views[:, WIDTH]), np.ones(len(views)), np.exp(views[:, HEIGHT])], axis=1)


def project(
    views: Float[np.ndarray, "n 9"],
    points: Float[np.ndarray, "n k 3"],
    middle: Float[np.ndarray, "n 3"],
    mirror: Float[np.ndarray, "n"],
    centre_px: tuple[float, float],
) -> Float[np.ndarray, "n k 2"]:
    """Points of left proxies, each in its own view, in px. middle (of the same frame) is what the view looks at."""
    by = shaped(views, mirror)
    turn = look(*views[:, :3].T)
    there = towards(views, centre_px)
    distance = np.exp(views[:, DISTANCE])
    matrix = np.matmul(there, turn) * by[:, None]
    local = np.matmul(points - middle[:, None], matrix.transpose(0, 2, 1))
    local = local + (there[:, :, 2] * distance[:, None])[:, None]
    focal = (np.exp(views[:, SCALE]) * distance)[:, None, None]
    return focal * local[:, :, :2] / np.maximum(local[:, :, 2:], 1e-2) + np.array(centre_px)


def pinhole(
    view: Float[np.ndarray, "9"],
    middle: Float[np.ndarray, "3"],
    mirror: float,
    centre_px: tuple[float, float],
    size: tuple[int, int],
) -> Pinhole:
    """The camera of one view, in the frame of the placed (scaled and mirrored) shoe."""
    one = view[None]
    there = towards(one, centre_px)[0]
    rotation = there @ look(*one[:, :3].T)[0]
    at = middle * shaped(one, np.array([mirror]))[0]
    origin = at - rotation.T @ there[:, 2] * np.exp(view[DISTANCE])
    return Pinhole(rotation, origin, float(np.exp(view[SCALE] + view[DISTANCE])), centre_px, size)
