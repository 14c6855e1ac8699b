"""How commands report: lines on stderr, a counter while they work, tables on the terminal, JSON reports."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

BAD_INPUT = 2
"""Exit code for what cannot be used."""
T = TypeVar("T")


def complain(message: object) -> None:
    """One line on stderr."""
    print(f"shoemodel: {message}", file=sys.stderr)


def tracked(items: Iterable[T], name: str, total: int | None = None) -> Iterator[T]:
    """With a counter on stderr, or a bar where the total is known; silent where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    known = (BarColumn(), TextColumn("of {task.total}"), TimeRemainingColumn()) if total else (TimeElapsedColumn(),)
    columns = (SpinnerColumn(), TextColumn("{task.description}: {task.completed} pictures"), *known)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield from bar.track(items, total=total, description=name)


def show(*tables: Any) -> None:
    """Print tables, an empty line after each."""
    from rich.console import Console

    console = Console()
    for table in tables:
        console.print(table, "")


def write(file: Path, report: Mapping[str, Any]) -> None:
    """Write a report as JSON and say so."""
    from shoemodel.image import io as images

    file.parent.mkdir(parents=True, exist_ok=True)
    images.write_bytes(file, (json.dumps(report, indent=1, ensure_ascii=False) + "\n").encode())
    print(f"report: {file}")
