"""The manifest: a table with one row a SKU, read whole and checked whole before any work starts.

| column   | needed | holds                                                                  |
|----------|--------|------------------------------------------------------------------------|
| `sku`    | yes    | the article's number, once in the table, whatever its case             |
| `photo`  | yes    | image file, relative to the manifest                                   |
| `prompt` | no     | what the legs wear; else the template is filled from the row's columns |
| others   | no     | COLUMNS: any field of a request, as the flag of this name takes it     |

An empty cell counts as none. Further columns are for the template: `--prompt "legs in {trousers}, {place}"`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shoemodel import declaration
from shoemodel.errors import InputError
from shoemodel.request import NAMES, Request

Table = tuple[list[str], list[tuple[str, dict[str, Any]]]]
"""Names of the columns; where each row stands, for people, and its cells."""
NEEDED = ("sku", "photo")
COLUMNS = tuple(name for name in NAMES if name not in ("prompt", "backend"))
"""Fields of a request that a row may have for itself; the backend is loaded once for all."""
RESERVED = ("results.csv", "results.parquet", "report.html")
"""Files beside the folders of the SKUs, so no SKU's own."""
SHOWN = 10
"""Faulty rows that an error names; the others are counted."""
_UNSAFE = re.compile(r'^\.|[/\\%\x00-\x1f:*?"<>|]')


@dataclass(frozen=True, kw_only=True)
class Row:
    """A SKU's photo and request."""

    sku: str
    photo: Path
    """Absolute, so that it holds in every process."""
    named: str
    """The photo as the manifest names it."""
    request: Request

    @property
    def folder(self) -> str:
        """The SKU as the name of a folder: what a file system may not take is escaped as in URLs."""
        return folder_name(self.sku)


def folder_name(sku: str) -> str:
    """Different SKUs have different names, though some file systems tell only those apart that `_alike` does."""
    return _UNSAFE.sub(lambda letter: f"%{ord(letter[0]):02X}", sku)


def _alike(sku: str) -> str:
    """The same for SKUs whose folders are one on macOS or Windows, where a catalogue may be copied."""
    return unicodedata.normalize("NFC", sku.casefold())


def read(manifest: Path, request: Request) -> list[Row]:
    """All rows, in the order of the table.

    request: what holds where a row says nothing. Its prompts may have {column} in them; they are for the rows without a
    prompt of their own, and for all rows where one of them names {prompt}.
    Raises:
        InputError: the file cannot be read, columns are missing, or rows do not fit; the first SHOWN are named.
    """
    columns, records = _records(manifest)
    if missing := [name for name in NEEDED if name not in columns]:
        found = f"has the columns {', '.join(columns)}, but not {' and '.join(missing)}" if columns else "is empty"
        others = ", ".join(("prompt", *COLUMNS))
        raise InputError(f"{manifest} {found}; sku and photo are needed, and {others} may be there")
    fields = [name for template in request.prompt for name in _fields(template, columns)]
    rows: list[Row] = []
    faults: list[str] = []
    seen: dict[str, tuple[str, str]] = {}
    for where, record in records:
        try:
            row = _row(record, manifest.parent.absolute(), request, fields)
            if (name := _alike(row.sku)) in seen:
                other, place = seen[name]
                alike = "" if other == row.sku else f", as {other!r}, and some systems do not tell such folders apart"
                raise InputError(f"the sku {row.sku!r} stands in {place} already{alike}")
            seen[name] = row.sku, where
            rows.append(row)
        except InputError as error:
            faults.append(f"{where}: {error}")
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        rows_are = "1 bad row" if len(faults) == 1 else f"{len(faults)} bad rows"
        raise InputError(f"{manifest} has {rows_are}: {'; '.join(faults[:SHOWN])}{more}")
    if not rows:
        raise InputError(f"{manifest} has no row below its header; one row a SKU is accepted")
    return rows


def _records(manifest: Path) -> tuple[list[str], list[tuple[str, dict[str, str]]]]:
    """Names of the columns, and (where it stands, its cells as text) of each row."""
    readers = {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}
    if manifest.suffix.lower() not in readers:
        raise InputError(f"{manifest} is no table that can be read; .csv, .jsonl and .parquet are accepted")
    try:
        columns, rows = readers[manifest.suffix.lower()](manifest)
    except OSError as error:
        raise InputError(f"{manifest} cannot be read ({error.strerror or error}); a table is accepted") from error
    cells = [(where, {name: _text(value, name, f"{manifest}, {where}") for name, value in row.items()})
             for where, row in rows]  # fmt: skip
    return columns, cells


def _utf8(manifest: Path) -> str:
    data = manifest.read_bytes()
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        raise InputError(
            f"{manifest}, line {line}: {data[error.start : error.end]!r} is no UTF-8; a table in UTF-8 is accepted"
        ) from error


def _csv(manifest: Path) -> Table:
    text = _utf8(manifest)
    between = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    rows: list[tuple[str, dict[str, Any]]] = []
    where = "the header"
    try:
        columns = [name.strip() for name in reader.fieldnames or []]
        if repeated := {name for name in columns if columns.count(name) > 1}:
            raise InputError(f"{manifest} has the column {sorted(repeated)[0]!r} twice; each column once is accepted")
        reader.fieldnames = columns
        where = f"row 1 (line {reader.line_num + 1})"
        for number, row in enumerate(reader, 1):
            where = f"row {number} (line {reader.line_num})"
            if None in row:
                raise InputError(
                    f"{manifest}, {where}: it has more cells than the {len(columns)} columns of the header"
                )
            rows.append((where, row))
            where = f"row {number + 1} (line {reader.line_num + 1})"
    except csv.Error as error:
        raise InputError(f"{manifest}, {where}: {error}; cells in closed quotes or without any are accepted") from error
    return columns, rows


def _jsonl(manifest: Path) -> Table:
    rows: list[tuple[str, dict[str, Any]]] = []
    columns: dict[str, None] = {}
    for line, text in enumerate(_utf8(manifest).split("\n"), 1):
        if not text.strip():
            continue
        where = f"row {len(rows) + 1} (line {line})"
        try:
            row = json.loads(text)
        except ValueError as error:
            raise InputError(f"{manifest}, {where}: no JSON ({error}); one object a line is accepted") from error
        if not isinstance(row, dict):
            raise InputError(f"{manifest}, {where}: {text.strip()[:40]!r} was found; one object a line is accepted")
        columns |= dict.fromkeys(row)
        rows.append((where, row))
    return list(columns), rows


def _parquet(manifest: Path) -> Table:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise InputError(f"reading {manifest} needs the package {error.name}: install shoemodel[batch]") from error
    try:
        table = pyarrow.parquet.read_table(manifest)
    except pyarrow.ArrowException as error:
        raise InputError(f"{manifest} cannot be read ({error}); a Parquet file is accepted") from error
    return table.column_names, [(f"row {number}", row) for number, row in enumerate(table.to_pylist(), 1)]


def _text(value: Any, name: str, where: str) -> str:
    if value is None or value != value:  # NaN is how tables of floats say none
        return ""
    text = str(value).strip()
    written = text.encode(errors="ignore").decode()  # without halves of letters, which JSON can hold
    if isinstance(value, list | dict | bytes) or written != text:
        raise InputError(f"{where}: {name} is {value!r}, text or a number is accepted")
    return text


def _fields(template: str, columns: Sequence[str]) -> list[str]:
    """Columns that a template names; InputError where one is not there or something else stands in braces."""
    accepted = f"{{column}} with one of {', '.join(columns)} is accepted"
    try:
        parts = [part for part in string.Formatter().parse(template) if part[1] is not None]
    except ValueError as error:
        raise InputError(f"prompt is {template!r} ({error}); {accepted}") from error
    for _, name, form, conversion in parts:
        if name not in columns or form or conversion:
            raise InputError(f"prompt is {template!r} with {{{name}}} in it; {accepted}")
    return [str(name) for _, name, _, _ in parts]


def _row(record: dict[str, str], base: Path, request: Request, fields: Sequence[str]) -> Row:
    """One row, or InputError for the first thing in it that does not fit."""
    sku, photo = (record.get(name, "") for name in NEEDED)
    if not sku or not photo:
        raise InputError(f"{'photo' if sku else 'sku'} is empty")
    if _alike(sku) in RESERVED or len(folder_name(sku).encode()) > 200:
        raise InputError(
            f"the sku {sku!r} cannot name a folder; up to 200 bytes but {', '.join(RESERVED)} are accepted"
        )
    own = {name: declaration.read(Request, name, record[name]) for name in COLUMNS if record.get(name)}
    row = replace(request, prompt=_prompts(record, request.prompt, fields), **own)
    row.require_complete()
    return Row(sku=sku, photo=base / photo, named=photo, request=row)


def _prompts(record: dict[str, str], templates: Sequence[str], fields: Sequence[str]) -> tuple[str, ...]:
    own = record.get("prompt", "")
    if own and "prompt" not in fields:
        return (own,)
    if not templates:
        raise InputError("it has no prompt; a column prompt or --prompt TEMPLATE is needed")
    if empty := [name for name in fields if not record.get(name)]:
        raise InputError(f"{empty[0]} is empty, which the prompt needs")
    return tuple(template.format_map(record) for template in templates)
