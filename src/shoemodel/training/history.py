"""The curves of a run: loss.csv and metrics.csv (one row a line, columns fixed by the first row) and loss.png."""

import csv
from pathlib import Path

import numpy as np

from shoemodel.training.checkpoint import write_file


class History:
    """Rows of numbers by step; an existing file is continued, without rows later than `step`."""

    def __init__(self, file: Path, step: int):
        self.file = file
        self.rows: list[dict[str, float]] = []
        if file.exists():
            with file.open(newline="") as stream:
                rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(stream)]
            self.rows = [row for row in rows if row["step"] <= step]

    def add(self, row: dict[str, float]) -> None:
        """Append a row; it must hold "step"."""
        self.rows.append(row)

    def write(self) -> None:
        """Write the whole file anew, atomically."""
        if not self.rows:
            return
        write_file(self.file, self._write_rows)

    def _write_rows(self, file: Path) -> None:
        columns = list(dict.fromkeys(key for row in self.rows for key in row))
        with file.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, columns, restval="nan")
            writer.writeheader()
            writer.writerows({key: f"{value:.6g}" for key, value in row.items()} for row in self.rows)


def plot(loss: History, metrics: History, file: Path) -> None:
    """Draw the loss (raw and smoothed, logarithmic) and, to its right, every metric that was measured."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if not loss.rows:
        return
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    steps = np.array([row["step"] for row in loss.rows])
    values = np.array([row["loss"] for row in loss.rows])
    left.plot(steps, values, linewidth=0.6, alpha=0.5)
    width = max(1, len(values) // 30)
    left.plot(steps[width - 1 :], np.convolve(values, np.ones(width) / width, "valid"), linewidth=1.5)
    if (values > 0).all():
        left.set_yscale("log")
    left.set(xlabel="step", title="loss")
    for name in [key for key in (metrics.rows[-1] if metrics.rows else {}) if key != "step"]:
        right.plot([r["step"] for r in metrics.rows], [r.get(name, np.nan) for r in metrics.rows], ".-", label=name)
    if metrics.rows:
        right.legend()
    right.set(xlabel="step", title="held-out metrics")
    write_file(file, FigureCanvasAgg(figure).print_png)
