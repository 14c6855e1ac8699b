"""The agreement of the quality gate with human ratings, in docs/quality.md.

    shoemodel batch shoes.csv --num 4 --prompt "legs in {trousers}" --out results
    python reproduce/gate.py sheet results --out gate          # 100 of them, numbered, without their scores
    python reproduce/gate.py agreement gate --json gate.json   # once the column `good` of gate/eyes.csv is filled
    python reproduce/gate.py agreement reproduce/gate_eyes     # the published table

Needs the results of a batch and a person, or the ratings kept in `gate_eyes`. Who looks sees the pictures in random
order and writes 1 (would be shown to a customer) or 0 behind every number.
"""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import tyro

from shoemodel.errors import InputError
from shoemodel.image import draw
from shoemodel.image import io as images
from shoemodel.output import run_folder

ROW, PAGE = 5, 25
"""Pictures in a row and on a page."""
EYES = "eyes.csv"
SCORES = "scores.json"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Choose results at random and draw them, numbered, on pages of 25."""

    results: tyro.conf.Positional[Path]
    """A folder of run folders, as `shoemodel batch` or `generate` leaves it."""
    out: Path
    num: int = 100
    seed: int = 0
    side: int = 320
    """Of each picture, px."""

    def run(self) -> None:
        found = [
            (folder / f"image_{index:02d}.png", quality)
            for folder in run_folder.find(self.results)
            for index, quality in enumerate(json.loads((folder / run_folder.RUN).read_text()).get("quality", []))
        ]
        if len(found) < self.num:
            raise InputError(f"{self.results} holds {len(found)} results with a score, {self.num} are needed")
        if (self.out / EYES).exists():
            raise InputError(f"{self.out / EYES} is there already, perhaps filled; another --out is accepted")
        order = np.random.default_rng(self.seed).permutation(len(found))[: self.num]
        chosen = [found[index] for index in order]
        self.out.mkdir(parents=True, exist_ok=True)
        tiles = [self._tile(file, number) for number, (file, _) in enumerate(chosen)]
        for start in range(0, len(tiles), PAGE):
            page = tiles[start : start + PAGE]
            rows = [page[first : first + ROW] for first in range(0, len(page), ROW)]
            images.save_jpeg(self.out / f"page_{start // PAGE}.jpg", draw.contact_sheet(rows))
        scores = [{"file": str(file), **quality} for file, quality in chosen]
        images.write_bytes(self.out / SCORES, json.dumps(scores, indent=1).encode())
        lines = ["number,good", *(f"{number}," for number in range(self.num))]
        images.write_bytes(self.out / EYES, ("\n".join(lines) + "\n").encode())
        print(f"{self.out}: {self.num} of {len(found)} results; fill the column good of {self.out / EYES} with 1 or 0")

    def _tile(self, file: Path, number: int) -> np.ndarray:
        picture = draw.shrunk(images.load(file).rgb, self.side).copy()
        cv2.rectangle(picture, (0, 0), (52, 26), (255, 255, 255), -1)
        cv2.putText(picture, str(number), (4, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0, 0, 0), 2, cv2.LINE_AA)
        return picture


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Compare scores and passes with the eyes' ones and zeros."""

    folder: tyro.conf.Positional[Path]
    """Written by `sheet`, its eyes.csv filled."""
    json: Path | None = None
    """Where to write the figures."""

    def run(self) -> None:
        qualities = json.loads((self.folder / SCORES).read_text())
        with (self.folder / EYES).open(newline="") as file:
            answers = {row["number"]: (row["good"] or "").strip() for row in csv.DictReader(file)}
        good = [answers.get(str(number), "") for number in range(len(qualities))]  # whatever order they are in
        if not set(good) <= {"0", "1"}:
            raise InputError(f"{self.folder / EYES} is not filled; 1 or 0 behind each of {len(qualities)} is accepted")
        eyes = np.array(good) == "1"
        figures = agreement(eyes, np.array([each["score"] for each in qualities]))
        passed = np.array([not each["reasons"] for each in qualities])
        figures |= {"gate": confusion(eyes, passed)} | {"measures": _single(eyes, qualities)}
        print(json.dumps(figures, indent=1))
        if self.json is not None:
            images.write_bytes(self.json, json.dumps(figures, indent=1).encode())


def agreement(eyes: np.ndarray, scores: np.ndarray) -> dict[str, Any]:
    """n, the share of good ones, and how often a good picture scores above a bad one (AUC; None without both kinds)."""
    above = scores[eyes][:, None] - scores[~eyes][None]
    auc = float(((above > 0) + 0.5 * (above == 0)).mean()) if above.size else None
    return {"n": len(eyes), "good": float(eyes.mean()), "auc": auc}


def confusion(eyes: np.ndarray, passed: np.ndarray) -> dict[str, Any]:
    """What passes and what is stopped, against the eyes; kappa is 0 for chance, 1 for full agreement."""
    agreed = float((eyes == passed).mean())
    chance = float(eyes.mean() * passed.mean() + (~eyes).mean() * (~passed).mean())
    return {
        "passed and good": int((passed & eyes).sum()),
        "passed and bad": int((passed & ~eyes).sum()),
        "stopped and good": int((~passed & eyes).sum()),
        "stopped and bad": int((~passed & ~eyes).sum()),
        "agreement": agreed,
        "kappa": (agreed - chance) / (1 - chance) if chance < 1 else None,
    }


def _single(eyes: np.ndarray, qualities: list[dict[str, Any]]) -> dict[str, Any]:
    """AUC of each measure alone, where it was measured; below 0.5: the less the better."""
    found = {}
    for name in qualities[0]["measures"]:
        values = np.array([each["measures"][name] for each in qualities], float)
        there = ~np.isnan(values)
        found[name] = agreement(eyes[there], values[there]) if there.any() else None
    return found


Command = Annotated[Sheet, tyro.conf.subcommand("sheet")] | Annotated[Agreement, tyro.conf.subcommand("agreement")]

if __name__ == "__main__":
    try:
        tyro.cli(Command, description=__doc__, config=(tyro.conf.OmitArgPrefixes,)).run()  # type: ignore[arg-type]
    except InputError as error:
        sys.exit(f"gate: {error}")
