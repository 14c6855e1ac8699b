"""What a collection amounts to: counts by reason as table and JSON, a sheet of tuples and one of what was refused."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from shoemodel.collect.filters import REASONS
from shoemodel.collect.ledger import Line
from shoemodel.data import shards
from shoemodel.errors import InputError
from shoemodel.image import draw
from shoemodel.image import io as images

SHOWN, EXAMPLES = 24, 6
"""Tuples on the sheet; photos of each reason on the other."""
COLUMNS = ("photo", "X_w", "keypoints")
SIDE = 256
"""Of the pictures on the sheets, px."""


def summary(outcomes: Sequence[Line]) -> dict[str, Any]:
    """Counts, ready for JSON.

    A photo counts as kept where one of its people became a tuple, else by the reason of its largest person.
    """
    kept = [line for line in outcomes if line["kept"]]
    refused = Counter(line["refused"][0]["reason"] for line in outcomes if not line["kept"])
    people = Counter(each["reason"] for line in outcomes for each in line["refused"])
    licences = Counter(line["rights"]["licence"] or "none" for line in kept)
    return {
        "photos": len(outcomes),
        "photos kept": len(kept),
        "tuples": sum(len(line["kept"]) for line in outcomes),
        "photos refused": {reason: refused[reason] for reason in REASONS if refused[reason]},
        "people refused": {reason: people[reason] for reason in REASONS if people[reason]},
        "licences of the kept": dict(licences.most_common()),
    }


def table(found: dict[str, Any]) -> Table:
    """Photos by what became of them."""
    grid = Table("photos", "", "share", title=f"{found['photos']} photos, {found['tuples']} tuples")
    rows = [("kept", found["photos kept"], "became tuples")]
    rows += [(reason, count, REASONS[reason]) for reason, count in found["photos refused"].items()]
    for name, count, meaning in rows:
        grid.add_row(f"{count}", f"{name}: {meaning}", f"{count / max(found['photos'], 1):.1%}")
    return grid


def write(folder: Path, out: Path, outcomes: Sequence[Line]) -> dict[str, Any]:
    """Write report.json, sheet.jpg and refused.jpg into `out` -> the counts."""
    found = summary(outcomes)
    images.write_bytes(out / "report.json", (json.dumps(found, indent=1) + "\n").encode())
    for name, picture in (("sheet.jpg", sheet(out, outcomes)), ("refused.jpg", refused_sheet(folder, outcomes))):
        if picture is None:
            (out / name).unlink(missing_ok=True)
        else:
            images.save_jpeg(out / name, picture)
    return found


def sheet(out: Path, outcomes: Sequence[Line]) -> np.ndarray | None:
    """Photo | X_w | keypoints of SHOWN tuples, evenly spaced, two a row; None where there is none."""
    keys = [key for line in outcomes for key in line["kept"]]
    if not keys:
        return None
    wanted = {keys[i] for i in np.linspace(0, len(keys) - 1, min(SHOWN, len(keys))).round().astype(int)}
    shown = [sample for sample in shards.read(out) if sample.key in wanted]
    triples = [
        [draw.shrunk(each, SIDE) for each in (s.worn, s.unworn, draw.overlay_pose(s.worn, s.pose))] for s in shown
    ]
    rows = [[image for triple in triples[start : start + 2] for image in triple] for start in range(0, len(triples), 2)]
    return draw.contact_sheet(rows, COLUMNS * min(2, len(triples)))


def refused_sheet(folder: Path, outcomes: Sequence[Line]) -> np.ndarray | None:
    """A row a reason with EXAMPLES of its photos, evenly spaced; None where nothing was refused."""
    rows = []
    for reason in REASONS:
        names = [line["photo"] for line in outcomes if not line["kept"] and line["refused"][0]["reason"] == reason]
        chosen = [names[i] for i in np.linspace(0, len(names) - 1, min(EXAMPLES, len(names))).round().astype(int)]
        pictures = [picture for name in chosen if (picture := _thumbnail(folder / name)) is not None]
        if pictures:
            rows.append([_label(f"{reason}: {len(names)}"), *pictures])
    return draw.contact_sheet(rows) if rows else None


def _thumbnail(file: Path) -> np.ndarray | None:
    """None for what is no picture, which is a reason too."""
    try:
        return draw.shrunk(images.load(file).rgb, SIDE)
    except InputError:
        return None


def _label(text: str) -> np.ndarray:
    white = np.full((24, 190, 3), 255, np.uint8)
    return draw.contact_sheet([[white]], [text])
