"""Colours and finishes of shoes: names for captions, linear RGB for rendering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from shoemodel.render.parts import Material


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
    (_srgb("pink", "eab0bd"), 2), (_srgb("hot pink", "d23c78"), 1),
)  # fmt: skip
_METALS = (_srgb("silver", "c9cacd"), _srgb("gold", "d2aa5e"), _srgb("bronze", "8d6140"), _srgb("rose gold", "d9a08c"))
_WHITE, _BLACK, _GUM, _LEATHER = (
    _srgb("white", "efede6"), _srgb("black", "1b1b1c"), _srgb("gum", "a9713d"), _srgb("brown", "5a3a22"),
)  # fmt: skip
_CREAM = _srgb("off-white", "e3dcc9")
_LININGS = (
    _srgb("beige", "cbb899"), _srgb("tan", "a97f55"), _srgb("grey", "8d8d8f"), _srgb("dark grey", "3a3a3c"),
    _srgb("off-white", "e2dccf"), _srgb("white", "ecebe7"),
)  # fmt: skip

FINISHES = {
    "leather": Material("leather", roughness=0.42, specular=0.45, clearcoat=0.1),
    "suede": Material("suede", roughness=0.95, specular=0.1, sheen=0.6),
    "velvet": Material("suede", roughness=1.0, specular=0.1, sheen=1.0),
    "patent": Material("patent", roughness=0.12, specular=0.6, clearcoat=0.8),
    "canvas": Material("cloth", roughness=0.9, specular=0.2, sheen=0.2),
    "denim": Material("cloth", roughness=0.95, specular=0.2, sheen=0.2),
    "knit": Material("cloth", roughness=0.85, specular=0.2, sheen=0.3),
    "mesh": Material("cloth", roughness=0.75, specular=0.2, sheen=0.1),
    "satin": Material("cloth", roughness=0.33, specular=0.3, sheen=0.5),
    "felt": Material("cloth", roughness=1.0, specular=0.1, sheen=0.7),
    "crocodile": Material("leather", roughness=0.28, specular=0.5, clearcoat=0.3),
    "metallic": Material("leather", roughness=0.30, specular=0.5, metallic=1.0),
    "iridescent": Material("leather", roughness=0.22, specular=0.5, metallic=0.75),
    "glitter": Material("leather", roughness=0.35, specular=0.5, metallic=0.9),
    "rubber": Material("rubber", roughness=0.55, specular=0.35),
}
RUBBER = Material("rubber", roughness=0.6, specular=0.35)
METAL = Material("plain", roughness=0.25, specular=0.5, metallic=1.0)
LINING = Material("cloth", roughness=0.85, specular=0.2, sheen=0.3)
SPORT = ("sneaker", "platform sneaker", "high-top", "running shoe", "children's shoe")
_DRESS = ("pump", "ballerina")
# how often a family is made in each finish
_FINISH_SHARES: dict[str, dict[str, float]] = {
    "sport": {"leather": 0.36, "canvas": 0.22, "knit": 0.07, "suede": 0.14, "mesh": 0.08, "denim": 0.03,
              "patent": 0.03, "metallic": 0.03, "iridescent": 0.03, "velvet": 0.01},
    "running shoe": {"mesh": 0.55, "knit": 0.35, "iridescent": 0.04, "suede": 0.06},
    "dress": {"leather": 0.34, "patent": 0.22, "suede": 0.16, "satin": 0.09, "metallic": 0.07, "glitter": 0.04,
              "velvet": 0.03, "crocodile": 0.05},
    "hiking boot": {"suede": 0.45, "leather": 0.35, "mesh": 0.1, "canvas": 0.1},
    "espadrille": {"canvas": 0.6, "denim": 0.1, "suede": 0.15, "leather": 0.1, "satin": 0.05},
    "clog": {"leather": 0.3, "suede": 0.27, "rubber": 0.25, "felt": 0.18},
    "other": {"leather": 0.57, "suede": 0.21, "patent": 0.08, "crocodile": 0.04, "metallic": 0.03, "velvet": 0.02,
              "canvas": 0.03, "denim": 0.02},
}  # fmt: skip


def material(finish: str) -> Material:
    """Material of a finish, one of FINISHES."""
    return FINISHES[finish]


def _draw(rng: np.random.Generator, shares: dict[str, float]) -> str:
    weights = np.array(list(shares.values()))
    return str(rng.choice(list(shares), p=weights / weights.sum()))


def sample_finish(rng: np.random.Generator, family: str) -> str:
    """A finish that the family is really made in."""
    kind = "sport" if family in SPORT else "dress" if family in _DRESS else "other"
    return _draw(rng, _FINISH_SHARES.get(family, _FINISH_SHARES[kind]))


def sample_second_finish(rng: np.random.Generator, family: str, finish: str) -> str:
    """Finish of the panels: often the same, on sport shoes a mix."""
    if rng.random() < (0.4 if family in SPORT else 0.75):
        return finish
    if family in SPORT:
        return _draw(rng, {"leather": 0.4, "suede": 0.35, "patent": 0.1, "metallic": 0.1, "iridescent": 0.05})
    return _draw(rng, {"leather": 0.35, "suede": 0.25, "patent": 0.2, "metallic": 0.1, "crocodile": 0.1})


def sample_print(rng: np.random.Generator, family: str, finish: str) -> str:
    """A print, mostly none; only where cloth or hide would bear it."""
    chance = 0.22 if family in (*SPORT, "ballerina") else 0.12
    if finish in ("crocodile", "metallic", "iridescent", "glitter", "felt") or rng.random() > chance:
        return ""
    if finish in ("canvas", "knit", "mesh", "denim", "satin") or family in SPORT:
        return _draw(rng, {"floral": 3, "dotted": 1, "camouflage": 1, "tie-dye": 1, "plaid": 1, "checked": 1,
                           "striped": 1, "gradient": 1.5, "leopard": 1, "geometric": 1.5, "splattered": 1})  # fmt: skip
    return _draw(rng, {"leopard": 2, "zebra": 1, "snakeskin": 2, "floral": 1.5, "dotted": 0.7, "plaid": 0.7,
                       "gradient": 0.7})  # fmt: skip


def sample_sole_look(rng: np.random.Generator, values: dict[str, Any]) -> str:
    """How the sole is made, as far as it can be seen: "" is plain rubber or leather."""
    if values["sole_kind"] == "welt":
        tall = values.get("heel", 0.0) > 0.012 and values.get("heel_kind", "block") in ("block", "cone", "wedge")
        options = ["", "stacked", "stacked"] if tall else [""]
        options += ["rope", "wood"] if values.get("heel_kind") == "wedge" else []
        return str(rng.choice(options))
    if values.get("laces"):
        return str(rng.choice(["", "", "", "speckled"]))
    return str(rng.choice(["", "", "cork", "wood", "rope"]))


def _pick(rng: np.random.Generator, saturated: float, besides: tuple[str, ...] = ()) -> Colour:
    palette = _SATURATED if rng.random() < saturated else _NEUTRAL
    pool = [(c, w) for c, w in palette if c.name not in besides]
    weights = np.array([w for _, w in pool], float)
    return pool[rng.choice(len(pool), p=weights / weights.sum())][0]


def sample_colours(rng: np.random.Generator, family: str, finish: str) -> dict[str, Colour]:
    """Colours of the places of a shoe: body, second, third, accent, metal, lining, sole, outsole, stripe, laces.

    Sport shoes have one to four colours, others mostly one.
    """
    sport = family in SPORT
    body = _pick(rng, 0.3)
    if finish in ("metallic", "glitter") and rng.random() < 0.75:
        body = _METALS[rng.integers(len(_METALS))]
    count = int(rng.choice([1, 2, 3], p=[0.2, 0.4, 0.4] if sport else [0.68, 0.24, 0.08]))
    second = _pick(rng, 0.4, (body.name,)) if count > 1 else body
    third = _pick(rng, 0.6, (body.name, second.name)) if count > 2 else (body, second)[rng.integers(2)]
    accent = _pick(rng, 0.7, (body.name, second.name, third.name))
    soles = [_WHITE] * 5 + [_CREAM] * 2 + [_BLACK, _GUM, body, accent] if sport else [_BLACK] * 4 + [_LEATHER, _GUM]
    if family in ("pump", "ballerina", "sandal", "clog"):
        soles = [body, body, _BLACK, _LEATHER, _GUM]
        soles += [_WHITE, _CREAM] * 2 if family in ("sandal", "clog") else []
    sole = soles[rng.integers(len(soles))]
    outsole = (_GUM, _BLACK, sole, accent, _WHITE)[rng.integers(5)] if sport else (_BLACK, sole)[rng.integers(2)]
    lining = (body, body, accent)[rng.integers(3)] if rng.random() < 0.45 else _LININGS[rng.integers(len(_LININGS))]
    laces = (_WHITE, body, accent, third, _CREAM)[rng.integers(5)] if sport else (body, _BLACK)[rng.integers(2)]
    stripe = accent if rng.random() < 0.6 else second
    metal = _METALS[rng.integers(len(_METALS))]
    return dict(
        body=body, second=second, third=third, accent=accent, metal=metal, lining=lining, sole=sole, outsole=outsole,
        stripe=stripe, laces=laces,
    )  # fmt: skip


def sample_open_colours(rng: np.random.Generator, finish: str) -> dict[str, Colour]:
    """Colours of an open shoe: as `sample_colours`, with an insole of its own, often pale or of the straps' colour."""
    colours = sample_colours(rng, "sandal", finish)
    insoles = [colours["body"], colours["body"], colours["lining"], colours["accent"], _BLACK, *_LININGS]
    colours["insole"] = insoles[rng.integers(len(insoles))]
    return colours


def nearest_colour(rgb: np.ndarray) -> Colour:
    """The named colour closest to a linear RGB, compared roughly as the eye does."""
    named = [c for c, _ in _NEUTRAL + _SATURATED]
    distances = [np.linalg.norm(np.cbrt(c.rgb) - np.cbrt(rgb)) for c in named]
    return named[int(np.argmin(distances))]
