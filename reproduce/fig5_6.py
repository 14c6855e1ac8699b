"""Figs 5 and 6: what each method makes of the same photos. First seeds, nothing picked.

    python reproduce/fig5_6.py PHOTOS… --side 200 --out docs/img/comparison.jpg \\
        --methods shoemodel,sd15,inpaint=baselines/inpaint,inpaint_visible=baselines/inpaint

Needs photos of unworn shoes, and a folder with the weights of each baseline named (docs/baselines.md). Areas and pose
are those that the pack finds; methods take of them what they can use. A photo that is refused keeps its row, with the
sentence that the user would read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import tyro

from shoemodel.errors import InputError
from shoemodel.evaluation import methods
from shoemodel.image import draw
from shoemodel.image import io as images
from shoemodel.image.geometry import Letterbox


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Photo | one picture of each method, a row for each photo."""

    photos: tyro.conf.Positional[tuple[Path, ...]]
    """Photos of unworn shoes."""
    methods: str
    """NAME[=FOLDER],... as for `shoemodel evaluate images`."""
    out: Path
    """The sheet, .jpg."""
    pack: str = "mini"
    """mini, or a folder."""
    prompt: str = "a woman's legs in blue jeans, standing on concrete, city street"
    """The same for every photo."""
    seed: int = 1
    """Of pose and noise, the same for all."""
    side: int = 256
    """Side of each picture on the sheet, px."""
    threads: int | None = None
    """torch threads."""


def main(options: Comparison) -> None:
    """Draw row by row and write the sheet."""
    from shoemodel import ShoeModelPipeline

    if options.threads:
        torch.set_num_threads(options.threads)
    pipeline = ShoeModelPipeline.from_pretrained(options.pack, backend="diffusion")
    chosen = [(method, method.load()) for method in methods.parse(options.methods, options.pack)]
    rows = []
    for path in options.photos:
        photo = images.load(path)
        try:
            areas = pipeline.detect_areas(photo, pipeline.find_region(photo))
            where, shoe = pipeline.place(photo, areas)
            (pose,) = pipeline.synthesise_poses(shoe, pipeline.find_feet(shoe), 1, options.seed, path.name)
        except InputError as refusal:
            print(f"{path.name}: refused: {refusal}")
            rows.append([_framed(photo.rgb, options.side)])
            continue
        canvas, areas = where.apply_image(photo.rgb), where.apply_areas(areas)
        drawn = [method.generate(model, canvas, areas, pose, options.prompt, options.seed) for method, model in chosen]
        rows.append([_framed(picture, options.side) for picture in (photo.rgb, *drawn)])
    images.save_jpeg(options.out, draw.contact_sheet(rows, ["photo", *(method.name for method, _ in chosen)]))
    print(options.out)


def _framed(picture: np.ndarray, side: int) -> np.ndarray:
    """The picture in a white square of `side` px."""
    frame = Letterbox(picture.shape[:2], (side, side))
    inside = frame.apply_labels(np.ones(picture.shape[:2], bool))
    return np.where(inside[..., None], frame.apply_image(picture), np.uint8(255))


if __name__ == "__main__":
    main(tyro.cli(Comparison, description=__doc__))
