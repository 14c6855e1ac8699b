"""What is known of each photo of a collection, in parts that are written whole: the same command goes on.

    OUT/collect.json             what tuples are to be; another run with other settings is refused
    OUT/photos/000000.jsonl      a line a photo: path, size of the file, hashes, or why it cannot be read
    OUT/outcomes/000000.jsonl    a line a photo: what became of it, and a fingerprint of all that this follows from
    OUT/shard-000000.tar         its tuples; no file where there is none

Photos keep their order once it is written; ones that are added to the folder later come behind them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shoemodel.data import shards
from shoemodel.errors import InputError
from shoemodel.image import io as images

PER_PART = 100
"""Photos of one part: what an interruption loses at most."""
SETTINGS = "collect.json"
Line = dict[str, Any]


def claim(out: Path, settings: Line) -> None:
    """Make the folder and write its settings; refuse a folder that holds something else.

    Raises:
        InputError: the folder holds other tuples, or cannot be written.
    """
    file = out / SETTINGS
    try:
        for folder in (out, out / "photos", out / "outcomes"):
            folder.mkdir(parents=True, exist_ok=True)
        if file.exists():
            found = json.loads(file.read_text(encoding="utf-8"))
            if differing := [name for name in sorted(found.keys() | settings) if found.get(name) != settings.get(name)]:
                name = differing[0]
                raise InputError(
                    f"{out} was collected with {name} {found.get(name)!r}, not {settings.get(name)!r}; the same "
                    "settings, or another --out, are accepted"
                )
        elif any(out.glob("shard-*.tar")):
            raise InputError(f"{out} holds tuples that were not collected; another --out is accepted")
        else:
            images.write_bytes(file, (json.dumps(settings, indent=1) + "\n").encode())
    except OSError as error:
        raise InputError(f"{out} cannot be written ({error.strerror}); a writable folder is accepted") from error
    shards.clear_partial(out)


def read(out: Path, kind: str) -> list[list[Line]]:
    """The parts of `photos` or `outcomes` that are there, as far as they follow on one another."""
    parts: list[list[Line]] = []
    while (file := out / kind / f"{len(parts):06d}.jsonl").exists():
        parts.append([json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()])
    return parts


def outcomes_of(out: Path, number: int) -> list[Line]:
    """The outcomes of one part, none where it was never finished."""
    file = out / "outcomes" / f"{number:06d}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def write(out: Path, kind: str, number: int, lines: Sequence[Line]) -> None:
    """One part, whole or not at all."""
    text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
    images.write_bytes(out / kind / f"{number:06d}.jsonl", text.encode())


def fingerprint(*inputs: Any) -> str:
    """Hash of all that an outcome follows from."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:16]
