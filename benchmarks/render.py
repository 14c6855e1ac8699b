"""Where the time of a tuple goes, and what that makes an hour, at 256 and 512 pixels.

    python benchmarks/render.py --num 16 --cores 2

Processor time of one process with one thread, so that other work on the machine counts little; tuples of a run share a
shoe, as they do in `shoemodel synth`. Scenes that are drawn again are paid for by those that are kept.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import tyro
from rich.console import Console
from rich.progress import track
from rich.table import Table

REST = "the rest"


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Make tuples and add up what their parts take."""

    num: int = 16
    """Tuples measured at each size, after one that compiles the renderer."""
    seed: int = 77
    sizes: tuple[int, ...] = (256, 512)
    """Sides of the pictures [px]."""
    spp: int = 4
    """Samples a pixel before denoising."""
    assets: Path | None = None
    """A folder of shoe and surrounding files."""
    cores: int = 2
    """For the rate: that many processes, each as fast as this one."""


class Parts:
    """Processor seconds of functions, {name: seconds}; one part must not call another."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def measure(self, name: str, module: ModuleType, function: str) -> None:
        """From now on count what `module.function` takes."""
        plain: Callable[..., Any] = getattr(module, function)

        def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.process_time()
            try:
                return plain(*args, **kwargs)
            finally:
                self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - began

        setattr(module, function, timed)


def main(options: Benchmark) -> None:
    """Print one table."""
    from shoemodel.render import engine
    from shoemodel.world import synthesize, tuples

    synthesize.one_thread(cuda=False)
    parts = Parts()
    parts.measure("scene: shoe, body, clothes, pose, camera", synthesize, "sample_scene")
    parts.measure("place: textures, props, light", tuples, "_place")
    parts.measure("views: meshes, acceleration structures", tuples, "_views")
    parts.measure("areas", tuples, "_areas")
    parts.measure("light", engine, "radiance")
    parts.measure("guides", engine, "guides")
    parts.measure("denoising", tuples, "denoise")
    parts.measure("development", tuples, "develop")
    columns = [measured(options, parts, size) for size in options.sizes]
    table = Table("processor seconds a tuple", *(f"{size} px" for size in options.sizes))
    for name in (*parts.seconds, REST, "all"):
        table.add_row(name, *(f"{seconds[name]:.2f}" for seconds, _ in columns))
    table.add_row(
        f"tuples an hour, {options.cores} cores", *(f"{3600 * options.cores / s['all']:,.0f}" for s, _ in columns)
    )
    table.add_row("bytes a tuple, median", *(f"{size:,}" for _, size in columns))
    table.title = f"seed {options.seed}, n = {options.num}, {options.spp} samples a pixel, {engine.default_variant()}"
    Console().print(table)


def measured(options: Benchmark, parts: Parts, size: int) -> tuple[dict[str, float], int]:
    """Mean seconds {part: s} of a tuple, with the rest and the sum, and the median bytes of its files."""
    from shoemodel.world.synthesize import make_sample

    make_sample(options.seed, options.num, size, options.spp, options.assets)
    parts.seconds = dict.fromkeys(parts.seconds, 0.0)
    began, sizes = time.process_time(), []
    for index in track(range(options.num), f"{size} px", console=Console(stderr=True)):
        sample = make_sample(options.seed, index, size, options.spp, options.assets)
        sizes.append(sum(len(member) for member in sample.to_members().values()))
    total = time.process_time() - began
    seconds = {**parts.seconds, REST: total - sum(parts.seconds.values()), "all": total}
    return {name: value / options.num for name, value in seconds.items()}, round(statistics.median(sizes))


if __name__ == "__main__":
    main(tyro.cli(Benchmark))
