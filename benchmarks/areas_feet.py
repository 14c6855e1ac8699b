"""How long wearable-area detection and the feet take for one photo, stage by stage, and the ratio to plain PyTorch.

    python benchmarks/areas_feet.py PHOTOS… --pack mini --threads 2

Plain means: the same steps with every network eagerly in float32. What the faster number format changes in the answers
is printed beside: the share of shoe pixels with another label, and how far the feet move.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tyro
from rich.console import Console
from rich.table import Table

GOAL_MS = 300
STAGES = ("region", "areas", "feet")


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Measure WD and phase 1 of LpS on photos."""

    photos: tyro.conf.Positional[tuple[Path, ...]]
    """Photos of unworn shoes."""
    pack: str = "mini"
    """mini, or a folder."""
    threads: int = 2
    """Of torch and OpenCV."""
    repeats: int = 5
    """Runs of each photo, of which the median counts."""


def main(options: Benchmark) -> None:
    """Print one table, a row for each photo."""
    import cv2
    import torch

    from shoemodel import ShoeModelPipeline
    from shoemodel.image import io as images

    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    only = ("region", "areas", "feet")
    ours = ShoeModelPipeline.from_pretrained(options.pack, only=only)
    plain = ShoeModelPipeline.from_pretrained(options.pack, only=only, dtype=torch.float32)
    columns = ("photo", *(f"{stage} ms" for stage in STAGES), "all ms", "plain ms", "ratio", "other label %", "feet px")
    table, totals = Table(*columns), []
    for path in options.photos:
        photo = images.load(path)
        milliseconds, answer = measure(ours, photo, options.repeats)
        plainly, reference = measure(plain, photo, options.repeats)
        total, slow = sum(milliseconds), sum(plainly)
        totals.append((total, slow))
        figures = [*milliseconds, total, slow, total / slow, *difference(answer, reference)]
        table.add_row(path.name, *(f"{value:.2f}" if value < 10 else f"{value:.0f}" for value in figures))
    console = Console()
    console.print(table)
    mean, slow = np.mean(totals, axis=0)
    console.print(f"mean {mean:.0f} ms a photo ({GOAL_MS} is the goal), ratio {mean / slow:.2f}, ", end="")
    console.print(f"{options.threads} threads, networks in {ours.areas.dtype}")


def measure(pipeline: Any, photo: Any, repeats: int) -> tuple[list[float], tuple[Any, Any]]:
    """Median milliseconds of each stage, and the areas and foot keypoints."""
    seconds: list[tuple[float, ...]] = []
    for _ in range(repeats + 1):
        marks = [time.perf_counter()]
        region = pipeline.find_region(photo)
        marks.append(time.perf_counter())
        areas = pipeline.detect_areas(photo, region)
        marks.append(time.perf_counter())
        _, shoe = pipeline.place(photo, areas, "keep")
        feet = pipeline.find_feet(shoe)
        marks.append(time.perf_counter())
        seconds.append(tuple(np.diff(marks)))
    warm = seconds[1:]
    return [1000 * statistics.median(stage) for stage in zip(*warm, strict=True)], (areas, feet)


def difference(answer: tuple[Any, Any], reference: tuple[Any, Any]) -> tuple[float, float]:
    """Percent of the shoe's pixels with another label, and the largest way of a foot keypoint found by both, px."""
    (areas, feet), (areas_plain, feet_plain) = answer, reference
    other = 100 * (areas.labels != areas_plain.labels).sum() / areas_plain.shoe.sum()
    both = feet.exists & feet_plain.exists
    moved = np.linalg.norm(feet.points_px - feet_plain.points_px, axis=1)[both]
    return float(other), float(moved.max(initial=0.0))


if __name__ == "__main__":
    main(tyro.cli(Benchmark))
