"""The table *Region* of docs/results.md: the shoe found on other backgrounds, and where there is none.

    python reproduce/region.py --data DIR --backgrounds FOLDER --num 60 --seed 3

Needs tuples of test shoes written by `shoemodel synth`, and a folder of photos of places without shoes. Cut-outs of
held-out shoes are pasted on these backgrounds as in training; the pictures without a shoe are crops of the same
backgrounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro

from shoemodel.image import masks


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Measure the region module of one pack."""

    data: Path
    """Tuples, of which the held-out shoes are used."""
    backgrounds: Path
    """Photos of places without shoes."""
    pack: str = "mini"
    """mini, or a folder."""
    num: int = 64
    """Pictures with a shoe, and as many without."""
    seed: int = 1
    """Of the composites and crops."""


def main(options: Benchmark) -> None:
    """Print IoU of SAM alone, of the whole module and of the best of its candidates, and how often each kind of picture
    is accepted."""
    from shoemodel import ShoeModelPipeline
    from shoemodel.data import datasets
    from shoemodel.errors import InputError
    from shoemodel.image.geometry import Box
    from shoemodel.image.io import as_photo
    from shoemodel.training import backgrounds
    from shoemodel.training.composites import Composer
    from shoemodel.wd import candidates, region

    sam = ShoeModelPipeline.from_pretrained(options.pack).region
    rng = np.random.default_rng(options.seed)
    test = datasets.load(options.data).of_split("test")
    composer, photos = Composer(test, options.backgrounds, 256), backgrounds.load_folder(options.backgrounds)
    alone, whole, best = [], [], []
    while len(whole) < options.num:
        composite = composer.compose(rng, shoes=1)
        x0, y0, x1, y1 = (int(v) for v in vars(composite.content).values())
        picture, truth = composite.picture[y0:y1, x0:x1], composite.shoes[0][y0:y1, x0:x1]
        if truth.mean() < region.MIN_AREA:
            continue
        logits, _ = region.ask(sam, picture, Box(0, 0, x1 - x0, y1 - y0))
        alone.append(masks.iou(logits > 0, truth))
        try:
            whole.append(masks.iou(region.find(sam, picture).mask, truth))
        except InputError:
            whole.append(0.0)
        try:
            proposed = candidates.propose(sam, as_photo(picture))
            best.append(max(masks.iou(each.mask, truth) for each in proposed))
        except InputError:
            best.append(0.0)
    accepted = 0
    for number in range(options.num):
        try:
            region.find(sam, backgrounds.random_crop(photos[number % len(photos)], rng, 256))
            accepted += 1
        except InputError:
            pass
    print(f"{options.num} composites of {len(set(test.shoe_ids))} held-out shoes, seed {options.seed}")
    for name, values in (("SAM alone", alone), ("whole module", whole), ("best of its candidates", best)):
        print(
            f"{name}: mean IoU {np.mean(values):.3f}, median {np.median(values):.3f}, below a half "
            f"{np.mean(np.array(values) < 0.5):.1%}"
        )
    print(f"refused although there is a shoe: {np.mean(np.array(whole) == 0):.1%}")
    print(f"accepted although there is none: {accepted / options.num:.1%} of {options.num} crops")


if __name__ == "__main__":
    main(tyro.cli(Benchmark))
