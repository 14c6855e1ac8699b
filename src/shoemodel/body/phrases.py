"""A prompt cut into phrases, each with its kind: garments, socks, colours, places, negations, unknown words (ours).

The phrases are data (words.toml, colours.toml). A phrase is the longest known one from where it begins.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from shoemodel.body import colours

TOKEN = re.compile(
    r"\d+[ -]?den(?:ier)?s?\b|(?:fitzpatrick|monk)(?: skin)?(?: tone)?(?: type| scale)? (?:\d+|[ivx]+)\b"
    r"|#[0-9a-f]{6}\b|#[0-9a-f]{3}\b|\d+/\d+(?:ths?)?\b|w/o\b|[^\W_]+(?:'[^\W_]+)*'?|&|[,;:.()!?|\n]|[–—]|(?<=\s)-+(?=\s)"
)
NUMBERED = re.compile(r"(\d+)[ -]?den|(fitzpatrick|monk).* (\w+)$")
CLOTHES = ("garment", "socks", "hose", "warmers")
NOUNS = (
    *CLOTHES,
    "shoe",
    "person",
    "limb",
    "skin",
    "bare",
    "pose",
    "view",
    "place",
    "background",
    "never",
    "style",
    "light",
)
OUTFITS = ("outfit", "outfits", "look", "looks", "style", "wear", "clothes", "clothing", "attire", "fashion")
LINKS, ENDS = (":", "(", "-", "–", "—"), (",", ";", ".", ")", "!", "?", "|", "\n")


@dataclass(frozen=True)
class Phrase:
    """A phrase of the prompt. kind: one of NOUNS, "adjective", "neutral", "unknown", or a word of grammar ("negation",
    "link", "break", "comma", "wear", "and", "or", "over", "into"); value: what a noun stands for ("socks", "walking");
    start and end: its place in the prompt. possessive: a person whose clothes or shoes may follow ("women's")."""

    kind: str
    text: str
    start: int
    end: int
    value: str = ""
    possessive: bool = False


@cache
def words() -> dict[str, dict[str, Any]]:
    """The data of words.toml."""
    return tomllib.loads((files("shoemodel.body") / "words.toml").read_text(encoding="utf-8"))


@cache
def _nouns() -> dict[str, tuple[str, str]]:
    """Phrase -> (kind, value); where a phrase is in two tables the first has it."""
    data = words()
    tables: list[tuple[str, dict[str, list[str]]]] = [
        ("never", {"": data["never"]["words"]}),
        ("garment", {phrase: [phrase] for phrase, (noun, _) in data["lengths"]["whole"].items() if noun != "socks"}),
        ("garment", data["garments"]), ("socks", data["socks"]), ("hose", data["hose"]),
        ("shoe", {"": data["shoes"]["words"]}), ("bare", {key: data["bare"][key] for key in ("legs", "ankles")}),
        ("person", data["persons"]), ("limb", data["limbs"]), ("skin", {"": data["skin"]["words"]}),
        ("pose", data["poses"]), ("view", data["views"]), ("place", {"": data["places"]["words"]}),
        ("background", {"": data["places"]["backgrounds"]}),
    ]  # fmt: skip
    tables += [("warmers", {"": data["warmers"]["warmers"]}), ("light", data["light"]), ("style", _styles())]
    found: dict[str, tuple[str, str]] = {}
    for kind, table in tables:
        for value, phrases in table.items():
            for phrase in phrases:
                found.setdefault(phrase, (kind, value))
    return found


def _styles() -> dict[str, list[str]]:
    """The phrases of each style: "business", "business look", "office outfit"."""
    found = {}
    for name, style in words()["styles"].items():
        named = [f"{word} {noun}" for word in (*style["words"], *style["with"]) for noun in OUTFITS]
        found[name] = [*style["words"], *named]
    return found


@cache
def _others() -> dict[str, str]:
    """Phrase -> kind, of grammar, adjectives and neutral words."""
    data = words()
    grammar = data["grammar"]
    found = {phrase: kind.removesuffix("s") for kind in grammar if kind != "grounds" for phrase in grammar[kind]}
    tables = ("cuts", "weaves", "patterns", "sock_words", "cuffs", "tuck")
    lists = [phrases for name in tables for phrases in data[name].values()]
    lists += [data["hose_words"]["plain"], list(data["hose_words"]["sheer"]), data["stripes"]["words"]]
    lists += [list(data["hair"]["legs"]), data["warmers"]["plain"]]
    lengths = [data["lengths"][name] for name in ("trousers", "shorts", "skirt", "socks")]
    lists += [phrases for table in lengths for phrases in table.values()]
    lists += [data["bare"]["words"], *data["builds"].values()]
    lists += [list(data["skin"]["tones"]), list(data["skin"]["persons"])]
    lists += [*(list(colours.table()[name]) for name in ("words", "modifiers", "spellings"))]
    for phrases in lists:
        for phrase in phrases:
            found.setdefault(phrase.replace("-", " "), "adjective")
    for phrase in data["neutral"]["words"]:
        found.setdefault(phrase, "neutral")
    return found


@cache
def _longest() -> int:
    return max(len(phrase.split()) for phrase in (*_nouns(), *_others()))


def cut(prompt: str) -> list[Phrase]:
    """The phrases of a prompt in their order, modifiers joined with the colour they stand before."""
    text = prompt.lower().replace("’", "'").replace("`", "'")
    tokens = list(TOKEN.finditer(text))
    return list(_with_families(_with_modifiers(_phrases(text, tokens), text), text))


def _phrases(text: str, tokens: list[re.Match[str]]) -> Iterator[Phrase]:
    place = 0
    while place < len(tokens):
        for count in range(min(_longest(), len(tokens) - place), 0, -1):
            start, end = tokens[place].start(), tokens[place + count - 1].end()
            parts = [token.group() for token in tokens[place : place + count]]
            phrase = _known(parts, start, end)
            if phrase is not None:
                break
        else:
            count, end = 1, tokens[place].end()
            # what is joined by hyphens is one word: "t-shirt"
            while place + count < len(tokens) and text[end : tokens[place + count].start()] == "-":
                end, count = tokens[place + count].end(), count + 1
            phrase = Phrase("unknown", text[start:end], start, end)
        yield phrase
        place += count


def _known(parts: list[str], start: int, end: int) -> Phrase | None:
    """The phrase that some tokens make, None if they make none."""
    plain = " ".join(parts)
    if len(parts) == 1 and (plain in LINKS or plain in ENDS or set(plain) == {"-"}):
        return Phrase("comma" if plain in ENDS else "link", plain, start, end)
    if len(parts) == 1 and (colours.HEX.fullmatch(plain) or NUMBERED.fullmatch(plain) or NUMBERED.match(plain)):
        return Phrase("adjective", plain, start, end)
    last = parts[-1].removesuffix("'s").removesuffix("'")
    base = " ".join([*parts[:-1], last])
    for name in (plain, base):
        if name in _nouns():
            kind, value = _nouns()[name]
            owner = kind == "person" and (base != plain or name in ("womens", "mens", "ladies", "gents"))
            return Phrase(kind, name, start, end, value, owner)
        if name in _others():
            return Phrase(_others()[name], name, start, end)
    return None


def _with_families(phrases: Iterator[Phrase], text: str) -> Iterator[Phrase]:
    """ "mustard yellow" is mustard; other phrases as they are."""
    held: Phrase | None = None
    for phrase in phrases:
        kind = held is not None and is_colour(held.text) and colours.split(held.text)[1] not in colours.FAMILIES
        if held and kind and phrase.text in colours.FAMILIES and not text[held.end : phrase.start].strip(" -"):
            phrase = Phrase("adjective", held.text, held.start, phrase.end)
        elif held:
            yield held
        held = phrase
    if held:
        yield held


def _with_modifiers(phrases: Iterator[Phrase], text: str) -> Iterator[Phrase]:
    """Joins "light" and "blue" to "light blue"; other phrases as they are."""
    held: list[Phrase] = []
    for phrase in phrases:
        name = colours.spelt(phrase.text)
        if phrase.kind == "adjective" and name in colours.table()["modifiers"]:
            held.append(phrase)
        elif held and phrase.kind == "adjective" and name in colours.table()["words"]:
            joined = text[held[0].start : phrase.end]
            yield Phrase("adjective", colours.spelt(joined), held[0].start, phrase.end)
            held = []
        else:
            yield from held
            held = []
            yield phrase
    yield from held


def is_colour(text: str) -> bool:
    """Whether an adjective is a colour, with or without modifiers, or a code."""
    name = colours.spelt(text)
    return name in colours.table()["words"] or bool(colours.HEX.fullmatch(name)) or colours.split(name)[1] in (
        colours.table()["words"]
    )  # fmt: skip


def is_shade(text: str) -> bool:
    """Whether an adjective says dark or light, or modifies a colour."""
    return colours.spelt(text) in colours.table()["modifiers"]


def suggestion(word: str) -> str:
    """The known word that an unknown one is nearly spelt like, "" for none."""
    heeded = {name for name, (kind, _) in _nouns().items() if kind != "never"} | set(_others())
    known = [name for name in sorted(heeded) if " " not in name and len(name) > 3]
    near = difflib.get_close_matches(word, known, 1, 0.8) if len(word) > 3 else []
    return near[0] if near and word not in (*_nouns(), *heeded) else ""
