"""Can a rendered leg be told from a true picture? Pairs of crops, ours and a true one, in random order.

    shoemodel synth --num 100 --seed 204 --size 512 --split test --per-shoe 1 --out worn
    python reproduce/blind.py pairs worn --out blind
    python reproduce/blind.py share blind          # once the column `true` of blind/eyes.csv is filled

The true picture is the tuple's own: the same shoe in the same place, worn by a person of the synthetic world, by the
renderer that makes our legs too. `--photos FOLDER` takes photos of people instead, one for each pair, if you have any;
then shoes and places differ as well. Who looks writes `left` or `right` behind every number, and what told it.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import tyro

from shoemodel.errors import InputError
from shoemodel.image import draw
from shoemodel.image import io as images
from shoemodel.image.geometry import Box
from shoemodel.image.masks import ShoeAreas

EYES, KEY = "eyes.csv", "key.json"
SIDE, ROW, PAGE = 256, 3, 12
"""Of a crop, px; pairs in a row and on a page."""
WIDER, ABOVE = 1.5, 0.62
"""Side of a crop, of the longer side of the shoes' box; share of it above the box's middle."""
SIDES = ("left", "right")


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Make the pairs: pages, a key, and a table to be filled."""

    tuples: tyro.conf.Positional[Path]
    """Worn tuples of test shoes."""
    out: Path
    photos: Path | None = None
    """Photos of people in shoes, in place of the tuples' own worn pictures."""
    num: int = 100
    """At most so many pairs."""
    pack: str = "mini"
    """mini, or a folder."""
    seed: int = 0
    """Of the legs and of the order."""

    def run(self) -> None:
        """One pair for each tuple that is not refused."""
        from shoemodel import ShoeModelPipeline
        from shoemodel.data import datasets

        pipeline, rng = ShoeModelPipeline.from_pretrained(self.pack), np.random.default_rng(self.seed)
        others = sorted(self.photos.iterdir()) if self.photos else []
        tuples, blocks, key = datasets.stream(self.tuples), [], {}
        for row in range(min(self.num, len(tuples))):
            areas = ShoeAreas(np.asarray(tuples.labels[row]))
            try:
                result = pipeline(
                    tuples.unworn[row], tuples.captions[row][0], areas=areas, layout="keep", background="photo",
                    generator=self.seed + row, output_type="np",
                )  # fmt: skip
            except InputError as refusal:
                print(f"{row}: refused: {refusal}", file=sys.stderr)
                continue
            part = crop(Box.of_mask(areas.shoe), areas.size)
            true = images.load(others[row % len(others)]).rgb if others else tuples.worn[row][part]
            side = int(rng.integers(2))
            pair = [true, result.pixels[0][part]][:: 1 - 2 * side]
            blocks.append([_numbered(each, f"{len(blocks)} {word}") for each, word in zip(pair, SIDES, strict=True)])
            key[str(len(key))] = SIDES[side]
        self.out.mkdir(parents=True, exist_ok=True)
        for page in range(0, len(blocks), PAGE):
            shown = blocks[page : page + PAGE]
            rows = [[each for pair in shown[at : at + ROW] for each in pair] for at in range(0, len(shown), ROW)]
            images.save_png(self.out / f"page_{page // PAGE:02d}.png", draw.contact_sheet(rows))
        (self.out / KEY).write_text(json.dumps(key) + "\n", encoding="utf-8")
        with (self.out / EYES).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("number", "true", "why"), *((number, "", "") for number in key)])
        print(f"{len(blocks)} pairs of {min(self.num, len(tuples))} tuples: {self.out}")


@dataclass(frozen=True, kw_only=True)
class Share:
    """How often the true picture was told."""

    folder: tyro.conf.Positional[Path]
    """Written by `pairs`, its table filled."""

    def run(self) -> None:
        """Print the share told right, its interval, and what told it."""
        from scipy.stats import binomtest

        key = json.loads((self.folder / KEY).read_text(encoding="utf-8"))
        with (self.folder / EYES).open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        if empty := [row["number"] for row in rows if row["true"] not in SIDES]:
            raise InputError(f"{EYES}: the column true of {', '.join(empty[:5])} is neither left nor right")
        right = [row["true"] == key[row["number"]] for row in rows]
        found = binomtest(sum(right), len(right)).proportion_ci(method="wilson")
        print(f"{sum(right)} of {len(right)} told right: {np.mean(right):.0%} [{found.low:.0%}, {found.high:.0%}]")
        told = Counter(row["why"] for row, good in zip(rows, right, strict=True) if good and row["why"])
        print("told by:", ", ".join(f"{why} {count}" for why, count in told.most_common()))


def crop(box: Box, size: tuple[int, int]) -> tuple[slice, slice]:
    """A square about shoes and ankles, within the picture."""
    side = int(min(WIDER * max(box.width, box.height), *size))
    x, y = box.centre
    top, left = (
        int(np.clip(start, 0, length - side))
        for start, length in ((y - ABOVE * side, size[0]), (x - side / 2, size[1]))
    )
    return slice(top, top + side), slice(left, left + side)


def _numbered(picture: np.ndarray, text: str) -> np.ndarray:
    """The picture at SIDE px, with a word in its corner."""
    small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    for colour, width in ((0, 3), (255, 1)):
        cv2.putText(small, text, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (colour,) * 3, width, cv2.LINE_AA)
    return small


Command = Annotated[Pairs, tyro.conf.subcommand("pairs")] | Annotated[Share, tyro.conf.subcommand("share")]

if __name__ == "__main__":
    try:
        tyro.cli(Command, description=__doc__, config=(tyro.conf.OmitArgPrefixes,)).run()  # type: ignore[arg-type]
    except InputError as error:
        sys.exit(f"blind: {error}")
