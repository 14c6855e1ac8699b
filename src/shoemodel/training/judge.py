"""Training of the judge (`quality.judge`) on true worn pictures: which pixels are shoe, where the 12 points are (ours).

In a worn picture the visible area is, by its definition, exactly the shoe's pixels. What a generator may add to that is
shown as well: shoes of other pictures lie about, and what is not the kept shoe may be blurred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from shoemodel.data.datasets import Tuples
from shoemodel.image import draw, masks
from shoemodel.image.crop import to_network
from shoemodel.image.geometry import Similarity, warp
from shoemodel.image.pose import ABSENT, FLIP, VISIBLE, Pose
from shoemodel.lps import feet
from shoemodel.quality import judge, measures
from shoemodel.training.config import LoopConfig
from shoemodel.training.task import Batch, Task
from shoemodel.wd.augment import photometric, placement

STRAY_P = 0.3
"""Share of the examples in which a shoe of another picture lies somewhere."""
SOFT_P = 0.3
"""Share of the examples in which everything but the shoe is blurred, as a small generator's surroundings are."""


@dataclass(frozen=True, kw_only=True)
class JudgeConfig:
    """The judge's sizes and the run."""

    loop: LoopConfig
    side: int = 256
    """Input side, px."""
    hidden_sizes: tuple[int, int, int, int] = (24, 40, 80, 128)
    depths: tuple[int, int, int, int] = (1, 2, 2, 2)
    heads: tuple[int, int, int, int] = (1, 1, 2, 4)
    decoder_size: int = 96
    peak_weight: float = 10.0
    """Extra weight of a heatmap's peaks in the loss."""
    heatmap_weight: float = 10.0
    """Weight of the heatmaps' error against the shoe's cross-entropy; with 100 the shoe was not learnt."""


def mini() -> JudgeConfig:
    """1.0M parameters: about an hour on one processor thread with AMX."""
    loop = LoopConfig(
        steps=3000, batch=12, lr=2e-3, optimizer="muon", warmup=100, ema_decay=0.998, sample_every=500, workers=1
    )
    return JudgeConfig(loop=loop)


def smoke() -> JudgeConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=2, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    sizes = (8, 16, 24, 32)
    return JudgeConfig(
        loop=loop,
        side=64,
        hidden_sizes=sizes,
        depths=(1, 1, 1, 1),
        heads=(1, 1, 1, 1),
        decoder_size=16,
        heatmap_weight=1.0,
    )


class JudgeTask(Task):
    """Learn the worn pictures of `tuples`; test on shoes held out."""

    def __init__(self, config: JudgeConfig, tuples: Tuples):
        self.config = config
        self.train, self.test = tuples.split(collected_will_do=True)
        self.examples = len(self.train)
        torch.manual_seed(config.loop.seed)
        self.model = judge.build(config.side, config.hidden_sizes, config.depths, config.heads, config.decoder_size)
        self.trained = {"judge": self.model}
        self.frozen: dict[str, torch.nn.Module] = {}

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """pixels (b, 3, s, s) in [-1, 1]; shoe (b, s, s) in {0, 1}; heatmaps (b, 12, s/4, s/4)."""
        pictures, shoes, points, exists = zip(*(self._example(rng, int(row)) for row in rows), strict=True)
        maps = feet.encode(np.stack(points), np.stack(exists), self.config.side)
        return {
            "pixels": torch.from_numpy(to_network(np.stack(pictures))),
            "shoe": torch.from_numpy(np.stack(shoes)).float(),
            "heatmaps": torch.from_numpy(maps),
        }

    def _example(self, rng: np.random.Generator, row: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """A worn picture turned, scaled, shifted, mirrored with the sides swapped, and recoloured; shoe, points."""
        transform = self._view(rng)
        picture, shoe = self._shown(row, transform)
        if rng.random() < SOFT_P:
            blurred = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 3) * self.config.side / 256)
            picture = np.where(shoe[..., None], picture, blurred)
        if rng.random() < STRAY_P:
            other, stray = self._shown(int(rng.integers(len(self.train))), self._view(rng, shift=0.5))
            picture, shoe = np.where(stray[..., None], other, picture), shoe | stray
        points, exists = transform.apply(self.train.points[row]), self.train.present[row]
        if transform.flip:
            points, exists = points[list(FLIP)], exists[list(FLIP)]
        return photometric(picture, rng), shoe, points, exists

    def _view(self, rng: np.random.Generator, shift: float = 0.08) -> Similarity:
        """From a tuple's pixels to the judge's."""
        side = self.config.side
        fitted = Similarity(side / self.train.size)
        return fitted.then(placement(rng, side, (0.8, 1.5), shift))

    def _shown(self, row: int, transform: Similarity) -> tuple[np.ndarray, np.ndarray]:
        """A training picture and its shoe pixels in a view."""
        size = (self.config.side, self.config.side)
        visible = (self.train.labels[row] == masks.VISIBLE).astype(np.uint8)
        return warp(self.train.worn[row], transform, size), warp(visible, transform, size, nearest=True).astype(bool)

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Cross-entropy of the shoe at full resolution, and squared error of the heatmaps, heavier about peaks.

        A cell weighs 1 + `peak_weight` × the higher of truth and answer, as in `training.feet`.
        """
        outputs = self.model(pixel_values=batch["pixels"]).logits.float()
        shoe = F.binary_cross_entropy_with_logits(
            judge.enlarged(outputs[:, : judge.SHOE + 1], self.config.side)[:, 0], batch["shoe"]
        )
        answer, target = outputs[:, judge.SHOE + 1 :], batch["heatmaps"]
        weight = 1 + self.config.peak_weight * torch.maximum(target, answer.detach().clamp(0, 1))
        error = (weight * (answer - target) ** 2).mean()
        return shoe + self.config.heatmap_weight * error, {"shoe": shoe.detach(), "heatmaps": error.detach()}

    def sample_grid(self, count: int = 96, shown: int = 8) -> tuple[np.ndarray, dict[str, float]]:
        """Held-out worn pictures with what the judge sees in them, above the truth; metrics over up to `count`.

        iou of the shoe; expansion, which is 0 in truth; pck, which is 1; and how often the number of legs is right.
        """
        rows = np.linspace(0, len(self.test) - 1, min(count, len(self.test))).astype(int)
        ious, grown, right, legs = [], [], [], []
        pictures: list[np.ndarray] = []
        for row in rows:
            picture, visible = self.test.worn[row], self.test.labels[row] == masks.VISIBLE
            reading, pose = judge.read(self.model, picture), self._pose(row)
            ious.append(masks.iou(reading.shoe, visible))
            grown.append(measures.expansion(reading.shoe, visible))
            right.append(measures.found_again(reading, pose, visible.shape))
            legs.append(measures.legs(reading, visible.shape) == measures.expected_legs(pose, visible.shape))
            if len(pictures) < 2 * shown:
                seen = Pose(reading.points_px, np.where(reading.found, VISIBLE, ABSENT))
                pictures += [_marked(picture, reading.shoe, seen), _marked(picture, visible, pose)]
        metrics = {
            "iou": float(np.mean(ious)),
            "expansion": float(np.nanmean(grown)),
            "pck": float(np.concatenate(right).mean()),
            "legs": float(np.mean(legs)),
        }
        return draw.contact_sheet([pictures[::2], pictures[1::2]]), metrics

    def _pose(self, row: int) -> Pose:
        return Pose(self.test.points[row], np.where(self.test.present[row], self.test.visibility[row], ABSENT))

    def components(self) -> dict[str, Any]:
        """The pack's `judge`."""
        return {"judge": self.model}


def _marked(picture: np.ndarray, shoe: np.ndarray, pose: Pose) -> np.ndarray:
    areas = masks.ShoeAreas.from_masks(shoe, np.zeros_like(shoe))
    return draw.overlay_pose(draw.overlay_areas(picture, areas), pose)
