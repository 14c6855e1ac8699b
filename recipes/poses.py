"""Poses of the world without their pictures: for `shoemodel train legs --poses FILE`, and to measure the leg model on.

    python recipes/poses.py --num 8192 --seed 9 --assets FOLDER --out poses.safetensors
    python recipes/poses.py --num 4096 --seed 10 --split test --assets FOLDER --out neighbours.safetensors

A tuple takes seconds to render, a scene a few tenths. They are scenes as `shoemodel synth` draws them, before the
renderer looks at them. The same command continues where it stopped.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
import tyro
from rich.progress import track
from safetensors import safe_open
from safetensors.torch import save_file

from shoemodel.data.splits import Split
from shoemodel.errors import InputError
from shoemodel.training.checkpoint import write_file
from shoemodel.world.scene import sample_scene
from shoemodel.world.synthesize import one_thread


@dataclass(frozen=True, kw_only=True)
class Poses:
    """Draw scenes and keep their keypoints."""

    out: Path
    """The file: points (n, 12, 2) in sides of the picture, present (n, 12)."""
    num: int
    """Scenes."""
    seed: int
    """The world's; another than that of the tuples."""
    assets: Path | None = None
    """As for `shoemodel synth`."""
    split: Split = "train"
    """The one whose shoes are worn."""
    per_shoe: int = 64
    """Scenes of each shoe, which takes longer to make than a scene."""
    workers: int = 1
    """Processes of one thread."""


def main(options: Poses) -> None:
    """Write OUT after each shoe; InputError for a file of another world's poses."""
    made = {name: str(getattr(options, name)) for name in ("seed", "split", "per_shoe")}
    done = {}
    if options.out.is_file():
        with safe_open(options.out, "pt") as file:
            if file.metadata() != made:
                raise InputError(f"{options.out} holds poses of {file.metadata()}; {made} are asked for: another --out")
            done = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, it is no dict
    parts = {name: [values] for name, values in done.items()} or {"points": [], "present": []}
    starts = range(sum(map(len, parts["points"])), options.num, options.per_shoe)
    with ProcessPoolExecutor(options.workers, initializer=one_thread, initargs=(False,)) as pool:
        shoes = pool.map(partial(skeletons, options), starts)
        for points, present in track(shoes, f"{options.num} scenes", total=len(starts)):
            parts["points"].append(torch.from_numpy(points).float())
            parts["present"].append(torch.from_numpy(present))
            whole = {name: torch.cat(values) for name, values in parts.items()}
            write_file(options.out, partial(save_file, whole, metadata=made))


def skeletons(options: Poses, start: int) -> tuple[np.ndarray, np.ndarray]:
    """Keypoints (n, 12, 2) in sides and whose leg is there (n, 12), of the scenes of one shoe."""
    indices = range(start, min(start + options.per_shoe, options.num))
    scenes = [
        sample_scene(options.seed, index, options.assets, split=options.split, run=options.per_shoe)
        for index in indices
    ]
    points = [scene.camera.project(scene.keypoints, (1, 1))[0] for scene in scenes]
    return np.stack(points), np.stack([scene.present for scene in scenes])


if __name__ == "__main__":
    main(tyro.cli(Poses, description=__doc__))
