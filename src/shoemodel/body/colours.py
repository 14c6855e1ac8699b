"""Colours of cloth: what a word dyes denim, suiting, stretch cloth or knit in, linear rgb (ours).

A few dyes of each cloth are tables here, from which the world draws; all other words are data (colours.toml) and may be
modified: "light blue", "faded black", "#ff8800".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from shoemodel.errors import InputError

Rgb = tuple[float, float, float]
# linear rgb
CLOTH_COLOURS: dict[str, dict[str, Rgb]] = {
    "denim": {
        "blue": (0.055, 0.105, 0.235), "dark blue": (0.018, 0.03, 0.075), "light blue": (0.21, 0.33, 0.50),
        "black": (0.016, 0.016, 0.018), "grey": (0.13, 0.135, 0.14), "white": (0.72, 0.71, 0.68),
    },
    "cloth": {
        "beige": (0.50, 0.40, 0.27), "khaki": (0.27, 0.23, 0.13), "black": (0.016, 0.016, 0.017),
        "grey": (0.21, 0.21, 0.22), "navy": (0.016, 0.022, 0.055), "olive": (0.085, 0.095, 0.04),
        "brown": (0.12, 0.065, 0.035), "white": (0.74, 0.73, 0.70), "red": (0.36, 0.03, 0.035),
        "pink": (0.66, 0.34, 0.37), "green": (0.04, 0.16, 0.07), "cream": (0.70, 0.63, 0.48),
    },
    "suiting": {
        "grey": (0.15, 0.15, 0.16), "dark grey": (0.05, 0.05, 0.055), "navy": (0.014, 0.02, 0.05),
        "black": (0.014, 0.014, 0.015), "beige": (0.42, 0.34, 0.24), "brown": (0.09, 0.055, 0.035),
    },
    "stretch": {
        "black": (0.014, 0.014, 0.016), "dark grey": (0.06, 0.06, 0.065), "navy": (0.016, 0.02, 0.06),
        "burgundy": (0.12, 0.012, 0.025), "purple": (0.10, 0.04, 0.18), "green": (0.03, 0.12, 0.08),
        "grey": (0.24, 0.24, 0.25), "blue": (0.03, 0.09, 0.30), "pink": (0.62, 0.24, 0.36),
    },
    "knit": {
        "white": (0.80, 0.80, 0.78), "black": (0.016, 0.016, 0.017), "grey": (0.27, 0.27, 0.28),
        "navy": (0.016, 0.022, 0.06), "red": (0.40, 0.03, 0.04), "yellow": (0.72, 0.47, 0.05),
        "green": (0.05, 0.20, 0.09), "pink": (0.70, 0.36, 0.42), "blue": (0.05, 0.15, 0.42),
    },
}  # fmt: skip
DYE = {
    "skinny jeans": "denim", "jeans": "denim", "flared jeans": "denim", "suit trousers": "suiting",
    "leggings": "stretch", "tights": "stretch", "dungarees": "denim",
}  # fmt: skip
"""The cloth of a garment; "cloth" for those not here."""
# share of grey that a dye keeps on a cloth, and the darkest and lightest it gets
DULL = {"denim": 0.16, "suiting": 0.22, "cloth": 0.04, "stretch": 0.0, "knit": 0.0}
FAMILIES = ("white", "grey", "black", "brown", "red", "pink", "orange", "yellow", "green", "blue", "purple", "violet")
"""Colours that only say what another is a kind of: "mustard yellow" is mustard."""
DARKEST, LIGHTEST = 0.012, 0.80
WOVEN = {"denim": "denim", "wool": "suiting", "pinstripe": "suiting", "plain": "cloth", "corduroy": "cloth"}
HEX = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})")


@cache
def table() -> dict[str, dict[str, Any]]:
    """The data: words (sRGB), modifiers, spellings, shades."""
    return tomllib.loads((files("shoemodel.body") / "colours.toml").read_text(encoding="utf-8"))


def cloth_of(garment: str, weave: str = "") -> str:
    """What a garment is dyed as, a key of CLOTH_COLOURS; weave: where it is not the garment's own."""
    own = DYE.get(garment, "cloth")
    return own if own == "stretch" else WOVEN.get(weave, own)


def spelt(name: str) -> str:
    """A colour's name as the tables spell it: lower case, "grey", no hyphens."""
    name = " ".join(name.lower().replace("-", " ").split())
    words = [table()["spellings"].get(word, word) for word in name.split()]
    name = " ".join(word for word in words if word)
    return table()["spellings"].get(name, name)


def dye(name: str, cloth: str) -> Rgb:
    """Linear rgb of cloth in a colour: a word with modifiers before it, a shade ("dark"), or "#rrggbb".

    Raises InputError for a colour that is not known.
    """
    name = spelt(name)
    if name in CLOTH_COLOURS[cloth]:
        return CLOTH_COLOURS[cloth][name]
    if HEX.fullmatch(name):
        return _clipped(_linear(name))
    if name in table()["shades"][cloth]:
        return dye(table()["shades"][cloth][name], cloth)
    modifiers, base = split(name)
    if base in CLOTH_COLOURS[cloth]:
        rgb = np.array(CLOTH_COLOURS[cloth][base])
    elif base in table()["words"]:
        rgb = _dulled(_linear(table()["words"][base]), DULL[cloth])
    else:
        raise InputError(f"the colour {name!r} is not known: give a common word such as 'dark green', or '#2f7044'")
    for modifier in reversed(modifiers):
        rgb = _modified(rgb, **table()["modifiers"][modifier])
    return _clipped(rgb)


def split(name: str) -> tuple[list[str], str]:
    """Modifiers in their order, and the words after them."""
    words, modifiers = name.split(), []
    while len(words) > 1:
        length = next((n for n in (2, 1) if " ".join(words[:n]) in table()["modifiers"] and len(words) > n), 0)
        if not length:
            break
        modifiers.append(" ".join(words[:length]))
        words = words[length:]
    return modifiers, " ".join(words)


def _modified(
    rgb: np.ndarray, white: float = 0.0, grey: float = 0.0, gain: float = 1.0, tint: Sequence[float] = (1, 1, 1)
) -> np.ndarray:
    """Mixed with white and with its own grey, then made lighter, darker or tinged."""
    # as the eye sees it: half white looks half as far from white, and keeps some of its colour
    mixed = (np.cbrt(rgb) + white * (np.cbrt(0.80) - np.cbrt(rgb))) ** 3
    return np.clip(_dulled(mixed, grey - 0.4 * white) * gain * np.array(tint), 0, None)


def _dulled(rgb: np.ndarray, grey: float) -> np.ndarray:
    """A share of the colour replaced by the grey of its luminance; a negative share makes it more vivid."""
    return np.clip(rgb + grey * (rgb @ [0.2126, 0.7152, 0.0722] - rgb), 0, None)


def _linear(code: str) -> np.ndarray:
    """Linear rgb of "#rrggbb" or "#rgb"."""
    digits = code[1:] if len(code) == 7 else "".join(2 * digit for digit in code[1:])
    srgb = np.array([int(digits[n : n + 2], 16) for n in (0, 2, 4)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _clipped(rgb: np.ndarray) -> Rgb:
    red, green, blue = (float(value) for value in np.clip(rgb, DARKEST, LIGHTEST))
    return red, green, blue
