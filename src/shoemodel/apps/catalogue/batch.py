"""A whole catalogue: what is finished is kept, the rest is made, tables and report are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from shoemodel.apps.catalogue import local_engine, ray_engine, report, store, tables
from shoemodel.apps.catalogue.manifest import Row
from shoemodel.apps.catalogue.progress import Pace, watched
from shoemodel.apps.catalogue.ray_engine import Pool
from shoemodel.apps.catalogue.store import Store
from shoemodel.apps.catalogue.work import Done
from shoemodel.output.credentials import Signer
from shoemodel.pipeline import ShoeModelPipeline

Engine = Callable[[Callable[[], ShoeModelPipeline], Sequence[Row], Mapping[str, str]], Iterator[Done]]


def engine(pool: Pool | None) -> Engine:
    """Ray Data with a pool of actors, or this process where there is none."""
    return local_engine.run if pool is None else partial(ray_engine.run, pool=pool)


def run(
    rows: Sequence[Row],
    out: Path,
    pack: Mapping[str, str],
    load: Callable[[], ShoeModelPipeline],
    engine: Engine,
    signer: Signer | None = None,
) -> int:
    """Make every row that is not finished and write the tables; returns how many rows failed.

    load: called once where pictures are made. pack: as `packs.identity` gives it.
    Raises:
        InputError: `out` cannot be written or another run works in it.
    """
    console = Console(stderr=True)
    with store.claimed(out):
        store.clear_partial(out, rows)
        kept = Store(out, pack, signer)
        todo = [row for row in rows if not kept.finished(row)]
        console.print(f"{len(rows)} rows: {len(rows) - len(todo)} finished, {len(todo)} to make into {out}")
        if missing := [row.named for row in todo if not row.photo.is_file()]:
            console.print(f"missing photos, which will cost their rows: {len(missing)}, the first is {missing[0]}")
        try:
            if todo:
                _make(kept, todo, engine(load, todo, pack), console)
        finally:
            table = tables.rows(kept, rows)
            tables.write(out, table)
            report.write(out, table)
    return sum(row["status"] == store.FAILED for row in table)


def _make(kept: Store, todo: Sequence[Row], answers: Iterator[Done], console: Console) -> None:
    by_sku = {row.sku: row for row in todo}
    pace = Pace({row.sku: row.request.num * len(row.request.prompt) for row in todo})
    for done in watched(answers, pace, console):
        kept.put(by_sku[done.sku], done)
