"""Latents as the generator draws them, for the decoder to learn from: `shoemodel train autoencoder --drawn FILE`.

    python benchmarks/drawn_latents.py --data DIR --pack mini --out drawn.safetensors

An encoder's latents are not what a generator draws, and a decoder that has only seen the former makes ridges of paint
of the latter. Each training tuple is drawn once as `generate` does it: X_w, X_p and the caption, two passes, guidance
from a range. The same command continues where it stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
import tyro
from rich.progress import track
from safetensors.torch import load_file, save_file
from shoemodel.sw.sample import sample_latents

from shoemodel import ShoeModelPipeline
from shoemodel.compose.passes import OTHER_NOISE
from shoemodel.compose.photo_background import GUIDANCE
from shoemodel.compose.scene_background import emptied
from shoemodel.data import datasets
from shoemodel.image import masks
from shoemodel.quality import judge
from shoemodel.sw.conditions import of_canvas, wearable_shoe
from shoemodel.sw.vae import to_pictures
from shoemodel.training.checkpoint import write_file
from shoemodel.training.sw import whole_pose


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Draw the latents of each training tuple once."""

    data: Path
    """Tuples, of which the training shoes are drawn."""
    out: Path
    """The file of latents."""
    pack: Path = Path("mini")
    """mini, or a folder."""
    guidance: tuple[float, float] = (3.0, 8.0)
    """Lowest and highest guidance, drawn anew for each batch."""
    steps: int = 10
    """Steps of DPM-Solver++: as good as 20 of DDIM."""
    batch: int = 16
    """Pictures at once."""
    seed: int = 0
    """Of noise, captions and guidance."""
    threads: int | None = None
    """torch threads."""


def main(options: Drawn) -> None:
    """Write OUT after each batch."""
    if options.threads:
        torch.set_num_threads(options.threads)
    model = ShoeModelPipeline.from_pretrained(str(options.pack), backend="diffusion")
    tuples, _ = datasets.load(options.data).split()
    done = [load_file(options.out)["latents"]] if options.out.is_file() else []
    starts = range(sum(map(len, done)), len(tuples), options.batch)
    for start in track(starts, f"latents of {len(tuples)} tuples"):
        rows = range(start, min(start + options.batch, len(tuples)))
        done.append(drawn(model, tuples, rows, options).to(torch.bfloat16))
        write_file(options.out, partial(save_file, {"latents": torch.cat(done).contiguous()}))


@torch.no_grad()
def drawn(model: ShoeModelPipeline, tuples: datasets.Tuples, rows: range, options: Drawn) -> torch.Tensor:
    """Scaled latents (b, c, h, w) of the second pass."""
    rng = np.random.default_rng([options.seed, rows.start])
    areas = [masks.ShoeAreas(tuples.labels[row]) for row in rows]
    shoes = [
        np.dstack([wearable_shoe(tuples.unworn[row], each.visible), 255 * each.visible.astype(np.uint8)])
        for row, each in zip(rows, areas, strict=True)
    ]
    poses = [whole_pose(tuples, row, tuples.points[row]) for row in rows]
    networks = (model.unet, model.controlnet, model.vae, model.scheduler)
    texts = [model.encode(str(rng.choice(tuples.captions[row])))[0] for row in rows]
    walk = {"steps": options.steps, "solver": "dpm++", "guidance": rng.uniform(*options.guidance)}
    seeds = [options.seed * len(tuples) + row for row in rows]
    conditions = torch.stack([of_canvas(*each, tuples.size) for each in zip(shoes, poses, strict=True)])
    first = to_pictures(model.vae, sample_latents(*networks, conditions, texts, seeds, **walk))
    wearable = [each.wearable for each in areas]
    seen = [judge.find_shoes(model.judge, picture) if model.judge else None for picture in first]
    scenes = [emptied(*each) for each in zip(first, shoes, poses, wearable, seen, strict=True)]
    given = list(zip(scenes, shoes, poses, strict=True))
    known = [around.known(shoe, pose, tuples.size) for around, shoe, pose in given]
    conditions = torch.stack(
        [of_canvas(shoe, pose, tuples.size, around.x_w(tuples.size, model.controlnet)) for around, shoe, pose in given]
    )
    walk["guidance"] *= GUIDANCE["photo"] / GUIDANCE["scene"]
    return sample_latents(*networks, conditions, texts, [seed + OTHER_NOISE for seed in seeds], known=known, **walk)


if __name__ == "__main__":
    main(tyro.cli(Drawn, description=__doc__))
