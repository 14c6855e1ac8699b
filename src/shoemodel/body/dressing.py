"""A prompt's reading becomes an outfit for one shoe: what is not said is plain and leaves the shoe to be seen (ours).

No cloth may hang over the shoe, whose pixels stay: hems end clear of the collar, or inside a shaft.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from shoemodel.body.colours import CLOTH_COLOURS, Rgb, cloth_of, dye
from shoemodel.body.outfits import SKIN_TONES, Outfit, skin_tone
from shoemodel.body.patterns import palette
from shoemodel.body.phrases import words
from shoemodel.body.prompt import Reading
from shoemodel.body.skirts import SKIRTS
from shoemodel.body.trousers import CUTS, TUCK_M

WOMENS = ("pump", "ballerina", "tall boot", "mule", "slingback", "strappy sandal", "platform sandal")
SOCKLESS = (
    "pump", "ballerina", "loafer", "sandal", "clog", "tall boot", "espadrille", "slide", "flip-flop", "mule",
    "slingback", "strappy sandal", "sport sandal", "platform sandal",
)  # fmt: skip
"""Families of shoes: worn by women where nothing is said, and worn without socks."""
DARK_SOCKS = ("derby", "ankle boot", "chelsea boot")
COLOURS = {
    "sweatpants": "grey", "corduroy trousers": "brown", "wide trousers": "black", "skirt": "black", "dress": "navy",
    "pleated skirt": "navy", "pencil skirt": "black",
}  # fmt: skip
"""Of garments of which no colour is said, where it is not their cloth's first."""
# how far hems stay above the collar, those of full-length trousers less; how high a shoe must be for trousers to be
# tucked into it, metres
CLEAR_M, SHAFT_M = 0.015, 0.04
# metres above the lowest hem, least and most
TROUSERS_M = {
    "full": (-0.008, -0.004), "ankle": (0.006, 0.014), "": (0.012, 0.036), "7/8": (0.050, 0.070),
    "cropped": (0.085, 0.115),
}  # fmt: skip
# metres above the knee
KNEE_M = {
    "trousers": {"capri": (-0.15, -0.12), "knee": (0.03, 0.05)},
    "shorts": {"": (0.03, 0.09), "knee": (0.0, 0.02), "above knee": (0.06, 0.12), "mini": (0.16, 0.20)},
    "skirt": {
        "": (-0.12, -0.05), "mini": (0.15, 0.20), "above knee": (0.05, 0.08), "knee": (-0.01, 0.02),
        "below knee": (-0.08, -0.05), "midi": (-0.18, -0.14),
    },
}  # fmt: skip
MAXI_M = (0.03, 0.05)
# of a leg that is seen between a shaft and a skirt, metres
LEG_M = 0.06
# a turned up hem, the room it leaves, the room for socks that were asked for, metres
CUFF_M, CUFF_ROOM_M, SOCK_ROOM_M = (0.032, 0.042), 0.012, 0.045
# below the knee, where leg warmers end
WARMER_M = 0.07
LONG_SOCKS = ("mid-calf", "knee-high", "over-knee")


@dataclass(frozen=True)
class _Luck:
    """One uniform number for each thing left open, so that one does not move another."""

    hem: float
    cuff: float
    sock: float
    sock_height: float
    sock_colour: float
    skin: float
    sheer: float
    hair: float
    tone: float


def person(reading: Reading, rng: np.random.Generator, family: str = "") -> str:
    """ "woman" or "man": as read, or as the clothes and the shoe's family suggest."""
    chance = rng.random()
    womens = reading.garment in SKIRTS or reading.garment in ("leggings", "tights") or reading.hose == "tights"
    if reading.person:
        return reading.person
    return "woman" if womens or family in WOMENS or chance < 0.6 else "man"


def outfit(
    reading: Reading, rng: np.random.Generator, collar_m: float, knee_m: float, tall: bool, female: bool,
    family: str = "",
) -> Outfit:  # fmt: skip
    """What is worn over a shoe. collar_m, knee_m: heights of the shoe's collar and of the knee above the ankle, metres;
    tall: trousers go into the shaft unless the prompt says otherwise; family: the shoe's, for what is left open.
    """
    luck = _Luck(*rng.random(9).tolist())
    reading = styled(reading, female, 7 * luck.tone % 1)
    free = max(collar_m, 0.0) + CLEAR_M
    garment = _garment(reading, tall)
    tucked = _tucked(reading, garment, collar_m, tall)
    skin = _skin(reading, luck)
    cloth = cloth_of(garment, reading.weave)
    usual = next(iter(CLOTH_COLOURS[cloth]))
    colour = reading.colour or (usual if reading.weave else COLOURS.get(garment, usual))
    garment_rgb = _dyed(colour, cloth, luck)
    hose, hose_rgb, sheer = _hose(reading, garment, colour, skin, luck)
    sock_m, sock_colour = _socks(reading, garment, free, knee_m, bool(hose), female, family, luck)
    hem, cuff = _hem(reading, garment, free, knee_m, sock_m, tall, luck)
    second = dye(reading.pattern_colour, cloth) if reading.pattern_colour else None
    printed = palette(reading.pattern, garment_rgb, bool(reading.colour), second) if reading.pattern else ()
    striped = reading.stripes in ("top", "all") and sock_m > 0
    return Outfit(
        garment, colour, garment_rgb, collar_m - TUCK_M if tucked else hem, 0.0 if tucked else cuff, tucked, hose,
        hose_rgb, sock_m, sock_colour, dye(sock_colour, "knit"), striped, skin,
        _hairy(reading, female, luck), weave=reading.weave, sheer=sheer,
        stripe_rgb=dye(reading.stripe_colour, "knit") if reading.stripe_colour else None,
        hoops=striped and (reading.stripes == "all" or reading.socks in LONG_SOCKS[1:]),
        pattern=reading.pattern, pattern_rgbs=printed,
        warmer_m=(free, max(knee_m - WARMER_M, free)) if reading.warmers else (0.0, 0.0),
        warmer_rgb=dye(reading.warmer_colour or "grey", "knit"),
    )  # fmt: skip


def styled(reading: Reading, female: bool, chance: float) -> Reading:
    """One of the outfits of the style that a prompt names, as far as it says nothing else; chance: 0 to 1, of which.
    Where it names a garment, or legs that are bare, that is all that is worn."""
    if not reading.style or reading.garment or reading.hose == "tights":
        return reading
    options = [
        option for option in words()["styles"][reading.style]["woman" if female else "man"]
        if option["garment"] not in reading.without
    ]  # fmt: skip
    if not options:
        return reading
    chosen = options[int(chance * len(options))]
    return replace(reading, **{name: value for name, value in chosen.items() if getattr(reading, name) in ("", None)})


def _garment(reading: Reading, tall: bool) -> str:
    """The garment, where none is named a plain one; bare legs where only long socks are."""
    if reading.garment:
        return reading.garment
    if reading.hose == "tights":
        return "tights"
    if reading.warmers:
        return "leggings"
    if "trousers" in reading.without or (reading.socks in LONG_SOCKS and not reading.colour):
        return "bare"
    usual = ("skinny jeans" if tall else "jeans", "chinos", "suit trousers", "sweatpants")
    without = {"jeans", "skinny jeans"} if "jeans" in reading.without else set()
    return next((name for name in usual if name not in {*reading.without, *without}), "bare")


def _tucked(reading: Reading, garment: str, collar_m: float, tall: bool) -> bool:
    if garment not in CUTS or garment == "shorts" or reading.length in ("capri", "knee") or reading.tucked is False:
        return False
    return bool(tall or (reading.tucked is True and collar_m >= SHAFT_M))


def _skin(reading: Reading, luck: _Luck) -> Rgb:
    """As read, or any but the extremes."""
    lightest = len(SKIN_TONES) - 1
    place = 0.8 + 4.8 * luck.skin if reading.skin is None else reading.skin + 0.3 * (luck.skin - 0.5)
    return skin_tone(float(np.clip(place, 0, lightest)))


def _hairy(reading: Reading, female: bool, luck: _Luck) -> float:
    if reading.hairy is not None:
        return reading.hairy
    return 0.0 if female else 0.15 + 0.4 * luck.hair


def _dyed(colour: str, cloth: str, luck: _Luck) -> Rgb:
    """Cloth of a colour; a word leaves a little open, a code nothing."""
    rgb = np.array(dye(colour, cloth))
    red, green, blue = rgb if colour.startswith("#") else rgb * (0.93 + 0.14 * luck.tone)
    return float(red), float(green), float(blue)


def _hose(reading: Reading, garment: str, colour: str, skin: Rgb, luck: _Luck) -> tuple[str, Rgb, float | None]:
    """Tights' colour, "" for none, with what is seen of the skin through them."""
    if garment != "tights" and reading.hose != "tights":
        return "", dye("black", "stretch"), None
    word = reading.hose_colour or (colour if reading.colour and not reading.garment else "black")
    if word == "nude":
        red, green, blue = (0.92 * value for value in skin)
        return word, (red, green, blue), 0.55 if reading.sheer is None else reading.sheer
    sheer = 0.03 + 0.10 * luck.sheer if reading.sheer is None else reading.sheer
    # a colour must be seen over any skin
    return word, dye(word, "stretch"), sheer if word == "black" else 0.6 * sheer


def _socks(
    reading: Reading, garment: str, free: float, knee_m: float, hose: bool, female: bool, family: str, luck: _Luck
) -> tuple[float, str]:  # fmt: skip
    """Height of the socks above the ankle, 0 for none, and their colour."""
    low = free - CLEAR_M
    length, colour = reading.socks, reading.sock_colour
    if not length:
        likely = 0.3 if female else 0.5
        worn = garment in CUTS and not hose and family not in SOCKLESS and luck.sock < likely
        length = "crew" if worn else "none"
        usual = ("black", "charcoal", "navy") if family in DARK_SOCKS else ("white", "white", "light grey")
        colour = usual[int(luck.sock_colour * len(usual))]
    heights = {
        "none": 0.0, "no-show": 0.0, "ankle": low + 0.012, "crew": low + 0.08, "some": low + 0.08,
        "mid-calf": max(0.52 * knee_m, low + 0.08), "knee-high": knee_m - 0.05, "over-knee": knee_m + 0.08,
    }  # fmt: skip
    height = heights[length]
    if not height:
        return 0.0, colour or "white"
    most = max(knee_m + 0.10, free)
    return float(np.clip(height + 0.02 * luck.sock_height, free, most)), colour or "white"


def _hem(
    reading: Reading, garment: str, free: float, knee_m: float, sock_m: float, tall: bool, luck: _Luck
) -> tuple[float, float]:
    """Where the garment ends above the ankle, and how far it is turned up."""
    length = reading.length
    if garment == "tights":
        return -1.0, 0.0
    if garment in SKIRTS or garment == "shorts":
        table = KNEE_M["shorts" if garment == "shorts" else "skirt"]
        height = free + _between(MAXI_M, luck.hem) if length == "maxi" else knee_m + _between(table[length], luck.hem)
        return max(height, free if length == "maxi" else free + LEG_M), 0.0
    if garment == "leggings" and tall and not length:
        return 0.05, 0.0
    cuff = _between(CUFF_M, luck.cuff) if reading.cuffed and garment in CUTS and garment != "sweatpants" else 0.0
    if length in KNEE_M["trousers"]:
        return max(knee_m + _between(KNEE_M["trousers"][length], luck.hem), free), cuff
    height = free + _between(TROUSERS_M[length], luck.hem) + (CUFF_ROOM_M if cuff else 0.0)
    if garment == "leggings" and reading.socks and sock_m > (free + 0.03 if not length else height):
        height = sock_m - 0.004  # socks are worn over them
    elif sock_m > 0 and reading.socks:
        height = max(height, free + SOCK_ROOM_M * (0.4 if length == "full" else 1.0))
    return float(height), float(cuff)


def _between(ends: tuple[float, float], share: float) -> float:
    return ends[0] + share * (ends[1] - ends[0])
