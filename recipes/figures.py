"""What some runs came to, as a table: component, seeds, steps, data and held-out figures.

    python recipes/figures.py RUN [RUN ...] --out figures.md

Figures are the last row of a run's metrics.csv, on shoes that it never learnt from; a component without such figures,
whose pictures are only looked at, says "none". `recipes/mini.sh` and `recipes/paper.sh` end with it.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import tyro
from tyro.conf import Positional

HEAD = "| run | component | seed | steps | global batch | loss | held-out figures | data | commit |"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Write the table."""

    runs: Positional[tuple[Path, ...]]
    """Folders written by `shoemodel train`."""
    out: Path
    """The table, in Markdown."""


def main(options: Figures) -> None:
    """One line for each run."""
    lines = [HEAD, "|" + "---|" * HEAD.count(" | ") + "---|", *(line(run) for run in options.runs)]
    options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def line(run: Path) -> str:
    """A run's row of the table."""
    record = json.loads((run / "record.json").read_text(encoding="utf-8"))
    call = record["calls"][-1]
    components = ", ".join(sorted(folder.name for folder in (run / "model").iterdir()))
    seeds = ", ".join(dict.fromkeys(str(each["seed"]) for each in record["calls"]))
    data = ", ".join(f"{each['folder']} {each['sha256'][:8]}" for each in record["data"])
    measured = {name: value for name, value in last(run / "metrics.csv").items() if name != "step"}
    figures = ", ".join(f"{name} {float(value):.4g}" for name, value in measured.items()) or "none"
    loss = float(last(run / "loss.csv")["loss"])
    cells = (run.name, components, seeds, record["steps"], call["global_batch"], f"{loss:.4g}", figures, data)
    return "| " + " | ".join(map(str, (*cells, call["commit"][:8]))) + " |"


def last(file: Path) -> dict[str, str]:
    """The last row of a table; empty where there is none."""
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8") as stream:
        return {name: value for name, value in ([*csv.DictReader(stream)] or [{}])[-1].items() if value}


if __name__ == "__main__":
    main(tyro.cli(Figures, description=__doc__))
