"""The sheet of real photos in README: photo, areas and a result for each prompt. First seed, nothing picked.

    python reproduce/photos.py PHOTOS… --out docs/img/first_light.jpg
    python reproduce/photos.py PHOTOS… --areas DRAWN --full FOLDER --out sheet.jpg

Needs photos of unworn shoes; DRAWN holds areas drawn by hand for them (docs/rendered_leg.md, *By eye*). A photo that is
refused keeps its row, and the sentence that the user would read is printed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import tyro
from PIL import Image

from shoemodel import declaration
from shoemodel.errors import InputError
from shoemodel.image import draw
from shoemodel.image import io as images
from shoemodel.image.masks import ShoeAreas


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Photo | areas | a result for each prompt; a row a photo."""

    photos: tyro.conf.Positional[tuple[Path, ...]]
    """Photos of unworn shoes."""
    out: Path
    """The sheet, .jpg."""
    backend: Literal["render", "diffusion"] = "render"
    """Who makes the leg."""
    pack: str = "mini"
    """mini, or a folder."""
    prompt: Annotated[tyro.conf.UseAppendAction[tuple[str, ...]], tyro.conf.arg(metavar="TEXT")] = ()
    """One column each; default: two outfits."""
    seed: int = 0
    """Seed of every result."""
    areas: Path | None = None
    """A folder with areas drawn by hand, NAME.png with 0 background, 1 visible, 2 wearable: given instead of found."""
    box: Annotated[tyro.conf.UseAppendAction[tuple[str, ...]], tyro.conf.arg(metavar="NAME=x0,y0,x1,y1")] = ()
    """Where the shoe is in the photo of that name."""
    full: Path | None = None
    """Folder for the results at full size, PNG."""
    side: int = 420
    """Side of each picture on the sheet, px."""


DEFAULT = ("a woman's legs in blue jeans", "bare legs of a woman, white socks")


def main(options: Sheet) -> None:
    """Run the chain on every photo and write the sheet."""
    from shoemodel import ShoeModelPipeline, packs
    from shoemodel.execute import execute
    from shoemodel.request import Given, Request

    pipeline = ShoeModelPipeline.from_pretrained(options.pack, backend=options.backend)
    pack, prompts = packs.identity(options.pack), options.prompt or DEFAULT
    usual = Request(prompt=tuple(prompts), seed=options.seed, backend=options.backend)
    told = [each.partition("=") for each in options.box]
    boxes = {name: declaration.read(Request, "box", text) for name, _, text in told}
    rows = []
    for path in options.photos:
        photo, began = images.load(path), time.perf_counter()
        given = Given(areas=drawn_areas(options.areas, path))
        try:
            result = execute(pipeline, photo, replace(usual, box=boxes.get(path.stem)), pack, given).result
        except InputError as refusal:
            print(f"{path.name}: refused: {refusal}")
            rows.append([framed(photo.rgb, options.side)])
            continue
        fit = "".join(f", {fit.proxy.name}, IoU {fit.iou:.2f}" for fit in result.fits)
        print(f"{path.name}: {time.perf_counter() - began:.1f} s, region {result.region.confidence:.2f}{fit}")
        for warning in result.warnings:
            print(f"    {warning}")
        overlay = draw.overlay_areas(photo.rgb, result.areas)
        rows.append([framed(each, options.side) for each in (photo.rgb, overlay, *result.pixels)])
        if options.full is not None:
            options.full.mkdir(parents=True, exist_ok=True)
            for number, image in enumerate(result.pixels):
                images.save_png(options.full / f"{path.stem}_{number}.png", image)
    images.save_jpeg(options.out, draw.contact_sheet(rows, ["photo", "areas", *prompts]))
    print(options.out)


def drawn_areas(folder: Path | None, photo: Path) -> ShoeAreas | None:
    """The areas drawn for a photo, where there are any."""
    file = None if folder is None else folder / f"{photo.stem}.png"
    if file is None or not file.is_file():
        return None
    with Image.open(file) as labels:
        return ShoeAreas(np.array(labels))


def framed(image: np.ndarray, side: int) -> np.ndarray:
    """The picture reduced to fit a white square of `side` px."""
    small = draw.shrunk(image, side)
    frame = np.full((side, side, 3), 255, np.uint8)
    y, x = (side - small.shape[0]) // 2, (side - small.shape[1]) // 2
    frame[y : y + small.shape[0], x : x + small.shape[1]] = small
    return frame


if __name__ == "__main__":
    main(tyro.cli(Sheet))
