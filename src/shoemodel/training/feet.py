"""Training of foot keypoints (3.2, phase 1): ViTPose on X_w, the loss on heatmaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from transformers import VitPoseForPoseEstimation

from shoemodel.data.datasets import Tuples
from shoemodel.image import draw, masks
from shoemodel.image.crop import masked_crop, square_around, to_network
from shoemodel.image.geometry import warp
from shoemodel.image.pose import FOOT_INDICES
from shoemodel.lps import feet
from shoemodel.training.config import LoopConfig
from shoemodel.training.positions import sincos
from shoemodel.training.task import Batch, Task
from shoemodel.wd.augment import imperfect, photometric, placement

FOUND = 0.25
"""Peak above which a point counts as found in the metrics (ours)."""
PAPER_TUPLES = 669_808
TURN_DEG = 40.0
"""Largest turn: photos and layouts tilt a shoe further than the world does (ours)."""


@dataclass(frozen=True, kw_only=True)
class FeetConfig:
    """ViTPose's sizes and the run."""

    loop: LoopConfig
    side: int = 256
    """Input side, px (the paper's 256)."""
    patch: int = 16
    hidden: int = 384
    depth: int = 12
    heads: int = 12
    simple: bool = False
    """ViTPose's simple decoder instead of the classic one."""
    stemmed: bool = False
    """Patches from a convolutional stem, which can be taught from nothing (ours)."""
    turn_deg: float = TURN_DEG
    """Largest turn of half of the samples."""
    plain: bool = False
    """Only the paper's augmentation: turned, rescaled, cropped at random (3.2)."""
    peak_weight: float = 10.0
    """Extra weight of a heatmap's peaks in the loss; 0 is MSRA's plain error."""


def paper() -> FeetConfig:
    """The paper's 180 epochs of 669,808 tuples, lr 5e-4, batch 240 at 256 px (3.2). ViTPose-S is (ours)."""
    steps = 180 * PAPER_TUPLES // 240
    loop = LoopConfig(steps=steps, batch=240, lr=5e-4, warmup=500, sample_every=5000, workers=12)
    return FeetConfig(loop=loop, turn_deg=15.0, plain=True, peak_weight=0.0)


def mini() -> FeetConfig:
    """ViTPose with 2.9M parameters: about an hour on one processor thread with AMX (ours)."""
    loop = LoopConfig(
        steps=5000, batch=12, lr=2e-3, optimizer="muon", warmup=100, ema_decay=0.998, sample_every=500, workers=1
    )
    return FeetConfig(loop=loop, hidden=192, depth=6, heads=3, simple=True, stemmed=True)


def smoke() -> FeetConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=2, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    return FeetConfig(loop=loop, side=64, hidden=24, depth=1, heads=2, simple=True, stemmed=True)


def start_with_positions(model: VitPoseForPoseEstimation, cells: int) -> None:
    """Give a fresh ViTPose with `cells` patches on a side sine and cosine positions."""
    embeddings: Any = model.backbone.embeddings.position_embeddings
    with torch.no_grad():
        embeddings[:, 1:].copy_(sincos(cells, cells, embeddings.shape[2]).flatten(0, 1)[None])


class FeetTask(Task):
    """Learn C_p from the visible areas in `tuples`; test on shoes held out."""

    def __init__(self, config: FeetConfig, tuples: Tuples):
        self.config = config
        self.train, self.test = tuples.split(unworn_will_do=True, collected_will_do=True)
        self.examples = len(self.train)
        torch.manual_seed(config.loop.seed)
        self.model = feet.build(
            config.side, config.patch, config.hidden, config.depth, config.heads, config.simple, config.stemmed
        )
        start_with_positions(self.model, config.side // config.patch)
        self.trained = {"feet": self.model}
        self.frozen: dict[str, torch.nn.Module] = {}

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """pixels (b, 3, s, s) in [-1, 1]; heatmaps (b, 8, s/4, s/4)."""
        pictures, points, exists = zip(*(self._example(rng, int(row)) for row in rows), strict=True)
        maps = feet.encode(np.stack(points), np.stack(exists), self.config.side)
        return {"pixels": torch.from_numpy(to_network(np.stack(pictures))), "heatmaps": torch.from_numpy(maps)}

    def _example(self, rng: np.random.Generator, row: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """X_w turned (p = 0.5), rescaled, shifted so that the frame crops it, mirrored with the sides swapped."""
        side = self.config.side
        visible = self.train.labels[row] == masks.VISIBLE
        shoe = self.train.labels[row] != masks.BACKGROUND
        plain = self.config.plain
        found = imperfect(visible, rng) & shoe if not plain and rng.random() < 0.5 else visible
        found = found if found.any() else visible
        flip_p = 0.0 if plain else 0.5
        moved = placement(rng, side, (0.6, 1.25), 0.1, flip_p, turn_deg=self.config.turn_deg)
        transform = square_around(found, side, feet.MARGIN).then(moved)
        rgb = warp(self.train.unworn[row], transform, (side, side))
        rgb = rgb if plain else photometric(rgb, rng)
        seen = warp(found.astype(np.uint8), transform, (side, side), nearest=True)
        points, exists = transform.apply(self.train.points[row][list(FOOT_INDICES)]), self._exists(self.train, row)
        if transform.flip:
            points, exists = points[list(feet.FOOT_FLIP)], exists[list(feet.FOOT_FLIP)]
        return rgb * seen[..., None], points, exists

    @staticmethod
    def _exists(tuples: Tuples, row: int) -> np.ndarray:
        return tuples.present[row][list(FOOT_INDICES)]

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Squared error of the heatmaps, × 1000 to be readable, heavier where there is a peak (ours).

        Peaks cover 1% of a map: unweighted, networks without pretraining stay at zero for long. A cell weighs
        1 + `peak_weight` × the higher of truth and answer, so that false peaks cost what missed ones do.
        """
        predicted, target = self.model(batch["pixels"]).heatmaps.float(), batch["heatmaps"]
        weight = 1 + self.config.peak_weight * torch.maximum(target, predicted.detach().clamp(0, 1))
        error = (predicted - target) ** 2
        return 1000 * (weight * error).mean(), {"mse": 1000 * error.detach().mean()}

    def sample_grid(self, count: int = 48, shown: int = 8) -> tuple[np.ndarray, dict[str, float]]:
        """X_w with predicted (filled) and true (ring) points of held-out shoes.

        Metrics over up to `count`: median error in px of the crop, share within 5% of its side, and how often
        presence of a point is told rightly.
        """
        rows = np.linspace(0, len(self.test) - 1, min(count, len(self.test))).astype(int)
        side, errors, right = self.config.side, [], []
        pictures: list[np.ndarray] = []
        for row in rows:
            visible = self.test.labels[row] == masks.VISIBLE
            transform = square_around(visible, side, feet.MARGIN)
            picture = masked_crop(self.test.unworn[row], visible, transform, side)
            maps = feet.heatmaps(self.model, feet.to_tensor(picture)[None].to(self.model.device))
            points, scores = (values[0] for values in feet.decode(maps.cpu().numpy(), (side, side)))
            true = transform.apply(self.test.points[row][list(FOOT_INDICES)])
            exists = self._exists(self.test, row) & ((true >= 0) & (true < side)).all(1)
            errors.extend(np.linalg.norm(points - true, axis=1)[exists])
            right.extend((scores > FOUND) == exists)
            if len(pictures) < shown:
                pictures.append(_marked(picture, points, scores > FOUND, true, exists))
        metrics = {
            "median_px": float(np.median(errors)),
            "within_5pct": float(np.mean(np.array(errors) < 0.05 * side)),
            "presence": float(np.mean(right)),
        }
        return draw.contact_sheet([pictures[i : i + 4] for i in range(0, len(pictures), 4)]), metrics

    def components(self) -> dict[str, Any]:
        """The pack's `feet`."""
        return {"feet": self.model}


_HUES = (0, 10, 25, 165, 115, 95, 70, 130)
"""OpenCV hues of the eight points: warm on the left, cold on the right."""


def _marked(
    picture: np.ndarray, points: np.ndarray, found: np.ndarray, true: np.ndarray, exists: np.ndarray
) -> np.ndarray:
    picture = picture.copy()
    colours = cv2.cvtColor(np.array([[(hue, 220, 255) for hue in _HUES]], np.uint8), cv2.COLOR_HSV2RGB)[0].tolist()
    for i, colour in enumerate(colours):
        if exists[i]:
            cv2.circle(picture, true[i].astype(int).tolist(), 5, colour, 1, cv2.LINE_AA)
        if found[i]:
            cv2.circle(picture, points[i].astype(int).tolist(), 2, colour, -1, cv2.LINE_AA)
    return picture
