"""RUN/record.json: what a run was trained on, by what code, and from which weights.

    run, module, preset      the folder's name, and what `shoemodel train` was told
    data                     folders of tuples: name, hash of the shards, world.json
    start                    component -> the runs behind its first weights (see `lineage`)
    calls                    for each call: step at its beginning, seed, hashes of what else is read, commit, versions,
                             processes and global batch: examples that a step of all of them learns from
    steps, batch             steps done, samples a step of each process

The configuration is beside it, in config.json.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shoemodel import lineage, packs
from shoemodel.data import places
from shoemodel.data.index import index_of
from shoemodel.data.places import Place
from shoemodel.errors import InputError
from shoemodel.lineage import RECORD, UNKNOWN, Record
from shoemodel.training.checkpoint import STATE_FILE
from shoemodel.training.config import LoopConfig


@dataclass(frozen=True)
class Origin:
    """What a run is told beside its configuration."""

    module: str
    preset: str
    data: tuple[Place, ...]
    """Folders or URLs of tuples (see `data.places`), or files of poses."""

    def data_record(self) -> list[Record]:
        """Name, hash of the shards (of other data, of all files) and, where there is one, world.json of each."""
        named = [{"folder": places.name_of(place), "world": _world(place)} for place in self.data]
        if all(not places.is_url(place) and not any(Path(place).glob("shard-*.tar")) for place in self.data):
            hashes = [lineage.hash_of(Path(place)) for place in self.data]  # other data than tuples
        else:
            index = index_of(self.data)
            hashes = [index.place_hash(number) for number in range(len(self.data))]
        return [each | {"sha256": digest} for each, digest in zip(named, hashes, strict=True)]


def begin(origin: Origin | None, config: Any, out: Path, components: Iterable[str]) -> Record:
    """The record of a run in the folder `out`, this call included; nothing is written.

    origin: None where a caller in Python does not say; then nothing is known of the data. components: those that take
    the weights of `loop.start`.

    Raises:
        InputError: a run that has a state learnt from other data.
    """
    loop: LoopConfig = config.loop
    data = origin.data_record() if origin else None
    resumed = (out / STATE_FILE).exists()
    found = _read(out / RECORD) if resumed else {}
    _check_same_data(found.get("data"), data, out)
    start = loop.start and packs.folder_of(loop.start)
    inputs = _inputs(config, out)
    if start and not resumed:
        inputs["start"] = lineage.hash_of(start)
    new = {
        "run": out.resolve().name,
        "module": origin.module if origin else UNKNOWN,
        "preset": origin.preset if origin else UNKNOWN,
        "data": data or UNKNOWN,
        "start": UNKNOWN if resumed else {name: lineage.behind(start, name) for name in components} if start else {},
    }
    call = {"step": found.get("steps", UNKNOWN if resumed else 0), "seed": loop.seed, "inputs": inputs}
    call |= {"commit": lineage.commit(), "versions": lineage.versions()}
    return new | found | {"calls": [*found.get("calls", ()), call]}


def _check_same_data(known: Any, given: list[Record] | None, out: Path) -> None:
    """Refuse other data than a run has learnt from; data of which nothing is known are not compared."""
    if known in (None, UNKNOWN) or given is None:
        return
    if [each["sha256"] for each in known] != [each["sha256"] for each in given]:
        names = ", ".join(each["folder"] for each in known)
        raise InputError(
            f"{out} has learnt from other tuples ({names}) than --data holds: give the same data, or choose another "
            "output folder and start from this run (--loop.start)"
        )


def finished(record: Record, step: int, loop: LoopConfig) -> str:
    """The text of record.json after `step` steps."""
    return json.dumps(record | {"steps": step, "batch": loop.batch}, indent=1) + "\n"


def _inputs(config: Any, out: Path) -> dict[str, str]:
    """Hashes of the files and folders that the configuration names, caches and the run itself aside."""
    names = [each.name for each in dataclasses.fields(config) if each.metadata.get("input", True)]
    values = {name: getattr(config, name) for name in names}
    paths = {name: packs.folder_of(value) for name, value in values.items() if isinstance(value, Path)}
    return {
        name: lineage.hash_of(path) for name, path in paths.items() if path.exists() and path.resolve() != out.resolve()
    }


def _world(place: Place) -> Any:
    if places.is_url(place):
        return UNKNOWN
    file = Path(place) / "world.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else UNKNOWN


def _read(file: Path) -> Record:
    """What an earlier call wrote; empty for a run of a version that wrote no record."""
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
