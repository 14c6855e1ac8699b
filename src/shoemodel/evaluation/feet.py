"""Foot keypoints C_p against the truth (3.2, phase 1): PCK, OKS AP, and whether the right feet are found.

What counts: the points of the feet in the scene that lie in the picture, inside the shoe or not. A foot that is
reported missing has none of its points right. Lengths are in extents of a foot: the largest distance between two of
its four true points in the picture, which is heel to toes from the side and does not vanish from the front (ours).
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from shoemodel.data.sample import SIDES, Sample
from shoemodel.errors import InputError
from shoemodel.evaluation.held_out import Source, areas_by, by_shoe, figure, interval, resampled
from shoemodel.image.pose import ABSENT, FOOT_INDICES, NAMES
from shoemodel.lps.feet import FOOT_NAMES
from shoemodel.lps.predict import MIN_POINTS, FootKeypoints, foot_keypoints
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.sw.conditions import wearable_shoe

POINTS = tuple(name.split("_", 1)[1] for name in FOOT_NAMES[:4])
THRESHOLDS = (0.05, 0.1)
"""Of PCK, in foot extents."""
SIGMAS = (0.089, 0.068, 0.066, 0.066)
"""COCO's for ankles, and COCO-WholeBody's of the left foot for big toe, small toe and heel; its right foot's are looser
(0.092, 0.094, 0.094), which has no reason in a mirrored world, so both feet are judged by the left one's (ours)."""
AREA = 0.5
"""OKS divides by an area; COCO's is a whole person's, ours that of a foot: this times its extent squared. At OKS 0.5 a
big toe is then 0.11 of the foot's extent from its place, at 0.95 it is 0.03 (ours)."""
STATS = {"AP": 0, "AP50": 1, "AP75": 2, "AR": 5}
"""Where pycocotools puts them."""


@dataclass(frozen=True, eq=False)
class Reading:
    """Truth and answer for one picture, in its pixels."""

    shoe: str
    true_px: Float[np.ndarray, "8 2"]
    labelled: Bool[np.ndarray, "8"]
    """True points that lie in the picture."""
    found: FootKeypoints | None
    """None where the pack refused the picture."""

    @property
    def there(self) -> Bool[np.ndarray, "2"]:
        """Which feet are in the picture, by as many points as the pack needs to report one."""
        return np.asarray(self.labelled.reshape(2, 4).sum(1) >= MIN_POINTS)

    @property
    def reported(self) -> Bool[np.ndarray, "2"]:
        """Which feet the pack reports."""
        exists = np.zeros(8, bool) if self.found is None else self.found.exists
        return np.asarray(exists.reshape(2, 4).any(axis=1))

    @property
    def extent_px(self) -> Float[np.ndarray, "2"]:
        """Of each true foot."""
        feet = self.true_px.reshape(2, 4, 2)
        return np.linalg.norm(feet[:, :, None] - feet[:, None], axis=-1).max((1, 2))

    @property
    def errors(self) -> Float[np.ndarray, "8"]:
        """Distance to the truth in foot extents, infinite for points that are not reported."""
        if self.found is None:
            return np.full(8, np.inf)
        distance = np.linalg.norm(self.found.points_px - self.true_px, axis=1)
        extent = np.repeat(np.maximum(self.extent_px, 1e-6), 4)
        return np.where(self.found.exists, distance / extent, np.inf)


def evaluate(pipeline: ShoeModelPipeline, samples: Iterable[Sample], areas: Source = "exact") -> dict[str, Any]:
    """The report, ready for JSON; shares are 0..1.

    `areas`: the network alone, on the true visible area, or behind the region module and WD, as at inference.

    Raises:
        InputError: there are no samples, or pycocotools is not installed.
    """
    readings = [read(pipeline, sample, areas) for sample in samples]
    if not readings:
        raise InputError("found no tuple to evaluate feet on")
    return summarise(readings)


def read(pipeline: ShoeModelPipeline, sample: Sample, areas: Source = "exact") -> Reading:
    """Let the pack read C_p from one unworn picture."""
    seen = sample.areas if areas == "exact" else areas_by(pipeline, sample, areas)
    found = None
    if seen is not None:
        found = foot_keypoints(pipeline.feet, wearable_shoe(sample.unworn, seen.visible), seen.visible)
    indices = list(FOOT_INDICES)
    present = np.array([name.split("_")[0] in sample.meta["feet"] for name in NAMES])
    labelled = present & (sample.pose.visibility > ABSENT)
    return Reading(str(sample.meta["shoe_id"]), sample.pose.points[indices], labelled[indices], found)


def summarise(readings: Sequence[Reading]) -> dict[str, Any]:
    """n, shoes, PCK per threshold and point, median error, presence per foot, OKS, and intervals over shoes."""
    shoes = [reading.shoe for reading in readings]
    counts = np.stack([_counts(reading) for reading in readings])
    labelled = np.stack([reading.labelled for reading in readings])
    errors = np.stack([reading.errors for reading in readings])
    drawn = _shares(resampled(by_shoe(counts, shoes)))
    known = errors[labelled]
    return {
        "n": len(readings),
        "shoes": len(set(shoes)),
        "points": int(labelled.sum()),
        "median error, foot extents": figure(np.median(known)) if np.isfinite(np.median(known)) else None,
        **_nested(_shares(counts.sum(0)), figure),
        "PCK of": {f"{limit:g}": _per_point(errors <= limit, labelled) for limit in THRESHOLDS},
        "feet right": figure(np.mean([(reading.there == reading.reported).all() for reading in readings])),
        "OKS": keypoint_ap(readings),
        "intervals": _nested(drawn, interval),
    }


def _counts(reading: Reading) -> np.ndarray:
    """Right points at each threshold, labelled points; then, for left and right: reported rightly, reported, there."""
    right = [(reading.errors[reading.labelled] <= limit).sum() for limit in THRESHOLDS]
    both = reading.there & reading.reported
    presence = np.stack([both, reading.reported, reading.there], axis=1)
    return np.array([*right, reading.labelled.sum(), *presence.ravel()], float)


def _shares(counts: Float[np.ndarray, "*b 9"]) -> dict[tuple[str, ...], np.ndarray | np.floating]:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: dict[tuple[str, ...], np.ndarray | np.floating] = {}
        for number, limit in enumerate(THRESHOLDS):
            found["PCK", f"{limit:g}"] = counts[..., number] / counts[..., 2]
        for number, side in enumerate(SIDES):
            rightly, reported, there = np.moveaxis(counts[..., 3 + 3 * number : 6 + 3 * number], -1, 0)
            found["presence", side, "precision"] = rightly / reported
            found["presence", side, "recall"] = rightly / there
    return found


def _nested(values: Mapping[tuple[str, ...], np.ndarray | np.floating], written: Any) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in values.items():
        place = tree
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = written(value)
    return tree


def _per_point(right: Bool[np.ndarray, "n 8"], labelled: Bool[np.ndarray, "n 8"]) -> dict[str, float | None]:
    """Both feet together."""
    hits, total = ((values & labelled).reshape(-1, 4).sum(0) for values in (right, labelled))
    return {name: figure(h / t) if t else None for name, h, t in zip(POINTS, hits, total, strict=True)}


def keypoint_ap(readings: Sequence[Reading]) -> dict[str, float | None]:
    """OKS AP and AR by pycocotools: a foot is an instance, left and right are two classes, the mean heatmap peak is
    the score. A pack that takes a left foot for a right one has a false answer and a missed foot.

    Raises:
        InputError: pycocotools is not installed.
    """
    try:
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    except ImportError as error:
        raise InputError(f"evaluate feet needs the package {error.name}: install shoemodel[train]") from error
    truths, answers = _truths(readings), _answers(readings)
    if not truths or not answers:
        return {name: 0.0 if truths else None for name in STATS}
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "info": {},
            "images": [{"id": number} for number in range(1, len(readings) + 1)],
            "categories": [{"id": 1, "name": "left foot"}, {"id": 2, "name": "right foot"}],
            "annotations": truths,
        }
        coco.createIndex()
        run = COCOeval(coco, coco.loadRes(answers), "keypoints")
        run.params.kpt_oks_sigmas = np.array(SIGMAS)
        run.evaluate()
        run.accumulate()
        run.summarize()
    return {name: figure(run.stats[index]) if run.stats[index] >= 0 else None for name, index in STATS.items()}


def _truths(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    truths: list[dict[str, Any]] = []
    for image, reading in enumerate(readings, 1):
        for foot in np.flatnonzero(reading.there):
            part, extent = slice(4 * foot, 4 * foot + 4), float(reading.extent_px[foot])
            labelled = reading.labelled[part]
            keypoints = np.column_stack([reading.true_px[part], 2 * labelled]) * labelled[:, None]
            truths.append({
                "id": len(truths) + 1,
                "image_id": image,
                "category_id": int(foot) + 1,
                "keypoints": keypoints.ravel().tolist(),
                "num_keypoints": int(labelled.sum()),
                "area": AREA * extent**2,
                "bbox": [*reading.true_px[part].min(0).tolist(), extent, extent],
                "iscrowd": 0,
            })  # fmt: skip
    return truths


def _answers(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    for image, reading in enumerate(readings, 1):
        for foot in np.flatnonzero(reading.reported):
            part = slice(4 * foot, 4 * foot + 4)
            assert reading.found is not None  # or nothing were reported
            points = np.column_stack([reading.found.points_px[part], np.full(4, 2)])
            score = float(reading.found.scores[part].mean())
            answers.append({
                "image_id": image, "category_id": int(foot) + 1, "keypoints": points.ravel().tolist(), "score": score,
            })  # fmt: skip
    return answers
