"""How many true poses, and how many sampled ones, leave the shaft of their shoe through its side (`lps.shaft`).

    python benchmarks/shafts.py --data DIR

Which shoes have a shaft, and where a shank may leave it, was chosen so that hardly a true pose is refused.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro

from shoemodel import ShoeModelPipeline
from shoemodel.evaluation import held_out, legs
from shoemodel.lps.shaft import beside_shaft


@dataclass(frozen=True, kw_only=True)
class Shafts:
    """Count by family of shoes."""

    data: Path
    """Folder written by `shoemodel synth`."""
    pack: str = "mini"
    """mini, or a folder."""


def main(options: Shafts) -> None:
    """Print a line for each family."""
    pipeline = ShoeModelPipeline.from_pretrained(options.pack)
    samples = list(held_out.read(options.data, ("train", "test")))
    real = legs.Real.of(samples)
    sampled = legs.sample_legs(pipeline, real)
    shares = defaultdict(list)
    for row, sample in enumerate(samples):
        poses = np.concatenate([real.legs_px[row][None], sampled[row]])
        beside = beside_shaft(poses, real.feet_px[row], real.present[row], sample.areas.visible)
        shares[sample.meta["family"]].append((beside[0], beside[1:].mean()))
    for family, rows in sorted(shares.items()):
        true, drawn = 100 * np.mean(rows, axis=0)
        print(f"{family:18} n = {len(rows):4}  beside the shaft: {true:5.1f}% of true, {drawn:5.1f}% of sampled poses")


if __name__ == "__main__":
    main(tyro.cli(Shafts, description=__doc__))
