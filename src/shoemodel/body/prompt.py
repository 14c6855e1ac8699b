"""What a prompt asks of the legs: clothes, colours, socks, skin, who; and the words that are not understood (ours).

The words are data (words.toml, colours.toml), see `phrases`; which belongs to which, see `grammar`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shoemodel.body import colours
from shoemodel.body.grammar import Noun, Sentence, parse
from shoemodel.body.meanings import scale_tone
from shoemodel.body.phrases import Phrase, suggestion, words

OVER_HOSE = ("skirt", "pleated skirt", "pencil skirt", "dress", "shorts")
"""Leggings under these are worn as thick tights."""
OPAQUE = 0.03
WEAVES = {"jeans": "denim", "chinos": "plain", "suit trousers": "wool", "corduroy trousers": "corduroy"}
GENERIC = ("trousers", "pants")


@dataclass(frozen=True)
class Reading:
    """What was understood; "" and None: nothing said. Words are those of words.toml and colours.toml.

    person: "woman" or "man". skin: a place in outfits.SKIN_TONES; hairy: share of hair. garment: "bare" or a garment of
    outfits. weave: "" for the garment's own. without: garments that are not to be worn. socks: "none", a length, or
    "some" for any; stripes: at their "top", on "all" of them, or "none". hose: "none" or "tights"; sheer: the share of
    skin seen through them. tucked: trousers into the shaft, or over it. pattern: of
    the garment, its second colour after it. warmers: "some" for leg warmers. style: a whole outfit in a word, for what
    is not said. light: "sunset", "hard", "soft" or "night". pose, view, place: what the prompt says of
    these. unheeded: what was not understood, in its order.
    """

    person: str = ""
    build: str = ""
    skin: float | None = None
    hairy: float | None = None
    garment: str = ""
    colour: str = ""
    weave: str = ""
    length: str = ""
    cuffed: bool | None = None
    tucked: bool | None = None
    without: tuple[str, ...] = ()
    socks: str = ""
    sock_colour: str = ""
    stripes: str = ""
    stripe_colour: str = ""
    hose: str = ""
    hose_colour: str = ""
    sheer: float | None = None
    pattern: str = ""
    pattern_colour: str = ""
    warmers: str = ""
    warmer_colour: str = ""
    style: str = ""
    light: tuple[str, ...] = ()
    pose: tuple[str, ...] = ()
    view: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    unheeded: tuple[str, ...] = ()


def warning(unheeded: Iterable[str]) -> str:
    """ "not heeded: umbrella, jeens (did you mean jeans?)", or "" where all was heeded."""
    told = []
    for text in unheeded:
        near = suggestion(text)
        told.append(f"{text} (did you mean {near}?)" if near else text)
    return f"not heeded: {', '.join(told)}" if told else ""


def read(prompt: str) -> Reading:
    """Understand a prompt. Nothing is guessed: a colour or a word that is not known is named in `unheeded`."""
    sentence = parse(prompt)
    said: dict[str, Any] = {}
    for part in (_person, _clothes, _socks, _bare, _warmers):
        said |= part(sentence, said)
    _loose_colours(sentence, said)
    return Reading(
        **said,
        style=next((noun.phrase.value for noun in sentence.of("style") if not noun.negated), ""),
        light=tuple(dict.fromkeys(noun.phrase.value for noun in sentence.of("light") if not noun.negated)),
        pose=tuple(noun.phrase.value for noun in sentence.of("pose") if not noun.negated),
        view=tuple(noun.phrase.value for noun in sentence.of("view") if not noun.negated),
        place=tuple(sentence.places),
        unheeded=tuple(dict.fromkeys(text for _, text in sorted(sentence.unheeded))),
    )


def _value(noun: Noun, name: str, default: Any) -> Any:
    return next((value for kind, value, _ in noun.marks if kind == name), default)


def _unheed(sentence: Sentence, noun: Noun) -> None:
    sentence.unheeded.append((noun.phrase.start, noun.phrase.text))


def _person(sentence: Sentence, said: dict[str, Any]) -> dict[str, Any]:
    """Who: woman or man, build, skin."""
    found: dict[str, Any] = {}
    for noun in sentence.of("person", "limb", "skin"):
        who = noun.phrase.value if noun.kind == "person" and not noun.negated else ""
        if who and found.setdefault("person", who) != who:
            _unheed(sentence, noun)
        for kind, value, _ in noun.marks:
            if kind in ("build", "tone", "hairy"):
                found.setdefault("skin" if kind == "tone" else kind, value)
    for start, text in list(sentence.unheeded):
        if (tone := scale_tone(text)) is not None:  # "fitzpatrick type v" stands on its own
            found.setdefault("skin", tone)
            sentence.unheeded.remove((start, text))
    return found


def _clothes(sentence: Sentence, said: dict[str, Any]) -> dict[str, Any]:
    """The garment and hose under it."""
    found: dict[str, Any] = {"tucked": sentence.tucked}
    worn = [noun for noun in sentence.of("garment") if not noun.negated]
    unworn = [noun for noun in sentence.of("garment") if noun.negated]
    found["without"] = tuple("trousers" if noun.phrase.text in GENERIC else _garment(noun)[0] for noun in unworn)
    outer = next((noun for noun in worn if _garment(noun)[0] != "leggings"), worn[0] if worn else None)
    for noun in worn:
        if noun is outer:
            found |= _worn(sentence, noun)
        elif _garment(noun)[0] == "leggings" and outer is not None and _garment(outer)[0] in OVER_HOSE:
            found |= {"hose": "tights", "sheer": OPAQUE, "hose_colour": _colour(sentence, noun, "stretch")}
        elif outer is None or _garment(noun)[0] != _garment(outer)[0]:
            _unheed(sentence, noun)
    for noun in sentence.of("hose"):
        if noun.negated:
            found.setdefault("hose", "none")
        elif found.get("hose") != "tights":
            implied = words()["hose_words"]["implied"].get(noun.phrase.text)
            found |= {"hose": "tights", "sheer": _value(noun, "sheer", implied)}
            found["hose_colour"] = _colour(sentence, noun, "stretch")
    return found


def _garment(noun: Noun) -> tuple[str, str]:
    """(garment, length) of a noun, before what its adjectives say."""
    garment, length = words()["lengths"]["whole"].get(noun.phrase.text, (noun.phrase.value, ""))
    return garment, length


def _worn(sentence: Sentence, noun: Noun) -> dict[str, Any]:
    """A garment with cut, length, weave, colour, turn-ups."""
    garment, length = _garment(noun)
    weave = _value(noun, "weave", "")
    first = garment
    for kind, value, phrase in noun.marks:
        if kind == "cut":
            sewn = words()["cut_garments"].get(first, {}).get(value)
            if sewn is None:
                sentence.unheeded.append((phrase.start, phrase.text))
            else:
                garment = sewn
    if not weave and garment != first:  # wide jeans are of denim, skinny trousers are not
        weave = WEAVES.get(first, "")
    if noun.phrase.text.startswith("pinstripe"):
        weave = "pinstripe"
    tucked, pattern = _value(noun, "tuck", sentence.tucked), _value(noun, "pattern", "") or ""
    second = noun.marked("colour")[1:2] if pattern else []
    own = Noun(noun.phrase, marks=[mark for mark in noun.marks if mark[2] not in second])
    return {
        "garment": garment, "weave": weave, "length": _value(noun, "length", length),
        "colour": _colour(sentence, own, colours.cloth_of(garment, weave)), "cuffed": _value(noun, "cuffs", None),
        "tucked": tucked, "pattern": pattern, "pattern_colour": colours.spelt(second[0].text) if second else "",
    }  # fmt: skip


def _colour(sentence: Sentence, noun: Noun, cloth: str) -> str:
    """The first colour said of a noun, with its shade ("dark jeans" are dark blue); others are not heeded."""
    named, shades = noun.marked("colour"), noun.marked("shade")
    for phrase in named[1:]:
        sentence.unheeded.append((phrase.start, phrase.text))
    if named:
        return colours.spelt(" ".join([*(shade.text for shade in shades), named[0].text]))
    if shades and shades[0].text in colours.table()["shades"][cloth]:
        return colours.table()["shades"][cloth][shades[0].text]
    for shade in shades:
        if shade.text not in words()["neutral"]["words"]:
            sentence.unheeded.append((shade.start, shade.text))
    return ""


def _socks(sentence: Sentence, said: dict[str, Any]) -> dict[str, Any]:
    """Socks: how long, of which colours."""
    for noun in sentence.of("socks"):
        if noun.negated:
            return {"socks": "none"}
        length = words()["lengths"]["whole"].get(noun.phrase.text, ("socks", "some"))[1]
        base, stripe, others = _sock_colours(noun)
        for phrase in others:
            sentence.unheeded.append((phrase.start, phrase.text))
        marks = [mark for mark in noun.marks if mark[0] == "shade" or mark[2] is base]
        return {
            "socks": _value(noun, "length", length), "stripes": _stripes(noun),
            "sock_colour": _colour(sentence, Noun(noun.phrase, marks=marks), "knit"),
            "stripe_colour": colours.spelt(stripe.text) if stripe else "",
        }  # fmt: skip
    return {}


def _stripes(noun: Noun) -> str:
    """Blue and white striped socks are striped all the way down, others near the top."""
    striped = _value(noun, "stripes", None)
    if not striped:
        return "" if striped is None else "none"
    before = noun.marks[: noun.before]
    place = next((n for n, mark in enumerate(before) if mark[0] == "stripes"), 0)
    return "all" if sum(mark[0] == "colour" for mark in before[:place]) > 1 else "top"


def _sock_colours(noun: Noun) -> tuple[Phrase | None, Phrase | None, list[Phrase]]:
    """(colour, colour of the stripes, others) of what is said of socks: "white-striped red", "blue and white striped",
    "red with white stripes", "with white stripes"."""
    before = [phrase for kind, _, phrase in noun.marks[: noun.before] if kind == "colour"]
    after = [phrase for kind, _, phrase in noun.marks[noun.before :] if kind == "colour"]
    stripes = noun.marked("stripes")
    order = [*before, *after]
    if not stripes:
        return (order[0] if order else None), None, order[1:]
    if stripes[0] in [phrase for _, _, phrase in noun.marks[: noun.before]]:
        order.sort(key=lambda phrase: (phrase not in before, phrase.start < stripes[0].start))
    elif not before:  # "socks with red and white stripes"
        return (order[1] if order[1:] else None), (order[0] if order else None), order[2:]
    return (order[0] if order else None), (order[1] if order[1:] else None), order[2:]


def _bare(sentence: Sentence, said: dict[str, Any]) -> dict[str, Any]:
    """Bare legs, ankles and feet."""
    found: dict[str, Any] = {}
    for noun in sentence.of("limb", "skin", "bare"):
        bare = noun.kind == "bare" or _value(noun, "bare", False)
        if not bare or noun.negated:
            continue
        if noun.phrase.value in ("ankles", "feet"):
            found.setdefault("socks", said.get("socks") or "none")
        elif said.get("garment") in (None, "", *OVER_HOSE):
            found |= {"garment": said.get("garment") or "bare", "hose": said.get("hose") or "none"}
        else:
            sentence.unheeded.append((noun.phrase.start, f"bare {noun.phrase.text.removeprefix('bare ')}"))
    return found


def _warmers(sentence: Sentence, said: dict[str, Any]) -> dict[str, Any]:
    """Leg warmers: over bare legs, tights and leggings; trousers are too wide for them."""
    for noun in sentence.of("warmers"):
        if noun.negated:
            continue
        if said.get("garment", "") not in ("", "bare", "leggings", *OVER_HOSE):
            _unheed(sentence, noun)
            continue
        return {"warmers": "some", "warmer_colour": _colour(sentence, noun, "knit")}
    return {}


def _loose_colours(sentence: Sentence, said: dict[str, Any]) -> None:
    """ "a woman in black": a colour of nothing is the garment's, if that has none."""
    for phrase in sentence.loose:
        if said.get("colour") or said.get("garment") == "bare":
            sentence.unheeded.append((phrase.start, phrase.text))
        else:
            said["colour"] = colours.spelt(phrase.text)
