"""Colours and finishes of shoes: names for captions, linear RGB for rendering."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shoemodel.world.parts import Material


@dataclass(frozen=True)
class Colour:
    """A word for captions and the linear RGB that it stands for."""

    name: str
    rgb: tuple[float, float, float]


def _srgb(name: str, hexadecimal: str) -> Colour:
    values = (int(hexadecimal[i : i + 2], 16) / 255 for i in (0, 2, 4))
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return Colour(name, (r, g, b))


_NEUTRAL = (
    (_srgb("white", "f1f0ec"), 5), (_srgb("off-white", "e6dfcf"), 2), (_srgb("black", "1d1c1e"), 5),
    (_srgb("dark grey", "46474b"), 2), (_srgb("grey", "94969a"), 2), (_srgb("beige", "cdb893"), 3),
    (_srgb("tan", "b07d4b"), 3), (_srgb("brown", "6b4226"), 3), (_srgb("dark brown", "3d281c"), 2),
    (_srgb("navy", "232f4d"), 2),
)  # fmt: skip
_SATURATED = (
    (_srgb("red", "b3202a"), 2), (_srgb("burgundy", "5e1a28"), 1), (_srgb("orange", "d9742b"), 1),
    (_srgb("yellow", "e8c63c"), 1.5), (_srgb("olive", "6a6b3b"), 1), (_srgb("green", "2f7a4a"), 1.5),
    (_srgb("mint", "a9dcc3"), 1.5), (_srgb("teal", "1f6f78"), 1), (_srgb("light blue", "9cc3e0"), 1.5),
    (_srgb("blue", "2a55b0"), 2), (_srgb("lilac", "c9b6e2"), 1.5), (_srgb("purple", "5b3b86"), 1),
    (_srgb("pink", "eab0bd"), 2), (_srgb("hot pink", "d23c78"), 1), (_srgb("silver", "b9bbbf"), 1),
    (_srgb("gold", "b8954f"), 1),
)  # fmt: skip
_WHITE, _BLACK, _GUM, _LEATHER = (
    _srgb("white", "efede6"), _srgb("black", "1b1b1c"), _srgb("gum", "a9713d"), _srgb("brown", "5a3a22"),
)  # fmt: skip
_LININGS = (_srgb("beige", "cbb899"), _srgb("tan", "a97f55"), _srgb("grey", "8d8d8f"), _srgb("dark grey", "3a3a3c"))

_FINISHES = {
    "leather": Material("leather", roughness=0.42, specular=0.45, clearcoat=0.1),
    "suede": Material("suede", roughness=0.95, specular=0.1, sheen=0.5),
    "patent": Material("patent", roughness=0.12, specular=0.6, clearcoat=0.8),
    "canvas": Material("cloth", roughness=0.9, specular=0.2, sheen=0.3),
    "knit": Material("cloth", roughness=0.85, specular=0.2, sheen=0.4),
}
RUBBER = Material("rubber", roughness=0.6, specular=0.35)
LINING = Material("cloth", roughness=0.85, specular=0.2, sheen=0.2)
_SPORT = ("sneaker", "platform sneaker", "high-top")


def material(finish: str) -> Material:
    """Material of a finish: leather, suede, patent, canvas or knit."""
    return _FINISHES[finish]


def sample_finish(rng: np.random.Generator, family: str) -> str:
    """A finish that the family is really made in."""
    if family in _SPORT:
        return str(rng.choice(["leather", "canvas", "knit", "suede"], p=[0.4, 0.25, 0.2, 0.15]))
    if family in ("pump", "ballerina"):
        return str(rng.choice(["leather", "patent", "suede"], p=[0.4, 0.35, 0.25]))
    return str(rng.choice(["leather", "suede", "patent"], p=[0.65, 0.25, 0.1]))


def _pick(rng: np.random.Generator, saturated: float, besides: tuple[str, ...] = ()) -> Colour:
    palette = _SATURATED if rng.random() < saturated else _NEUTRAL
    pool = [(c, w) for c, w in palette if c.name not in besides]
    weights = np.array([w for _, w in pool], float)
    return pool[rng.choice(len(pool), p=weights / weights.sum())][0]


def sample_colours(rng: np.random.Generator, family: str) -> dict[str, Colour]:
    """Colours of the places of a shoe: body, second, accent, lining, sole, outsole, stripe, laces."""
    sport = family in _SPORT
    body = _pick(rng, 0.3)
    second = _pick(rng, 0.35, (body.name,)) if sport or rng.random() < 0.35 else body
    accent = _pick(rng, 0.7, (body.name, second.name))
    soles = [_WHITE] * 5 + [_BLACK, _GUM, body] if sport else [_BLACK] * 4 + [_LEATHER] * 2 + [_GUM]
    if family in ("pump", "ballerina", "sandal"):
        soles = [body, body, _BLACK, _LEATHER]
    sole = soles[rng.integers(len(soles))]
    outsole = (_GUM, _BLACK, sole, accent)[rng.integers(4)] if sport else _BLACK
    lining = body if rng.random() < 0.25 else _LININGS[rng.integers(len(_LININGS))]
    laces = (_WHITE, body, accent)[rng.integers(3)] if sport else (body, _BLACK)[rng.integers(2)]
    stripe = accent if rng.random() < 0.6 else second
    return dict(
        body=body, second=second, accent=accent, lining=lining, sole=sole, outsole=outsole, stripe=stripe, laces=laces
    )


def nearest_colour(rgb: np.ndarray) -> Colour:
    """The named colour closest to a linear RGB, compared roughly as the eye does."""
    named = [c for c, _ in _NEUTRAL + _SATURATED]
    distances = [np.linalg.norm(np.cbrt(c.rgb) - np.cbrt(rgb)) for c in named]
    return named[int(np.argmin(distances))]
