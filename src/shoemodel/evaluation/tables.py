"""Reports as tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from shoemodel import masks

NONE = "–"
SYLLABLES = ("back-\nground", "vis-\nible", "wear-\nable")
"""The classes, narrow enough for a terminal of 80 columns."""


def areas(group: str, report: Mapping[str, Any], paper: Mapping[str, Any]) -> Table:
    """IoU and accuracy per class and their means, in percent, each with its interval below; then the paper's row."""
    table = _table(f"{group}: {report['n']} pictures, {report['shoes']} shoes, {report['refused']} refused, in %", "")
    table.padding = (0, 1, 0, 0)
    for column in (*(f"{kind}\n{name}" for kind in ("IoU", "Acc") for name in SYLLABLES), "mIoU", "mAcc", "aAcc"):
        table.add_column(column, justify="right")
    for words, part in (("whole pictures", report), ("round the shoe", report["around the shoe"])):
        table.add_row(words, *map(cell, _area_figures(part)))
        spans = [span or (None, None) for span in _area_figures(part["intervals"])]
        table.add_row("  95% from", *(cell(low) for low, _ in spans))
        table.add_row("        to", *(cell(high) for _, high in spans))
    table.add_row("the paper", *map(cell, _area_figures(paper)))
    return table


def _area_figures(part: Mapping[str, Any]) -> list[Any]:
    classes = [part.get(kind, {}).get(name) for kind in ("IoU", "Acc") for name in masks.NAMES]
    return [*classes, part["mIoU"], part["mAcc"], part["aAcc"]]


def figures(title: str, groups: Mapping[str, Mapping[str, Any]], lines: Mapping[str, tuple[str, ...]]) -> Table:
    """A column a group; each line says under which keys its figure stands. Intervals, where there are some, follow."""
    table = _table(title, "")
    for name, report in groups.items():
        table.add_column(f"{name}\n{report['n']} pictures, {report['shoes']} shoes", justify="right")
    for words, path in lines.items():
        table.add_row(words, *(_with_interval(report, path) for report in groups.values()))
    return table


def _with_interval(report: Mapping[str, Any], path: tuple[str, ...]) -> str:
    value, span = _at(report, path), _at(report.get("intervals", {}), path)
    return cell(value, 3) + (f"  [{cell(span, 3)}]" if isinstance(span, list) else "")


def _at(report: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        report = report.get(name) if isinstance(report, Mapping) else None
    return report


def cell(value: Any, digits: int = 2) -> str:
    """A figure, a span low–high, or a dash."""
    if value is None:
        return NONE
    if isinstance(value, list):
        return "–".join(f"{number:.{digits}f}" for number in value)
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def _table(title: str, first: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim")
    table.add_column(first)
    return table
