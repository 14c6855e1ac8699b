"""Training of legs in 3-D (ours): the diffusion of 3.2 over the angles of legs, given feet that a camera sees.

It learns from files of `recipes/poses.py`: scenes of the world that nobody renders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from shoemodel.data.poses import Legs3D
from shoemodel.data.poses import load_3d as load  # noqa: F401, the command line reads --data with it
from shoemodel.errors import InputError
from shoemodel.image import draw
from shoemodel.image.pose import ANGLES, Pose, merge
from shoemodel.lps import diffusion, legs_3d
from shoemodel.lps.denoiser import LegDenoiser
from shoemodel.training.config import LoopConfig
from shoemodel.training.task import Batch, Task

HELD_OUT = 1 / 16
"""Of the scenes, the last ones."""
WAY, GROUND, OTHER = slice(4, 7), slice(7, 9), slice(11, 13)
"""Where in `legs_3d.known` the direction of the camera, the lean of the ground and the other foot's place are."""


@dataclass(frozen=True, kw_only=True)
class Legs3DConfig:
    """The denoiser's size and the run."""

    loop: LoopConfig
    width: int = 128
    depth: int = 3
    jitter: float = 0.06
    """Deviation of the noise on what is known of a foot in half of the samples: a fit errs by some degrees."""
    alone: float = 0.3
    """How often a pair is taken for the one foot of it."""


def mini() -> Legs3DConfig:
    """For the shipped pack: some minutes on one processor thread."""
    return Legs3DConfig(loop=LoopConfig(steps=2_500, batch=384, lr=2e-3, optimizer="muon", warmup=100, ema_decay=0.995))


def smoke() -> Legs3DConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=16, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    return Legs3DConfig(loop=loop, width=32, depth=1)


class Legs3DTask(Task):
    """Learn the angles of the legs of scenes; test on the last of them."""

    def __init__(self, config: Legs3DConfig, scenes: Legs3D):
        self.config, self.scenes = config, scenes
        held = max(1, round(HELD_OUT * len(scenes)))
        if held == len(scenes):
            raise InputError(f"found {len(scenes)} scene to learn from; at least 2 are needed")
        self.train, self.test = np.arange(len(scenes) - held), np.arange(len(scenes) - held, len(scenes))
        self.known, self.alone, self.order = _known(scenes)
        self.angles = legs_3d.encode(np.take_along_axis(scenes.angles_deg, self.order[..., None], axis=1))
        torch.manual_seed(config.loop.seed)
        self.model = LegDenoiser(config.width, config.depth, leg_points=len(ANGLES), foot_points=legs_3d.NUMBERS)
        self.scheduler = diffusion.build_scheduler()
        self.trained = {"legs_3d": self.model}
        self.frozen: dict[str, torch.nn.Module] = {}
        self.examples = len(self.train)

    def batch(self, rng: np.random.Generator, rows: Int[np.ndarray, "b"]) -> Batch:
        """angles (b, 5, 2) of deviation near 1, known (b, 15, 2): the first foot is always there."""
        rows, size = self.train[rows], len(rows)
        known, angles = self.known[rows], self.angles[rows]  # (b, 2, ...)
        swap = (known[:, 1, 0] > 0) & (rng.random(size) < 0.5)
        alone = (known[:, 1, 0] > 0) & (rng.random(size) < self.config.alone)
        known = np.where(alone[:, None, None], self.alone[rows], known)
        known, angles = (np.where(swap[:, None, None], values[:, ::-1], values) for values in (known, angles))
        known[alone, 1] = 0
        known = self._jittered(known, rng)
        columns = {"angles": angles * (known[..., :1] != 0), "known": known}
        return {name: torch.from_numpy(values.transpose(0, 2, 1).copy()).float() for name, values in columns.items()}

    def _jittered(self, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """As a fit would say it: half of the samples, each number of a foot that is there."""
        some = (rng.random(len(known)) < 0.5)[:, None, None] * (known[..., :1] != 0)
        noise = rng.normal(0, self.config.jitter, known.shape) * some
        noise[..., 0] = noise[..., 10] = 0
        noise[..., 11:] *= known[..., 10:11]
        moved = known + noise
        length = np.linalg.norm(moved[..., WAY], axis=-1, keepdims=True)
        moved[..., WAY] /= np.where(length > 0, length, 1)
        return moved

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Eq. (1)."""
        mask = (batch["known"][:, :1] != 0).to(batch["angles"].dtype).expand_as(batch["angles"])
        return diffusion.noise_loss(self.model, self.scheduler, batch["angles"], batch["known"], mask), {}

    def sample_grid(self, count: int = 64, shown: int = 4, poses: int = 5) -> tuple[np.ndarray, dict[str, float]]:
        """True legs, then sampled ones, as the camera of held-out scenes sees them.

        Metrics in degrees over `count` scenes with 16 poses each: mean difference of the angles of the first leg from
        the nearest pose, and their spread.
        """
        rows = self.test[np.linspace(0, len(self.test) - 1, min(count, len(self.test))).astype(int)]
        pictures, nearest, spread = [], [], []
        for number, row in enumerate(rows):
            feet, true = self.scenes.feet(int(row)), self.scenes.angles_deg[row][self.order[row]].astype(float)
            sampled = legs_3d.sample(self.model, self.scheduler, feet, 16, seed=number)
            nearest.append(np.abs(sampled[:, 0] - true[0]).mean(axis=1).min())
            spread.append(sampled[:, 0].std(axis=0).mean())
            if number < shown:
                pictures.append([self._drawn(feet, each) for each in (true, *sampled[:poses])])
        metrics = {"nearest_deg": float(np.mean(nearest)), "spread_deg": float(np.mean(spread))}
        return draw.contact_sheet(pictures, ("true", *("sampled",) * poses)), metrics

    def _drawn(self, feet: list[legs_3d.Foot], rows: np.ndarray, side: int = 192) -> np.ndarray:
        """Legs on a frame extended upwards by as much again."""
        feet_px, legs, there = np.zeros((2, 4, 2)), np.zeros((2, 3, 2)), np.zeros(2, bool)
        for foot, row in zip(feet, rows, strict=False):
            number = ("left", "right").index(foot.side)
            feet_px[number] = foot.camera.project(foot.points)[0]
            legs[number], there[number] = legs_3d.legs_px(row[None], foot)[0], True
        pose = merge(feet_px.reshape(8, 2), np.repeat(there, 4), legs.reshape(6, 2), np.repeat(there, 3))
        points = side * pose.points + np.array([0, side])
        return draw.overlay_pose(np.zeros((2 * side, side, 3), np.uint8), Pose(points, pose.visibility))

    def components(self) -> dict[str, Any]:
        """The pack's `legs_3d`, and the `legs_scheduler` that it shares with `legs`."""
        return {"legs_3d": self.model, "legs_scheduler": self.scheduler}


def _known(scenes: Legs3D) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is known of each foot of each scene (n, 2, 15), a single one first; the same (n, 2, 15) of each foot of a
    pair alone; and the order (n, 2) of the sides."""
    known, alone = np.zeros((2, len(scenes), 2, legs_3d.NUMBERS))
    order = np.where(scenes.present[:, :1], [0, 1], [1, 0])
    for row in range(len(scenes)):
        feet = scenes.feet(row)
        for place, foot in enumerate(feet):
            known[row, place] = legs_3d.known(foot)
            alone[row, place] = known[row, place]
            alone[row, place, 10:] = 0
    return known, alone, order
