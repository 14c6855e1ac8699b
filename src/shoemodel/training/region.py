"""Training of the shoe segmenter (SAM in 3.1): a small SAM that answers boxes and points, and the whole picture's box
with "the shoes in it", which is the automatic mode.

The paper takes SAM as it is, so there is no paper preset; everything here is (ours) but SAM's own loss: focal and dice
20 to 1, and the squared error of the predicted IoU, which serves as confidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor
from transformers import SamConfig, SamMaskDecoderConfig, SamPromptEncoderConfig, SamVisionConfig

from shoemodel.data.datasets import Tuples
from shoemodel.image import draw, masks
from shoemodel.image.geometry import Box
from shoemodel.training.composites import Composer, Composite
from shoemodel.training.config import LoopConfig
from shoemodel.training.positions import sincos
from shoemodel.training.task import Batch, Task
from shoemodel.wd.region import to_tensor
from shoemodel.wd.sam import StemmedSam

POINTS = 3
PADDING = -10
"""SAM's label of a point that is none."""


@dataclass(frozen=True, kw_only=True)
class RegionConfig:
    """SAM's sizes, the photos of places, and the run."""

    loop: LoopConfig
    side: int = 256
    """Input side, px."""
    patch: int = 16
    hidden: int = 192
    depth: int = 6
    heads: int = 4
    window: int = 8
    """Side of the attention windows, patches."""
    channels: int = 128
    """Width of the image embedding and the mask decoder."""
    backgrounds: Path | None = None
    """Folder of pictures without shoes (.jpg, .png, .webp, .hdr) to paste shoes on."""


def mini() -> RegionConfig:
    """About an hour on one processor thread with AMX."""
    loop = LoopConfig(steps=8000, batch=8, lr=6e-4, warmup=100, ema_decay=0.998, sample_every=1000, workers=1)
    return RegionConfig(loop=loop)


def smoke() -> RegionConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=4, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    return RegionConfig(loop=loop, side=64, hidden=24, depth=2, heads=2, window=4, channels=16)


def build(config: RegionConfig) -> StemmedSam:
    """A SAM with fresh weights; attention is global in the middle and in the last layer, else in windows."""
    channels = config.channels
    vision = SamVisionConfig(
        hidden_size=config.hidden,
        output_channels=channels,
        num_hidden_layers=config.depth,
        num_attention_heads=config.heads,
        image_size=config.side,
        patch_size=config.patch,
        window_size=config.window,
        global_attn_indexes=[config.depth // 2 - 1, config.depth - 1],
        num_pos_feats=channels // 2,
        mlp_ratio=3.0,
        use_rel_pos=False,  # three times faster in training on a processor
        initializer_range=0.02,
    )
    prompts = SamPromptEncoderConfig(hidden_size=channels, image_size=config.side, patch_size=config.patch)
    decoder = SamMaskDecoderConfig(
        hidden_size=channels,
        mlp_dim=2 * channels,
        num_attention_heads=4,
        num_multimask_outputs=1,
        iou_head_hidden_dim=channels,
    )
    model = StemmedSam(SamConfig(vision_config=vision, prompt_encoder_config=prompts, mask_decoder_config=decoder))
    cells = config.side // config.patch
    with torch.no_grad():
        model.vision_encoder.pos_embed.copy_(sincos(cells, cells, config.hidden)[None])
    return model


class RegionTask(Task):
    """Learn to cut the shoes of `tuples` out of any picture; test on shoes held out."""

    def __init__(self, config: RegionConfig, tuples: Tuples):
        self.config = config
        train, test = tuples.split()
        self.examples = len(train)
        self.composer = Composer(train, config.backgrounds, config.side)
        self.test_composer = Composer(test, config.backgrounds, config.side)
        torch.manual_seed(config.loop.seed)
        self.model = build(config)
        self.trained = {"region": self.model}
        self.frozen: dict[str, torch.nn.Module] = {}

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """The first half asks with the whole picture's box, a quarter with a shoe's box, the last with points.

        A composite takes its parts from any tuples, so of `rows` only the number counts."""
        return self._batch(self.composer, rng, len(rows))

    def _batch(self, composer: Composer, rng: np.random.Generator, size: int) -> Batch:
        """pixels (b, 3, s, s) in SAM's normalisation, masks (b, s, s), boxes (b − p, 4), points and labels (p, 3, …).

        Coordinates count pixel centres from 0, as SAM does.
        """
        of_points, of_box = size // 4, size // 4
        composites = [composer.compose(rng) for _ in range(size - of_points - of_box)]
        targets = [_union(composite) for composite in composites]
        boxes = [_corners(composite.content) for composite in composites]
        points, labels = [], []
        for index in range(of_box + of_points):
            composite, mask = _one_shoe(composer, rng)
            composites.append(composite)
            targets.append(mask)
            if index < of_box:
                boxes.append(_corners(_jittered(Box.of_mask(mask), rng)))
            else:
                clicks = _clicks(mask, rng)
                points.append(clicks[0])
                labels.append(clicks[1])
        return {
            "pixels": torch.stack([to_tensor(composite.picture) for composite in composites]),
            "masks": torch.from_numpy(np.stack(targets)).float(),
            "boxes": torch.from_numpy(np.stack(boxes)).float(),
            "points": torch.from_numpy(np.array(points, np.float32).reshape(-1, POINTS, 2)),
            "labels": torch.from_numpy(np.array(labels, np.int64).reshape(-1, POINTS)),
        }

    def answer(self, batch: Batch) -> tuple[Float[Tensor, "b s s"], Float[Tensor, "b"]]:
        """Mask logits at the input's size and predicted IoU."""
        embeddings = self.model.vision_encoder(batch["pixels"]).last_hidden_state
        boxed = len(batch["boxes"])
        answers = [
            self.model(image_embeddings=embeddings[:boxed], input_boxes=batch["boxes"][:, None], multimask_output=False)
        ]
        if len(batch["points"]):
            answers.append(
                self.model(
                    image_embeddings=embeddings[boxed:],
                    input_points=batch["points"][:, None],
                    input_labels=batch["labels"][:, None],
                    multimask_output=False,
                )
            )
        logits = torch.cat([answer.pred_masks[:, 0] for answer in answers]).float()
        size = batch["pixels"].shape[-2:]
        logits = torch.nn.functional.interpolate(logits, size, mode="bilinear", align_corners=False)
        return logits[:, 0], torch.cat([answer.iou_scores.flatten() for answer in answers]).float()

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """20 focal + dice + squared error of the predicted IoU."""
        logits, confidence = self.answer(batch)
        truth = overlap(logits.detach() > 0, batch["masks"] > 0.5)
        focal, dice = focal_loss(logits, batch["masks"]), dice_loss(logits, batch["masks"])
        error = ((confidence - truth) ** 2).mean()
        return 20 * focal + dice + error, {"iou": truth.mean(), "confidence_error": error.detach().sqrt()}

    def sample_grid(self, batches: int = 6, size: int = 16, shown: int = 8) -> tuple[np.ndarray, dict[str, float]]:
        """Held-out shoes on other backgrounds: picture | answer | truth, asked with the whole picture's box.

        Metrics: mean IoU by kind of prompt (pictures with shoes) and the confidence's error.
        """
        pictures: list[list[np.ndarray]] = []
        overlaps: dict[str, list[float]] = {"whole": [], "box": [], "points": []}
        errors: list[float] = []
        for number in range(batches):
            batch = self._batch(self.test_composer, np.random.default_rng([number, 1]), size)
            moved = {name: value.to(self.model.device) for name, value in batch.items()}
            logits, confidence = (value.cpu() for value in self.answer(moved))
            target = batch["masks"] > 0.5
            truth = overlap(logits > 0, target)
            errors.extend((confidence - truth).abs().tolist())
            halves = {
                "whole": slice(0, size // 2),
                "box": slice(size // 2, -(size // 4)),
                "points": slice(-(size // 4), None),
            }
            for kind, part in halves.items():
                overlaps[kind].extend(truth[part][target[part].any((1, 2))].tolist())
            for i in range(size // 2):
                if len(pictures) < shown:
                    pictures.append(_shown(batch["pixels"][i], logits[i] > 0, target[i]))
        rows = [[*left, *right] for left, right in zip(pictures[::2], pictures[1::2], strict=True)]
        metrics = {f"iou_{kind}": float(np.mean(values)) for kind, values in overlaps.items()}
        return draw.contact_sheet(rows), metrics | {"confidence_error": float(np.mean(errors))}

    def components(self) -> dict[str, Any]:
        """The pack's `region`."""
        return {"region": self.model}


def focal_loss(logits: Float[Tensor, "b s s"], target: Float[Tensor, "b s s"], gamma: float = 2.0) -> Tensor:
    """Mean focal loss (Lin et al. 2017), shoe and background weighing the same.

    With SAM's 0.25 to 0.75 a young network stays below 0.5 on shoes that it has clearly found (ours).
    """
    entropy = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return 0.5 * ((1 - torch.exp(-entropy)) ** gamma * entropy).mean()


def dice_loss(logits: Float[Tensor, "b s s"], target: Float[Tensor, "b s s"]) -> Tensor:
    """Mean of 1 − Dice; an empty target asks for an empty answer."""
    predicted = torch.sigmoid(logits)
    both = (predicted * target).sum((1, 2))
    return (1 - (2 * both + 1) / (predicted.sum((1, 2)) + target.sum((1, 2)) + 1)).mean()


def overlap(answer: Bool[Tensor, "b s s"], target: Bool[Tensor, "b s s"]) -> Float[Tensor, "b"]:
    """IoU; 0 where there is no shoe, so that the confidence says whether there is one."""
    union = (answer | target).sum((1, 2))
    return (answer & target).sum((1, 2)) / union.clamp(min=1)


def _union(composite: Composite) -> np.ndarray:
    empty = np.zeros(composite.picture.shape[:2], bool)
    return np.logical_or.reduce([empty, *composite.shoes])


def _one_shoe(composer: Composer, rng: np.random.Generator) -> tuple[Composite, np.ndarray]:
    """A composite and the mask of one of its shoes, the other of which (half of the time) is not meant."""
    while True:
        composite = composer.compose(rng, shoes=1 + (rng.random() < 0.5))
        mask = composite.shoes[rng.integers(len(composite.shoes))]
        if mask.sum() > 30:
            return composite, mask


def _jittered(box: Box, rng: np.random.Generator) -> Box:
    """A box as a hand draws it: each edge off by up to a tenth of the box, outwards more than inwards."""
    left, top, right, bottom = rng.uniform(-0.04, 0.1, 4)
    return Box(
        box.x0 - left * box.width, box.y0 - top * box.height, box.x1 + right * box.width, box.y1 + bottom * box.height
    )


def _corners(box: Box) -> np.ndarray:
    return np.array([box.x0, box.y0, box.x1, box.y1]) - 0.5


def _clicks(mask: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One to three points: the first on the shoe, the others on it or, marked 0, off it."""
    points, labels = np.zeros((POINTS, 2)), np.full(POINTS, PADDING)
    inner = masks.erode(mask, 2)
    inner = inner if inner.any() else mask
    for index in range(rng.integers(1, POINTS + 1)):
        on = index == 0 or rng.random() < 0.5
        ys, xs = np.nonzero(inner if on else ~mask)
        at = rng.integers(len(ys))
        points[index], labels[index] = (xs[at], ys[at]), int(on)
    return points, labels


def _shown(pixels: Tensor, answer: Tensor, target: Tensor) -> list[np.ndarray]:
    """Picture, its shoe as answered and as it is, on grey."""
    low, high = float(pixels.min()), float(pixels.max())
    picture = ((pixels - low) / (high - low) * 255).permute(1, 2, 0).numpy().astype(np.uint8)
    return [picture, *(np.where(mask.numpy()[..., None], picture, 128).astype(np.uint8) for mask in (answer, target))]
