"""Legs in 3-D against those of the world: can a body take them, are they plausible, and as many as there are?

    python recipes/poses.py --num 512 --seed 94 --split test --per-shoe 64 --assets FOLDER --out held_out.safetensors
    python reproduce/legs_3d.py held_out.safetensors --json legs_3d.json

Every scene of the file is posed anew, 64 times; what is known of its feet is the truth's. The figures:

- reachable: share of the sampled legs that the reference leg's joints can do, as the network says them and as they are
  offered; plausible: the same in the picture, in the sense of `lps.anatomy`, beside the share of the true ones;
- together: share of the poses that one body can take before this camera, beside that of the true ones;
- best of n: mean difference of the first leg's angles from the nearest of n poses; true pose among the sampled: share
  of the sampled that lie nearer to their mean than the true one, 0.5 where the spread is right;
- precision, recall, density and coverage of the first leg against those of the 16 other scenes whose feet are known to
  be most alike, and what real poses reach, one half of 32 neighbours against the other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import tyro
from rich.progress import track

from shoemodel import lineage, packs
from shoemodel.data.poses import Legs3D, load_3d
from shoemodel.errors import InputError
from shoemodel.evaluation import manifold
from shoemodel.image.pose import ANGLES, FOOT_INDICES, LEG_INDICES
from shoemodel.lps import anatomy, diffusion, legs_3d
from shoemodel.lps.legs_3d import Foot
from shoemodel.pipeline import ShoeModelPipeline

POSES, BEST_OF = 64, (1, 4, 16, 64)
NEIGHBOURS, NEAREST = 16, 5


@dataclass(frozen=True, kw_only=True)
class Legs:
    """Measure the legs in 3-D of a pack."""

    poses: tyro.conf.Positional[Path]
    """File of `recipes/poses.py` with --split test."""
    pack: str = "mini"
    """A pack with `legs_3d`."""
    num: int | None = None
    """Scenes; default: all."""
    seed: int = 0
    json: Path | None = None
    """Where to write the figures."""


def main(options: Legs) -> None:
    """Print the figures, and write them."""
    needed = ("legs_3d", "legs_scheduler")
    pipeline = ShoeModelPipeline.from_pretrained(options.pack, only=needed)
    if pipeline.legs_3d is None:
        raise InputError(f"the pack {options.pack} holds no legs_3d; `shoemodel train legs_3d` makes one")
    scenes = load_3d(options.poses)
    count = min(options.num or len(scenes), len(scenes))
    rows: list[dict[str, float]] = []
    sampled, true, known = [], [], []
    for row in track(range(count), "scenes"):
        feet = scenes.feet(row)
        own = scenes.angles_deg[row][[("left", "right").index(foot.side) for foot in feet]].astype(float)
        raw, offered = drawn(pipeline, feet, options.seed + row)
        rows.append(judged(scenes, row, feet, own, raw, offered))
        sampled.append(legs_3d.encode(offered[:, 0]))
        true.append(legs_3d.encode(own[0]))
        known.append(np.concatenate(legs_3d.condition(feet).T))
    figures = {name: round(float(np.nanmean([each[name] for each in rows])), 4) for name in rows[0]}
    figures |= to_neighbours(np.array(true), np.array(known), np.array(sampled))
    made = {"poses": options.poses.name, "sha256": lineage.hash_of(options.poses), "scenes": count}
    made |= {"poses a scene": POSES, "seed": options.seed, "pack": packs.identity(options.pack)}
    text = json.dumps({**figures, **made, "commit": lineage.commit()}, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")


def drawn(pipeline: ShoeModelPipeline, feet: Sequence[Foot], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Angles (POSES, feet, 5) as the network says them, and as they are offered."""
    given = torch.from_numpy(legs_3d.condition(feet)).float()[None]
    mask = (given[:, :1] != 0).float().expand(-1, len(ANGLES), -1)
    generator = torch.Generator().manual_seed(seed)
    found = diffusion.denoised(pipeline.legs_3d, pipeline.legs_scheduler, given, mask, POSES, generator)[0]
    raw = legs_3d.decode(found.cpu().numpy().astype(float).transpose(0, 2, 1))[:, : len(feet)]
    offered = [legs_3d.reachable(raw[:, number], foot) for number, foot in enumerate(feet)]
    return raw, np.stack(offered, axis=1)


def judged(
    scenes: Legs3D, row: int, feet: Sequence[Foot], true: np.ndarray, raw: np.ndarray, offered: np.ndarray
) -> dict[str, float]:
    """The figures of one scene."""
    can = [[legs_3d.can(leg, foot) for leg, foot in zip(pose, feet, strict=True)] for pose in raw]
    spare = legs_3d.SPARE_DEG
    legs_3d.SPARE_DEG = 0.0  # what is offered may stand at a limit
    reached = [[legs_3d.can(leg, foot) for leg, foot in zip(pose, feet, strict=True)] for pose in offered]
    legs_3d.SPARE_DEG = spare
    error = np.abs(offered[:, 0] - true[0]).mean(axis=1)
    middle = offered[:, 0].mean(axis=0)
    unit = legs_3d.UNIT * [1, 1, 1, 20, 1]
    off, out = (np.linalg.norm((angles - middle) / unit, axis=-1) for angles in (offered[:, 0], true[0]))
    figures = {
        "reachable, as the network says": float(np.mean(can)),
        "reachable, as offered": float(np.mean(reached)),
        "plausible": plausible(feet, offered),
        "plausible, true": plausible(feet, true[None]),
        "together": float(legs_3d.fit_together(offered, feet).mean()),
        "together, true": float(legs_3d.fit_together(true[None], feet).mean()),
    }
    figures |= {f"best of {number}, degrees": float(error[:number].min()) for number in BEST_OF}
    return figures | {"true pose among the sampled": float((off < out).mean())}


def plausible(feet: Sequence[Foot], poses: np.ndarray) -> float:
    """Share of poses (n, feet, 5) that look possible in the picture."""
    points, present = np.zeros((len(poses), 12, 2)), np.zeros(2, bool)
    for number, foot in enumerate(feet):
        side = ("left", "right").index(foot.side)
        points[:, 6 * side : 6 * side + 3] = legs_3d.legs_px(poses[:, number], foot)
        points[:, 6 * side + 3 : 6 * side + 6] = foot.camera.project(foot.points[1:])[0]
        present[side] = True
    every = np.repeat(present[None], len(poses), axis=0)
    costs = anatomy.implausibility(points[:, LEG_INDICES], points[:, FOOT_INDICES], every)
    return float(np.isfinite(costs).mean())


def to_neighbours(true: np.ndarray, known: np.ndarray, sampled: np.ndarray) -> dict[str, Any]:
    """Of first legs: true (n, 5) and sampled (n, POSES, 5) of deviation near 1, known (n, 30) of feet."""
    ours, real, spread = [], [], []
    for row in range(len(true)):
        away = np.linalg.norm(known - known[row], axis=1)
        away[row] = np.inf
        near = np.argsort(away, kind="stable")[: 2 * NEIGHBOURS]
        one, other = true[near[::2]], true[near[1::2]]
        ours.append(list(manifold.prdc(one, sampled[row, :NEIGHBOURS], NEAREST).values()))
        real.append(list(manifold.prdc(one, other, NEAREST).values()))
        spread.append(sampled[row].std(axis=0).mean() / one.std(axis=0).mean())
    named = lambda values: dict(zip(manifold.NAMES, np.mean(values, axis=0).round(4).tolist(), strict=True))  # noqa: E731
    return {
        **named(ours),
        "real poses reach": named(real),
        "spread over neighbours": round(float(np.median(spread)), 3),
    }


if __name__ == "__main__":
    main(tyro.cli(Legs, description=__doc__))
