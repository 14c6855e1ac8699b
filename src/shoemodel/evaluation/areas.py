"""Wearable-area detection against the truth: Tables 4 and 5 of the paper.

Pixels are counted as mmsegmentation counts them: one confusion matrix over the whole set, then ratios. IoU is hits /
(true + predicted − hits), accuracy hits / true, mIoU and mAcc are means over the three classes, aAcc is all hits / all
pixels. A picture that the pack refuses counts as background everywhere.

The matrix is taken twice. Over whole pictures, and over the square around each shoe as the network sees it: in whole
pictures background is most of the pixels and easily right, while the paper's row fits photos filled by a shoe (ours).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Num, UInt8

from shoemodel.data.sample import Sample
from shoemodel.errors import InputError
from shoemodel.evaluation.held_out import Source, areas_by, by_shoe, figure, interval, resampled
from shoemodel.image import draw, masks
from shoemodel.image.geometry import Box
from shoemodel.image.masks import ShoeAreas
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.wd.model import MARGIN

CLASSES = len(masks.NAMES)
PAPER = {
    "IoU": {"background": 99.42, "visible": 97.3, "wearable": 85.55},
    "mIoU": 94.09,
    "mAcc": 96.91,
    "aAcc": 98.60,
}
"""Three classes, 200 real photos: another set than ours, so a mark to compare with and no rival."""


@dataclass(frozen=True, eq=False)
class Case:
    """One picture and what was made of it; `iou` is the mean of visible and wearable area's, 0..1."""

    key: str
    iou: float
    photo: UInt8[np.ndarray, "h w 3"]
    predicted: ShoeAreas
    true: ShoeAreas


@dataclass(eq=False)
class Tally:
    """Confusion matrices (true, predicted) of each picture, and the worst pictures."""

    keep: int
    shoes: list[str] = field(default_factory=list)
    whole: list[np.ndarray] = field(default_factory=list)
    around: list[np.ndarray] = field(default_factory=list)
    refused: int = 0
    _worst: list[tuple[float, int, Case]] = field(default_factory=list)

    @property
    def worst(self) -> list[Case]:
        """The worst first."""
        return [case for _, _, case in sorted(self._worst, key=lambda entry: -entry[0])]

    def add(self, sample: Sample, found: ShoeAreas | None) -> None:
        """Count one picture; `found` is None where the pack refused it."""
        predicted = found or ShoeAreas(np.zeros_like(sample.areas.labels))
        self.refused += found is None
        self.shoes.append(str(sample.meta["shoe_id"]))
        self.whole.append(confusion(sample.areas.labels, predicted.labels))
        square = square_around(sample.areas)
        self.around.append(confusion(sample.areas.labels[square], predicted.labels[square]))
        iou = float(np.nanmean(measures(self.whole[-1])["IoU"][1:])) / 100
        case = Case(sample.key, iou, sample.unworn, predicted, sample.areas)
        heapq.heappush(self._worst, (-iou, len(self.shoes), case))
        if len(self._worst) > self.keep:
            heapq.heappop(self._worst)  # the best of those kept


def evaluate(
    pipeline: ShoeModelPipeline, samples: Iterable[Sample], region: Source = "exact", keep: int = 12
) -> tuple[dict[str, Any], list[Case]]:
    """The table, ready for JSON, in percent, and the `keep` worst pictures.

    `region`: the network alone, on the true X_m, or behind the region module, as at inference.

    Raises:
        InputError: there are no samples.
    """
    tally = Tally(keep)
    for sample in samples:
        tally.add(sample, areas_by(pipeline, sample, region))
    if not tally.shoes:
        raise InputError("found no tuple to evaluate areas on")
    return summarise(tally), tally.worst


def summarise(tally: Tally) -> dict[str, Any]:
    """n, shoes, refused, IoU, Acc, mIoU, mAcc, aAcc, pixels, intervals; the same `around the shoe`; and the worst."""
    return {
        "n": len(tally.shoes),
        "shoes": len(set(tally.shoes)),
        "refused": tally.refused,
        **_table(np.stack(tally.whole), tally.shoes),
        "around the shoe": _table(np.stack(tally.around), tally.shoes),
        "worst": [{"key": case.key, "IoU": figure(100 * case.iou)} for case in tally.worst],
    }


def confusion(true: UInt8[np.ndarray, "*s"], predicted: UInt8[np.ndarray, "*s"]) -> np.ndarray:
    """(3, 3) pixel counts, rows true, columns predicted."""
    if true.shape != predicted.shape:
        raise ValueError(f"true and predicted labels need one shape, got {true.shape} and {predicted.shape}")
    pairs = CLASSES * true.astype(np.intp) + predicted
    return np.bincount(pairs.ravel(), minlength=CLASSES**2).reshape(CLASSES, CLASSES)


def measures(matrix: Num[np.ndarray, "*b 3 3"]) -> dict[str, np.ndarray]:
    """IoU and Acc (*b, 3), mIoU, mAcc, aAcc (*b,) in percent; NaN for a class that is not there, left out of means."""
    hit = np.diagonal(matrix, axis1=-2, axis2=-1).astype(float)
    true, predicted = matrix.sum(-1), matrix.sum(-2)
    with np.errstate(divide="ignore", invalid="ignore"):
        iou, accuracy = 100 * hit / (true + predicted - hit), 100 * hit / true
        every = 100 * hit.sum(-1) / true.sum(-1)
    return {
        "IoU": iou,
        "Acc": accuracy,
        "mIoU": np.asarray(np.nanmean(iou, axis=-1)),
        "mAcc": np.asarray(np.nanmean(accuracy, axis=-1)),
        "aAcc": np.asarray(every),
    }


def square_around(areas: ShoeAreas, margin: float = MARGIN) -> tuple[slice, slice]:
    """Rows and columns of the square around the shoe with the network's margin, as far as the picture reaches."""
    box = Box.of_mask(areas.shoe)
    half = max(box.width, box.height) * (0.5 + margin)
    x, y = box.centre
    return slice(max(0, round(y - half)), round(y + half)), slice(max(0, round(x - half)), round(x + half))


def worst_page(cases: Iterable[Case]) -> UInt8[np.ndarray, "h w 3"]:
    """Photo | predicted | true | where they differ in red, a row for each case, the worst first."""
    rows = []
    for case in cases:
        wrong = case.predicted.labels != case.true.labels
        marked = np.where(wrong[..., None], np.array([255, 0, 0], np.uint8), case.photo // 2 + 64)
        overlays = [draw.overlay_areas(case.photo, areas) for areas in (case.predicted, case.true)]
        rows.append([case.photo, *overlays, marked])
    return draw.contact_sheet(rows, ("photo", "predicted", "true", "wrong pixels"))


def _table(matrices: Num[np.ndarray, "n 3 3"], shoes: list[str]) -> dict[str, Any]:
    total = matrices.sum(0)
    drawn = measures(resampled(by_shoe(matrices, shoes)))
    pixels = 100 * total.sum(1) / total.sum()
    return {
        **{name: _named(value) for name, value in measures(total).items()},
        "pixels": dict(zip(masks.NAMES, (figure(share) for share in pixels), strict=True)),
        "intervals": {name: _intervals(values) for name, values in drawn.items()},
    }


def _named(value: np.ndarray) -> Any:
    return dict(zip(masks.NAMES, map(figure, value), strict=True)) if value.ndim else figure(float(value))


def _intervals(values: np.ndarray) -> Any:
    return dict(zip(masks.NAMES, map(interval, values.T), strict=True)) if values.ndim > 1 else interval(values)
