"""What the legs may wear: garments with their shares, colours of cloth and skin, and the draw of one outfit (ours).

The wearable area is what a bare or socked leg hides, so no cloth may hang over the shoe: hems end above the collar, and
over a shaft trousers are tucked in.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from shoemodel.body.colours import CLOTH_COLOURS, DYE, Rgb, cloth_of, dye
from shoemodel.body.footing import Fitting
from shoemodel.body.skirts import SKIRTS
from shoemodel.body.socks import find_socks, load_sock
from shoemodel.body.trousers import CUTS, TUCK_M
from shoemodel.body.wardrobe import SHORT_KINDS, SKIRT_KINDS, Garment, find_clothes, load_garment
from shoemodel.errors import InputError

KNIT_SHARES = (0.34, 0.2, 0.12, 0.08, 0.06, 0.05, 0.05, 0.05, 0.05)
# how often garments are worn: (by women, by men)
SHARES = {
    "bare": (2.6, 1.3), "jeans": (2.4, 3), "skinny jeans": (1.8, 1.2), "flared jeans": (0.8, 0), "chinos": (1.2, 2.2),
    "suit trousers": (0.8, 1.6), "corduroy trousers": (0.5, 0.7), "wide trousers": (1.4, 0.7), "sweatpants": (0.9, 1.2),
    "leggings": (1.8, 0), "tights": (1.2, 0), "shorts": (1.2, 2.2), "skirt": (1.5, 0), "pleated skirt": (0.7, 0),
    "pencil skirt": (0.8, 0), "dress": (1.6, 0),
}  # fmt: skip
# over a tall shaft
# shoes that are worn without socks, and mostly without
BARE_FEET = ("pump", "ballerina", "flip-flop", "mule", "slingback", "strappy sandal", "platform sandal")
SELDOM_SOCKS = ("sandal", "loafer", "tall boot", "espadrille", "slide", "sport sandal")
TALL_SHARES = {
    "bare": (2.2, 0.5), "skinny jeans": (2.5, 3), "jeans": (0.8, 2), "leggings": (2.5, 0), "tights": (1.6, 0),
    "shorts": (0.8, 1.2), "skirt": (1.2, 0), "dress": (1.4, 0),
}  # fmt: skip
TALL_M = 0.16
GARMENTS = tuple(SHARES)
WEAVES = ("denim", "wool", "corduroy", "pinstripe", "plain")
# outfits for which a file of the user's assets is tried; not every one fits
FILE_SHARE = 0.3
# the skin's darkest and lightest tones and what lies between, linear rgb, evenly spaced
SKIN_TONES = np.array(
    [[0.055, 0.028, 0.018], [0.14, 0.07, 0.042], [0.27, 0.145, 0.085], [0.44, 0.26, 0.165], [0.60, 0.39, 0.27],
     [0.72, 0.50, 0.385], [0.80, 0.60, 0.49]]
)  # fmt: skip


@dataclass(frozen=True)
class Outfit:
    """What the legs wear: a garment ("bare" for none) with its hem, tights under a skirt, socks, the skin's tone.

    Heights are metres above the ankle joint at rest, 0 for no sock; colours are words of CLOTH_COLOURS, "" for no
    tights, and linear rgb (3,). tucked: trousers end inside the shoe's shaft. hairy: share of hair on the shins.
    file, sock_file: the garment's and the socks' files below the user's assets, "" for those made from parameters.
    weave: the trousers' cloth (denim, wool, corduroy, pinstripe, plain), "" for the cut's own. sheer: the share of skin
    seen through tights, None as the wearer's. stripe_rgb: of the socks' stripes, None for one that contrasts;
    hoops: they go all the way down. pattern: of `patterns`, "" for none, with its colours, which the garment has
    in place of its own. warmer_m: where leg warmers begin and end, both 0 for none.
    """

    garment: str
    garment_colour: str
    garment_rgb: Rgb
    hem_m: float
    cuff_m: float
    tucked: bool
    hose_colour: str
    hose_rgb: Rgb
    sock_m: float
    sock_colour: str
    sock_rgb: Rgb
    sock_stripes: bool
    skin_rgb: Rgb
    hairy: float
    file: str = ""
    sock_file: str = ""
    weave: str = ""
    sheer: float | None = None
    stripe_rgb: Rgb | None = None
    hoops: bool = False
    pattern: str = ""
    pattern_rgbs: tuple[Rgb, ...] = ()
    warmer_m: tuple[float, float] = (0.0, 0.0)
    warmer_rgb: Rgb = (0.3, 0.3, 0.3)

    @classmethod
    def of(
        cls, garment: str = "jeans", colour: str = "", *, hem_m: float = 0.06, cuff_m: float = 0.0,
        tucked: bool = False, weave: str = "", hose: str = "", sheer: float | None = None, sock_m: float = 0.0,
        sock_colour: str = "white", stripes: str = "", skin: float = 4.0, hairy: float = 0.0,
    ) -> Outfit:  # fmt: skip
        """An outfit from words: colours are words or "#rrggbb", "" for the garment's usual one and for no tights or
        stripes; skin is a place in SKIN_TONES, 0 (darkest) to 6. Raises InputError for what is not known.
        """
        if garment not in GARMENTS:
            raise InputError(f"the garment {garment!r} is not known; there are {', '.join(GARMENTS)}")
        if weave not in ("", *WEAVES):
            raise InputError(f"the weave {weave!r} is not known; there are {', '.join(WEAVES)}")
        cloth = cloth_of(garment, weave)
        colour = colour or next(iter(CLOTH_COLOURS[cloth]))
        hose = colour if garment == "tights" else hose
        return cls(
            garment, colour, dye(colour, cloth), -1.0 if garment == "tights" else hem_m, cuff_m, tucked, hose,
            dye(hose or "black", "stretch"), sock_m, sock_colour, dye(sock_colour, "knit"), bool(stripes),
            skin_tone(skin), hairy, weave=weave, sheer=sheer, stripe_rgb=dye(stripes, "knit") if stripes else None,
        )  # fmt: skip

    def to_dict(self) -> dict[str, object]:
        """All fields as JSON has them, numbers rounded."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


def _rounded(value: object) -> object:
    if isinstance(value, tuple | list):
        return [_rounded(part) for part in value]
    return round(float(value), 4) if isinstance(value, float) else value


def skin_tone(place: float) -> Rgb:
    """Linear rgb of a place among SKIN_TONES, 0 the darkest; raises InputError outside them."""
    if not 0 <= place <= len(SKIN_TONES) - 1:
        raise InputError(f"the skin's tone is {place:g}; it goes from 0 (darkest) to {len(SKIN_TONES) - 1} (lightest)")
    red, green, blue = (float(np.interp(place, np.arange(len(SKIN_TONES)), SKIN_TONES[:, d])) for d in range(3))
    return red, green, blue


def describe(outfit: Outfit) -> str:
    """What is worn in a few words: "blue jeans, 6 cm above the ankle, white socks"."""
    named = " ".join(word for word in (outfit.garment_colour, outfit.pattern, outfit.garment) if word)
    words = {"bare": "bare legs", "tights": f"{outfit.hose_colour} tights"}.get(outfit.garment, named)
    if outfit.tucked:
        words += " tucked into the shaft"
    elif outfit.garment not in ("bare", "tights"):
        words += " with turn-ups" if outfit.cuff_m else ""
        words += f" ending {100 * outfit.hem_m:.0f} cm above the ankle"
    if outfit.hose_colour and outfit.garment != "tights":
        words += f", {outfit.hose_colour} tights"
    if outfit.sock_m > 0:
        words += f", {'striped ' if outfit.sock_stripes else ''}{outfit.sock_colour} socks"
    return words + (", leg warmers" if outfit.warmer_m[1] > 0 else "")


def sample_outfit(
    rng: np.random.Generator, fitting: Fitting, female: bool, knee_m: float, skirts: bool, assets: Path | None = None
) -> Outfit:
    """Draw clothes that leave the shoe free: hems clearly above its collar; knee_m is the knee's rest height, skirts
    says whether the pose and the legs in the picture allow one. assets: a folder whose clothes are worn now and then.
    """
    collar = max(fitting.collar_above_ankle, 0.0)
    tall = collar > TALL_M
    file, worn = _sample_file(rng, assets, tall, female, skirts)
    garment = _sample_garment(rng, tall, female, skirts) if worn is None else worn.kind
    tucked = worn is None and tall and garment in CUTS and garment != "shorts"
    if worn is None:
        hem, cuff = _hem(rng, garment, collar, knee_m, tucked)
    else:  # where it was made to end, but clear of the collar
        hem, cuff = float(max(collar + rng.uniform(0.02, 0.08), worn.end_share * knee_m)), 0.0
    dyes = CLOTH_COLOURS[DYE.get(garment, "cloth")]
    colour = str(rng.choice(list(dyes)))
    rgb = _vary(rng, dyes[colour])
    if worn is not None and worn.rgb is not None:
        rgb, colour = worn.rgb, _nearest_word(dyes, worn.rgb)
    hose_colour, hose_rgb = _hose(rng, garment, colour, rgb)
    sock = 0.0 if hose_colour else _sample_sock(rng, fitting, collar)
    sock_colour = str(rng.choice(list(CLOTH_COLOURS["knit"]), p=KNIT_SHARES))
    outfit = Outfit(
        garment, colour, rgb, hem, cuff, tucked, hose_colour, hose_rgb, sock, sock_colour,
        _vary(rng, CLOTH_COLOURS["knit"][sock_colour]), sock > 0.1 and rng.random() < 0.3, _skin(rng),
        0.0 if female else float(rng.beta(1.5, 1.5)), file,
    )  # fmt: skip
    return outfit if assets is None else _with_socks(rng, outfit, assets, knee_m)


def _with_socks(rng: np.random.Generator, outfit: Outfit, assets: Path, knee_m: float) -> Outfit:
    """Now and then the socks of a file, where socks are worn; they end where they were made to."""
    files = find_socks(assets)
    if not files or outfit.sock_m == 0.0 or rng.random() > FILE_SHARE:
        return outfit
    path = files[rng.integers(len(files))]
    sock = load_sock(path)
    worn = replace(outfit, sock_file=path.relative_to(assets).as_posix(), sock_m=sock.top_share * knee_m)
    if sock.rgb is None:
        return worn
    return replace(worn, sock_colour=_nearest_word(CLOTH_COLOURS["knit"], sock.rgb), sock_rgb=sock.rgb)


def _nearest_word(dyes: dict[str, Rgb], rgb: Rgb) -> str:
    """The colour of `dyes` closest to a linear rgb, compared roughly as the eye does."""
    return min(dyes, key=lambda word: float(np.linalg.norm(np.cbrt(dyes[word]) - np.cbrt(rgb))))


def _sample_file(
    rng: np.random.Generator, assets: Path | None, tall: bool, female: bool, skirts: bool
) -> tuple[str, Garment | None]:
    """Now and then a garment of the user's files with its path below `assets`, if it can be worn here."""
    files = () if assets is None else find_clothes(assets)
    if assets is None or not files or rng.random() > FILE_SHARE:
        return "", None
    path = files[rng.integers(len(files))]
    garment = load_garment(path)
    if garment is None or not (garment.women if female else garment.men):
        return "", None
    if (tall and garment.kind not in SHORT_KINDS) or (not skirts and garment.kind in SKIRT_KINDS):
        return "", None
    return path.relative_to(assets).as_posix(), garment


def _hem(rng: np.random.Generator, garment: str, collar: float, knee_m: float, tucked: bool) -> tuple[float, float]:
    """Where a garment ends and how far it is turned up, metres."""
    free = collar + rng.uniform(0.02, 0.05)
    if tucked:
        return collar - TUCK_M, 0.0
    if garment == "tights":
        return -1.0, 0.0
    if garment == "leggings":
        return (0.05 if collar > TALL_M else free + rng.uniform(0.0, 0.16)), 0.0
    if garment == "shorts":
        return max(knee_m + rng.uniform(0.02, 0.16), free), 0.0
    if garment in SKIRTS:
        return max(knee_m + rng.choice([rng.uniform(0.0, 0.14), rng.uniform(-0.26, -0.08)]), free), 0.0
    spread = 0.10 if garment in ("wide trousers", "flared jeans") else 0.06
    cuff = rng.uniform(0.02, 0.045) if garment in ("jeans", "chinos") and rng.random() < 0.4 else 0.0
    return free + rng.uniform(0.0, spread), cuff


def _hose(rng: np.random.Generator, garment: str, colour: str, rgb: Rgb) -> tuple[str, Rgb]:
    """Tights: a garment of their own, or now and then under a skirt."""
    if garment == "tights":
        return colour, rgb
    if garment in SKIRTS and rng.random() < 0.35:
        word = str(rng.choice(["black", "black", "dark grey", "navy", "burgundy"]))
        return word, CLOTH_COLOURS["stretch"][word]
    return "", rgb


def _skin(rng: np.random.Generator) -> Rgb:
    skin = np.array(skin_tone(rng.uniform(0, len(SKIN_TONES) - 1)))
    return tuple(skin * rng.uniform(0.93, 1.07, 3))


def _vary(rng: np.random.Generator, rgb: Rgb) -> Rgb:
    return tuple(np.clip(np.array(rgb) * rng.uniform(0.75, 1.25) * rng.uniform(0.93, 1.07, 3), 0.005, 0.85))


def _sample_garment(rng: np.random.Generator, tall: bool, female: bool, skirts: bool) -> str:
    table = TALL_SHARES if tall else SHARES
    shares = {name: pair[0] if female else pair[1] for name, pair in table.items() if skirts or name not in SKIRTS}
    weights = np.array(list(shares.values()), float)
    return str(rng.choice(list(shares), p=weights / weights.sum()))


def _sample_sock(rng: np.random.Generator, fitting: Fitting, collar: float) -> float:
    """Height of the sock above the ankle, 0 for none."""
    if fitting.shoe.family in BARE_FEET:
        return 0.0
    rare = fitting.shoe.family in SELDOM_SOCKS
    if rng.random() < (0.8 if rare else 0.3):
        return 0.0
    return float(collar + rng.choice([rng.uniform(0.01, 0.03), rng.uniform(0.05, 0.13), rng.uniform(0.2, 0.28)],
                                     p=[0.3, 0.55, 0.15]))  # fmt: skip
