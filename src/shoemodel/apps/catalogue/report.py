"""report.html: a page over the folder of a catalogue that filters and sorts, without a network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from shoemodel.apps.catalogue.store import DONE
from shoemodel.apps.catalogue.work import THUMBNAIL
from shoemodel.image import io as images

SHOWN = ("sku", "status", "score", "images", "seconds", "prompt", "reasons", "error")
"""Columns of the page."""


def write(out: Path, table: Sequence[dict[str, Any]]) -> None:
    """Write the page from the rows of `tables.rows`; pictures stay in the folders beside it and are linked."""
    template = (files("shoemodel.apps.catalogue") / "report.html").read_text(encoding="utf-8")
    rows = [{**{name: row[name] for name in SHOWN}, **_links(row)} for row in table]
    data = json.dumps(rows, ensure_ascii=False).replace("<", "\\u003c")  # a cell cannot end the script
    images.write_bytes(out / "report.html", template.replace("/*ROWS*/[]", data).encode())


def _links(row: dict[str, Any]) -> dict[str, str]:
    if row["status"] != DONE:
        return {}
    folder = quote(row["folder"])
    return {
        "thumbnail": f"{folder}/{THUMBNAIL}",
        "picture": f"{folder}/{row['best']}",
        "overview": f"{folder}/overview.png",
    }
