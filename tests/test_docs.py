"""The documents say what the code takes: commands are parsed by the real command line, Python imports what exists."""

from __future__ import annotations

import ast
import doctest
import importlib
import itertools
import re
import shlex
from pathlib import Path
from typing import get_args

import pytest
import tyro

from shoemodel.apps.cli import main

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "examples" / "README.md"]
HISTORY = ("model_card.md",)
"""It names scripts of earlier commits."""
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHELL = ("sh", "console", "bash", "")
ENDS = {"&&", "||", "|", ";", "&", ">", "do", "done"}
STAND_INS = {"N": "1", "S": "1", "MODULE": "wd", "PRESET": "mini", "$module": "wd"}
"""What the documents write in the place of a number or a choice, and one that is taken there."""


def blocks(languages: tuple[str, ...]) -> list[tuple[str, str]]:
    """(document, text) of every fenced block in one of these languages."""
    found = ((path, FENCE.finditer(path.read_text(encoding="utf-8"))) for path in DOCUMENTS)
    return [(path.name, block[2]) for path, matches in found for block in matches if block[1] in languages]


def commands(text: str, program: str) -> list[list[str]]:
    """The words behind `program` in each command of a block that calls it."""
    found = []
    for line in text.replace("\\\n", "").splitlines():
        if program not in line:
            continue
        lexer = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars=";|&>")
        lexer.whitespace_split = True
        for ends, words in itertools.groupby(lexer, ENDS.__contains__):
            command = list(itertools.dropwhile(lambda word: re.match(r"\w+=", word), words))  # FOO=1 shoemodel ...
            if not ends and command[:1] == [program]:
                found.append(command[1:])
    return found


def plain(words: list[str]) -> list[list[str]]:
    """Command lines without the documents' notation: [optional], repeated…, {one,of,these}, N for a number."""
    lines: list[list[str]] = [[]]
    for word in words:
        word = word.strip("[]").removesuffix("…")
        if not word:
            continue
        choices = word[1:-1].split(",") if word.startswith("{") and word.endswith("}") else [word]
        choices = [STAND_INS.get(choice, choice) for choice in choices if choice != "…"]
        lines = [[*line, choice] for line in lines for choice in choices]
    return lines


def parse(words: list[str], monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Let the command line parse the words, and nothing run: the verbs that would have."""
    called: list[object] = []
    for verb in map(lambda annotated: get_args(annotated)[0], get_args(main.Verb)):
        monkeypatch.setattr(verb, "run", lambda self, *rest: called.extend([self, *rest]) or 0)
    assert main.main(words) == 0
    return called


CALLS = [(name, words) for name, text in blocks(SHELL) for words in commands(text, "shoemodel")]


@pytest.mark.parametrize(("document", "words"), CALLS, ids=[f"{name}: {shlex.join(words)}" for name, words in CALLS])
def test_every_command_is_one_that_the_command_line_takes(document, words, monkeypatch):
    for line in plain(words):
        verb, *changes = parse(line, monkeypatch)
        if changes:  # `train` hands the flags of its preset on
            module = importlib.import_module(f"shoemodel.training.{verb.module}")
            preset = getattr(module, verb.preset)()
            tyro.cli(type(preset), default=preset, args=changes[0])


def test_a_command_that_is_wrong_is_found(monkeypatch, capsys):
    for wrong in (["generat", "a.png"], ["generate", "a.png", "--prompt", "jeans", "--outt", "DIR"]):
        with pytest.raises(SystemExit):
            parse(wrong, monkeypatch)
    assert "generat" in capsys.readouterr().err


def test_commands_are_found_with_their_notation():
    text = "A=1 shoemodel batch x.csv \\\n  --out D  # note\nfor m in a b; do shoemodel train $module mini; done\n"
    assert commands(text, "shoemodel") == [["batch", "x.csv", "--out", "D"], ["train", "$module", "mini"]]
    assert plain(["train", "{wd,feet,…}", "RUN…", "[--num", "N]"]) == [
        ["train", "wd", "RUN", "--num", "1"],
        ["train", "feet", "RUN", "--num", "1"],
    ]
    assert len(CALLS) > 30


def test_every_make_target_is_in_the_makefile():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    calls = [words[0] for _, text in blocks(SHELL) for words in commands(text, "make")]
    assert calls and set(calls) <= targets


def test_every_script_is_there():
    named = {
        word
        for path in DOCUMENTS
        if path.name not in HISTORY
        for word in re.findall(r"\b(?:benchmarks|recipes|reproduce|examples)/[\w./-]*\w\.\w+", path.read_text("utf-8"))
    }
    assert named and not [word for word in sorted(named) if not (ROOT / word).exists()]


def test_every_figure_says_its_command_and_commit():
    text = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    names = {re.sub(r"^studio_\w+", "studio_*", file.name) for file in (ROOT / "docs" / "img").iterdir()}
    assert names and not [name for name in names if f"| `{name}` |" not in text]


PYTHON = [(f"{name}, block {index}", text) for index, (name, text) in enumerate(blocks(("python",)))]


@pytest.mark.parametrize(("place", "text"), PYTHON, ids=[place for place, _ in PYTHON])
def test_python_compiles_and_imports_what_exists(place, text):
    if ">>>" in text:
        text = "".join(example.source for example in doctest.DocTestParser().get_examples(text))
    tree = ast.parse(text)
    compile(tree, place, "exec")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                importlib.import_module(alias.name)
        elif isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module or "")
            for alias in node.names:
                if not hasattr(module, alias.name):
                    importlib.import_module(f"{module.__name__}.{alias.name}")
