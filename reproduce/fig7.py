"""Fig. 7, why two phases: a ControlNet that draws X_p straight from X_w, against feet first and legs after.

    python reproduce/fig7.py --data DIR --run runs/fig7 --minutes 30 --out docs/img/fig7.jpg

Needs tuples written by `shoemodel synth`, of training and of test shoes. The picture generator is the pack's own base
and a fresh ControlNet on X_w, both trained on pose pictures (the base has seen photos only, so freezing it, as the
paper does with Stable Diffusion, would be unfair at this size), on the latents of the pack's autoencoder, which is
tuned on pose pictures first, for the same reason; then both ways answer for the same held-out shoes, and their
skeletons are read back from the drawn pictures. "the autoencoder alone" is what the true X_p come to when they are only
encoded and decoded. The same command continues a run.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import tyro

from shoemodel import ShoeModelPipeline
from shoemodel.compose.placed import PlacedShoe
from shoemodel.data.datasets import Tuples, load
from shoemodel.errors import InputError
from shoemodel.evaluation.pose_pictures import decode
from shoemodel.image import draw, masks
from shoemodel.image import io as images
from shoemodel.image.crop import to_network
from shoemodel.image.geometry import Similarity
from shoemodel.image.pose import HIDDEN, NAMES, Pose
from shoemodel.sw.conditions import wearable_shoe
from shoemodel.sw.diffusion import noise_loss
from shoemodel.sw.model import shoe_controlnet
from shoemodel.sw.sampler import Draft, Sampler, controlled
from shoemodel.sw.sampling import Sampling
from shoemodel.sw.text import Text, encode
from shoemodel.sw.vae import downsampling, to_latents, to_pictures
from shoemodel.training.autoencoder import AutoencoderConfig, AutoencoderTask
from shoemodel.training.base import plain_attention
from shoemodel.training.config import LoopConfig
from shoemodel.training.latents import load_component
from shoemodel.training.loop import train
from shoemodel.training.task import Batch, Task


def mini_loop() -> LoopConfig:
    """SW's at mini."""
    return LoopConfig(steps=3500, batch=16, lr=2e-3, optimizer="muon", warmup=100, ema_decay=0.998, sample_every=2000)


def autoencoder_loop() -> LoopConfig:
    """About seven minutes on one processor thread."""
    return LoopConfig(steps=1200, batch=8, lr=1e-3, warmup=50, ema_decay=0.99, sample_every=1200)


@dataclass(frozen=True, kw_only=True)
class Ablation:
    """Train the picture generator, then compare."""

    data: Path
    """Tuples; the held-out shoes are compared on."""
    run: Path
    """Folder of the training run."""
    out: Path
    """The sheet, .jpg: X_w | true X_p | drawn from X_w | two phases."""
    pack: str = "mini"
    """Base, autoencoder and text of the generator, and feet and legs of the two-phase way."""
    minutes: float = 30
    """Of training in this call."""
    loop: LoopConfig = field(default_factory=mini_loop)
    """Of the picture generator."""
    autoencoder_loop: LoopConfig = field(default_factory=autoencoder_loop)
    """Of the autoencoder's tuning."""
    num: int = 96
    """Held-out pictures at most."""
    steps: int = 50
    """DDIM steps."""
    shown: int = 6
    """Rows of the sheet."""


@dataclass(frozen=True, kw_only=True)
class Training:
    """What must stay the same when a run is continued."""

    loop: LoopConfig
    pack: str


class PosePictureTask(Task):
    """Learn the pose pictures of `tuples` from X_w, without text."""

    def __init__(self, pipeline: ShoeModelPipeline, tuples: Tuples):
        self.train, self.test = tuples.split()
        self.examples = len(self.train)
        self.vae, self.unet, self.scheduler = pipeline.vae.float(), pipeline.unet.float(), pipeline.scheduler
        self.text = encode(pipeline.tokenizer, pipeline.text_encoder, "").prompt
        torch.manual_seed(0)
        self.controlnet = shoe_controlnet(self.unet, conditioning_channels=3, downsampling=downsampling(self.vae))
        plain_attention(self.unet, self.controlnet)
        self.latents = {flip: self._encoded(flip) for flip in (False, True)}
        self.trained = {"controlnet": self.controlnet, "unet": self.unet}
        self.frozen = {"vae": self.vae}

    @torch.no_grad()
    def _encoded(self, flip: bool, batch: int = 16) -> torch.Tensor:
        pictures = [pose_picture(self.train, row, flip) for row in range(len(self.train))]
        parts = [np.stack(pictures[start : start + batch]) for start in range(0, len(pictures), batch)]
        return torch.cat([to_latents(self.vae, torch.from_numpy(to_network(part))) for part in parts])

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """latents (b, c, h, w); condition (b, 3, s, s): X_w in [0, 1]; half of both mirrored."""
        flips = rng.random(len(rows)) < 0.5
        conditions = [shoe_condition(self.train, row, flip) for row, flip in zip(rows, flips, strict=True)]
        latents = [self.latents[bool(flip)][row] for row, flip in zip(rows, flips, strict=True)]
        return {"latents": torch.stack(latents), "condition": torch.stack(conditions)}

    def loss(self, batch: Batch) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Eq. (2) with X_p as the picture and X_w as the condition."""
        text = self.text.to(batch["latents"].device).expand(len(batch["latents"]), -1, -1)

        def predict(noisy: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
            return controlled(self.unet, self.controlnet, noisy, timesteps, text, batch["condition"])

        return noise_loss(predict, self.scheduler, batch["latents"]), {}

    def draw(self, rows: np.ndarray, steps: int) -> np.ndarray:
        """A pose picture for each held-out X_w (n, s, s, 3)."""
        text = Text(self.text, self.text)
        drafts = [Draft(text, int(row), shoe_condition(self.test, row)) for row in rows]
        sampler = Sampler(self.unet, self.controlnet, self.vae, self.scheduler)
        return np.stack(sampler(drafts, Sampling(num_inference_steps=steps, guidance_scale=1.0)))

    def sample_grid(self) -> tuple[np.ndarray, dict[str, float]]:
        """True X_p above drawn ones."""
        rows = np.arange(min(6, len(self.test)))
        return draw.contact_sheet([[pose_picture(self.test, row) for row in rows], list(self.draw(rows, 20))]), {}

    def components(self) -> dict[str, Any]:
        """Both networks."""
        return self.trained


def pose_picture(tuples: Tuples, row: int, flip: bool = False) -> np.ndarray:
    """X_p of a tuple, or of its mirror image; limbs reach to the frame's edge."""
    pose = Pose(tuples.points[row].astype(float), np.where(tuples.present[row], HIDDEN, 0))
    moved = pose.transformed(Similarity(dx=tuples.size, flip=True)) if flip else pose
    return draw.pose_image(moved, (tuples.size,) * 2)


def shoe_condition(tuples: Tuples, row: int, flip: bool = False) -> torch.Tensor:
    """X_w in [0, 1], (3, s, s)."""
    shoe = wearable_shoe(tuples.unworn[row], tuples.labels[row] == masks.VISIBLE)
    return torch.from_numpy(np.ascontiguousarray(shoe[:, ::-1] if flip else shoe)).permute(2, 0, 1).float() / 255


def taught_to_draw_lines(vae: Any, tuples: Tuples, loop: LoopConfig, run: Path) -> Any:
    """The autoencoder tuned on the pose pictures of `tuples`."""
    pictures = np.stack([pose_picture(tuples, row) for row in range(len(tuples))])
    config = AutoencoderConfig(loop=loop)
    task = AutoencoderTask(config, dataclasses.replace(tuples, worn=pictures, unworn=pictures))
    task.model = vae.requires_grad_(True)
    task.trained = {"vae": task.model}
    if not train(task, config, run).finished:
        raise InputError(f"{run} was stopped; the same command continues it")
    return load_component(run, "vae")


def two_phases(pipeline: ShoeModelPipeline, tuples: Tuples, row: int) -> np.ndarray:
    """X_p by feet and legs; black where no foot was found."""
    areas = masks.ShoeAreas(tuples.labels[row])
    shoe = PlacedShoe(wearable_shoe(tuples.unworn[row], areas.visible), areas)
    try:
        (pose,) = pipeline.synthesise_poses(shoe, pipeline.find_feet(shoe), 1, int(row))
    except InputError:
        return np.zeros((tuples.size, tuples.size, 3), np.uint8)
    return draw.pose_image(pose, (tuples.size,) * 2)


def judge(pictures: np.ndarray, tuples: Tuples, rows: np.ndarray) -> dict[str, float]:
    """Invalid skeletons, true points inside the frame that are missing, and errors of the found ones, in percent."""
    foot = np.array([name.split("_")[1] in ("ankle", "big", "small", "heel") for name in NAMES])
    knee = np.array([name.endswith("knee") for name in NAMES])
    invalid, missing, feet, knees = [], [], [], []
    for picture, row in zip(pictures, rows, strict=True):
        skeleton, true = decode(picture), tuples.points[row]
        there = tuples.present[row] & ((true >= 0) & (true < tuples.size)).all(1)
        error = 100 * np.linalg.norm(skeleton.points_px - true, axis=1) / tuples.size
        invalid.append(not skeleton.valid(tuples.present[row].reshape(2, 6).any(1)))
        missing.extend((~skeleton.found[there & (foot | knee)]).tolist())
        feet.extend(error[there & skeleton.found & foot])
        knees.extend(error[there & skeleton.found & knee])
    names = ("invalid skeletons", "missing points", "error of feet, % of side", "error of knees, % of side")
    values = (100 * np.mean(invalid), 100 * np.mean(missing), *(np.mean(e) if e else np.nan for e in (feet, knees)))
    return dict(zip(names, map(float, values), strict=True))


def main(options: Ablation) -> None:
    """Print one line a way and write the sheet."""
    pipeline = ShoeModelPipeline.from_pretrained(options.pack, dtype=torch.float32)
    tuples = load(options.data)
    pipeline.vae = taught_to_draw_lines(pipeline.vae, tuples, options.autoencoder_loop, options.run / "autoencoder")
    task = PosePictureTask(pipeline, tuples)
    loop = dataclasses.replace(options.loop, minutes=options.minutes)
    outcome = train(task, Training(loop=loop, pack=options.pack), options.run)
    model = options.run / "model"  # the averaged weights
    task.unet = type(task.unet).from_pretrained(model / "unet")
    task.controlnet = type(task.controlnet).from_pretrained(model / "controlnet")
    tuples = task.test
    rows = np.linspace(0, len(tuples) - 1, min(options.num, len(tuples))).astype(int)
    true = np.stack([pose_picture(tuples, row) for row in rows])
    with torch.no_grad():
        latents = [to_latents(task.vae, torch.from_numpy(to_network(picture[None]))) for picture in true]
        encoded = np.concatenate([to_pictures(task.vae, latent) for latent in latents])
    drawn = np.concatenate([task.draw(part, options.steps) for part in np.array_split(rows, max(1, len(rows) // 16))])
    phases = np.stack([two_phases(pipeline, tuples, row) for row in rows])
    print(f"{len(rows)} pictures of {len(set(tuples.shoe_ids))} held-out shoes; {outcome.step} steps of training")
    ways = {"true X_p": true, "the autoencoder alone": encoded, "drawn from X_w": drawn, "two phases": phases}
    for name, pictures in ways.items():
        print(name, "  ".join(f"{what} {value:.1f}" for what, value in judge(pictures, tuples, rows).items()), sep=": ")
    lines = [
        [(255 * shoe_condition(tuples, row).permute(1, 2, 0).numpy()).astype(np.uint8), true[i], drawn[i], phases[i]]
        for i, row in enumerate(rows[: options.shown])
    ]
    images.save_jpeg(options.out, draw.contact_sheet(lines, ("X_w", "true X_p", "drawn from X_w", "two phases")))


if __name__ == "__main__":
    main(tyro.cli(Ablation))
