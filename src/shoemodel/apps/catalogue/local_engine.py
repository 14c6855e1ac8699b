"""The rows one after the other, in this process, on whatever device the pack loads onto."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from shoemodel.apps.catalogue import work
from shoemodel.apps.catalogue.manifest import Row
from shoemodel.apps.catalogue.work import Done
from shoemodel.pipeline import ShoeModelPipeline


def run(load: Callable[[], ShoeModelPipeline], rows: Sequence[Row], pack: Mapping[str, str]) -> Iterator[Done]:
    """Load the model once and give each row as it is done."""
    pipeline = load()
    for row in rows:
        yield work.make(pipeline, row, pack)
