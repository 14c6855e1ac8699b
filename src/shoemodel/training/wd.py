"""Training of wearable-area detection (3.1): SegFormer on X_m with three classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from shoemodel import draw, masks
from shoemodel.crop import to_network
from shoemodel.data.datasets import Tuples
from shoemodel.training.config import LoopConfig
from shoemodel.training.task import Batch
from shoemodel.wd import augment
from shoemodel.wd.model import area_logits, build, crop_to_shoe


@dataclass(frozen=True, kw_only=True)
class WDConfig:
    """SegFormer's sizes and the run."""

    loop: LoopConfig
    side: int = 256
    """Input side, px."""
    hidden_sizes: tuple[int, int, int, int] = (32, 64, 160, 256)
    depths: tuple[int, int, int, int] = (2, 2, 2, 2)
    heads: tuple[int, int, int, int] = (1, 2, 5, 8)
    decoder_size: int = 256
    mosaic_p: float = augment.MOSAIC_P
    """The paper's 0.8."""
    class_weights: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Of background, visible and wearable area in the loss."""


def paper() -> WDConfig:
    """The paper's numbers: 640 px, 160k iterations, lr 6e-5, batch 16 (3.1). SegFormer-B0 is (ours)."""
    loop = LoopConfig(steps=160_000, batch=16, lr=6e-5, warmup=1500, sample_every=4000, workers=8)
    return WDConfig(loop=loop, side=640)


def mini() -> WDConfig:
    """256 px and a smaller SegFormer (ours).

    The wearable area weighs more: with equal weights its IoU was 0.11 after 500 steps.
    """
    loop = LoopConfig(steps=3000, batch=12, lr=1e-3, warmup=100, ema_decay=0.995, sample_every=500)
    return WDConfig(
        loop=loop,
        hidden_sizes=(32, 64, 128, 192),
        depths=(1, 2, 2, 2),
        heads=(1, 2, 4, 6),
        decoder_size=96,
        class_weights=(1.0, 1.0, 3.0),
    )


def smoke() -> WDConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=2, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    return WDConfig(
        loop=loop, side=64, hidden_sizes=(8, 16, 24, 32), depths=(1, 1, 1, 1), heads=(1, 1, 1, 1), decoder_size=16
    )


class WDTask:
    """Learn the areas of the shoes in `tuples`; test on shoes held out."""

    def __init__(self, config: WDConfig, tuples: Tuples):
        self.config = config
        self.train, self.test = tuples.split()
        torch.manual_seed(config.loop.seed)
        self.model = build(config.hidden_sizes, config.depths, config.heads, config.decoder_size)
        self.model.config.image_size = config.side  # where `wd.predict` finds it
        self.trained = {"areas": self.model}
        self.frozen: dict[str, torch.nn.Module] = {}

    def batch(self, rng: np.random.Generator, size: int) -> Batch:
        """pixels (b, 3, s, s) in [-1, 1]; labels (b, s, s) with IGNORE."""
        frames, targets = zip(*(self._example(rng) for _ in range(size)), strict=True)
        pixels = torch.from_numpy(to_network(np.stack(frames)))
        return {"pixels": pixels, "labels": torch.from_numpy(np.stack(targets)).long()}

    def _example(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        side = self.config.side
        count, drawn = (4, side * 5 // 8) if rng.random() < self.config.mosaic_p else (1, side)
        rows = rng.integers(len(self.train), size=count)
        examples = [augment.shoe_example(self.train.unworn[row], self.train.labels[row], rng, drawn) for row in rows]
        return augment.mosaic(examples, rng, side) if count == 4 else examples[0]

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Cross-entropy at full resolution, SegFormer's loss."""
        logits = area_logits(self.model, batch["pixels"])
        weights = torch.tensor(self.config.class_weights, device=logits.device)
        loss = torch.nn.functional.cross_entropy(logits, batch["labels"], weights, ignore_index=augment.IGNORE)
        known = batch["labels"] != augment.IGNORE
        right = ((logits.argmax(1) == batch["labels"]) & known).sum() / known.sum()
        return loss, {"accuracy": right.detach()}

    def sample_grid(self, count: int = 48, shown: int = 6) -> tuple[np.ndarray, dict[str, float]]:
        """X_m | predicted | true for held-out shoes, and IoU over up to `count` of them."""
        rows = np.linspace(0, len(self.test) - 1, min(count, len(self.test))).astype(int)
        histogram = np.zeros((3, 3), np.int64)
        pictures: list[list[np.ndarray]] = []
        for row in rows:
            picture, predicted, target = self._predict(row)
            histogram += np.bincount(3 * target.ravel() + predicted.ravel(), minlength=9).reshape(3, 3)
            if len(pictures) < shown:
                pictures.append([picture, *(masks.ShoeAreas(labels).coloured() for labels in (predicted, target))])
        return draw.contact_sheet(pictures, ("X_m", "predicted", "true")), intersection_over_union(histogram)

    def _predict(self, row: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        labels = self.test.labels[row]
        picture, transform = crop_to_shoe(self.test.unworn[row], labels != masks.BACKGROUND, self.config.side)
        pixels = torch.from_numpy(to_network(picture[None])).to(self.model.device)
        predicted = area_logits(self.model, pixels)[0].argmax(0).cpu().numpy().astype(np.uint8)
        target = augment.warp(labels, transform, picture.shape[:2], nearest=True)
        return picture, predicted, target

    def components(self) -> dict[str, Any]:
        """The pack's `areas`."""
        return {"areas": self.model}


def intersection_over_union(histogram: np.ndarray) -> dict[str, float]:
    """IoU per class and mIoU from a confusion matrix (true, predicted) summed over the set, as mmsegmentation does."""
    hit = np.diag(histogram)
    union = histogram.sum(0) + histogram.sum(1) - hit
    iou = hit / np.maximum(union, 1)
    return {f"iou_{name}": float(value) for name, value in zip(masks.NAMES, iou, strict=True)} | {
        "miou": float(iou.mean())
    }
