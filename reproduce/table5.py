"""Table 5: wearable area against everything else, or three classes; same data, same budget.

    shoemodel train wd mini --data DATA --out runs/three --loop.steps 1500
    shoemodel train wd mini --data DATA --out runs/two --loop.steps 1500 --classes 2
    python reproduce/table5.py --data DATA --three runs/three --two runs/two --json classes.json

Needs tuples written by `shoemodel synth`, of training and of test shoes. Held-out shoes, true X_m, whole pictures. Each
network's mIoU is over its own classes, as in the paper, which is why the three-class network's is also given over the
two classes that both can tell apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tyro
from rich.console import Console
from rich.table import Table

from shoemodel.errors import InputError

PAPER = {"three": {"wearable": 85.55, "mIoU": 94.09}, "two": {"wearable": 79.59, "mIoU": 89.52}}


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Compare two runs of `shoemodel train wd`."""

    data: Path
    """Tuples, of which the held-out shoes are used."""
    three: Path
    """Run with three classes."""
    two: Path
    """Run with two classes."""
    json: Path | None = None
    """Where to write the figures."""


def main(options: Benchmark) -> None:
    """Print wearable IoU and mIoU side by side, in percent with 95% intervals over shoes."""
    from shoemodel.evaluation import held_out

    runs = {"three": options.three, "two": options.two}
    matrices, shoes = confusions(options.data, runs)
    if not shoes:
        raise InputError(f"{options.data} holds no tuple of held-out shoes: more data is needed")
    sums = {name: held_out.by_shoe(np.stack(rows), shoes) for name, rows in matrices.items()}
    report: dict[str, Any] = {"n": len(shoes), "shoes": len(set(shoes))}
    report |= {name: figures(rows, name) | {"paper": PAPER[name]} for name, rows in sums.items()}
    gain = [figures_of(held_out.resampled(sums[name]), name)["wearable"] for name in runs]
    report["gain of three classes, wearable"] = held_out.interval(gain[0] - gain[1])
    table = Table("classes", "wearable IoU", "mIoU, own classes", "mIoU, two classes", "paper: wearable", "paper: mIoU")
    for name in runs:
        cells = [f"{report[name][key]['value']:.2f} {report[name][key]['interval']}" for key in MEASURES]
        table.add_row(name, *cells, *(f"{value:.2f}" for value in PAPER[name].values()))
    console = Console()
    console.print(table)
    console.print(
        f"n = {report['n']} pictures of {report['shoes']} shoes; gain of three classes in wearable IoU, ", end=""
    )
    console.print(f"95%: {report['gain of three classes, wearable']}")
    if options.json is not None:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


MEASURES = ("wearable", "mIoU", "mIoU, two classes")


def confusions(data: Path, runs: dict[str, Path]) -> tuple[dict[str, list[np.ndarray]], list[str]]:
    """(3, 3) pixel counts of each held-out picture for each run, and each picture's shoe."""
    from shoemodel.evaluation import held_out
    from shoemodel.evaluation.areas import confusion
    from shoemodel.wd.predict import predict
    from shoemodel.wd.segformer import StemmedSegformer

    models = {name: StemmedSegformer.from_pretrained(run / "model" / "areas") for name, run in runs.items()}
    matrices: dict[str, list[np.ndarray]] = {name: [] for name in runs}
    shoes: list[str] = []
    for sample in held_out.read(data, ("test",)):
        shoes.append(str(sample.meta["shoe_id"]))
        for name, model in models.items():
            try:
                found = predict(model.eval(), sample.unworn, sample.areas.shoe, sample.key).labels
            except InputError:  # nothing visible: as the pack refuses it, it counts as background
                found = np.zeros_like(sample.areas.labels)
            matrices[name].append(confusion(sample.areas.labels, found))
    return matrices, shoes


def figures_of(matrices: np.ndarray, name: str) -> dict[str, np.ndarray]:
    """MEASURES of (*b, 3, 3) counts, in percent; the run `two` has background and visible area in one class."""
    from shoemodel.evaluation.areas import measures

    merged = np.add.reduceat(np.add.reduceat(matrices, [0, 2], axis=-1), [0, 2], axis=-2)
    three, two = measures(matrices), measures(merged)
    own = two if name == "two" else three
    return {"wearable": three["IoU"][..., 2], "mIoU": own["mIoU"], "mIoU, two classes": two["mIoU"]}


def figures(sums: np.ndarray, name: str) -> dict[str, dict[str, Any]]:
    """Value and interval of each of MEASURES from counts (k, 3, 3) of k shoes."""
    from shoemodel.evaluation import held_out

    drawn, value = figures_of(held_out.resampled(sums), name), figures_of(sums.sum(0), name)
    return {key: {"value": held_out.rounded(value[key]), "interval": held_out.interval(drawn[key])} for key in MEASURES}


if __name__ == "__main__":
    main(tyro.cli(Benchmark))
