"""Training of wearable-area detection (3.1): SegFormer on X_m with three classes, or two for the ablation (Table 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from shoemodel.data.datasets import Tuples
from shoemodel.image import draw, masks
from shoemodel.image.crop import to_network
from shoemodel.training import decision
from shoemodel.training.backgrounds import another_place, load_folder
from shoemodel.training.config import LoopConfig
from shoemodel.training.patterns import patterned
from shoemodel.training.task import Batch, Task
from shoemodel.wd import augment
from shoemodel.wd.model import CLASS_NAMES, SIZES, STEMMED, Backbone, area_labels, area_logits, build, crop_to_shoe
from shoemodel.wd.predict import scores


@dataclass(frozen=True, kw_only=True)
class WDConfig:
    """SegFormer's size, what it is asked, and the run."""

    loop: LoopConfig
    side: int = 256
    """Input side, px."""
    backbone: Backbone = "mini"
    """b0 (3.7 million parameters) to b5 (85 million) are SegFormer's own; mini, with a stem, has 1.8 million."""
    classes: Literal[2, 3] = 3
    """3: background, visible, wearable; 2: everything else, wearable: the paper's ablation."""
    mosaic_p: float = augment.MOSAIC_P
    """The paper's 0.8."""
    plain: bool = False
    """Only the paper's augmentation: mosaic, rotation, colour, scale (3.1)."""
    another_place_p: float = 0.4
    """Share of the examples whose surroundings are another picture's: an imperfect region shows slivers of them."""
    backgrounds: Path | None = None
    """Folder of photos whose patterns shoes are given, see `patterned_p`."""
    patterned_p: float = 0.35
    """Share of the examples with such patterns, where there are photos."""
    class_weights: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Of background, visible and wearable area in the loss; of two classes, everything else weighs as the visible."""


def paper() -> WDConfig:
    """The paper's numbers: 640 px, 160k iterations, lr 6e-5, batch 16 (3.1). SegFormer-B0 is (ours)."""
    loop = LoopConfig(steps=160_000, batch=16, lr=6e-5, warmup=1500, sample_every=4000, workers=8)
    return WDConfig(loop=loop, side=640, backbone="b0", plain=True, another_place_p=0.0, patterned_p=0.0)


def mini() -> WDConfig:
    """320 px, a smaller SegFormer and fewer mosaics (ours): best on tuples of 512 px, whose shoes are as large."""
    loop = LoopConfig(
        steps=3000, batch=12, lr=2e-3, optimizer="muon", warmup=100, ema_decay=0.995, sample_every=500, workers=1
    )
    return WDConfig(loop=loop, side=320, mosaic_p=0.3, class_weights=(1.0, 1.0, 1.5))


def smoke() -> WDConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=2, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    return WDConfig(loop=loop, side=64, backbone="smoke")


class WDTask(Task):
    """Learn the areas of the shoes in `tuples`; test on shoes held out."""

    def __init__(self, config: WDConfig, tuples: Tuples):
        self.config = config
        learnt, self.test = tuples.split(unworn_will_do=True, areas_will_do=True)
        rows, validation = decision.validation_rows(learnt.shoe_ids)
        self.train, self.validation = learnt.subset(rows), learnt.subset(validation)
        self.photos = load_folder(config.backgrounds) if config.backgrounds else []
        self.examples = len(self.train)
        torch.manual_seed(config.loop.seed)
        names, stemmed = CLASS_NAMES[config.classes], config.backbone in STEMMED
        self.model = build(*SIZES[config.backbone], names, stemmed=stemmed)
        self.model.config.image_size = config.side  # where `wd.predict` finds it
        self.trained = {"areas": self.model}
        self.frozen: dict[str, torch.nn.Module] = {}

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """pixels (b, 3, s, s) in [-1, 1]; labels (b, s, s) with IGNORE."""
        frames, targets = zip(*(self._example(rng, int(row)) for row in rows), strict=True)
        pixels = torch.from_numpy(to_network(np.stack(frames)))
        labels = np.stack(targets)
        if self.config.classes == 2:
            labels = np.where(labels == augment.IGNORE, labels, labels == masks.WEARABLE)
        return {"pixels": pixels, "labels": torch.from_numpy(labels).long()}

    def _example(self, rng: np.random.Generator, row: int) -> tuple[np.ndarray, np.ndarray]:
        side = self.config.side
        count, drawn = (4, side * 5 // 8) if rng.random() < self.config.mosaic_p else (1, side)
        others = rng.integers(len(self.train), size=count - 1).tolist()
        shoes = [self._shoe(rng, each) for each in (row, *others)]
        plain = self.config.plain
        examples = [augment.shoe_example(rgb, labels, rng, drawn, reline, plain) for rgb, labels, reline in shoes]
        return augment.mosaic(examples, rng, side) if count == 4 else examples[0]

    def _shoe(self, rng: np.random.Generator, row: int) -> tuple[np.ndarray, np.ndarray, float]:
        """Picture, labels and `reline_p` of a tuple.

        The insole of an open shoe ends beyond the foot: other colours within the wearable area would tell where.
        """
        other = int(rng.integers(len(self.train)))
        rgb, labels = self.train.unworn[row], self.train.labels[row]
        if self.photos and rng.random() < self.config.patterned_p:
            rgb = patterned(rgb, labels != masks.BACKGROUND, self.photos, rng)
        if rng.random() < self.config.another_place_p:
            rgb = another_place(rgb, labels != masks.BACKGROUND, self.train.worn[other], rng)
        return rgb, labels, augment.RELINE_P if self.train.is_worn[row] else 0.0

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Cross-entropy at full resolution, SegFormer's loss."""
        logits = area_logits(self.model, batch["pixels"])
        weights = torch.tensor(self.config.class_weights[-self.config.classes :], device=logits.device)
        loss = torch.nn.functional.cross_entropy(logits, batch["labels"], weights, ignore_index=augment.IGNORE)
        known = batch["labels"] != augment.IGNORE
        right = ((logits.argmax(1) == batch["labels"]) & known).sum() / known.sum()
        return loss, {"accuracy": right.detach()}

    def sample_grid(self, count: int = 48, shown: int = 6) -> tuple[np.ndarray, dict[str, float]]:
        """X_m | predicted | true for held-out shoes, and IoU over up to `count` of them, as the saved model decides."""
        histogram = np.zeros((3, 3), np.int64)
        pictures: list[list[np.ndarray]] = []
        shift = self._shift()
        for picture, answer, target in self._answers(self.test, count):
            predicted = area_labels(decision.shifted(answer, shift), target != masks.BACKGROUND)
            histogram += np.bincount(3 * target.ravel().astype(np.intp) + predicted.ravel(), minlength=9).reshape(3, 3)
            if len(pictures) < shown:
                pictures.append([picture, *(masks.ShoeAreas(labels).coloured() for labels in (predicted, target))])
        sheet = draw.contact_sheet(pictures, ("X_m", "predicted", "true"))
        return sheet, intersection_over_union(histogram) | {"wearable_shift": shift}

    def _shift(self, count: int = 64) -> float:
        answers = self._answers(self.validation, count)
        return decision.best_shift((answer, target) for _, answer, target in answers)

    def _answers(self, tuples: Tuples, count: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """X_m, scores (s, s, c) and true labels of up to `count` tuples."""
        for row in np.linspace(0, len(tuples) - 1, min(count, len(tuples))).astype(int):
            labels = tuples.labels[row]
            picture, transform = crop_to_shoe(tuples.unworn[row], labels != masks.BACKGROUND, self.config.side)
            target = augment.warp(labels, transform, picture.shape[:2], nearest=True)
            yield picture, scores(self.model, picture), target

    def components(self) -> dict[str, Any]:
        """The pack's `areas`, deciding as is best on the validation shoes."""
        return {"areas": decision.folded(self.model, self._shift())}


def intersection_over_union(histogram: np.ndarray) -> dict[str, float]:
    """IoU per class and mIoU from a confusion matrix (true, predicted) summed over the set, as mmsegmentation does."""
    hit = np.diag(histogram)
    union = histogram.sum(0) + histogram.sum(1) - hit
    iou = hit / np.maximum(union, 1)
    return {f"iou_{name}": float(value) for name, value in zip(masks.NAMES, iou, strict=True)} | {
        "miou": float(iou.mean())
    }
