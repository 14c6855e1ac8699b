"""What the studio's small render of a pose costs: each one by itself, as when a pose or the prompt is changed.

python benchmarks/preview.py examples/sneaker.jpg
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Measure one photo."""

    photo: tyro.conf.Positional[Path]
    """A photo of an unworn shoe."""
    pack: str = "mini"
    """mini, or a folder."""
    prompt: str = "a woman's legs in blue jeans"
    """What the legs wear."""
    num: int = 8
    """Poses that are drawn after the first."""
    seed: int = 0
    """Of the poses."""


def main(options: Benchmark) -> None:
    """Print one line."""
    from shoemodel import ShoeModelPipeline
    from shoemodel.backends.backend import Subject
    from shoemodel.backends.preview import SIDE_PX, previews
    from shoemodel.image import io as images

    pipeline = ShoeModelPipeline.from_pretrained(options.pack)
    photo = images.load(options.photo)
    areas = pipeline.refine_edges(photo, pipeline.detect_areas(photo, pipeline.find_region(photo))).areas
    layout, shoe = pipeline.place(photo, areas, "auto", "photo")
    canvas, feet = pipeline.extend(photo, areas, layout), pipeline.find_feet(shoe)
    fitted, _ = pipeline.fit_shoes(photo, canvas, shoe, layout, feet)
    poses = pipeline.synthesise_poses_3d(shoe, feet, fitted, options.num + 1, options.seed)
    subject, seconds = Subject(options.photo.name, canvas, shoe, "photo", fitted), []
    for pose in poses:
        began = time.perf_counter()
        list(previews(subject, options.prompt, [pose], options.seed))
        seconds.append(time.perf_counter() - began)
    first, *further = seconds
    print(
        f"{SIDE_PX} px, {len(fitted)} {'leg' if len(fitted) == 1 else 'legs'}: first {first:.2f} s, each further "
        f"{np.median(further):.2f} s in the median, {max(further):.2f} s at most; {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main(tyro.cli(Benchmark))
