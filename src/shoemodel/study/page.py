"""A study on disk: a page for raters that does not say which method made what, and the key that does.

STUDY/page/index.html       the page, whole in one file; opened from the disk or served by any web server
STUDY/page/pictures/*.jpg   the pictures under random names, without their metadata
STUDY/key.json              which picture is whose: not for raters
STUDY/answers/*.csv         what raters answered
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.runtime.files import replacing, sha256
from shoemodel.study.lineups import Lineup

KEY, PAGE, ANSWERS, PICTURES = "key.json", "page", "answers", "pictures"
NAME = 16
"""Digits of a study's name."""
FORMAT = 1
"""Of key.json."""
QUESTION = "Which picture would you choose to advertise this shoe?"
QUALITY = 95
"""Of the pictures' JPEG: differences between methods are far larger than what it loses."""


@dataclass(frozen=True)
class Key:
    """What key.json says: which picture of which line-up is whose."""

    study: str
    """Name of the study in every answer, random."""
    question: str
    methods: tuple[str, ...]
    keys: dict[str, str]
    """Line-up -> what its pictures were made from."""
    owners: dict[str, dict[str, str]]
    """Line-up -> picture -> method."""


def digest_of(methods: Iterable[str], lineups: Iterable[Lineup], question: str, seed: int) -> str:
    """A hash of all that a study asks. Its first digits name the study; names and orders of pictures are drawn from the
    others, which nobody can know without the methods' own files."""
    held = [(each.key, name, sha256(file)) for each in lineups for name, file in sorted(each.files.items())]
    return hashlib.sha256(repr((list(methods), held, question, seed)).encode()).hexdigest()


def write(out: Path, digest: str, methods: Iterable[str], lineups: Iterable[Lineup], question: str) -> Key:
    """Write a study -> its key. `digest`: see `digest_of`.

    Raises:
        InputError: `out` holds something already, a picture cannot be read, or the folder cannot be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} holds something already, answers perhaps: give --out another folder")
    study, generator = digest[:NAME], np.random.default_rng(int(digest[NAME:], 16))
    with replacing(out) as partial:
        pictures = partial / PAGE / PICTURES
        pictures.mkdir(parents=True)
        (partial / ANSWERS).mkdir()
        photos: dict[str, str] = {}
        shown, entries = [], {}
        for each in lineups:
            name, order = _name(generator), generator.permutation(sorted(each.files))
            owners = {_save(pictures, images.load(each.files[method]).rgb, generator): method for method in order}
            shown.append({"id": name, "pictures": list(owners), "prompt": each.prompt})
            if each.photo is not None:
                pixels = hashlib.sha256(each.photo.tobytes()).hexdigest()
                photos[pixels] = photos.get(pixels) or _save(pictures, each.photo, generator)
                shown[-1]["photo"] = photos[pixels]
            entries[name] = {"key": each.key, "pictures": {name: _made(each, owner) for name, owner in owners.items()}}
        key = {"format": FORMAT, "study": study, "question": question, "methods": list(methods), "lineups": entries}
        images.write_bytes(partial / KEY, (json.dumps(key, indent=1, ensure_ascii=False) + "\n").encode())
        page = _page({"study": study, "question": question, "lineups": shown})
        images.write_bytes(partial / PAGE / "index.html", page.encode())
    return read(out)


def read(study: Path) -> Key:
    """The key of a study.

    Raises:
        InputError: the folder holds none that can be read.
    """
    try:
        found = json.loads((study / KEY).read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise ValueError("another format")
        return Key(
            study=found["study"],
            question=found["question"],
            methods=tuple(found["methods"]),
            keys={name: entry["key"] for name, entry in found["lineups"].items()},
            owners={
                name: {picture: made["method"] for picture, made in entry["pictures"].items()}
                for name, entry in found["lineups"].items()
            },
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{study} is no folder of `shoemodel study make`: its {KEY} cannot be read ({error})"
        ) from error


def _page(content: dict[str, Any]) -> str:
    """The page with everything but its pictures in it."""
    names = ("page.html", "page.css", "page.js")
    parts = {name: (files("shoemodel.study") / "static" / name).read_text("utf-8") for name in names}
    data = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")  # a prompt cannot end the script
    page = parts["page.html"].replace("/*STYLE*/", parts["page.css"]).replace("/*SCRIPT*/", parts["page.js"])
    return page.replace("/*STUDY*/", data)


def _save(folder: Path, rgb: UInt8[np.ndarray, "h w 3"], generator: np.random.Generator) -> str:
    """Write a picture under a random name -> the name."""
    name = _name(generator)
    images.save_jpeg(folder / f"{name}.jpg", rgb, QUALITY)
    return name


def _name(generator: np.random.Generator) -> str:
    return generator.bytes(8).hex()


def _made(lineup: Lineup, method: str) -> dict[str, str]:
    file = lineup.files[method]
    return {"method": method, "file": str(file), "sha256": sha256(file)}
