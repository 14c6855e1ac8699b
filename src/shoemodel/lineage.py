"""Where weights come from: the runs behind each component of a pack, and what each run learnt from.

A training run writes RUN/record.json; `pack.json` holds, under `lineage`, the records of the runs that a component went
through, oldest first, or "unknown".
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from shoemodel.errors import InputError
from shoemodel.runtime.files import sha256

MANIFEST = "pack.json"
RECORD = "record.json"
UNKNOWN = "unknown"
LIBRARIES = ("shoemodel", "torch", "transformers", "diffusers")
"""Whose versions are recorded."""
Record = dict[str, Any]
"""One run as JSON: see `training.record`."""
Stages = list[Record] | str
"""The runs behind a component, oldest first, or `UNKNOWN`."""


def behind(folder: Path, component: str) -> Stages:
    """The runs behind a component of the pack or training run in `folder`; a run's own come after those of its start.

    Raises:
        InputError: its pack.json or record.json cannot be read.
    """
    if (folder / MANIFEST).is_file():
        return _json(folder / MANIFEST).get("lineage", {}).get(component, UNKNOWN)
    if not (folder / RECORD).is_file():
        return UNKNOWN
    record = _json(folder / RECORD)
    start = record.pop("start", UNKNOWN)
    earlier = UNKNOWN if start == UNKNOWN else start.get(component, [])
    return [*([{"run": UNKNOWN}] if earlier == UNKNOWN else earlier), record]


def _json(file: Path) -> Record:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read ({error})") from error
    if not isinstance(found, dict):
        raise InputError(f"{file} cannot be read (it holds no JSON object)")
    return found


def hash_of(path: Path) -> str:
    """Hash of a file, or of the names and contents of all files of a folder, hidden ones aside; of a training run, of
    its model alone."""
    if path.is_file():
        return sha256(path)
    folder = path / "model" if (path / "model").is_dir() else path
    found = (file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("."))
    return _together((file.relative_to(folder).as_posix(), sha256(file)) for file in sorted(found))


def shards_hash(folder: Path) -> str:
    """Hash of the tuples in a folder: of its shards, whatever lies beside them."""
    return _together((file.name, sha256(file)) for file in sorted(folder.glob("shard-*.tar")))


def versions() -> dict[str, str]:
    """Versions of this package and of the libraries that its networks are made of."""
    return {library: version(library) for library in LIBRARIES}


def commit() -> str:
    """The git commit of this package's code, "-dirty" behind it where files were changed; `UNKNOWN` where the package
    is not part of a checkout."""
    folder = Path(__file__).parent
    try:
        _git(folder, "ls-files", "--error-unmatch", Path(__file__).name)
        return _git(folder, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
    except (OSError, subprocess.CalledProcessError):
        return UNKNOWN


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _together(pairs: Iterable[tuple[str, str]]) -> str:
    return hashlib.sha256("\n".join(f"{digest}  {name}" for name, digest in pairs).encode()).hexdigest()
