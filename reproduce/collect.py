"""How good `shoemodel collect` is where the truth is known: worn renders as photos, among pictures without legs.

    python reproduce/collect.py --tuples DATA --negatives PHOTOS --out DIR

DATA is a folder of `shoemodel synth`, of whose tuples no model may have learnt; PHOTOS are photos without people. The
worn pictures and square pieces of the photos are written as files, collected with the pack's judge, or a run's, and
compared with the truth. Lengths are fractions: of the foot's length in the picture (the largest distance of its four
points) for ankle, toes and heel, of the leg's (hip to knee to ankle) for knee and hip. DIR/measured.json has it all.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tyro
from PIL import Image

WITHIN = 0.2
"""Of the foot's or the leg's length: a point that lies closer counts as right."""
JOINTS = ("hip", "knee", "ankle", "big_toe", "small_toe", "heel")
RIGHTS = "photo,licence,consent\n*,Apache-2.0,not needed: rendered or without people\n"


@dataclass(frozen=True, kw_only=True)
class Collection:
    """What is measured."""

    tuples: Path
    """Tuples of the world."""
    negatives: Path
    """Folder of photos without people."""
    out: Path
    """Folder for the photos, the collected tuples and the figures."""
    num: int = 500
    """Worn pictures, evenly spaced."""
    pieces: int = 250
    """Pictures without legs."""
    seed: int = 0
    """Of the pieces."""
    pack: str = "mini"
    """Pack, or run of `shoemodel train judge`, whose judge annotates."""
    workers: int = 1


def main(options: Collection) -> None:
    """Write, collect, compare, print."""
    from shoemodel.apps.cli.main import main as shoemodel

    truth = _write(options)
    source, data = options.out / "source.csv", options.out / "data"
    source.write_text(RIGHTS)
    size = next(iter(truth.values())).worn.shape[0]
    code = shoemodel([
        "collect", str(options.out / "photos"), "--source", str(source), "--out", str(data), "--size", str(size),
        "--workers", str(options.workers), "--pack", options.pack,
    ])  # fmt: skip
    if code:
        raise SystemExit(code)
    found = measured(data, truth)
    (options.out / "measured.json").write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


def _write(options: Collection) -> dict[str, Any]:
    """The photos -> the tuples behind the worn ones, by the names of their files."""
    from shoemodel.data import shards
    from shoemodel.training import backgrounds

    worn, without = options.out / "photos" / "worn", options.out / "photos" / "without"
    for folder in (worn, without):
        folder.mkdir(parents=True, exist_ok=True)
    total = sum(len(shards.keys_in(path)) for path in shards.shard_paths(options.tuples))
    wanted = set(np.linspace(0, total - 1, min(options.num, total)).round().astype(int).tolist())
    truth = {}
    for number, sample in enumerate(shards.read(options.tuples)):
        if number in wanted:
            Image.fromarray(sample.worn).save(worn / f"{sample.key}.png")
            truth[f"worn/{sample.key}.png"] = sample
    size = sample.worn.shape[0]
    rng, photos = np.random.default_rng(options.seed), backgrounds.load_folder(options.negatives)
    for number in range(options.pieces):
        photo = photos[number % len(photos)]
        side = int(rng.integers(min(photo.shape[:2]) // 2, min(photo.shape[:2]) + 1))
        y, x = (int(rng.integers(limit - side + 1)) for limit in photo.shape[:2])
        piece = Image.fromarray(np.ascontiguousarray(photo[y : y + side, x : x + side]))
        piece.resize((size, size), Image.Resampling.LANCZOS).save(without / f"{number:04d}.png")
    return truth


def measured(data: Path, truth: dict[str, Any]) -> dict[str, Any]:
    """Figures of a collection against the tuples that its photos are of."""
    from shoemodel.collect import ledger
    from shoemodel.data import shards

    lines = [line for part in ledger.read(data, "outcomes") for line in part]
    worn = [line for line in lines if line["photo"] in truth]
    others = [line for line in lines if line["photo"] not in truth]
    cases = [_compared(sample, truth[sample.meta["photo"]["path"]]) for sample in shards.read(data)
             if sample.meta["photo"]["path"] in truth]  # fmt: skip
    ious = np.array([case["iou"] for case in cases])
    return {
        "worn": len(worn),
        "kept": _share([bool(line["kept"]) for line in worn]),
        "refused": dict(Counter(line["refused"][0]["reason"] for line in worn if not line["kept"]).most_common()),
        "without legs": len(others),
        "kept without legs": _share([bool(line["kept"]) for line in others]),
        "mask IoU": {"mean": _round(ious.mean()), "p10": _round(np.percentile(ious, 10)),
                     "median": _round(np.median(ious)), "at least 0.8": _share(list(ious >= 0.8))},
        "feet": {"as many as there are": _share([case["feet"] for case in cases]),
                 "left and right swapped": _share([case["swapped"] for case in cases])},
        "keypoints": {joint: _points(cases, joint) for joint in JOINTS},
    }  # fmt: skip


def _compared(sample: Any, true: Any) -> dict[str, Any]:
    """One tuple against the one that its photo is of, in the photo's pixels."""
    from shoemodel.collect.square import to_tuple
    from shoemodel.image import masks
    from shoemodel.image.geometry import Box, warp
    from shoemodel.image.pose import NAMES

    x, y, side = sample.meta["photo"]["square"]
    back = to_tuple(Box(x, y, x + side, y + side), sample.worn.shape[0]).inverse()
    size = true.worn.shape[:2]
    mask = warp(sample.areas.visible.astype(np.uint8), back, size, nearest=True).astype(bool)
    points, known = back.apply(sample.pose.points), sample.pose.exists
    swapped = _distance(np.roll(points, 6, 0), np.roll(known, 6), true) < _distance(points, known, true)
    if swapped:
        points, known = np.roll(points, 6, 0), np.roll(known, 6)
    errors: dict[str, list[float | None]] = {}
    for index, name in enumerate(NAMES):
        side_name, joint = name.split("_", 1)
        if true.pose.visibility[index]:
            length = _length(true, side_name, joint in ("hip", "knee"))
            error = float(np.linalg.norm(points[index] - true.pose.points[index])) / length if known[index] else None
            errors.setdefault(joint, []).append(error)
    feet = len(sample.meta["feet"]) == len(true.meta["feet"])
    return {"iou": masks.iou(mask, true.areas.visible), "feet": feet, "swapped": swapped, "errors": errors}


def _distance(points: np.ndarray, known: np.ndarray, true: Any) -> float:
    """Mean distance of the foot points that both know; far where there is none."""
    from shoemodel.image.pose import FOOT_INDICES

    feet = list(FOOT_INDICES)
    both = known[feet] & true.pose.exists[feet]
    distances = np.linalg.norm(points[feet] - true.pose.points[feet], axis=1)[both]
    return float(distances.mean()) if both.any() else float("inf")


def _length(true: Any, side: str, leg: bool) -> float:
    """Of the true foot or leg, px."""
    from shoemodel.image.pose import NAMES, extents

    rows = [NAMES.index(f"{side}_{joint}") for joint in ("ankle", "big_toe", "small_toe", "heel")]
    if not leg:
        return max(float(extents(true.pose.points[rows][None])[0]), 1.0)
    hip, knee, ankle = (true.pose.points[NAMES.index(f"{side}_{joint}")] for joint in ("hip", "knee", "ankle"))
    return max(float(np.linalg.norm(hip - knee) + np.linalg.norm(knee - ankle)), 1.0)


def _points(cases: list[dict[str, Any]], joint: str) -> dict[str, Any]:
    """Errors of a joint over all legs; points outside the picture are not asked for."""
    errors = [error for case in cases for error in case["errors"].get(joint, [])]
    found = np.array([error for error in errors if error is not None])
    if not len(found):
        return {"points": len(errors), "found": 0.0}
    return {
        "points": len(errors),
        "found": _round(len(found) / len(errors)),
        "median": _round(np.median(found)),
        "p90": _round(np.percentile(found, 90)),
        f"within {WITHIN}": _round((found < WITHIN).mean()),
    }


def _share(values: list[bool]) -> float:
    return _round(np.mean(values)) if values else 0.0


def _round(value: Any) -> float:
    return round(float(value), 3)


if __name__ == "__main__":
    main(tyro.cli(Collection))
