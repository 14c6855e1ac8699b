"""Which adjective of a prompt belongs to which noun (ours).

Adjectives stand before their noun ("blue and white striped socks") or, after "in", a colon or a comma, behind the
clothes they describe ("jeans in dark blue", "socks: yellow"). What belongs to nothing is kept apart, never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from shoemodel.body.meanings import Value, first_of, meaning
from shoemodel.body.phrases import CLOTHES, NOUNS, Phrase, cut, is_colour, is_shade, words


@dataclass
class Noun:
    """A noun and its marks (field, value, adjective), of which the first `before` stood before it."""

    phrase: Phrase
    negated: bool = False
    marks: list[tuple[str, Value, Phrase]] = field(default_factory=list)
    before: int = 0

    @property
    def kind(self) -> str:
        return self.phrase.kind

    def marked(self, name: str) -> list[Phrase]:
        """The adjectives that say something of one field."""
        return [phrase for kind, _, phrase in self.marks if kind == name]


@dataclass
class Sentence:
    """A prompt's nouns; colours said of nothing; trousers in or over the shaft; places; what was not understood, each
    with where it begins."""

    nouns: list[Noun] = field(default_factory=list)
    loose: list[Phrase] = field(default_factory=list)
    tucked: bool | None = None
    places: list[str] = field(default_factory=list)
    unheeded: list[tuple[int, str]] = field(default_factory=list)

    def of(self, *kinds: str) -> list[Noun]:
        return [noun for noun in self.nouns if noun.kind in kinds]


def parse(prompt: str) -> Sentence:
    """The nouns of a prompt with what is said of each."""
    return _Parser(prompt).run()


class _Parser:
    """Reads phrases one by one. pending: adjectives and unknown words whose noun has not come; linked: clothes that
    what follows may describe ("jeans in ..."); negated: after "no"; opened: "break" in a clause that a preposition
    began; ground: after "on"; over: "over" or "into" before a shoe."""

    def __init__(self, prompt: str) -> None:
        self.prompt, self.phrases = prompt.lower(), cut(prompt)
        self.sentence = Sentence()
        self.pending: list[Phrase] = []
        self.linked: Noun | None = None
        self.negated = False
        self.opened, self.over = "start", ""
        self.ground = False

    def run(self) -> Sentence:
        for place, phrase in enumerate(self.phrases):
            if phrase.kind in NOUNS:
                self._noun(place, phrase)
            elif phrase.kind in ("adjective", "unknown"):
                self.pending.append(phrase)
            elif phrase.kind == "link":
                nouns = self.sentence.nouns
                self.linked = nouns[-1] if nouns and not self.pending and nouns[-1].kind in CLOTHES else None
            elif phrase.kind != "neutral":
                self._boundary(place, phrase)
        self._flush()
        return self.sentence

    def _boundary(self, place: int, phrase: Phrase) -> None:
        """A comma, a preposition, "and", "no": where a clause ends or a negation begins."""
        if phrase.kind in ("and", "or") and self._goes_on(place):
            return
        early = phrase.kind == "comma" and self.opened == "start" and not self._unknown()
        early = early and not self.sentence.of(*CLOTHES)
        if early and self.pending and self._ahead(place, ("comma",)) is not None:
            return  # "light blue, ripped jeans"
        self._flush()
        self.over = phrase.kind if phrase.kind in ("over", "into") else ""
        if phrase.kind == "or":
            self.negated = bool(self.sentence.nouns) and self.sentence.nouns[-1].negated
        elif phrase.kind == "negation":
            self.negated = True
        elif phrase.kind not in ("wear", "over", "into"):
            self.negated = False
        self.opened = "break" if phrase.kind in ("break", "over", "into") else "start"
        self.ground = phrase.text in words()["grammar"]["grounds"]

    def _goes_on(self, place: int) -> bool:
        """Whether "and" joins two adjectives of one noun."""
        if not self.pending or self._unknown():
            return False
        following = next((p for p in self.phrases[place + 1 :] if p.kind != "neutral"), None)
        if following is None or not (following.kind == "adjective" or self._describes(self.phrases.index(following))):
            return False
        return not (self.linked and self._ahead(place) is not None)

    def _unknown(self) -> bool:
        return any(phrase.kind == "unknown" for phrase in self.pending)

    def _ahead(self, place: int, over: tuple[str, ...] = ()) -> Phrase | None:
        """The next noun in the clause, if only adjectives lie between."""
        for phrase in self.phrases[place + 1 :]:
            if phrase.kind in NOUNS:
                return phrase
            if phrase.kind not in ("adjective", "unknown", "neutral", *over):
                return None
        return None

    def _describes(self, place: int) -> bool:
        """Whether a noun is the adjective of what follows: "ankle socks", "denim shorts", "walking boots"."""
        ahead = self._ahead(place)
        if ahead is None:
            return False
        if ahead.kind == "shoe":
            return self.phrases[place].kind == "pose" and ahead is self.phrases[place + 1]
        own = ahead.kind in CLOTHES or (self.phrases[place].kind == "style" and ahead.kind in ("person", "limb"))
        return own and meaning(ahead, self.phrases[place]) is not None

    def _noun(self, place: int, phrase: Phrase) -> None:
        if self._describes(place):
            self.pending.append(phrase)
            return
        ahead = self._ahead(place)
        if phrase.possessive and ahead is not None and ahead.kind in (*CLOTHES, "shoe"):
            self.sentence.nouns.append(Noun(phrase))  # "black women's jeans": black waits for the jeans
            return
        if phrase.kind in ("shoe", "place", "background", "never"):
            self._thing(phrase)
        else:
            self._take(phrase)
        self.negated, self.linked, self.opened, self.over = False, None, "start", ""

    def _thing(self, phrase: Phrase) -> None:
        """A noun that is no part of the outfit: what stands before it is its own."""
        pending, self.pending = self.pending, []
        start = min([phrase.start, *(p.start for p in pending)])
        data = words()
        if phrase.kind == "shoe":
            back = [p for p in pending if first_of("", data["cuffs"], p.text) or first_of("", data["tuck"], p.text)]
            for adjective in back:
                self._attach(adjective)
            if self.over and self.sentence.of("garment"):
                self.sentence.tucked = (self.over == "into") != self.negated
            elif self.negated:
                self.sentence.unheeded.append((start, f"no {phrase.text}"))
        elif phrase.kind == "never":
            if not self.negated:
                self.sentence.unheeded.append((start, self.prompt[start : phrase.end]))
        elif not self.negated and (phrase.kind == "place" or pending):
            self.sentence.places.append(self.prompt[start : phrase.end])

    def _take(self, phrase: Phrase) -> None:
        """A noun of the legs: what stands before it is said of it, as far as it can be."""
        noun = Noun(phrase, self.negated)
        pending, self.pending = self.pending, []
        for adjective in pending:
            mark = None if adjective.kind == "unknown" else meaning(phrase, adjective)
            if mark is not None:
                noun.marks.append((*mark, adjective))
            elif adjective.kind == "unknown":
                self._unheeded(adjective)
            else:
                self._attach(adjective)
        noun.before = len(noun.marks)
        self.sentence.nouns.append(noun)

    def _flush(self) -> None:
        """A clause ends: what waits for a noun is said of what was named before, or of nothing."""
        pending, self.pending = self.pending, []
        if self.ground and pending and all(_colourful(phrase) for phrase in pending):  # "isolated on white"
            self.sentence.places.append(self._text(pending[0], pending[-1]))
            pending = []
        for place in [n for n, phrase in enumerate(pending) if phrase.kind == "unknown"][::-1]:
            first = place
            while first and _colourful(pending[first - 1]):  # "a red umbrella": the colour is the umbrella's
                first -= 1
            if not self.negated:
                self.sentence.unheeded.append((pending[first].start, self._text(pending[first], pending[place])))
            pending = pending[:first] + pending[place + 1 :]
        worn = next((noun for noun in self.sentence.of("socks", "garment")[::-1] if _patterned(noun, pending)), None)
        if worn:
            self._stripe(worn, pending)
            pending = []
        for phrase in pending:
            if phrase.kind == "unknown":
                self._unheeded(phrase)
            else:
                self._attach(phrase)
        self.linked = None

    def _stripe(self, worn: Noun, pending: list[Phrase]) -> None:
        """ "socks with red stripes", "a dress with white dots": all of it is said of what is worn."""
        for phrase in pending:
            mark = meaning(worn.phrase, phrase)
            if mark is None:
                self._attach(phrase)
            elif self.negated:
                worn.marks.append((mark[0], False, phrase))
            else:
                worn.marks.append((*mark, phrase))

    def _attach(self, adjective: Phrase) -> None:
        """Say an adjective of the clothes or the person named last that it fits."""
        colour = _colourful(adjective)
        linked = [self.linked] if self.linked else []
        for noun in [*linked, *reversed(self.sentence.nouns)]:
            if colour and noun is not self.linked:
                taken = noun.marked("colour") or noun.marked("shade")
                if noun.kind not in CLOTHES or taken or self.opened == "break" or self.negated:
                    continue
            mark = meaning(noun.phrase, adjective)
            if mark is not None:
                value = not mark[1] if self.negated and isinstance(mark[1], bool) else mark[1]
                noun.marks.append((mark[0], value, adjective))
                return
        if colour and is_colour(adjective.text) and self.opened != "break" and not self.negated and not linked:
            self.sentence.loose.append(adjective)
        elif adjective.text not in words()["neutral"]["words"]:
            self._unheeded(adjective)

    def _unheeded(self, phrase: Phrase) -> None:
        if not (self.negated and (phrase.kind == "unknown" or self._otherwise(phrase))):
            text = self._text(phrase, phrase)
            self.sentence.unheeded.append((phrase.start, f"not {text}" if self.negated else text))

    def _otherwise(self, colour: Phrase) -> bool:
        """Whether clothes have another colour than one that they are not to have: "white jeans, not blue"."""
        named = [phrase.text for noun in self.sentence.of(*CLOTHES) for phrase in noun.marked("colour")]
        return bool(named) and _colourful(colour) and colour.text not in named

    def _text(self, first: Phrase, last: Phrase) -> str:
        return self.prompt[first.start : last.end]


def _patterned(noun: Noun, said: list[Phrase]) -> bool:
    """Whether something that is said is a pattern that this may have."""
    marks = [meaning(noun.phrase, phrase) for phrase in said if phrase.kind == "adjective"]
    return any(mark is not None and mark[0] in ("stripes", "pattern") for mark in marks)


def _colourful(phrase: Phrase) -> bool:
    return phrase.kind == "adjective" and (is_colour(phrase.text) or is_shade(phrase.text))
