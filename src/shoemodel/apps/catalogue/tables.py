"""results.csv and results.parquet: one row a SKU that is done or has failed, in the order of the manifest."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shoemodel.apps.catalogue.manifest import Row
from shoemodel.apps.catalogue.store import DONE, RESULTS, Store
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.quality.score import LIMITS, RENDERED

STAGES = ("region", "areas", "poses", "fit", "generate", "paste", "quality")
COLUMNS: dict[str, type] = {
    "sku": str,
    "status": str,
    "error": str,
    "photo": str,
    "prompt": str,
    "num": int,
    "seed": int,
    "layout": str,
    "folder": str,
    "images": int,
    "best": str,
    "score": float,
    "reasons": str,
    **{f"quality_{name}": float for name in (*RENDERED, *LIMITS)},
    "max_delta": int,
    "confidence": float,
    "warnings": str,
    "seconds": float,
    **{f"{stage}_s": float for stage in STAGES},
}
"""Column -> what stands in it. Scores, reasons and quality_* are those of the best picture; max_delta is that of the
certificate; all of them are empty where a row failed, and where it was not measured: rendered legs and images of
the diffusion have measures of their own."""


def rows(store: Store, wanted: Sequence[Row]) -> list[dict[str, Any]]:
    """One dict by COLUMNS for each wanted row that has a record."""
    return [_row(store, row, record) for row in wanted if (record := store.read(row)) is not None]


def _row(store: Store, row: Row, record: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {**record, "folder": row.folder}
    if record["status"] == DONE:
        told |= _results(store.out / row.folder)
    return {name: told.get(name) for name in COLUMNS}


def _results(folder: Path) -> dict[str, Any]:
    """What run.json and certificate.json of a folder say."""
    run, proof = (json.loads((folder / name).read_text(encoding="utf-8")) for name in RESULTS)
    qualities = run.get("quality", [])
    best = max(range(len(qualities)), key=lambda index: qualities[index]["score"], default=0)
    told = {
        "images": len(run["seeds"]),
        "best": f"image_{best:02d}.png",
        "max_delta": proof["max_delta"],
        "confidence": run["region"]["confidence"],
        "warnings": "; ".join(run["warnings"]),
        **{f"{stage}_s": seconds for stage, seconds in run["timings_s"].items()},
    }
    if qualities:
        told |= {"score": qualities[best]["score"], "reasons": "; ".join(qualities[best]["reasons"])}
        told |= {f"quality_{name}": value for name, value in qualities[best]["measures"].items()}
    return told


def require_parquet() -> None:
    """Raise InputError unless Parquet files can be written."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise InputError(f"batch needs the package {error.name}: install shoemodel[batch]") from error


def write(out: Path, table: Sequence[dict[str, Any]]) -> None:
    """Write both files, each whole or not at all."""
    import pyarrow
    import pyarrow.parquet

    text = io.StringIO()
    writer = csv.DictWriter(text, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    images.write_bytes(out / "results.csv", text.getvalue().encode())
    kinds = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64()}
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    target = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(table), schema), target)
    images.write_bytes(out / "results.parquet", target.getvalue().to_pybytes())
