"""Training of leg poses (3.2, phase 2): diffusion of L_0 given C_p, Eq. (1)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from shoemodel.data import poses
from shoemodel.data.datasets import Tuples
from shoemodel.image import draw, masks
from shoemodel.image.pose import FLIP, FOOT_INDICES, LEG_INDICES, Pose, denormalise, merge, normalise
from shoemodel.lps import diffusion
from shoemodel.lps.denoiser import LegDenoiser
from shoemodel.training.config import LoopConfig
from shoemodel.training.task import Batch, Task


@dataclass(frozen=True, kw_only=True)
class LegsConfig:
    """The denoiser's size and the run."""

    loop: LoopConfig
    width: int = 512
    depth: int = 6
    scale: tuple[float, float] = (0.5, 1.4)
    """Random size of the scene about its feet: layouts place shoes anywhere (ours)."""
    shift: float = 0.25
    """Random shift, share of the side (ours)."""
    mirror_p: float = 0.5
    """Share of the samples that are mirrored (ours)."""
    jitter: float = 0.008
    """Deviation of the noise on C_p in half of the samples, share of the side: phase 1 errs (ours)."""
    poses: Path | None = None
    """File of further poses to learn, without pictures (`recipes/poses.py`)."""


def paper() -> LegsConfig:
    """The paper's numbers: 700k iterations, lr 1e-4, batch 4096, T = 25 (3.2)."""
    loop = LoopConfig(steps=700_000, batch=4096, lr=1e-4, warmup=1000, ema_decay=0.9999, sample_every=10_000, workers=4)
    return LegsConfig(loop=loop, scale=(1.0, 1.0), shift=0.0, mirror_p=0.0, jitter=0.0)


def mini() -> LegsConfig:
    """Narrower, for ten thousand poses in under a second; about ten minutes on one processor thread (ours)."""
    loop = LoopConfig(steps=10_000, batch=512, lr=2e-3, optimizer="muon", warmup=100, ema_decay=0.998)
    return LegsConfig(loop=loop, width=160)


def smoke() -> LegsConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=16, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    return LegsConfig(loop=loop, width=32, depth=1)


class LegsTask(Task):
    """Learn L_0 given C_p from the poses in `tuples`, and further ones if there are some; test on shoes held out."""

    def __init__(self, config: LegsConfig, tuples: Tuples):
        self.config = config
        train, self.test = tuples.split(collected_will_do=True)
        self.points, self.present = train.points / train.size, train.present
        if config.poses is not None:
            points, present = poses.load(config.poses)
            self.points, self.present = np.concatenate([self.points, points]), np.concatenate([self.present, present])
        self.examples = len(self.points)
        torch.manual_seed(config.loop.seed)
        self.model = LegDenoiser(config.width, config.depth)
        self.scheduler = diffusion.build_scheduler()
        self.trained = {"legs": self.model}
        self.frozen: dict[str, torch.nn.Module] = {}

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """legs (b, 6, 2), feet (b, 8, 2) in the paper's normalisation, exists (b, 6)."""
        points, present = self._moved(self.points[rows].astype(np.float64), self.present[rows], rng)
        feet = points[:, FOOT_INDICES] + self._jitter(rng, len(rows))
        return {
            "legs": torch.from_numpy(normalise(points[:, LEG_INDICES], present[:, LEG_INDICES], 1)).float(),
            "feet": torch.from_numpy(normalise(feet, present[:, FOOT_INDICES], 1)).float(),
            "exists": torch.from_numpy(present[:, LEG_INDICES]),
        }

    def _moved(
        self, points: np.ndarray, present: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Each pose [sides] turned ±15° (p = 0.5), scaled and shifted about its frame's centre, mirrored."""
        size = len(points)
        mirror = rng.random(size) < self.config.mirror_p
        points = np.where(mirror[:, None, None], points[:, FLIP], points)
        present = np.where(mirror[:, None], present[:, FLIP], present)
        angle = np.radians(rng.uniform(-15, 15, size)) * (rng.random(size) < 0.5)
        low, high = np.log(self.config.scale)
        scale = np.exp(rng.uniform(low, high, size))
        centred = points - 0.5
        centred[..., 0] *= np.where(mirror, -1, 1)[:, None]
        cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
        turn = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], 1)  # (b, 2, 2)
        shift = rng.uniform(-self.config.shift, self.config.shift, (size, 1, 2))
        return centred @ turn.transpose(0, 2, 1) + 0.5 + shift, present

    def _jitter(self, rng: np.random.Generator, size: int) -> np.ndarray:
        some = (rng.random(size) < 0.5)[:, None, None]
        return rng.normal(0, self.config.jitter, (size, 8, 2)) * some

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Eq. (1)."""
        return diffusion.loss(self.model, self.scheduler, batch["legs"], batch["feet"], batch["exists"]), {}

    def sample_grid(self, count: int = 64, shown: int = 4, poses: int = 5) -> tuple[np.ndarray, dict[str, float]]:
        """True pose, then sampled ones, over the visible area of held-out shoes; the frame shows half a side above.

        Metrics in % of the side over `count` shoes with 16 poses each: distance of the nearest pose to the truth,
        spread of the poses, and distance of L_0's ankle from C_p's.
        """
        rows = np.linspace(0, len(self.test) - 1, min(count, len(self.test))).astype(int)
        side, present = self.test.size, self.test.present[rows]
        points = self.test.points[rows].astype(np.float64)
        feet = torch.from_numpy(normalise(points[:, FOOT_INDICES], present[:, FOOT_INDICES], side)).float()
        sampled = diffusion.sample(self.model, self.scheduler, feet, 16, torch.Generator().manual_seed(0))
        legs, _ = denormalise(sampled.cpu().numpy(), side)  # (n, 16, 6, 2)
        metrics = _distances(legs, points, present, side)
        pictures = [
            [self._drawn(row, points[i][list(LEG_INDICES)]), *(self._drawn(row, legs[i, k]) for k in range(poses))]
            for i, row in enumerate(rows[:shown])
        ]
        return draw.contact_sheet(pictures, ("true", *("sampled",) * poses)), metrics

    def _drawn(self, row: int, legs: np.ndarray) -> np.ndarray:
        """A pose over its shoe, on a frame extended upwards by half a side."""
        side, present = self.test.size, self.test.present[row]
        pose = merge(
            self.test.points[row][list(FOOT_INDICES)],
            present[list(FOOT_INDICES)],
            legs,
            present[list(LEG_INDICES)],
        )
        visible = self.test.labels[row] == masks.VISIBLE
        frame = np.zeros((side + side // 2, side, 3), np.uint8)
        frame[side // 2 :] = self.test.unworn[row] * visible[..., None]
        return draw.overlay_pose(frame, Pose(pose.points + np.array([0, side // 2]), pose.visibility))

    def components(self) -> dict[str, Any]:
        """The pack's `legs` and `legs_scheduler`."""
        return {"legs": self.model, "legs_scheduler": self.scheduler}


def _distances(legs: np.ndarray, points: np.ndarray, present: np.ndarray, side: int) -> dict[str, float]:
    """Metrics of sampled legs (n, k, 6, 2) against true points (n, 12, 2), both in px."""
    exists = present[:, LEG_INDICES]
    error = np.linalg.norm(legs - points[:, None, LEG_INDICES], axis=-1)  # (n, k, 6)
    nearest = np.where(exists[:, None], error, 0).sum(-1).min(1) / exists.sum(1)
    spread = np.linalg.norm(legs.std(1), axis=-1)[exists]
    ankles = np.where(exists[:, [2, 5]][:, None], error[..., [2, 5]], np.nan)
    percent = 100 / side
    return {
        "nearest_pct": float(nearest.mean() * percent),
        "spread_pct": float(spread.mean() * percent),
        "ankle_pct": float(np.nanmean(ankles) * percent),
    }
