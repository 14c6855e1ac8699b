"""Training of the segmenter of shoes (`wd.segmenter`) on composed shop pictures and on tuples (ours).

A cut-out on a plain ground or in a photo teaches what an unworn shoe is, a tuple's worn picture what is none, and
pictures without a shoe that there may be none.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from shoemodel.data.datasets import Tuples
from shoemodel.image import draw, masks
from shoemodel.image.crop import to_network
from shoemodel.image.geometry import Similarity, warp
from shoemodel.training import backgrounds
from shoemodel.training.checkpoint import component_folder
from shoemodel.training.config import LoopConfig
from shoemodel.training.packshots import Packshots, letterboxed, load
from shoemodel.training.region import dice_loss
from shoemodel.training.task import Batch, Task
from shoemodel.wd import segmenter
from shoemodel.wd.augment import photometric, placement
from shoemodel.wd.segformer import StemmedSegformer

HOLLOW = 3.0
"""Weight of ground inside the shoes' convex hull: seen through straps, between two shoes, beneath an arch."""
HELD_OUT = 3
"""Of the photos of places every HELD_OUT-th is only tested on."""


@dataclass(frozen=True, kw_only=True)
class SegmenterConfig:
    """The segmenter's sizes, what it learns from besides tuples, and the run."""

    loop: LoopConfig
    side: int = 384
    """Input side of the finished network, px."""
    sides: tuple[int, ...] = (256, 256, 256, 320, 384)
    """Sides that batches are drawn from: small ones are learnt faster."""
    hidden_sizes: tuple[int, int, int, int] = (24, 40, 80, 128)
    depths: tuple[int, int, int, int] = (1, 2, 2, 2)
    heads: tuple[int, int, int, int] = (1, 1, 2, 4)
    decoder_size: int = 96
    cutouts: Path | None = None
    """Folder written by `reproduce/cutouts.py`; without one only tuples are learnt."""
    backgrounds: Path | None = None
    """Folder of pictures without shoes (.jpg, .png, .webp, .hdr)."""
    judge: Path | None = None
    """Pack or run whose judge's weights a new run begins with, where `loop.start` names no other."""
    tuple_p: float = 0.2
    """Share of examples that are tuples' pictures, half of them worn."""
    empty_p: float = 0.12
    """Share of examples without any shoe."""


def mini() -> SegmenterConfig:
    """1.0M parameters, from the judge's weights: about an hour on one processor thread with AMX."""
    loop = LoopConfig(
        steps=3000, batch=12, lr=1e-3, optimizer="muon", warmup=60, ema_decay=0.995, sample_every=500, workers=1
    )
    return SegmenterConfig(loop=loop, judge=Path("mini"))


def smoke() -> SegmenterConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=2, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    ones = (1, 1, 1, 1)
    return SegmenterConfig(
        loop=loop, side=64, sides=(64,), hidden_sizes=(8, 16, 24, 32), depths=ones, heads=ones, decoder_size=16
    )


class SegmenterTask(Task):
    """Learn cut-outs and `tuples`; test on shoes and photos held out."""

    def __init__(self, config: SegmenterConfig, tuples: Tuples):
        self.config = config
        self.train, self.test = tuples.split()
        self.examples = len(self.train)
        photos = backgrounds.load_folder(config.backgrounds) if config.backgrounds else []
        kept = [photo for number, photo in enumerate(photos) if number % HELD_OUT]
        self.packshots = self.test_packshots = None
        if config.cutouts:
            self.packshots = Packshots(load(config.cutouts, test=False), kept)
            self.test_packshots = Packshots(load(config.cutouts, test=True), photos[::HELD_OUT])
        torch.manual_seed(config.loop.seed)
        self.model = segmenter.build(config.side, config.hidden_sizes, config.depths, config.heads, config.decoder_size)
        self.trained = {"segmenter": self.model}
        self.frozen: dict[str, torch.nn.Module] = {}

    def started(self) -> None:
        """Begin with the judge's weights, whose shoe becomes both outputs."""
        if self.config.judge is None or self.config.loop.start is not None:
            return
        folder = component_folder(self.config.judge, "judge")
        weights = StemmedSegformer.from_pretrained(folder, local_files_only=True).state_dict()
        for name in ("decode_head.classifier.weight", "decode_head.classifier.bias"):
            weights[name] = weights[name][:1].repeat(len(segmenter.OUTPUTS), *[1] * (weights[name].ndim - 1))
        self.model.load_state_dict(weights)

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """pixels (b, 3, s, s) in [-1, 1]; targets (b, 2, s, s) in {0, 1}; weights (b, 1, s, s) of their pixels; one
        side for the whole batch.

        Most pictures are composed, and tuples drawn for the others, so of `rows` only the number counts.
        """
        side = int(rng.choice(self.config.sides))
        return _batch([self._example(rng, side, self.train, self.packshots) for _ in rows])

    def _example(
        self, rng: np.random.Generator, side: int, tuples: Tuples, packshots: Packshots | None
    ) -> tuple[np.ndarray, np.ndarray]:
        if packshots is None or rng.random() < self.config.tuple_p:
            return _of_tuple(tuples, rng, side)
        share = self.config.empty_p / (1 - self.config.tuple_p)
        picture, mask, turned = packshots.compose(rng, side, 0 if rng.random() < share else None)
        target = np.zeros((2, side, side), bool)
        target[segmenter.WORN if turned else segmenter.UNWORN] = mask
        return picture, target

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Cross-entropy at full resolution of both outputs, and Dice of the unworn shoe."""
        outputs = self.model(pixel_values=batch["pixels"]).logits.float()
        logits, target = segmenter.enlarged(outputs, batch["pixels"].shape[-1]), batch["targets"]
        entropy = F.binary_cross_entropy_with_logits(logits, target, batch["weights"])
        dice = dice_loss(logits[:, segmenter.UNWORN], target[:, segmenter.UNWORN])
        return 4 * entropy + dice, {"entropy": entropy.detach(), "dice": dice.detach()}

    def sample_grid(self, count: int = 48, shown: int = 12) -> tuple[np.ndarray, dict[str, float]]:
        """Held-out pictures: picture | answer | truth. Metrics: mean IoU, the share of at least 0.95, and how much of
        the picture is called shoe where there is none."""
        rng, side = np.random.default_rng(1), self.config.side
        ious, empty = [], []
        rows: list[list[np.ndarray]] = []
        for _ in range(count):
            picture, target = self._example(rng, side, self.test, self.test_packshots)
            found, truth = segmenter.read(self.model, picture)[segmenter.UNWORN] > 0, target[segmenter.UNWORN]
            if truth.any():
                ious.append(masks.iou(found, truth))
            else:
                empty.append(found.mean())
            if len(rows) < shown:
                rows.append([picture, *(np.where(m[..., None], picture, 128).astype(np.uint8) for m in (found, truth))])
        sheet = draw.contact_sheet([[*a, *b] for a, b in zip(rows[::2], rows[1::2], strict=True)])
        return sheet, {
            "iou": float(np.mean(ious)),
            "nearly_whole": float(np.mean(np.array(ious) >= 0.95)),
            "invented": float(np.mean(empty)) if empty else 0.0,
        }

    def components(self) -> dict[str, Any]:
        """The pack's `segmenter`."""
        return {"segmenter": self.model}


def _batch(examples: list[tuple[np.ndarray, np.ndarray]]) -> Batch:
    pictures, targets = zip(*examples, strict=True)
    return {
        "pixels": torch.from_numpy(to_network(np.stack(pictures))),
        "targets": torch.from_numpy(np.stack(targets)).float(),
        "weights": torch.from_numpy(np.stack([_weights(target) for target in targets]))[:, None],
    }


def _weights(target: Bool[np.ndarray, "2 s s"]) -> Float[np.ndarray, "s s"]:
    """`HOLLOW` for ground inside the convex hull of the shoes, 1 for everything else."""
    shoe = target.any(axis=0).astype(np.uint8)
    outlines, _ = cv2.findContours(shoe, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = np.zeros_like(shoe)
    if outlines:
        cv2.fillConvexPoly(hull, cv2.convexHull(np.concatenate(outlines)), 1)
    return np.where((hull > 0) & (shoe == 0), HOLLOW, 1.0).astype(np.float32)


def _of_tuple(tuples: Tuples, rng: np.random.Generator, side: int) -> tuple[np.ndarray, np.ndarray]:
    """A tuple's worn or unworn picture in a random view, recoloured; the targets (2, s, s) are bool."""
    row, worn = int(rng.integers(len(tuples))), rng.random() < 0.5
    view = Similarity(side / tuples.size).then(placement(rng, side, (0.9, 1.7), 0.1))
    labels = tuples.labels[row]
    shoe = (labels == masks.VISIBLE) if worn else (labels != masks.BACKGROUND)
    picture = warp((tuples.worn if worn else tuples.unworn)[row], view, (side, side))
    cover = warp(shoe.astype(np.uint8) * 255, view, (side, side)) > 127
    picture, cover = letterboxed(photometric(picture, rng), cover, rng)
    target = np.zeros((2, side, side), bool)
    target[segmenter.WORN if worn else segmenter.UNWORN] = cover
    return picture, target
