"""The thresholds of docs/quality.md: the quality measures of true pictures, and of pictures with one known defect.

    python reproduce/quality.py --data DIR --pack mini --num 150

Needs tuples of test shoes written by `shoemodel synth`. The limits of `shoemodel.quality.score` are read from this
table. The defects are: the shoe enlarged or moved beneath the kept pixels (object expansion; printed beside the true
growth), a fringe round it, mirrored sides, and the caption.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from transformers import SegformerForSemanticSegmentation

from shoemodel.data.sample import Sample
from shoemodel.image import masks
from shoemodel.image.geometry import Box, Similarity, warp
from shoemodel.quality import clip, judge, measures, score

PERCENTILES = (5, 25, 50, 75, 90, 95)
FRINGE = 2 / 256
"""Width of the fringe, of the side."""


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Measure the measures."""

    data: Path
    """Tuples, of which the held-out shoes are used."""
    pack: str = "mini"
    """mini, or a folder."""
    num: int = 40
    """Pictures."""
    judge: Path | None = None
    """A run of `shoemodel train judge` instead of the pack's."""
    clip: Path | None = None
    """A folder with a CLIP instead of the pack's; without either, `prompt` is left out."""


def main(options: Benchmark) -> None:
    """Print percentiles of each measure on true pictures, then how spoilt ones are measured."""
    from itertools import islice

    from shoemodel import ShoeModelPipeline
    from shoemodel.evaluation import held_out
    from shoemodel.evaluation.pictures import whole_pose

    pipeline = ShoeModelPipeline.from_pretrained(options.pack, backend="diffusion")
    looking = judge.load(options.judge) if options.judge else judge.of_pack(pipeline, options.pack)
    own = clip.of_pack(pipeline, options.pack) if clip.in_pack(pipeline) else None
    towers = clip.load(options.clip) if options.clip else own
    samples = list(islice(held_out.read(options.data, ("test",)), options.num))
    if len(samples) < options.num:
        sys.exit(f"{options.data} holds {len(samples)} tuples of held-out shoes, {options.num} are needed")

    def assess(picture: np.ndarray, sample: Sample, caption: str) -> score.Quality:
        pose = whole_pose(sample)
        return score.assess(picture, sample.areas.visible, pose, caption, looking, towers)

    true = [assess(sample.worn, sample, sample.caption) for sample in samples]
    print(f"{len(samples)} true pictures; percentiles {PERCENTILES}")
    measured = [name for name in score.LIMITS if name != "prompt" or towers is not None]
    for name in measured:
        values = np.array([quality.measures[name] for quality in true])
        print(f"  {name:10} {np.round(np.nanpercentile(values, PERCENTILES), 3)} mean {np.nanmean(values):.3f}")
    print(f"  score      {np.round(np.percentile([quality.score for quality in true], PERCENTILES), 3)}")
    print(f"  passed     {np.mean([quality.passed for quality in true]):.1%}")
    print("expansion, share of the shoe: true | measured | mean absolute difference")
    for name, moved in GROWTHS.items():
        pairs = np.array([_grown(sample, moved, looking) for sample in samples])
        print(f"  {name:22} {pairs[:, 0].mean():.3f} | {pairs[:, 1].mean():.3f} | {np.abs(np.diff(pairs)).mean():.3f}")
    spoilt = {
        "seam of a fringe": ("seam", [assess(_fringed(sample), sample, sample.caption) for sample in samples]),
        "sides of a mirror image": ("sides", [_mirrored(sample, assess) for sample in samples]),
        "prompt of another": (
            "prompt",
            [assess(s.worn, s, o.caption) for s, o in zip(samples, samples[1:] + samples[:1], strict=True)],
        ),
    }
    for words, (name, qualities) in spoilt.items():
        if name not in measured:
            continue
        values = [quality.measures[name] for quality in qualities]
        print(f"{words}: {np.round(np.nanpercentile(values, PERCENTILES), 3)}")


GROWTHS: dict[str, Callable[[Box], Similarity]] = {
    "nothing": lambda box: Similarity(),
    "1.1 times as large": lambda box: _about(box, 1.1),
    "1.25 times as large": lambda box: _about(box, 1.25),
    "moved by 15% sideways": lambda box: Similarity(dx=0.15 * box.width),
    "moved by 30% upwards": lambda box: Similarity(dy=-0.3 * box.height),
}


def _about(box: Box, scale: float) -> Similarity:
    x, y = box.centre
    return Similarity(scale, 0.0, x * (1 - scale), y * (1 - scale))


def _grown(
    sample: Sample, moved: Callable[[Box], Similarity], looking: SegformerForSemanticSegmentation
) -> tuple[float, float]:
    """True and measured expansion of the worn picture with its shoe once more beneath the kept pixels."""
    visible, size = sample.areas.visible, sample.areas.size
    transform = moved(Box.of_mask(visible))
    added = warp(visible.astype(np.uint8), transform, size, nearest=True).astype(bool)
    picture = np.where(added[..., None], warp(sample.worn, transform, size), sample.worn)
    picture[visible] = sample.worn[visible]
    reading = judge.read(looking, picture)
    return measures.expansion(added | visible, visible), measures.expansion(reading.shoe, visible)


def _fringed(sample: Sample) -> np.ndarray:
    visible = sample.areas.visible
    ring = masks.dilate(visible, FRINGE * max(visible.shape)) & ~visible
    return np.where(ring[..., None], 255 - sample.worn, sample.worn)


def _mirrored(sample: Sample, assess: Callable[[np.ndarray, Sample, str], score.Quality]) -> score.Quality:
    """The mirrored picture against the mirrored pose whose sides were not renamed."""
    width = sample.worn.shape[1]
    areas = masks.ShoeAreas(np.ascontiguousarray(sample.areas.labels[:, ::-1]))
    points = Similarity(dx=width, flip=True).apply(sample.pose.points)
    wrong = type(sample.pose)(points, sample.pose.visibility)
    mirrored = np.ascontiguousarray(sample.worn[:, ::-1])
    other = Sample(sample.key, mirrored, sample.unworn[:, ::-1], areas, wrong, sample.caption, sample.meta)
    return assess(mirrored, other, sample.caption)


if __name__ == "__main__":
    main(tyro.cli(Benchmark))
