"""The curves of a run: loss.csv and metrics.csv, one row a line."""

import csv
from pathlib import Path

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
