"""The agreement of scores and measures with grades by eye, in docs/quality.md.

    python benchmarks/display.py --preset photos --num 84 --seed 95 --split test --out shoes
    python reproduce/gate.py photos shoes --out photos        # the pictures, and a table for `shoemodel batch`
    shoemodel batch photos/shoes.csv --out results
    python reproduce/gate.py sheet results --out gate         # numbered, without their scores
    python reproduce/gate.py agreement gate                   # once the column `good` of gate/eyes.csv is filled
    python reproduce/gate.py agreement reproduce/gate_eyes    # the published table

The grades need a person, or those kept in `gate_eyes`. Who looks sees the pictures in random order and writes 1 (could
be shown to a customer) or 0 behind every number, and a word for what gives a picture away.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import tyro

from shoemodel.data import shards
from shoemodel.errors import InputError
from shoemodel.image import draw
from shoemodel.image import io as images
from shoemodel.output import run_folder
from shoemodel.quality.score import LEAST, RENDERED, grade

ROW, PAGE = 3, 6
"""Pictures in a row and on a page."""
EYES, SCORES, TABLE = "eyes.csv", "scores.json", "shoes.csv"
PROMPTS = (
    "a woman's legs in blue jeans",
    "bare legs of a woman",
    "a woman in a knee-length skirt, bare legs",
    "a man's legs in shorts and white socks",
    "a man in a dark suit",
)
"""Each photo has one, in turn."""
DRAWS, FOLDS = 2000, 10
"""Of the bootstrap; of the cross-validation, which is done as often."""


@dataclass(frozen=True, kw_only=True)
class Photos:
    """Pictures of unworn shoes as files, and a table for `shoemodel batch` in which each has its outfit and seed."""

    shards: tyro.conf.Positional[Path]
    """Written by `benchmarks/display.py`."""
    out: Path
    others: tuple[Path, ...] = ()
    """Photos that come first in the table."""

    def run(self) -> None:
        self.out.mkdir(parents=True, exist_ok=True)
        files = [(path.stem, path.resolve()) for path in self.others]
        for sample in shards.read(self.shards):
            files.append((sample.key, self.out.resolve() / f"{sample.key}.png"))
            images.save_png(files[-1][1], sample.unworn)
        with (self.out / TABLE).open("w", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["sku", "photo", "prompt", "seed"])
            table.writerows([*each, PROMPTS[seed % len(PROMPTS)], seed] for seed, each in enumerate(files))
        print(f"{self.out / TABLE}: {len(files)} photos")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Choose results at random and draw them, numbered, on pages of six."""

    results: tyro.conf.Positional[Path]
    """A folder of run folders, as `shoemodel batch` or `generate` leaves it."""
    out: Path
    num: int = 100
    seed: int = 0
    side: int = 640
    """Of each picture, px."""

    def run(self) -> None:
        found = [(folder, run, index) for folder, run in _runs(self.results) for index in range(len(run["seeds"]))]
        if len(found) < self.num:
            raise InputError(f"{self.results} holds {len(found)} results, {self.num} are needed")
        if (self.out / EYES).exists():
            raise InputError(f"{self.out / EYES} is there already, perhaps filled; another --out is accepted")
        order = np.random.default_rng(self.seed).permutation(len(found))[: self.num]
        chosen = [found[index] for index in order]
        self.out.mkdir(parents=True, exist_ok=True)
        files = [folder / f"image_{index:02d}.png" for folder, _, index in chosen]
        for start in range(0, self.num, PAGE):
            page = [self._tile(files[number], number) for number in range(start, min(start + PAGE, self.num))]
            rows = [page[first : first + ROW] for first in range(0, len(page), ROW)]
            images.save_png(self.out / f"page_{start // PAGE:02d}.png", draw.contact_sheet(rows))
        scores = [
            {"file": f"{folder.name}/{file.name}", "score": score_of(run, index), "measures": measures(run, index)}
            for (folder, run, index), file in zip(chosen, files, strict=True)
        ]
        images.write_bytes(self.out / SCORES, json.dumps(scores, indent=1).encode())
        lines = ["number,good,fault", *(f"{number},," for number in range(self.num))]
        images.write_bytes(self.out / EYES, ("\n".join(lines) + "\n").encode())
        print(f"{self.out}: {self.num} of {len(found)} results; fill the column good of {self.out / EYES} with 1 or 0")

    def _tile(self, file: Path, number: int) -> np.ndarray:
        small = draw.shrunk(images.load(file).rgb, self.side)
        picture = np.full((self.side, self.side, 3), 255, np.uint8)
        picture[: small.shape[0], : small.shape[1]] = small
        cv2.rectangle(picture, (0, 0), (52, 26), (255, 255, 255), -1)
        cv2.putText(picture, str(number), (4, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0, 0, 0), 2, cv2.LINE_AA)
        return picture


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Compare score and measures with the grades."""

    folder: tyro.conf.Positional[Path]
    """Written by `sheet`, its eyes.csv filled."""

    def run(self) -> None:
        told = json.loads((self.folder / SCORES).read_text())
        with (self.folder / EYES).open(newline="") as file:
            rows = {row["number"]: row for row in csv.DictReader(file)}
        good = [(rows.get(str(number), {}).get("good") or "").strip() for number in range(len(told))]
        if not set(good) <= {"0", "1"}:
            raise InputError(f"{self.folder / EYES} is not filled; 1 or 0 behind each of {len(told)} is accepted")
        eyes = np.array(good) == "1"
        print(f"{len(eyes)} results, {eyes.sum()} good")
        for fault, count in Counter(row["fault"] for row in rows.values() if row["good"] == "0").most_common():
            print(f"    {fault}: {count}")
        passed = np.array([grade(each["measures"], RENDERED).passed for each in told])
        counts = [(mine & theirs).sum() for mine in (passed, ~passed) for theirs in (eyes, ~eyes)]
        print("passed and good {}, passed and bad {}; stopped and good {}, stopped and bad {}".format(*counts))
        print("AUC, 95% of it by bootstrap, n:")
        for name in ("score", *told[0]["measures"]):
            values = [each["score"] if name == "score" else each["measures"][name] for each in told]
            print(f"    {name}: {_line(eyes, np.array(values, float))}")
        held_out = [cross_validated(eyes, [each["measures"] for each in told], seed) for seed in range(FOLDS)]
        print(f"    score, its limits taken from nine tenths and tried on the rest: {np.mean(held_out):.2f}")


def _runs(results: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Run folders and their run.json."""
    return [(folder, json.loads((folder / run_folder.RUN).read_text())) for folder in run_folder.find(results)]


def score_of(run: dict[str, Any], index: int) -> float | None:
    """The score that `--keep` ranks by."""
    return run["quality"][index]["score"] if "quality" in run else None


def measures(run: dict[str, Any], index: int) -> dict[str, float | None]:
    """What run.json says of one result, of a pair the worse of its shoes."""
    fits, feet = run["fits"], list(run["foot_scores"].values())
    told = {
        "region_confidence": run["region"]["confidence"],
        "foot_score": max(np.mean(feet[:4]), np.mean(feet[4:])),
        "spread_deg": _worst(fits, "spread_deg", max),
        "believed": _worst(fits, "believed", min),
        "collar_gap": _worst(fits, "collar_gap", max),
        "uncovered": _worst(fits, "uncovered", max),
        "warnings": len(run["warnings"]),
    }
    own = run["quality"][index]["measures"] if "quality" in run else {}
    return {name: None if value is None else round(float(value), 4) for name, value in (told | own).items()}


def _worst(fits: Sequence[dict[str, Any]], name: str, worst: Any) -> float | None:
    values = [fit[name] for fit in fits if fit[name] is not None]
    return worst(values) if values else None


def auc(eyes: np.ndarray, scores: np.ndarray) -> float:
    """How often a good picture scores above a bad one; 0.5 is chance, NaN without both kinds."""
    above = scores[eyes][:, None] - scores[~eyes][None]
    return float(((above > 0) + 0.5 * (above == 0)).mean()) if above.size else float("nan")


def cross_validated(eyes: np.ndarray, told: Sequence[dict[str, float]], seed: int) -> float:
    """AUC of the score of rendered legs, each graded by limits that were taken from results of other folds."""
    values = {name: np.array([each[name] for each in told], float) for name in RENDERED}
    fold, scores = np.random.default_rng(seed).permutation(len(eyes)) % FOLDS, np.ones(len(eyes))
    for held in (fold == number for number in range(FOLDS)):
        for name, limit in RENDERED.items():
            better = 75 if limit.good > limit.bad else 25
            good = np.percentile(values[name][~held & eyes], better)
            bad = np.percentile(values[name][~held & ~eyes], 100 - better)
            scores[held] *= np.clip((values[name][held] - bad) / (good - bad), LEAST, 1)
    return auc(eyes, scores)


def _line(eyes: np.ndarray, values: np.ndarray) -> str:
    """AUC where it was measured, and its interval; below 0.5: the less the better."""
    there = ~np.isnan(values)
    eyes, values = eyes[there], values[there]
    if not (eyes.any() and (~eyes).any()):
        return "not measured"
    rng, count = np.random.default_rng(0), len(eyes)
    draws = [auc(eyes[chosen], values[chosen]) for chosen in rng.integers(count, size=(DRAWS, count))]
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return f"{auc(eyes, values):.2f} [{low:.2f}-{high:.2f}], {count}"


Command = (
    Annotated[Photos, tyro.conf.subcommand("photos")]
    | Annotated[Sheet, tyro.conf.subcommand("sheet")]
    | Annotated[Agreement, tyro.conf.subcommand("agreement")]
)

if __name__ == "__main__":
    try:
        tyro.cli(Command, description=__doc__, config=(tyro.conf.OmitArgPrefixes,)).run()  # type: ignore[arg-type]
    except InputError as error:
        sys.exit(f"gate: {error}")
