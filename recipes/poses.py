"""Poses of the world without their pictures: for `shoemodel train legs --poses FILE`, and to measure the leg model on.

    python recipes/poses.py --num 8192 --seed 9 --assets FOLDER --out poses.safetensors
    python recipes/poses.py --num 4096 --seed 10 --split test --assets FOLDER --out neighbours.safetensors

A tuple takes seconds to render, a bare scene a tenth. They are scenes as `shoemodel synth` draws them, before anything
is put on and the renderer looks at them. The same command continues where it stopped.
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

from shoemodel.body.leg_angles import LegAngles
from shoemodel.data.splits import Split
from shoemodel.errors import InputError
from shoemodel.training.checkpoint import write_file
from shoemodel.world.bare import BareScene, sample_bare
from shoemodel.world.synthesize import one_thread


@dataclass(frozen=True, kw_only=True)
class Poses:
    """Draw scenes and keep their keypoints."""

    out: Path
    """The file: points (n, 12, 2) in sides of the picture, present (n, 12), and in 3-D, left before right, the angles
    of the legs (n, 2, 5), the shoes (n, 2, 4, 4) with their bend (n, 2), heel and height above the ankle (n, 2), joints
    and foot points (n, 12, 3), and the camera's axes (n, 3, 3) and place (n, 3)."""
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
    parts: dict[str, list[torch.Tensor]] = {}
    if options.out.is_file():
        with safe_open(options.out, "pt") as file:
            if file.metadata() != made:
                raise InputError(f"{options.out} holds poses of {file.metadata()}; {made} are asked for: another --out")
            parts = {name: [file.get_tensor(name)] for name in file.keys()}  # noqa: SIM118, it is no dict
    starts = range(sum(map(len, parts.get("points", []))), options.num, options.per_shoe)
    with ProcessPoolExecutor(options.workers, initializer=one_thread, initargs=(False,)) as pool:
        shoes = pool.map(partial(skeletons, options), starts)
        for found in track(shoes, f"{options.num} scenes", total=len(starts)):
            for name, values in found.items():
                parts.setdefault(name, []).append(torch.from_numpy(values))
            whole = {name: torch.cat(values) for name, values in parts.items()}
            write_file(options.out, partial(save_file, whole, metadata=made))


def skeletons(options: Poses, start: int) -> dict[str, np.ndarray]:
    """What `Poses.out` says, of the scenes of one shoe."""
    indices = range(start, min(start + options.per_shoe, options.num))
    rows = [row(sample_bare(options.seed, index, options.assets, options.split, options.per_shoe)) for index in indices]
    return {name: np.stack([each[name] for each in rows]) for name in rows[0]}


def row(scene: BareScene) -> dict[str, np.ndarray]:
    """One scene's."""
    legs = [scene.legs[side] for side in ("left", "right")]
    floats = {
        "points": scene.camera.project(scene.keypoints, (1, 1))[0],
        "angles_deg": [LegAngles(**leg["angles_deg"]).row() for leg in legs],
        "shoes": [leg["shoe"] for leg in legs],
        "bend_deg": [leg["bend_deg"] for leg in legs],
        "worn": [scene.heel_deg, scene.collar_m],
        "joints": scene.keypoints,
        "axes": scene.camera.axes(),
        "origin": scene.camera.origin,
    }
    return {"present": scene.present, **{name: np.asarray(values, np.float32) for name, values in floats.items()}}


if __name__ == "__main__":
    main(tyro.cli(Poses, description=__doc__))
