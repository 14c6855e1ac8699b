"""Seconds for many leg poses of one shoe sampled as one batch, and the ratio to the denoiser asked pose by pose.

python benchmarks/poses.py --num 10000 --threads 2
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import tyro


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Measure the leg model of one pack."""

    pack: str = "mini"
    """mini, or a folder."""
    num: int = 10_000
    """Poses in the batch."""
    threads: int | None = None
    """torch threads; default: torch's choice."""
    repeats: int = 5
    """Runs of the fast path, of which the median counts."""


def main(options: Benchmark) -> None:
    """Print wall and processor seconds of the fast path in each precision, and of one plain step times T."""
    import torch

    from shoemodel import ShoeModelPipeline
    from shoemodel.lps import diffusion

    if options.threads:
        torch.set_num_threads(options.threads)
    pipeline = ShoeModelPipeline.from_pretrained(options.pack)
    denoiser, scheduler = pipeline.legs, pipeline.legs_scheduler
    feet = torch.rand(1, 8, 2, generator=torch.Generator().manual_seed(0)) * 0.3 + 0.5

    def fast(dtype: torch.dtype) -> Callable[[], object]:
        return lambda: diffusion.sample(denoiser, scheduler, feet, options.num, torch.Generator(), dtype)

    legs, steps = torch.randn(options.num, 6, 2), torch.zeros(options.num, dtype=torch.long)
    with torch.no_grad():
        wall, busy = seconds(lambda: denoiser(legs, steps, feet.expand(options.num, 8, 2)), 1)
    plain = diffusion.T * wall
    print(f"{options.num} poses, {torch.get_num_threads()} threads")
    print(f"plain denoiser, one step x {diffusion.T}: {plain:.2f} s ({diffusion.T * busy:.2f} s of processor time)")
    for dtype in (torch.float32, torch.bfloat16):
        wall, busy = seconds(fast(dtype), options.repeats)
        print(f"fast path, {dtype}: {wall:.2f} s ({busy:.2f} s of processor time), {plain / wall:.1f} times as fast")


def seconds(function: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Medians of wall and processor time over `repeats` calls, after one to warm up."""
    rows = []
    for _ in range(repeats + 1):
        started, worked = time.perf_counter(), time.process_time()
        function()
        rows.append((time.perf_counter() - started, time.process_time() - worked))
    wall, busy = zip(*rows[1:], strict=True)
    return statistics.median(wall), statistics.median(busy)


if __name__ == "__main__":
    main(tyro.cli(Benchmark))
