"""Training of shoe-wearing generation (3.3): the ShoeControlNet beside the frozen base, Eq. (2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from shoemodel.data.datasets import Tuples
from shoemodel.image import draw, masks
from shoemodel.image.crop import to_network
from shoemodel.image.pose import ABSENT, HIDDEN, Pose
from shoemodel.sw.conditions import condition, wearable_shoe
from shoemodel.sw.diffusion import noise_loss
from shoemodel.sw.model import shoe_controlnet
from shoemodel.sw.sampler import Draft, Sampler, controlled
from shoemodel.sw.sampling import Sampling
from shoemodel.sw.text import encode, tokens
from shoemodel.sw.vae import downsampling, to_latents
from shoemodel.training.base import plain_attention
from shoemodel.training.config import LoopConfig
from shoemodel.training.crops import Crop, check_crop, draw_crop
from shoemodel.training.generator import GeneratorConfig, GeneratorTask
from shoemodel.training.latents import View, load_component
from shoemodel.training.task import Batch

OF_LEG, BESIDE_LEG = 3.0, 0.2
"""Weights of the loss where X_w stands in the photo: about as much in all as a sample on black (ours)."""
CHANGED = 20
"""Difference of worn and unworn picture from which on a pixel is the person's, of 255 (ours)."""


@dataclass(frozen=True, kw_only=True)
class SWConfig(GeneratorConfig):
    """What the ShoeControlNet builds on, how its condition is roughened, and the run."""

    base: Path = Path("runs/base")
    """Run (or pack) that holds unet and scheduler."""
    text_dropout: float = 0.1
    """Share of samples without text, for classifier-free guidance (ours)."""
    pose_jitter_px: float = 1.5
    """Deviation of the noise on the keypoints in half of the samples, at 256 px: phase 2 of LpS errs (ours)."""
    mask_jitter_px: float = 2.0
    """Largest growth or shrinking of the visible area in half of the samples: WD errs (ours)."""
    crop: int | None = None
    """Side of random crops of the tuples, px (the paper's 512): pictures and captions are encoded in each step. None:
    the whole pictures in a few views, encoded once (`views`)."""
    collar_weight: float = 1.0
    """Weight of the loss about the wearable area, where shoe and leg must meet (ours)."""
    photo_share: float = 0.0
    """Share of samples whose X_w stands in the photo instead of on black, for `--background photo` (ours); their loss
    is about the leg."""
    guidance: float = 7.0
    """Guidance of the sample sheets: the paper's."""
    lean: bool = False
    """Less memory, a third more time: the base in bfloat16 where the run is, and the activations of both networks
    computed again in the backward pass (gradient checkpointing)."""


def paper() -> SWConfig:
    """The paper's numbers: 500k iterations, lr 1e-5, batch 128, random crops of 512 px (3.3)."""
    loop = LoopConfig(
        steps=500_000,
        batch=128,
        lr=1e-5,
        warmup=500,
        schedule="constant",
        ema_decay=0.9999,
        sample_every=5000,
        workers=8,
    )
    return SWConfig(loop=loop, crop=512, pose_jitter_px=0.0, mask_jitter_px=0.0, lean=True)


def mini() -> SWConfig:
    """About an hour on one processor thread with AMX (ours)."""
    loop = LoopConfig(
        steps=3500, batch=16, lr=2e-3, optimizer="muon", warmup=100, ema_decay=0.998, sample_every=1000, workers=1
    )
    return SWConfig(loop=loop, collar_weight=2.0, photo_share=0.6)


def smoke() -> SWConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=2, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    return SWConfig(loop=loop, views=2)


class SWTask(GeneratorTask):
    """Learn the worn pictures of `tuples` from X_w, X_p and captions; test on shoes held out."""

    collected_will_do = True

    def __init__(self, config: SWConfig, tuples: Tuples):
        self.config = config
        super().__init__(config, tuples, kept=config.crop is None)
        self.cells = downsampling(self.vae)
        if config.crop is not None:
            check_crop(tuples.size, config.crop, self.cells)
        self.unet = load_component(config.base, "unet")
        self.scheduler = load_component(config.base, "scheduler")
        torch.manual_seed(config.loop.seed)
        start = config.loop.start and load_component(config.loop.start, "controlnet")
        widths = start.config.conditioning_embedding_out_channels if start else None
        self.controlnet = shoe_controlnet(self.unet, downsampling=downsampling(self.vae), widths=widths)
        self.controlnet.register_to_config(sees_photo=config.photo_share > 0)
        if config.lean:
            self.unet.to(torch.bfloat16 if config.loop.bf16 else torch.float32).enable_gradient_checkpointing()
            self.controlnet.enable_gradient_checkpointing()
        else:
            plain_attention(self.unet, self.controlnet)
        self.trained = {"controlnet": self.controlnet}
        self.frozen = {"unet": self.unet, "vae": self.vae, "text_encoder": self.text_encoder}

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """condition (b, 6, s, s), weight (b, 1, h, w); latents (b, c, h, w) and text (b, 77, d), or for random crops
        pixels (b, 3, s, s) in [-1, 1] and tokens (b, 77)."""
        crop = self.config.crop
        numbers = rng.integers(self.config.views, size=len(rows))
        views: list[View | Crop] = [
            draw_crop(self.train.size, crop, rng) if crop else self.latents.view(int(row), int(number))
            for row, number in zip(rows, numbers, strict=True)
        ]
        # X_w of a collected tuple stands on black: there is no photo without the person
        in_photo = (rng.random(len(rows)) < self.config.photo_share) & self.train.has_unworn[rows]
        conditions, weights = [], []
        for row, seen, stays in zip(rows, views, in_photo, strict=True):
            labels = seen.labels(self.train.labels[row])
            unworn = seen.picture(self.train.unworn[row])
            conditions.append(self._condition(row, seen, unworn, labels, stays, rng))
            weights.append(self._weight(labels))
            if stays:
                weights[-1] = weights[-1] * self._leg_weight(unworn, seen.picture(self.train.worn[row]))
        batch = {"condition": torch.stack(conditions), "weight": torch.stack(weights)}
        if crop:
            return batch | self._cropped(rows, views, rng)
        text = self.captions.draw(rows, self.config.text_dropout, rng)
        return batch | {"latents": self.latents[rows, numbers], "text": text}

    def _cropped(self, rows: np.ndarray, views: Sequence[View | Crop], rng: np.random.Generator) -> Batch:
        """pixels (b, 3, s, s), and tokens (b, 77) of a random caption of each tuple, or of none."""
        pictures = [seen.picture(self.train.worn[row]) for row, seen in zip(rows, views, strict=True)]
        texts = [self.train.captions[row] for row in rows]
        drawn = ["" if rng.random() < self.config.text_dropout else str(rng.choice(each)) for each in texts]
        return {"pixels": torch.from_numpy(to_network(np.stack(pictures))), "tokens": tokens(self.tokenizer, drawn)}

    def _condition(
        self,
        row: int,
        seen: View | Crop,
        unworn: np.ndarray,
        labels: np.ndarray,
        in_photo: bool,
        rng: np.random.Generator,
    ) -> Tensor:
        """X_w ‖ X_p of a training tuple in a view, roughened; X_w on black or in the photo."""
        tuples, config = self.train, self.config
        visible = labels == masks.VISIBLE
        if rng.random() < 0.5:
            growth = rng.uniform(-1, 1) * config.mask_jitter_px
            visible = masks.dilate(visible, growth) if growth > 0 else masks.erode(visible, -growth)
        points = tuples.points[row].astype(float)
        if rng.random() < 0.5:
            points = points + rng.normal(0, config.pose_jitter_px * tuples.size / 256, points.shape)
        x_w = wearable_shoe(unworn, visible | (labels == masks.BACKGROUND) if in_photo else visible)
        pose = whole_pose(tuples, row, points).transformed(seen.transform)
        return condition(x_w, draw.pose_image(pose, labels.shape))

    def _weight(self, labels: np.ndarray) -> Tensor:
        """1 everywhere, up to `collar_weight` within 1/32 of the side about the wearable area; (1, h, w) of latents."""
        collar = masks.dilate(labels == masks.WEARABLE, labels.shape[0] / 32)
        share = self._pooled(collar)
        return 1 + (self.config.collar_weight - 1) * share

    def _leg_weight(self, unworn: np.ndarray, worn: np.ndarray) -> Tensor:
        """OF_LEG where the person changes the picture, BESIDE_LEG elsewhere; (1, h, w) of latents."""
        changed = np.abs(worn.astype(np.int16) - unworn).max(-1) > CHANGED
        return BESIDE_LEG + (OF_LEG - BESIDE_LEG) * self._pooled(changed)

    def _pooled(self, mask: np.ndarray) -> Tensor:
        """Share of each latent's cell that a mask covers, (1, h, w)."""
        return F.avg_pool2d(torch.from_numpy(mask).float()[None], self.cells)

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Eq. (2)."""
        latents, text = self._encoded(batch) if self.config.crop else (batch["latents"], batch["text"])

        def predict(noisy: Tensor, timesteps: Tensor) -> Tensor:
            return controlled(self.unet, self.controlnet, noisy, timesteps, text, batch["condition"])

        return noise_loss(predict, self.scheduler, latents, batch["weight"]), {}

    @torch.no_grad()
    def _encoded(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """X_0 and C_te of random crops, float32."""
        text = self.text_encoder(batch["tokens"]).last_hidden_state
        return to_latents(self.vae, batch["pixels"]).float(), text.float()

    def sample_grid(self, count: int = 6) -> tuple[np.ndarray, dict[str, float]]:
        """Held-out shoes: X_w | X_p | drawn | true."""
        tuples = self.test
        rows = np.linspace(0, len(tuples) - 1, min(count, len(tuples))).astype(int)
        poses = [draw.pose_image(whole_pose(tuples, row, tuples.points[row]), (tuples.size,) * 2) for row in rows]
        shoes = [wearable_shoe(tuples.unworn[row], tuples.labels[row] == masks.VISIBLE) for row in rows]
        texts = [encode(self.tokenizer, self.text_encoder, tuples.captions[row][0]) for row in rows]
        drafts = [Draft(text, seed, condition(shoes[seed], poses[seed])) for seed, text in enumerate(texts)]
        sampling = Sampling(num_inference_steps=30, guidance_scale=self.config.guidance)
        drawn = Sampler(self.unet, self.controlnet, self.vae, self.scheduler)(drafts, sampling)
        sheet = [list(line) for line in zip(shoes, poses, drawn, tuples.worn[rows], strict=True)]
        return draw.contact_sheet(sheet, ("X_w", "X_p", "drawn", "true")), {}

    def components(self) -> dict[str, Any]:
        """The pack's `controlnet`."""
        return {"controlnet": self.controlnet}


def whole_pose(tuples: Tuples, row: int, points: np.ndarray) -> Pose:
    """The pose with all points of the legs that are there: a limb is drawn up to the frame's edge when its other end
    lies outside, as LpS gives it at inference."""
    return Pose(points, np.where(tuples.present[row], np.maximum(tuples.visibility[row], HIDDEN), ABSENT))
