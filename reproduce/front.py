"""The strip at the head of README: photo, areas and pose; then the first result of each prompt, nothing picked.

    python reproduce/front.py examples/sneaker.jpg --out docs/img/front.jpg

Printed are the commit and the warnings of the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from jaxtyping import UInt8
from PIL import Image
from tyro.conf import Positional

from shoemodel.image import draw
from shoemodel.lineage import commit

IN_PHOTO = ("a woman's legs in blue jeans",)
IN_SCENES = ("black leggings, light pink background", "bare legs, wooden floor")
GAP = 8


@dataclass(frozen=True, kw_only=True)
class Front:
    """Write the strip."""

    photo: Positional[Path]
    """Of an unworn shoe."""
    out: Path
    """The strip, .jpg."""
    seed: int = 0
    """Of every result."""
    height: int = 840
    """Of the strip, px."""


def main(options: Front) -> None:
    """Run the chain once and lay its stages side by side."""
    from shoemodel import ShoeModelPipeline

    pipeline = ShoeModelPipeline.from_pretrained("mini")
    first = pipeline(options.photo, list(IN_PHOTO), generator=options.seed)
    scenes = pipeline(options.photo, list(IN_SCENES), generator=options.seed)
    photo, pixels = np.asarray(Image.open(options.photo).convert("RGB")), np.asarray(first.images[0])
    pose = draw.overlay_pose(pixels // 2 + 96, first.poses[0])
    third = (options.height - 2 * GAP) // 3
    stages = [_scaled(each, third) for each in (photo, draw.overlay_areas(photo, first.areas), pose)]
    results = [_scaled(np.asarray(image), options.height) for image in (*first.images, *scenes.images)]
    strip = draw.row([draw.contact_sheet([[stage] for stage in stages], gap_px=GAP), *results], gap_px=GAP)
    Image.fromarray(strip).save(options.out, quality=82, optimize=True)
    warnings = [*first.warnings, *scenes.warnings]
    print(f"{options.out}: commit {commit()}; {'; '.join(warnings) or 'no warning'}")


def _scaled(pixels: UInt8[np.ndarray, "h w 3"], height: int) -> UInt8[np.ndarray, "height _ 3"]:
    """A picture of this height."""
    width = round(pixels.shape[1] * height / pixels.shape[0])
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))


if __name__ == "__main__":
    main(tyro.cli(Front))
