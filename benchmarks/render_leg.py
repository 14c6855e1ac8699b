"""What a rendered leg costs: load, first result, each further one, by stage; peak memory; both renderer variants.

    python benchmarks/render_leg.py examples/sneaker.jpg
    python benchmarks/render_leg.py examples/sneaker.jpg --variant scalar_rgb

Each run is a process of its own, for a variant can be chosen once. A first run on a machine also compiles the
renderer's code, which is kept in the user's cache: run it twice.
"""

from __future__ import annotations

import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Measure one photo."""

    photo: tyro.conf.Positional[Path]
    """A photo of an unworn shoe."""
    pack: str = "mini"
    """mini, or a folder."""
    prompt: str = "a woman's legs in blue jeans"
    """What the legs wear."""
    num: int = 4
    """Further results after the first."""
    seed: int = 0
    """Of the first result."""
    variant: Literal["llvm_ad_rgb", "scalar_rgb"] | None = None
    """The renderer's; default: the fast one where its compiler is found."""


def main(options: Benchmark) -> None:
    """Print one table."""
    started = time.perf_counter()
    from shoemodel import ShoeModelPipeline
    from shoemodel.image import io as images
    from shoemodel.render import engine

    pipeline = ShoeModelPipeline.from_pretrained(options.pack)
    if options.variant:
        engine.start(options.variant)
    loaded = time.perf_counter() - started
    photo = images.load(options.photo)
    started = time.perf_counter()
    first = pipeline(photo, options.prompt, num_images_per_prompt=1, generator=options.seed)
    to_first = time.perf_counter() - started
    started = time.perf_counter()
    more = pipeline(photo, options.prompt, num_images_per_prompt=options.num, generator=options.seed + 1)
    once = sum(more.timings_s[stage] for stage in ("region", "areas", "poses", "fit"))
    further = (time.perf_counter() - started - once) / options.num
    table = Table("stage", "first, s", "further, s", title=title(photo.size), title_justify="left")
    table.add_row("import and load", f"{loaded:.2f}", "")
    table.add_row("photo to the result", f"{to_first:.2f}", f"{further:.2f}")
    for stage, seconds in first.timings_s.items():
        once_only = stage in ("region", "areas", "poses", "fit")
        table.add_row(f"  {stage}", f"{seconds:.2f}", "" if once_only else f"{more.timings_s[stage] / options.num:.2f}")
    console = Console()
    console.print(table)
    console.print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def title(size: tuple[int, int]) -> str:
    """What was measured where."""
    from shoemodel.render import engine

    variant, load = engine.mitsuba().variant(), os.getloadavg()[0]
    return f"{size[1]}x{size[0]} px, {variant}, {os.cpu_count()} cores, load {load:.1f}"


if __name__ == "__main__":
    main(tyro.cli(Benchmark))
