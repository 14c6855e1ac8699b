"""How far two annotators agree: IoU of each area over the photos that both have finished (ours).

Pixels are summed over the photos before they are divided, as the IoU of WD's tables is (`evaluation.areas`), so the
figures stand beside those of a network: no network can be told to be better than people agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int
from rich.table import Table

from shoemodel.annotation.folder import AnnotationFolder
from shoemodel.errors import InputError
from shoemodel.image.masks import NAMES, VISIBLE

WORST = 5
"""Photos that are named because the annotators agree least on them."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """Counts of pixels of each photo, in the order of `masks.NAMES`."""

    names: tuple[str, ...]
    both: Int[np.ndarray, "n 3"]
    """Pixels to which both gave the label."""
    either: Int[np.ndarray, "n 3"]
    """Pixels to which one or both did."""

    @property
    def iou(self) -> dict[str, float]:
        """IoU of each label over all photos, NaN where nobody used it."""
        both, either = self.both.sum(axis=0), self.either.sum(axis=0)
        return {name: _ratio(b, e) for name, b, e in zip(NAMES, both, either, strict=True)}

    @property
    def of_photos(self) -> dict[str, dict[str, float]]:
        """The same of each photo, by its name."""
        pairs = zip(self.names, self.both, self.either, strict=True)
        return {
            photo: {name: _ratio(b, e) for name, b, e in zip(NAMES, both, either, strict=True)}
            for photo, both, either in pairs
        }

    @property
    def worst(self) -> list[str]:
        """The photos on which they agree least, by the mean IoU of the areas, the worst first."""
        means = {photo: float(np.nanmean(list(ious.values())[VISIBLE:])) for photo, ious in self.of_photos.items()}
        return sorted(means, key=means.__getitem__)[:WORST]

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON; None where nobody used a label."""
        return {
            "photos": len(self.names),
            "IoU": _plain(self.iou),
            "mIoU": round(float(np.nanmean(list(self.iou.values()))), 4),
            "of each photo": {photo: _plain(ious) for photo, ious in self.of_photos.items()},
        }

    def table(self, first: str, second: str) -> Table:
        """For the terminal."""
        title = f"{first} and {second}: IoU on {len(self.names)} photos that both have finished"
        table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim")
        table.add_column("", min_width=22)
        for name in NAMES:
            table.add_column(name, justify="right")
        rows = {"all photos": self.iou} | {f"  {photo}": self.of_photos[photo] for photo in self.worst}
        for photo, ious in rows.items():
            table.add_row(photo, *("" if np.isnan(value) else f"{value:.1%}" for value in ious.values()))
        return table


def compare(one: AnnotationFolder, other: AnnotationFolder) -> Agreement:
    """Two annotators' folders of the same photos.

    Raises:
        InputError: no photo is done in both, or one is of another size in the other.
    """
    names, both, either = [], [], []
    for name, areas in one.finished():
        others = other.areas(name) if name in other.photos and other.state(name) == "done" else None
        if others is None:
            continue
        if others.size != areas.size:
            raise InputError(f"the areas of {name} are {areas.size} in {one.out}, but {others.size} in {other.out}")
        counts = np.bincount(3 * areas.labels.ravel().astype(np.intp) + others.labels.ravel(), minlength=9)
        matrix = counts.reshape(3, 3)
        names.append(name)
        both.append(matrix.diagonal())
        either.append(matrix.sum(axis=0) + matrix.sum(axis=1) - matrix.diagonal())
    if not names:
        raise InputError(f"{one.out} and {other.out} have no photo that is done in both")
    return Agreement(tuple(names), np.array(both), np.array(either))


def _ratio(part: np.integer, whole: np.integer) -> float:
    return float(part / whole) if whole else float("nan")


def _plain(ious: dict[str, float]) -> dict[str, float | None]:
    return {name: None if np.isnan(value) else round(value, 4) for name, value in ious.items()}
