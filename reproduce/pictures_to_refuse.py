"""Pictures that ought to be refused or warned of, and good ones with their areas, for `reproduce/real_photos.py`.

    python reproduce/pictures_to_refuse.py --tuples HELD --display DISPLAY --soles SOLES --backgrounds PHOTOS --out DIR
    python reproduce/real_photos.py DIR/good --bad DIR/worn DIR/garment DIR/place DIR/sole_up DIR/different DIR/many

HELD are tuples of test shoes (`shoemodel synth --split test`), DISPLAY and SOLES shoes that nobody wears
(`benchmarks/display.py --split test`, the second with `--preset soles`). Of the photos of places those that the
segmenter's training keeps for its tests are taken, bags among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tyro
from PIL import Image

LEG, LEAST = 25, 0.03
"""Grey levels by which a worn picture differs from the unworn one where a leg is, and the least share of a leg."""
SIDE = 640
"""Of what is put together, px."""


@dataclass(frozen=True, kw_only=True)
class PicturesToRefuse:
    """Write a folder for each kind."""

    tuples: Path
    """Tuples of test shoes."""
    display: Path
    """Test shoes that nobody wears."""
    soles: Path
    """The same, lying sole up."""
    backgrounds: Path
    """Folder of photos without shoes."""
    out: Path
    """Folder for the folders."""
    num: int = 30
    """Pictures of each kind at most; of good ones ten times as many."""
    seed: int = 0
    """Of what is put together."""


def main(options: PicturesToRefuse) -> None:
    """Write PNG files, named by number."""
    from shoemodel.data import datasets
    from shoemodel.training import backgrounds
    from shoemodel.training.segmenter import HELD_OUT

    rng = np.random.default_rng(options.seed)
    tuples, display = datasets.load(options.tuples), datasets.load(options.display)
    chosen = np.linspace(0, len(display) - 1, min(10 * options.num, len(display))).astype(int)
    good = options.out / "good"
    _write(good, [display.unworn[row] for row in chosen])
    _write(good / "masks", [display.labels[row] for row in chosen])
    _write(options.out / "worn", list(tuples.worn[: options.num]))
    _write(options.out / "garment", _garments(tuples)[: options.num])
    _write(options.out / "place", backgrounds.load_folder(options.backgrounds)[::HELD_OUT][: options.num])
    soles = datasets.load(options.soles)
    _write(options.out / "sole_up", list(soles.unworn[: options.num]))
    _write(options.out / "different", [_together(display, rng, 2) for _ in range(options.num)])
    _write(options.out / "many", [_together(display, rng, int(rng.integers(3, 5))) for _ in range(options.num)])


def _write(folder: Path, pictures: list[np.ndarray]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{number:03d}.png")
    print(f"{folder}: {len(pictures)} pictures", flush=True)


def _garments(tuples: Any) -> list[np.ndarray]:
    """Legs and what they wear, cut out: RGBA without the shoe."""
    from shoemodel.image import masks

    found = []
    for worn, unworn, labels in zip(tuples.worn, tuples.unworn, tuples.labels, strict=True):
        leg = (np.abs(worn.astype(int) - unworn).max(axis=2) > LEG) & (labels == masks.BACKGROUND)
        leg = masks.largest_components(cv2.morphologyEx(leg.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3))) > 0, 1)
        if leg.mean() > LEAST:
            found.append(np.dstack([worn, np.where(leg, 255, 0).astype(np.uint8)]))
    return found


def _together(display: Any, rng: np.random.Generator, count: int) -> np.ndarray:
    """Shoes of different models side by side on white, each with a piece of its ground."""
    picture, width = np.full((SIDE, SIDE, 3), 255, np.uint8), SIDE // (2 if count > 1 else 1)
    alone = [row for row in range(len(display)) if display.present[row].reshape(2, 6).any(axis=1).sum() == 1]
    models: dict[str, int] = {}
    for row in rng.permutation(alone):
        models.setdefault(display.shoe_ids[row], int(row))
    for place, row in enumerate(list(models.values())[:count]):
        shoe = display.labels[row] > 0
        rows, columns = np.flatnonzero(shoe.any(axis=1)), np.flatnonzero(shoe.any(axis=0))
        part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        scale = 0.86 * width / max(shoe[part].shape)
        cut = cv2.resize(display.unworn[row][part], None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        cover = cv2.resize(shoe[part].astype(np.uint8) * 255, cut.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        x = (place % 2) * width + (width - cut.shape[1]) // 2
        y = (place // 2) * width + (width - cut.shape[0]) // 2 + (SIDE // 4 if count == 2 else 0)
        share = (cover / 255.0)[..., None]
        target = picture[y : y + cut.shape[0], x : x + cut.shape[1]]
        target[:] = np.round(share * cut + (1 - share) * target)
    return picture


if __name__ == "__main__":
    main(tyro.cli(PicturesToRefuse, description=__doc__))
