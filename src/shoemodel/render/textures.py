"""Procedural colour of floors and walls: tiling pictures in linear RGB, (SIDE, SIDE, 3) float32 (ours)."""

from collections.abc import Callable

import cv2
import numpy as np

SIDE = 512

WOODS = ((0.40, 0.24, 0.13), (0.55, 0.40, 0.26), (0.19, 0.11, 0.07), (0.44, 0.40, 0.36), (0.62, 0.52, 0.40))
TILES = ((0.72, 0.70, 0.67), (0.17, 0.17, 0.19), (0.58, 0.53, 0.44), (0.45, 0.47, 0.48), (0.60, 0.36, 0.25))
STONES = ((0.36, 0.35, 0.33), (0.46, 0.42, 0.36), (0.27, 0.28, 0.30))
CARPETS = ((0.34, 0.30, 0.26), (0.12, 0.14, 0.20), (0.30, 0.08, 0.08), (0.20, 0.24, 0.18), (0.55, 0.52, 0.47))
BRICKS = ((0.36, 0.14, 0.09), (0.50, 0.34, 0.22), (0.55, 0.53, 0.50), (0.22, 0.12, 0.10))


def make(kind: str, rng: np.random.Generator) -> np.ndarray:
    """A texture of one of `KINDS`."""
    if kind not in KINDS:
        raise ValueError(f"no texture {kind!r}; there are {', '.join(KINDS)}")
    return np.clip(KINDS[kind](rng), 0.01, 0.92).astype(np.float32)


def plain(colour: np.ndarray, rng: np.random.Generator, contrast: float = 0.03) -> np.ndarray:
    """One colour with faint clouds: paint, paper, plaster."""
    clouds = noise(rng, first=4)
    return np.clip(np.asarray(colour) * (1 + contrast * clouds)[..., None], 0.01, 0.92).astype(np.float32)


def noise(
    rng: np.random.Generator, first: int = 4, stretch: tuple[int, int] = (1, 1), gain: float = 0.55
) -> np.ndarray:
    """Tiling fractal noise of unit std, (SIDE, SIDE); `first` cells a side at the coarsest, `stretch` more or
    fewer of them in (y, x)."""
    total, weight = np.zeros((SIDE, SIDE), np.float32), 1.0
    while first * max(stretch) <= SIDE:
        total += weight * _value_noise(rng, first * stretch[0], first * stretch[1])
        first, weight = first * 2, weight * gain
    return total / max(float(total.std()), 1e-6)


def _value_noise(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Random values on a grid, interpolated; the right and lower border meet the left and upper one."""
    grid = rng.standard_normal((rows, columns)).astype(np.float32)
    padded = np.pad(grid, 1, mode="wrap")
    scale_y, scale_x = SIDE // rows, SIDE // columns
    size = ((columns + 2) * scale_x, (rows + 2) * scale_y)
    fine = cv2.resize(padded, size, interpolation=cv2.INTER_LINEAR)
    return fine[scale_y : scale_y + SIDE, scale_x : scale_x + SIDE]


def _grid() -> tuple[np.ndarray, np.ndarray]:
    """u to the right, v down, both in [0, 1)."""
    axis = (np.arange(SIDE) + 0.5) / SIDE
    return np.meshgrid(axis, axis)


def _pick(colours: tuple[tuple[float, float, float], ...], rng: np.random.Generator) -> np.ndarray:
    return np.array(colours[rng.integers(len(colours))]) * rng.uniform(0.85, 1.15)


def wood(rng: np.random.Generator) -> np.ndarray:
    """Planks along u, each with its own tone, grain and end."""
    u, v = _grid()
    planks = int(rng.choice([6, 8, 10]))
    row = (v * planks).astype(int)
    along = (u + rng.random(planks)[row]) * 2 % 2
    tone = rng.normal(1, 0.13, (planks, 2))[row, along.astype(int)]
    grain = noise(rng, first=2, stretch=(32, 1), gain=0.8)
    shade = tone * (1 + 0.10 * grain + 0.05 * noise(rng))
    colour = _pick(WOODS, rng) * shade[..., None]
    gap = (v * planks % 1 < 0.025) | (along % 1 < 0.006)
    colour[gap] *= rng.uniform(0.25, 0.6)
    return colour


def tile(rng: np.random.Generator) -> np.ndarray:
    """Square tiles with joints, at times a chequerboard."""
    u, v = _grid()
    count = int(rng.choice([2, 4, 6, 8]))
    column, row = (u * count).astype(int), (v * count).astype(int)
    tone = rng.normal(1, 0.05, (count, count))[row, column]
    colour = _pick(TILES, rng) * (tone * (1 + rng.uniform(0.02, 0.08) * noise(rng, first=8)))[..., None]
    if rng.random() < 0.3:
        colour[(column + row) % 2 == 0] *= rng.uniform(0.2, 0.6)
    width = rng.uniform(0.006, 0.014) * count
    colour[(u * count % 1 < width) | (v * count % 1 < width)] = rng.uniform(0.12, 0.6)
    return colour


def stone(rng: np.random.Generator) -> np.ndarray:
    """Paving: oblong slabs in a running bond, worn joints."""
    u, v = _grid()
    rows, columns = 8, int(rng.choice([2, 4]))
    row = (v * rows).astype(int)
    along = (u * columns + 0.5 * (row % 2)) % columns
    tone = rng.normal(1, 0.12, (rows, columns))[row, along.astype(int)]
    colour = _pick(STONES, rng) * (tone * (1 + 0.12 * noise(rng, first=16, gain=0.8)))[..., None]
    colour[(along % 1 < 0.012 * columns) | (v * rows % 1 < 0.06)] *= 0.45
    return colour


def asphalt(rng: np.random.Generator) -> np.ndarray:
    """Dark, with light chips of stone."""
    shade = 1 + 0.15 * noise(rng) + 0.3 * noise(rng, first=128)
    colour = np.array([0.115, 0.115, 0.12]) * rng.uniform(0.7, 1.6) * shade[..., None]
    chips = rng.random((SIDE, SIDE)) < 0.02
    colour[chips] *= 2.0
    return colour


def concrete(rng: np.random.Generator) -> np.ndarray:
    """Grey with stains and pores."""
    shade = 1 + 0.14 * noise(rng) + 0.05 * noise(rng, first=64)
    return np.array([0.40, 0.39, 0.37]) * rng.uniform(0.7, 1.3) * shade[..., None]


def carpet(rng: np.random.Generator) -> np.ndarray:
    """Pile; half of them with a woven pattern of stripes or diamonds."""
    u, v = _grid()
    colour = _pick(CARPETS, rng) * (1 + 0.16 * noise(rng, first=128) + 0.05 * noise(rng))[..., None]
    if rng.random() < 0.5:
        count = int(rng.choice([4, 6, 8]))
        phase = u * count if rng.random() < 0.5 else np.abs(u * count % 1 - 0.5) + np.abs(v * count % 1 - 0.5)
        colour[phase % 1 < 0.5] *= rng.uniform(0.4, 1.8, 3)
    return colour


def grass(rng: np.random.Generator) -> np.ndarray:
    """Many short blades of varying green over dark soil."""
    canvas = np.full((SIDE, SIDE, 3), (0.03, 0.04, 0.015), np.float32)
    count = 9000
    start = rng.integers(0, SIDE, (count, 2))
    reach = rng.normal(0, 9, (count, 2))
    green = np.array([0.10, 0.20, 0.04]) * rng.uniform(0.7, 1.4, 3)
    colours = green * rng.uniform(0.35, 1.5, (count, 1)) * rng.uniform(0.85, 1.15, (count, 3))
    for point, move, colour in zip(start, reach, colours, strict=True):
        end = (int(point[0] + move[0]), int(point[1] + move[1]))
        cv2.line(canvas, (int(point[0]), int(point[1])), end, colour.tolist(), 2, cv2.LINE_AA)
    return canvas * (1 + 0.2 * noise(rng))[..., None]


def brick(rng: np.random.Generator) -> np.ndarray:
    """Running bond with mortar."""
    u, v = _grid()
    rows, columns = 16, 8
    row = (v * rows).astype(int)
    along = (u * columns + 0.5 * (row % 2)) % columns
    tone = rng.normal(1, 0.15, (rows, columns))[row, along.astype(int)]
    colour = _pick(BRICKS, rng) * (tone * (1 + 0.15 * noise(rng, first=16)))[..., None]
    colour[(along % 1 < 0.05) | (v * rows % 1 < 0.1)] = np.array([0.45, 0.43, 0.40]) * rng.uniform(0.7, 1.2)
    return colour


def leaves(rng: np.random.Generator) -> np.ndarray:
    """A hedge: blobs of leaf green with deep gaps."""
    colour = np.array([0.05, 0.11, 0.025]) * rng.uniform(0.7, 1.5, 3)
    shade = np.exp(0.55 * noise(rng, first=32, gain=0.9) + 0.2 * noise(rng))
    return colour * shade[..., None]


def facade(rng: np.random.Generator) -> np.ndarray:
    """A house front: rows of dark windows in a wall."""
    u, v = _grid()
    wall = plain(rng.uniform(0.15, 0.7, 3) * 0.5 + rng.uniform(0.1, 0.35), rng, 0.08).astype(float)
    columns, rows = int(rng.choice([2, 3, 4])), int(rng.choice([2, 3, 4]))
    x, y = u * columns % 1, v * rows % 1
    window = (x > 0.28) & (x < 0.72) & (y > 0.2) & (y < 0.78)
    wall[window] = np.array([0.05, 0.07, 0.09]) * (1 + 0.5 * y[window, None])
    frame = window & ((np.abs(x - 0.5) < 0.02) | (x < 0.31) | (x > 0.69))
    wall[frame] = 0.6
    return wall


KINDS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "wood": wood,
    "tile": tile,
    "stone": stone,
    "asphalt": asphalt,
    "concrete": concrete,
    "carpet": carpet,
    "grass": grass,
    "brick": brick,
    "leaves": leaves,
    "facade": facade,
}
