"""What an adjective says of a noun of a prompt: "long" is another length for socks than for trousers (ours)."""

from __future__ import annotations

from shoemodel.body.phrases import NUMBERED, Phrase, is_colour, is_shade, words

Value = str | float | bool
TURN_UPS, TUCKS = {"turned": True, "plain": False}, {"in": True, "over": False}


def meaning(noun: Phrase, adjective: Phrase) -> tuple[str, Value] | None:
    """What an adjective says of a noun, (field, value), or None if nothing that is understood."""
    text, data = adjective.text, words()
    if noun.kind == "garment":
        found = _of_garment(noun, text)
    elif noun.kind == "socks":
        found = first_of("length", data["lengths"]["socks"], text) or _listed(
            "plain", data["sock_words"]["plain"], text
        )
        found = found or _listed("stripes", data["stripes"]["words"], text)
    elif noun.kind == "hose":
        found = _listed("plain", data["hose_words"]["plain"], text)
        found = found or _number("sheer", data["hose_words"]["sheer"], text)
    elif noun.kind == "warmers":
        found = _listed("plain", data["warmers"]["plain"], text)
    elif noun.kind == "person":
        return _number("tone", data["skin"]["persons"], text) or first_of("build", data["builds"], text)
    elif noun.kind in ("limb", "skin"):
        return (
            _number("hairy", data["hair"]["legs"], text)
            or _listed("bare", data["bare"]["words"], text)
            or _number("tone", data["skin"]["tones"], text)
            or (first_of("build", data["builds"], text) if noun.kind == "limb" else None)
        )
    else:
        return None
    if found is None and (is_colour(text) or is_shade(text)):
        return ("colour" if is_colour(text) else "shade"), text
    return found


def _of_garment(noun: Phrase, text: str) -> tuple[str, Value] | None:
    data = words()
    family = family_of(noun.value if noun.value in data["garments"] else data["lengths"]["whole"][noun.value][0])
    found = first_of("cut", data["cuts"], text) or first_of("length", data["lengths"][family], text)
    found = found or first_of("weave", data["weaves"], text) or first_of("pattern", data["patterns"], text)
    if family == "skirt" or noun.value == "leggings":
        return found
    for name, table in (("cuffs", TURN_UPS), ("tuck", TUCKS)):
        mark = first_of(name, data[name], text)
        if mark is not None:
            return name, table[str(mark[1])]
    return found


def family_of(garment: str) -> str:
    """The table of lengths that a garment's lengths are in: trousers, shorts or skirt."""
    if garment == "shorts":
        return "shorts"
    return "skirt" if garment in ("skirt", "pleated skirt", "pencil skirt", "dress") else "trousers"


def first_of(name: str, table: dict[str, list[str]], text: str) -> tuple[str, Value] | None:
    """(name, key) of the first key that has the text among its phrases."""
    return next(((name, key) for key, phrases in table.items() if text in phrases), None)


def _listed(name: str, phrases: list[str], text: str) -> tuple[str, Value] | None:
    return (name, True) if text in phrases else None


def _number(name: str, table: dict[str, float], text: str) -> tuple[str, Value] | None:
    """A number from a table, or computed where the text is one ("20 den", "fitzpatrick type v")."""
    numbered = NUMBERED.match(text)
    if numbered is None:
        return (name, table[text]) if text in table else None
    if name == "sheer" and numbered[1]:
        return name, min(10.0 / max(float(numbered[1]), 1.0), 1.0) * 0.62
    return (name, value) if name == "tone" and (value := scale_tone(text)) is not None else None


def scale_tone(text: str) -> float | None:
    """The place among the skin's tones of a step of the Fitzpatrick (1 to 6) or Monk scale (1 to 10), else None."""
    numbered = NUMBERED.match(text)
    if numbered is None or not numbered[2]:
        return None
    roman = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
    step = int(numbered[3]) if numbered[3].isdigit() else roman.get(numbered[3], 0)
    steps = 6 if numbered[2] == "fitzpatrick" else 10
    return 5.9 - (step - 1) * 5.5 / (steps - 1) if 1 <= step <= steps else None
