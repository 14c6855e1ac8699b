"""A lawn of single blades for a camera that is near it (ours).

The blades' light is in their colours: dark at the roots, and brighter the more a blade turns to the light. Their tips
reach the level that the shoe stands on, so none needs to stand before it.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from jaxtyping import Float

from shoemodel.render.parts import Material, Part
from shoemodel.render.pinhole import Pinhole

HEIGHT_M, WIDTH_M = (0.016, 0.034), (0.0020, 0.0036)
"""Of blades."""
ROOT_M = 0.024
"""How far below the sole the roots are."""
NEAR_PER_M2, BLADES = 42000, 120000
"""Blades on a square metre near the camera, and at most in all."""
FULL_M, FARTHEST_M = 1.1, 3.5
"""Beyond the first, from the camera, blades get fewer and wider; beyond the second there are none."""
STEPS = 4
"""Parts of a blade along itself."""
GREENS = np.array([[0.15, 0.33, 0.045], [0.22, 0.42, 0.06], [0.11, 0.24, 0.04], [0.28, 0.40, 0.10]])
STRAW, STRAWS = np.array([0.42, 0.36, 0.17]), 0.035
"""Colour and share of dry blades."""
SOIL = (0.022, 0.034, 0.010)
GRASS = Material("plain", 0.9, 0.15)


def lawn(camera: Pinhole, light: Float[np.ndarray, "3"], rng: np.random.Generator) -> Part:
    """Blades on all the ground near the camera that it sees. light: unit direction towards the light."""
    roots, spread = _places(camera, rng)
    count = len(roots)
    height = rng.uniform(*HEIGHT_M, count)
    width = rng.uniform(*WIDTH_M, count) * spread
    turn = rng.uniform(0, 2 * np.pi, count)
    ahead = np.stack([np.cos(turn), np.sin(turn), np.zeros(count)], 1)
    twist = turn + np.pi / 2 + rng.normal(0, 0.5, count)
    side = np.stack([np.cos(twist), np.sin(twist), np.zeros(count)], 1)
    lean = height * rng.uniform(0.2, 1.8, count)
    along = np.linspace(0, 1, STEPS + 1)
    rise = along - 0.35 * along**2 * (lean / height)[:, None] / 1.5
    middle = roots[:, None] + (lean[:, None] * along**2)[..., None] * ahead[:, None]
    middle[..., 2] += height[:, None] * rise
    half = (width / 2)[:, None] * (1 - along**2) ** 0.8 + 1e-5
    offset = half[..., None] * side[:, None]
    vertices = np.stack([middle - offset, middle + offset], axis=2).reshape(-1, 3)
    colours = _colours(count, ahead, lean / height, middle[..., 2], roots, light, rng)
    return Part("lawn", vertices, _faces(count), GRASS, colours=np.repeat(colours, 2, axis=1).reshape(-1, 3))


def _places(camera: Pinhole, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Roots (n, 3) on the ground that the film sees, and how much wider than others each blade is."""
    height, width = camera.size
    edge = 0.12 * max(camera.size)
    tried = 400000
    points = rng.random((tried, 2)) * [width + 2 * edge, height + 2 * edge] - edge
    ways = camera.rays(points)
    above = camera.origin[2] + ROOT_M
    with np.errstate(divide="ignore"):
        far = np.where(ways[:, 2] < -1e-3, above / np.maximum(-ways[:, 2], 1e-3), np.inf)
    seen = far < FARTHEST_M
    ways, far = ways[seen], far[seen]
    # how much ground a try stands for; each is taken as often as blades stand on it
    pixel_m2 = (far / camera.focal_px) ** 2 / np.maximum(-ways[:, 2], 0.02)
    area = (width + 2 * edge) * (height + 2 * edge) / tried
    fewer = np.maximum(far / FULL_M, 1.0) ** 2
    wanted = NEAR_PER_M2 / fewer * pixel_m2 * area
    wanted *= min(1.0, BLADES / max(float(wanted.sum()), 1.0))
    taken = np.repeat(np.arange(len(far)), rng.poisson(wanted))
    places = camera.origin + far[taken, None] * ways[taken]
    smear = np.sqrt(pixel_m2[taken] * area)[:, None]
    places[:, :2] += smear * (rng.random((len(taken), 2)) - 0.5)
    places[:, 2] = -ROOT_M
    return places, np.sqrt(fewer[taken])


def _colours(
    count: int, ahead: np.ndarray, lean: np.ndarray, z: np.ndarray, roots: np.ndarray, light: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """(count, STEPS + 1, 3) linear."""
    base = GREENS[rng.integers(len(GREENS), size=count)] * rng.uniform(0.75, 1.25, (count, 1))
    base = np.where(rng.random((count, 1)) < STRAWS, STRAW * rng.uniform(0.5, 1.1, (count, 1)), base)
    base *= patches(rng)(roots[:, :2])[:, None] ** np.array([1.2, 1.0, 0.8])
    normal = np.stack([-lean * ahead[:, 0], -lean * ahead[:, 1], np.ones(count)], 1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    lit = 0.62 + 0.55 * np.abs(normal @ light)
    deep = np.clip((z + ROOT_M) / (0.9 * ROOT_M), 0, 1.25)
    return base[:, None] * lit[:, None, None] * (0.10 + 0.95 * deep**1.4)[..., None]


def patches(rng: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """Lighter and darker patches of a lawn, a few decimetres large: places (n, 2) -> factors (n,)."""
    field = cv2.GaussianBlur(rng.standard_normal((128, 128)).astype(np.float32), (0, 0), 2.2)
    field = 1 + 0.13 * field / field.std()

    def at(places: np.ndarray) -> np.ndarray:
        grid = np.floor(places / 0.05).astype(int) % 128
        return np.clip(field[grid[:, 1], grid[:, 0]], 0.6, 1.5)

    return at


def _faces(count: int) -> np.ndarray:
    """Two triangles for each of STEPS parts of each blade."""
    i = 2 * np.arange(STEPS)
    one = np.concatenate([np.stack([i, i + 1, i + 3], 1), np.stack([i, i + 3, i + 2], 1)])
    return (one[None] + (2 * (STEPS + 1)) * np.arange(count)[:, None, None]).reshape(-1, 3)
