"""The rows over Ray Data: a pool of actors, each with a model of its own, on a cluster or on this machine.

Photos are read where the command was started and travel to the actors as bytes; the files of a row travel back the same
way and are written by the process that was started. So no folder has to be shared, and keys stay here.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from shoemodel.apps.catalogue import work
from shoemodel.apps.catalogue.manifest import Row
from shoemodel.apps.catalogue.work import Done
from shoemodel.errors import InputError
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.request import Request
from shoemodel.runtime.ray import started


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Actors, and what each of them takes for itself."""

    least: int = 1
    most: int = 1
    """More than `least`: the pool grows while rows wait, and shrinks again."""
    gpus: float = 0
    """Of a GPU; a fraction lets actors share one."""

    @classmethod
    def parse(cls, workers: str, gpus: float) -> Pool:
        """Read "N" or "MIN:MAX"; InputError for anything else."""
        least, _, most = workers.partition(":")
        numbers = [part for part in (least, most or least) if part.isascii() and part.isdigit()]
        if len(numbers) != 2 or not 1 <= int(numbers[0]) <= int(numbers[1]):
            raise InputError(f"--workers is {workers!r}; N, or MIN:MAX with 1 <= MIN <= MAX, is accepted")
        if not (0 <= gpus <= 1 or gpus == int(gpus)) or gpus < 0:
            raise InputError(f"--gpus is {gpus:g}; a share from 0 to 1, or a whole number, is accepted")
        return cls(least=int(numbers[0]), most=int(numbers[1]), gpus=gpus)


def run(
    load: Callable[[], ShoeModelPipeline], rows: Sequence[Row], pack: Mapping[str, str], pool: Pool
) -> Iterator[Done]:
    """Load a model in every actor and give each row as it is done, in any order.

    Raises:
        InputError: ray is not installed.
    """
    cpus = max(1, torch.get_num_threads() // pool.most)  # as many as one process would take
    data = started(pool.most * cpus + 1)
    import ray

    found = ray.cluster_resources().get("GPU", 0)
    if pool.gpus * pool.least > found and "RAY_ADDRESS" not in os.environ:
        raise InputError(f"--gpus {pool.gpus:g} was asked for {pool.least} workers; this machine has {found:g} GPUs")
    here = {"ray.io/node-id": ray.get_runtime_context().get_node_id()}
    todo = [to_columns(row) for row in rows]
    photos = data.from_items(todo, override_num_blocks=len(todo)).map(
        _read, num_cpus=0, concurrency=2, label_selector=here
    )
    actors = data.ActorPoolStrategy(min_size=pool.least, max_size=pool.most)
    arguments = (load, dict(pack), cpus)
    made = photos.map(_Worker, fn_constructor_args=arguments, compute=actors, num_cpus=cpus, num_gpus=pool.gpus)
    for answer in made.iter_rows():
        files = dict(zip(answer["names"], answer["contents"], strict=True))
        yield Done(answer["sku"], answer["seconds"], files, answer["error"])


def to_columns(row: Row) -> dict[str, Any]:
    """A row as strings."""
    request = json.dumps(row.request.to_dict())
    return {"sku": row.sku, "photo": str(row.photo), "named": row.named, "request": request}


def from_columns(columns: Mapping[str, Any]) -> Row:
    """The row that `to_columns` was given; other columns are passed over."""
    request = Request.of(json.loads(columns["request"]))
    return Row(sku=columns["sku"], photo=Path(columns["photo"]), named=columns["named"], request=request)


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """Adds the photo's bytes; none where it cannot be read, which the worker then finds out and says."""
    try:
        return {**row, "bytes": Path(row["photo"]).read_bytes()}
    except OSError:
        return {**row, "bytes": b""}


class _Worker:
    """An actor: loads the model, then makes row after row."""

    def __init__(self, load: Callable[[], ShoeModelPipeline], pack: Mapping[str, str], cpus: int):
        torch.set_num_threads(cpus)
        self.pipeline, self.pack = load(), pack

    def __call__(self, given: dict[str, Any]) -> dict[str, Any]:
        """The columns of a row, bytes -> sku, seconds, error, and names and contents of the files."""
        row, data = from_columns(given), given["bytes"]
        with tempfile.TemporaryDirectory(prefix="shoemodel-") as folder:
            photo = Path(folder) / row.photo.name
            if data:
                photo.write_bytes(data)
            done = work.make(self.pipeline, row, self.pack, photo if data else None)
        names, contents = list(done.files), list(done.files.values())
        return {"sku": done.sku, "seconds": done.seconds, "error": done.error, "names": names, "contents": contents}
