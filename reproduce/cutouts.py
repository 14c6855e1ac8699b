"""Cut-outs of unworn shoes, with their shadows, from tuples on plain grounds: what the segmenter's training pastes.

    python reproduce/cutouts.py --data DIR --out FOLDER

A cut-out is a view of one shoe or pair: colours, coverage and the light that the shadow leaves on the ground, 320 px
wide. The shadow is read off the ground where that is plain; else there is none. One file for each shoe of a folder.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import tyro

SIDE, FILLED = 320, 0.84
"""Side of a cut-out, px, and the share of it that the shoe's longer side takes."""
LEAST = 400
"""Pixels wholly inside the shoe under which a view is left out."""


@dataclass(frozen=True, kw_only=True)
class Cutouts:
    """Write the cut-outs of folders of tuples."""

    data: tuple[Path, ...]
    """Folders of tuples; those with shoes that nobody wears on plain grounds give shadows as well."""
    out: Path
    """Folder for the files."""
    soles: tuple[Path, ...] = ()
    """Folders of shoes that lie sole up (`benchmarks/display.py --preset soles`): what is to be refused."""


def main(options: Cutouts) -> None:
    """Go through the shards; shoes that are there already are kept."""
    from shoemodel.data import shards

    options.out.mkdir(parents=True, exist_ok=True)
    for number, folder in enumerate((*options.data, *options.soles)):
        views: dict[tuple[str, str], list[tuple[np.ndarray, ...]]] = defaultdict(list)
        for sample in shards.read(folder):
            view = cut_out(sample.unworn, sample.areas.shoe)
            if view is not None:
                views[sample.meta["family"], sample.meta["shoe_id"]].append(view)
        for place, ((family, shoe_id), found) in enumerate(views.items()):
            rgb, cover, shadow = (np.stack(each) for each in zip(*found, strict=True))
            names = {"family": family, "shoe_id": shoe_id, "turned": folder in options.soles}
            np.savez_compressed(options.out / f"{number}-{place:05d}.npz", rgb=rgb, cover=cover, shadow=shadow, **names)
        print(f"{folder}: {sum(map(len, views.values()))} views of {len(views)} shoes")


def cut_out(rgb: np.ndarray, shoe: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Colours, coverage and light of one view, square about the shoe; None where too little of it is seen."""
    from shoemodel.image.geometry import Box

    if not shoe.any():
        return None
    box = Box.of_mask(shoe)
    scale = FILLED * SIDE / max(box.width, box.height)
    x, y = box.centre
    move = np.array([[scale, 0, SIDE / 2 - x * scale], [0, scale, SIDE / 2 - y * scale]])

    def moved(picture: np.ndarray, border: int, value: int = 0) -> np.ndarray:
        flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        return cv2.warpAffine(picture, move, (SIDE, SIDE), flags=flags, borderMode=border, borderValue=value)

    cover = moved(cv2.GaussianBlur(shoe.astype(np.uint8) * 255, (0, 0), 0.6), cv2.BORDER_CONSTANT)
    inside = cover >= 250
    if inside.sum() < LEAST:
        return None
    colours = moved(rgb, cv2.BORDER_REPLICATE)
    edge = (cover > 0) & ~inside
    colours[edge] = colours[nearest(inside)][edge]  # an edge pixel is half ground
    return colours, cover, moved(light_left(rgb, shoe), cv2.BORDER_CONSTANT, 255)


def light_left(rgb: np.ndarray, shoe: np.ndarray) -> np.ndarray:
    """What the shadow leaves of the light on a plain ground, of 255; under the shoe that of the nearest ground."""
    from shoemodel.wd import ground

    surface = ground.surface(rgb)
    if surface is None:
        return np.full(shoe.shape, 255, np.uint8)
    seen, unshaded = ((np.maximum(picture, 1) / 255) ** 2.2 for picture in (rgb.astype(np.float32), surface))
    left = np.clip(seen.mean(axis=2) / unshaded.mean(axis=2), 0, 1).astype(np.float32)
    around = cv2.dilate(shoe.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0
    return (cv2.GaussianBlur(left[nearest(around)], (0, 0), 0.8) * 255).astype(np.uint8)


def nearest(mask: np.ndarray) -> tuple[np.ndarray, ...]:
    """Index of the nearest True pixel for every pixel."""
    from scipy import ndimage

    return tuple(ndimage.distance_transform_edt(~mask, return_distances=False, return_indices=True))


if __name__ == "__main__":
    main(tyro.cli(Cutouts, description=__doc__))
