"""The figures of a folder as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

TITLES = {"p5": "5%", "p50": "median", "p95": "95%", "least": "least", "most": "most"}


def tables(summary: Mapping[str, Any]) -> Iterator[Table]:
    """One table a subject, of what `statistics.summarise` found."""
    yield _overview(summary)
    yield _splits(summary)
    for kind, counts in summary["kinds"].items():
        yield _counted(kind, counts, summary["tuples"], summary["shoes of a family"] if kind == "family" else None)
    yield _quantities(summary["quantities"])
    yield _keypoints(summary["keypoints"])


def problems(found: Mapping[str, list[str]]) -> Table:
    """What is wrong, by key."""
    table = Table("key", "problem", title=f"{len(found)} with problems", title_justify="left")
    for key, faults in found.items():
        table.add_row(key, "; ".join(faults))
    return table


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim")
    table.add_column(first, min_width=22)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _overview(summary: Mapping[str, Any]) -> Table:
    table = _table("tuples", "", "")
    table.show_header = False
    words = summary["captions"]
    for name, value in (
        ("tuples", f"{summary['tuples']:,}"),
        ("shoes", f"{summary['shoes']:,}"),
        ("shards", f"{summary['shards']:,}"),
        ("size on disk", f"{summary['bytes'] / 2**20:,.1f} MiB"),
        ("bytes a tuple", f"{summary['bytes a tuple']:,}"),
        ("captions", f"{words['written']:,}"),
        ("different captions", f"{words['different']:,}"),
        ("words in them", f"{words['words']:,}"),
    ):
        table.add_row(name, value)
    for world, count in summary["worlds"].items():
        table.add_row(world, f"{count:,}")
    return table


def _splits(summary: Mapping[str, Any]) -> Table:
    table = _table("splits", "", "tuples", "shoes")
    for name, part in summary["splits"].items():
        table.add_row(name, f"{part['tuples']:,}", f"{part['shoes']:,}")
    return table


def _counted(kind: str, counts: Mapping[str, int], total: int, shoes: Mapping[str, int] | None) -> Table:
    table = _table(kind, "", "tuples", "share", *(("shoes",) if shoes else ()))
    for name, count in counts.items():
        table.add_row(name, f"{count:,}", f"{count / total:.1%}", *((f"{shoes[name]:,}",) if shoes else ()))
    return table


def _quantities(quantities: Mapping[str, Mapping[str, float]]) -> Table:
    table = _table("quantities", "", *TITLES.values())
    for name, figures in quantities.items():
        table.add_row(name, *(f"{figures[key]:.1f}" if key in figures else "" for key in TITLES))
    return table


def _keypoints(keypoints: Mapping[str, Mapping[str, float]]) -> Table:
    columns = ("outside", "hidden", "visible")
    table = _table("keypoints, of the tuples with that leg", "", "tuples", *columns)
    for name, shares in keypoints.items():
        table.add_row(name, f"{shares['tuples']:,}", *(f"{shares[c]:.1%}" if c in shares else "" for c in columns))
    return table
