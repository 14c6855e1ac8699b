"""What raters answered, as CSV: a row for each line-up, which names pictures and never a method."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shoemodel.errors import InputError
from shoemodel.study.page import Key

COLUMNS = ("study", "rater", "lineup", "winners", "shown", "seconds", "answered_at")
"""Of the file that the page writes."""
RATER = re.compile(r"[^\W_][\w .-]{0,39}")
"""How raters may call themselves; it is the name of a file too."""

SECONDS = re.compile(r"\d+(\.\d+)?")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@dataclass(frozen=True)
class Answer:
    """One rater's choice from one line-up."""

    rater: str
    lineup: str
    winners: tuple[str, ...]
    """Pictures: one, or several that are equally good."""
    shown: tuple[str, ...]
    """All pictures, in the order in which they stood."""
    seconds: float
    """From when the line-up was first seen until the answer."""
    answered_at: str
    """ISO 8601, UTC."""


def read(study: Path, key: Key, files: Sequence[Path] = ()) -> list[Answer]:
    """The answers in these files, or in STUDY/answers; where a rater answered twice, the later one.

    Raises:
        InputError: there are none, or a file holds anything else.
    """
    chosen = list(files) or sorted((study / "answers").glob("*.csv"))
    found = merged(*(parse(_text(file), key, str(file)) for file in chosen))
    if not found:
        raise InputError(f"there are no answers: {study / 'answers'} holds no CSV with one, and no other was given")
    return found


def parse(text: str, key: Key, name: str) -> list[Answer]:
    """The answers of one file; `name` is what the message calls it.

    Raises:
        InputError: it is no CSV of the page of this study.
    """
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise InputError(f"{name} holds no answers: its first line is not {','.join(COLUMNS)}")
    return [_answer(row, key, f"{name}, line {reader.line_num}") for row in reader]


def merged(*groups: Iterable[Answer]) -> list[Answer]:
    """One answer for each rater and line-up, the latest."""
    latest: dict[tuple[str, str], Answer] = {}
    for answer in sorted((each for group in groups for each in group), key=lambda each: each.answered_at):
        latest[answer.rater, answer.lineup] = answer
    return list(latest.values())


def written(answers: Iterable[Answer], key: Key) -> str:
    """The CSV of these answers, as the page writes it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in answers:
        pictures = " ".join(each.winners), " ".join(each.shown)
        writer.writerow((key.study, each.rater, each.lineup, *pictures, f"{each.seconds:.1f}", each.answered_at))
    return text.getvalue()


def _answer(row: Mapping[str, str], key: Key, place: str) -> Answer:
    if row["study"] != key.study:
        raise InputError(f"{place}: the answer is to the study {row['study']}, this one is {key.study}")
    if not RATER.fullmatch(row["rater"] or ""):
        raise InputError(f"{place}: the rater {row['rater']!r} is no name of at most 40 letters, digits and spaces")
    pictures = key.owners.get(row["lineup"])
    if pictures is None:
        raise InputError(f"{place}: the study has no line-up {row['lineup']!r}")
    winners, shown = (tuple((row[column] or "").split()) for column in ("winners", "shown"))
    if not winners or len(set(winners)) < len(winners) or not pictures.keys() >= set(winners):
        raise InputError(f"{place}: the winners {row['winners']!r} are no pictures of the line-up {row['lineup']}")
    if sorted(shown) != sorted(pictures):
        raise InputError(f"{place}: what was shown is not the line-up {row['lineup']}")
    seconds, answered_at = row["seconds"] or "", row["answered_at"] or ""
    if not SECONDS.fullmatch(seconds) or not MOMENT.fullmatch(answered_at):
        raise InputError(f"{place}: {seconds!r} and {answered_at!r} are no seconds and time as the page writes them")
    return Answer(row["rater"], row["lineup"], winners, shown, float(seconds), answered_at)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(
            f"{file} cannot be read ({error}); a CSV that the page of a study wrote is accepted"
        ) from error
