"""Prints: patterns over the whole upper, drawn by rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from shoemodel.shoes.coat import Coat, Places, noise
from shoemodel.shoes.implicit import smooth_step


@dataclass(frozen=True)
class Ink:
    """What a print is made with: its colours (k, 3), of which the first covers most, and points spread over the
    upper, at least `apart` metres from each other."""

    colours: np.ndarray
    spots: np.ndarray
    apart: float


def spread(points: np.ndarray, apart: float, rng: np.random.Generator) -> np.ndarray:
    """Some of the points (n, 3), no two closer than `apart`."""
    left = points[rng.permutation(len(points))[:6000]]
    tree = cKDTree(left)
    alive = np.ones(len(left), bool)
    chosen = []
    for k in range(len(left)):
        if alive[k]:
            chosen.append(k)
            alive[tree.query_ball_point(left[k], apart)] = False
    return left[chosen]


def _nearest(places: Places, ink: Ink) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number of the nearest spot (n,), and the distance (n,) and angle (n,) from it along the surface."""
    _, number = cKDTree(ink.spots).query(places.points)
    offset = places.points - ink.spots[number]
    offset -= (offset * places.normals).sum(1, keepdims=True) * places.normals
    first = np.cross(places.normals, [0.31, 0.2, 0.93])
    first /= np.linalg.norm(first, axis=1, keepdims=True) + 1e-9
    second = np.cross(places.normals, first)
    angle = np.arctan2((offset * second).sum(1), (offset * first).sum(1))
    return number, np.linalg.norm(offset, axis=1), angle


def _floral(coat: Coat, places: Places, ink: Ink, rng: np.random.Generator) -> None:
    """Blossoms with petals and a centre, leaves between them."""
    number, distance, angle = _nearest(places, ink)
    count = len(ink.spots)
    radius = (ink.apart * rng.uniform(0.34, 0.56, count))[number]
    petals, turn = rng.integers(4, 8, count)[number], rng.uniform(0, 6.3, count)[number]
    hue = rng.integers(1, len(ink.colours), count)[number]
    leaf_at = angle - turn - 2.4
    leaf = np.hypot(distance * np.sin(leaf_at) / 0.35, distance * np.cos(leaf_at) - 1.15 * radius) - 0.42 * radius
    green = np.array([0.06, 0.20, 0.08]) * rng.uniform(0.6, 1.8)
    coat.lay(leaf, green)
    ripple = 0.72 + 0.28 * np.abs(np.cos(petals * (angle - turn) / 2))
    coat.lay(distance - radius * ripple, ink.colours[hue] * (0.7 + 0.5 * np.clip(distance / radius, 0, 1))[:, None])
    coat.lay(distance - 0.26 * radius, np.array([0.75, 0.55, 0.08]))


def _dotted(coat: Coat, places: Places, ink: Ink, rng: np.random.Generator) -> None:
    _, distance, _ = _nearest(places, ink)
    coat.lay(distance - ink.apart * rng.uniform(0.22, 0.34), ink.colours[1])


def _splattered(coat: Coat, places: Places, ink: Ink, rng: np.random.Generator) -> None:
    number, distance, angle = _nearest(places, ink)
    count = len(ink.spots)
    radius = (ink.apart * rng.uniform(0.05, 0.5, count) ** 1.3)[number]
    lobes = 1 + 0.25 * np.sin(3 * angle + number) + 0.15 * np.sin(7 * angle + 2 * number)
    coat.lay(distance - radius * lobes, ink.colours[rng.integers(1, len(ink.colours), count)[number]])


def _leopard(coat: Coat, places: Places, ink: Ink, rng: np.random.Generator) -> None:
    """Dark broken rings round a browner middle."""
    number, distance, angle = _nearest(places, ink)
    coat.colours = np.tile(np.array([0.50, 0.30, 0.13]) * rng.uniform(0.6, 1.5), (len(distance), 1))
    radius = 0.42 * ink.apart * (1 + 0.22 * np.sin(2 * angle + number) + 0.12 * np.sin(5 * angle + 3 * number))
    coat.lay(distance - 0.75 * radius, np.array([0.22, 0.10, 0.04]))
    gap = 0.35 - np.abs((angle + number) % 2.1 - 1.05)
    coat.lay(np.maximum(np.abs(distance - 0.8 * radius) - 0.28 * radius, gap * radius), np.array([0.02, 0.014, 0.01]))


def _zebra(coat: Coat, places: Places, ink: Ink, rng: np.random.Generator) -> None:
    bend = noise(places.points, 26, rng, 1)
    phase = places.ahead * rng.uniform(38, 55) + 0.35 * bend + 8 * places.rise
    edge = (np.abs(phase % 1 - 0.5) - 0.25 - 0.05 * noise(places.points, 40, rng, 1)) * 0.02
    coat.colours = np.tile([0.75, 0.72, 0.66], (len(edge), 1))
    coat.lay(edge, np.array([0.02, 0.018, 0.017]))


def _snakeskin(coat: Coat, places: Places, ink: Ink, rng: np.random.Generator) -> None:
    """Rows of scales, in darker and lighter fields."""
    size = rng.uniform(0.005, 0.008)
    u, v = (places.ahead + places.up) / size, (places.ahead - places.up) / size
    fields = noise(places.points, 22, rng, 2)
    coat.shade(0.45 + 0.65 * smooth_step(fields, -0.5, 0.4))
    coat.shade(0.9 + 0.2 * np.sin(np.floor(u) * 12.9 + np.floor(v) * 78.2))
    border = (0.5 - np.maximum(np.abs(u % 1 - 0.5), np.abs(v % 1 - 0.5))) * size
    coat.seam(border, 0.0008)


def _camouflage(coat: Coat, places: Places, ink: Ink, rng: np.random.Generator) -> None:
    greens = np.array([[0.16, 0.17, 0.08], [0.06, 0.09, 0.04], [0.28, 0.22, 0.12], [0.025, 0.025, 0.02]])
    tones = greens if rng.random() < 0.6 else np.concatenate([ink.colours, ink.colours[:1] * 0.5])
    coat.colours = np.tile(tones[0], (len(places.points), 1))
    frequency = rng.uniform(28, 50)
    for tone in tones[1:]:
        field = noise(places.points * [1, 0.7, 1.2], frequency, rng, 2)
        coat.lay((rng.uniform(0.2, 0.5) - field) / (1.6 * frequency), tone)


def _tie_dye(coat: Coat, places: Places, ink: Ink, rng: np.random.Generator) -> None:
    """Rings of colour that run into each other, warped."""
    centre = np.array([rng.uniform(-0.04, 0.04), rng.uniform(-0.2, -0.05), rng.uniform(0.02, 0.07)])
    distance = np.linalg.norm(places.points - centre, axis=1) * rng.uniform(18, 30)
    at = (distance + 0.5 * noise(places.points, 30, rng, 3)) % len(ink.colours)
    below = at.astype(int)
    mix = smooth_step(at - below, 0.25, 0.75)[:, None]
    wheel = np.concatenate([ink.colours, ink.colours[:1]])
    coat.colours = wheel[below] * (1 - mix) + wheel[below + 1] * mix


def _plaid(coat: Coat, places: Places, ink: Ink, rng: np.random.Generator) -> None:
    pitch = rng.uniform(0.016, 0.030)
    for value, turn in ((places.ahead, 0), (places.up, 1)):
        at = value / pitch + 0.3 * turn
        for middle, width, colour in ((0.3, 0.16, 1), (0.72, 0.05, 2), (0.85, 0.03, 1)):
            band = smooth_step((np.abs(at % 1 - middle) - width) * pitch, 0.0005, -0.0005)[:, None]
            coat.colours = coat.colours * (1 - 0.55 * band) + 0.55 * band * ink.colours[colour]
            coat.near = np.minimum(coat.near, np.abs(np.abs(at % 1 - middle) - width) * pitch)


def _checked(coat: Coat, places: Places, ink: Ink, rng: np.random.Generator) -> None:
    size = rng.uniform(0.007, 0.014)
    u, v = places.ahead / size, places.up / size
    distance = np.minimum(0.5 - np.abs(u % 1 - 0.5), 0.5 - np.abs(v % 1 - 0.5)) * size
    odd = (np.floor(u) + np.floor(v)) % 2 == 1
    coat.lay(np.where(odd, -distance, distance), ink.colours[1])


def _striped(coat: Coat, places: Places, ink: Ink, rng: np.random.Generator) -> None:
    slant, pitch = rng.uniform(-1, 1), rng.uniform(0.008, 0.02)
    at = (places.ahead + slant * places.up) / pitch
    coat.lay((np.abs(at % 1 - 0.5) - 0.22) * pitch, ink.colours[1])
    coat.lay((np.abs((at + 0.5) % 1 - 0.5) - 0.06) * pitch, ink.colours[2])


def _gradient(coat: Coat, places: Places, ink: Ink, rng: np.random.Generator) -> None:
    steep = rng.uniform(-0.6, 0.6)
    at = smooth_step(places.s + steep * places.rise * 4, 0.1, 0.9)[:, None]
    stops = ink.colours[1:3]
    coat.colours = np.where(at < 0.5, coat.colours * (1 - 2 * at) + stops[0] * 2 * at, 0)
    coat.colours += np.where(at >= 0.5, stops[0] * (2 - 2 * at) + stops[1] * (2 * at - 1), 0)


def _geometric(coat: Coat, places: Places, ink: Ink, rng: np.random.Generator) -> None:
    """Triangles or zigzags in several colours."""
    size = rng.uniform(0.012, 0.024)
    u, v = places.ahead / size, places.up / size
    fold = np.abs((u + 0.5 * (np.floor(v) % 2)) % 1 - 0.5) * 2
    if rng.random() < 0.5:
        number = np.floor(v).astype(int) % (len(ink.colours) - 1)
        coat.lay((fold - (v % 1)) * size * 0.6, ink.colours[1 + number])
    else:
        band = v + fold * 0.7
        number = np.floor(2 * band).astype(int) % len(ink.colours)
        coat.colours = ink.colours[number]
        coat.near = np.minimum(coat.near, (0.5 - np.abs(2 * band % 1 - 0.5)) * size * 0.35)


PRINTS: dict[str, Callable[[Coat, Places, Ink, np.random.Generator], None]] = {
    "floral": _floral, "dotted": _dotted, "splattered": _splattered, "leopard": _leopard, "zebra": _zebra,
    "snakeskin": _snakeskin, "camouflage": _camouflage, "tie-dye": _tie_dye, "plaid": _plaid, "checked": _checked,
    "striped": _striped, "gradient": _gradient, "geometric": _geometric,
}  # fmt: skip
APART = {"floral": (0.016, 0.032), "dotted": (0.007, 0.016), "splattered": (0.010, 0.020), "leopard": (0.009, 0.016)}
"""How far the spots of a print are from each other, metres: least and most."""
