"""Reports as tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from shoemodel.image import masks

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


IMAGE_COLUMNS = {
    "FID": 2, "KIDx1k": 2, "CLIP": 2, "CLIP-I": 1, "max_delta": 0, "PSNR": 1, "expansion": 2, "PCK@0.1": 3, "seam": 2,
}  # fmt: skip
"""Of Table 3, and their digits."""


def images(report: Mapping[str, Any]) -> Table:
    """Table 3, a row a method, the 95% interval below each; no PSNR means that no pixel of the shoe differs."""
    title = f"{report['n']} pictures, {report['shoes']} shoes; FID, KID: {report['extractor']}; CLIP: {report['clip']}"
    table = _table(title, "")
    table.padding = (0, 1, 0, 0)
    for column in IMAGE_COLUMNS:
        table.add_column(column.replace("expansion", "expan-\nsion %").replace("max_delta", "max |Δ|"), justify="right")
    for name, row in report["methods"].items():
        values, spans = {**row, **report["more"][name]}, report["intervals"][name]
        table.add_row(name, *(cell(values[column], digits) for column, digits in IMAGE_COLUMNS.items()))
        ends = [spans.get(column) or (None, None) for column in IMAGE_COLUMNS]
        for words, number in (("  95% from", 0), ("        to", 1)):
            cells = (cell(end[number], digits) for end, digits in zip(ends, IMAGE_COLUMNS.values(), strict=True))
            table.add_row(words, *cells, style="dim")
    return table


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
