"""Fig. 10: one photo under several layouts, each with its poses. Moving, scaling or turning the shoe moves the legs.

    python reproduce/fig10.py examples/sneaker.jpg --out docs/img/layout.jpg

Needs a photo of an unworn shoe.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import tyro

MOVED = ("0.3,0.75,0.7,0", "0.75,0.6,0.5,0")
TURNED = ("0.5,0.7,0.8,-30", "0.5,0.7,0.8,15", "0.5,0.7,0.8,0,flip")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A row for each layout."""

    photo: tyro.conf.Positional[Path]
    """A photo of an unworn shoe."""
    out: Path
    """The sheet, .jpg."""
    layouts: tuple[str, ...] = ("auto", "keep", *MOVED, *TURNED)
    """As in `shoemodel poses --layout`."""
    pack: str = "mini"
    """mini, or a folder."""
    num: int = 4
    """Poses of each layout."""
    seed: int = 0
    """The same for every layout."""


def main(options: Sheet) -> None:
    """Write the sheet; print which feet were found under each layout."""
    import cv2
    import numpy as np

    from shoemodel import ShoeModelPipeline
    from shoemodel.image import draw
    from shoemodel.image import io as images
    from shoemodel.output import gallery

    pipeline = ShoeModelPipeline.from_pretrained(options.pack)
    photo = images.load(options.photo)
    areas = pipeline.detect_areas(photo, pipeline.find_region(photo))
    rows = []
    for text in options.layouts:
        _, shoe = pipeline.place(photo, areas, text)
        found = pipeline.find_feet(shoe)
        poses = pipeline.synthesise_poses(shoe, found, options.num, options.seed, photo.path.name)
        left, right = found.exists[[0, 4]]
        print(f"--layout {text}: canvas {shoe.size[1]}x{shoe.size[0]}, left foot {left}, right foot {right}")
        row = gallery.sheet(shoe, poses)
        title = np.full((24, row.shape[1], 3), 255, np.uint8)
        cv2.putText(title, f"--layout {text}", (4, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
        rows.append(np.concatenate([title, row]))
    sheet = draw.contact_sheet([rows[start : start + 2] for start in range(0, len(rows), 2)], gap_px=12)
    images.save_jpeg(options.out, sheet)


if __name__ == "__main__":
    main(tyro.cli(Sheet))
