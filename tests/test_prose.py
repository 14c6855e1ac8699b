"""Prose for a stranger: lines that diffs can show, and the field's words instead of a dialect of our own."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").glob("*.md"))]
WIDTH = 100
DIALECT = re.compile(
    r"\bof then\b|\bof now\b|\bthe pack before\b|\bthe \w+ of before\b|\bthat is none\b|\bsurroundings\b"
    r"|\bmedian absolute ones\b|\bis no fabric\b|\bdrawn (?:whole|anew)\b|\bverbs?\b",
    re.IGNORECASE,
)
"""Phrases that carry their meaning for those who were there."""


CODE = re.compile(r"^[\s(*-]*`[^`]*`\S*$|^\S+$")
"""A line that cannot be broken: one command, one link."""


def prose(page: Path) -> list[tuple[int, str]]:
    """(number, line) outside of fenced blocks, tables and images."""
    lines, fenced = [], False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.lstrip().startswith(("|", "![", "<")):
            lines.append((number, line))
    return lines


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_prose_wraps_and_has_no_dialect(page):
    long = [number for number, line in prose(page) if len(line) > WIDTH and not CODE.match(line)]
    assert not long
    assert not [(number, match[0]) for number, line in prose(page) if (match := DIALECT.search(line))]


def test_help_has_no_dialect():
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    assert spec and spec.loader
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    text = reference.cli()
    assert "shoemodel train" in text and not DIALECT.findall(text)


def test_the_dialect_is_found():
    assert DIALECT.search("the generator of before") and DIALECT.search("drawn anew in its surroundings")
    assert not DIALECT.search("areas drawn by hand before the run")
