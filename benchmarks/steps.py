"""Seconds a picture and the pictures themselves, for each solver and number of steps, with the same noise and pose.

    python benchmarks/steps.py examples/sneaker.jpg --out steps.jpg

Also how far each picture is from DDIM's in many steps: not how good it is, which is for FID to say.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import tyro
from rich.console import Console
from rich.table import Table
from shoemodel.sw.sample import WHOLE, Interval

from shoemodel.image import draw
from shoemodel.image import io as images
from shoemodel.sw.solvers import SOLVERS, Solver


@dataclass(frozen=True, kw_only=True)
class Steps:
    """One photo, every solver at every number of steps, and guidance in an interval."""

    photo: tyro.conf.Positional[Path]
    """A photo of an unworn shoe."""
    out: Path
    """The sheet, .jpg: a row for each solver, a column for each number of steps."""
    pack: str = "mini"
    """mini, or a folder."""
    prompt: str = "a woman's legs in blue jeans, standing on concrete, city street"
    """What to draw."""
    counts: tuple[int, ...] = (5, 10, 20, 50)
    """Numbers of steps."""
    interval: Interval = (0.2, 0.9)
    """Where guidance works in the last row, with the first solver."""
    reference: int = 200
    """DDIM steps of the picture that the others are compared with."""
    threads: int | None = None
    """torch threads."""
    seed: int = 1
    """Seed of noise and pose."""


def main(options: Steps) -> None:
    """Print the table and write the sheet."""
    from shoemodel import ShoeModelPipeline

    if options.threads:
        torch.set_num_threads(options.threads)
    pipeline = ShoeModelPipeline.from_pretrained(options.pack, backend="diffusion")
    photo = images.load(options.photo)
    _, shoe = pipeline.place(photo, pipeline.detect_areas(photo, pipeline.find_region(photo)))
    _, (pose,) = pipeline.synthesise_poses(shoe, 1, options.seed)
    text, _ = pipeline.encode(options.prompt)

    def picture(steps: int, **walk: Any) -> tuple[np.ndarray, float]:
        started = time.perf_counter()
        drawn, _ = pipeline.wear(shoe, pose, text, options.seed, steps, **walk)
        return drawn, time.perf_counter() - started

    target, _ = picture(options.reference)
    ways: list[tuple[str, Solver, Interval]] = [(solver, solver, WHOLE) for solver in SOLVERS]
    ways.append((f"{SOLVERS[0]}, guidance in {options.interval}", SOLVERS[0], options.interval))
    table = Table("solver", "steps", "seconds", f"RMS to {options.reference} DDIM steps, of 255")
    rows = []
    for name, solver, interval in ways:
        rows.append([])
        for steps in options.counts:
            drawn, seconds = picture(steps, solver=solver, interval=interval)
            distance = np.sqrt(((drawn.astype(float) - target) ** 2).mean())
            table.add_row(name, str(steps), f"{seconds:.2f}", f"{distance:.1f}")
            rows[-1].append(drawn)
    Console().print(table)
    images.save_jpeg(options.out, draw.contact_sheet(rows, [str(steps) for steps in options.counts]))
    print(options.out)


if __name__ == "__main__":
    main(tyro.cli(Steps))
