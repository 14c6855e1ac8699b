"""Line-ups: for each input the pictures that all methods made of it, found in the methods' folders.

A picture's key says which input it was made from: its path in the method's folder, without its ending and without the
hash that `shoemodel evaluate images` puts behind it. In a run folder of `shoemodel generate` the results alone count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.errors import InputError
from shoemodel.image import io as images

ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
HASH = re.compile(r"-[0-9a-f]{12}$")
"""What `evaluation.pictures` puts behind a key."""
RUN = "run.json"
RESULT = re.compile(r"image_(\d+)")
NOT_SHOWN = "rejected"
"""Folder of a run with pictures that were not kept."""
LEAST, MOST = 2, 9
"""Methods of a line-up; each has a key of the keyboard."""


@dataclass(frozen=True)
class Lineup:
    """The pictures of one input: method -> file; and what raters see beside them, where it is known."""

    key: str
    files: Mapping[str, Path]
    photo: UInt8[np.ndarray, "h w 3"] | None = None
    """The unworn shoe."""
    prompt: str = ""


def folders(entries: Sequence[str]) -> dict[str, Path]:
    """Read NAME=FOLDER, once for each method.

    Raises:
        InputError: another form, a repeated name, a folder that is not there, too few or too many of them.
    """
    found: dict[str, Path] = {}
    for entry in entries:
        name, _, folder = entry.partition("=")
        if not name or not folder:
            raise InputError(f"{entry!r} names no method and folder; METHOD=FOLDER is accepted")
        if name in found:
            raise InputError(f"the method {name} is named twice")
        if not Path(folder).is_dir():
            raise InputError(f"{entry} was given, but there is no such folder")
        found[name] = Path(folder)
    if not LEAST <= len(found) <= MOST:
        raise InputError(f"{len(found)} methods were given; a line-up takes {LEAST} to {MOST}")
    return found


def find(methods: Mapping[str, Path]) -> list[Lineup]:
    """The line-ups of the methods' folders, in the order of their keys.

    Raises:
        InputError: a folder without pictures, a key that two pictures of a method share or that a method lacks, or
            methods that were given different prompts.
    """
    held = {name: _pictures(folder) for name, folder in methods.items()}
    keys = sorted(set().union(*held.values()))
    for name, pictures in held.items():
        if lacking := [key for key in keys if key not in pictures]:
            other = next(each for each in held if lacking[0] in held[each])
            raise InputError(
                f"{other} has a picture {lacking[0]}, and {name} ({methods[name]}) has none: every method needs one "
                f"for every input ({len(lacking)} of {len(keys)} are missing)"
            )
    return [Lineup(key, files := {name: held[name][key] for name in held}, prompt=_prompt(files)) for key in keys]


def with_photo(lineups: Iterable[Lineup], photos: Path) -> Iterator[Lineup]:
    """With the photo of the shoe: `photos` itself, or what lies there under the key, or under its first folder.

    Raises:
        InputError: there is none.
    """
    held = _by_key(photos) if photos.is_dir() else None
    for each in lineups:
        names = (each.key, each.key.partition("/")[0])
        file = photos if held is None else next((held[name] for name in names if name in held), None)
        if file is None:
            raise InputError(f"{photos} holds no photo of the shoe {each.key}: a picture named {' or '.join(names)}")
        yield Lineup(each.key, each.files, images.load(file).rgb, each.prompt)


def with_tuples(lineups: Iterable[Lineup], data: Path) -> Iterator[Lineup]:
    """With the unworn picture and the caption of the tuple of this key; `data` holds shards of `shoemodel synth`.

    Raises:
        InputError: there is no such tuple.
    """
    wanted = {each.key: each for each in lineups}
    for path in shards.shard_paths(data):
        for key, members in shards.entries(path) if wanted else ():
            if key in wanted:
                sample, each = Sample.from_members(key, members), wanted.pop(key)
                yield Lineup(key, each.files, sample.unworn, sample.caption)
    if wanted:
        raise InputError(f"{data} holds no tuple {next(iter(wanted))}, of which pictures were given")


def _pictures(folder: Path) -> dict[str, Path]:
    found = _by_key(folder)
    if not found:
        raise InputError(f"{folder} holds no pictures ({', '.join(ENDINGS)})")
    return found


def _by_key(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        if file.suffix.lower() not in ENDINGS or any(part.startswith(".") for part in inside.parts):
            continue
        if NOT_SHOWN in inside.parts or ((file.parent / RUN).is_file() and not RESULT.fullmatch(file.stem)):
            continue
        key = HASH.sub("", inside.with_suffix("").as_posix())
        if key in found:
            raise InputError(f"{found[key]} and {file} are both the picture {key} of {folder}: remove one of them")
        found[key] = file
    return found


def _prompt(files: Mapping[str, Path]) -> str:
    """The prompt that the pictures' run folders name, "" where none does."""
    asked = [(name, prompt) for name, file in files.items() if (prompt := _prompt_of(file))]
    for name, prompt in asked:
        if prompt != asked[0][1]:
            raise InputError(f"{asked[0][0]} was asked for {asked[0][1]!r}, {name} for {prompt!r}: give all the same")
    return asked[0][1] if asked else ""


def _prompt_of(file: Path) -> str:
    run, number = file.parent / RUN, RESULT.fullmatch(file.stem)
    if number is None or not run.is_file():
        return ""
    try:
        return str(json.loads(run.read_text(encoding="utf-8"))["prompts"][int(number[1])])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise InputError(
            f"{run} cannot be read ({error}); a folder that `shoemodel generate` wrote is accepted"
        ) from error
