"""Whether the paper's sizes load, draw and train: Stable Diffusion 1.5, SAM-huge, CLIP ViT-L, with random weights.

    python benchmarks/sd15.py make DIR     # components into DIR/stable-diffusion and DIR/runs, the pack into DIR/sd15
    python benchmarks/sd15.py draw DIR     # load the pack, one denoising step of 512 px, decoded
    python benchmarks/sd15.py train DIR    # one optimiser step of the ShoeControlNet; again: one more, resumed

Each step prints its seconds and the peak resident memory so far. Networks compute in bfloat16 where that is the
faster, see `shoemodel.runtime.device`. Nothing is downloaded; 13 GB of disk.
"""

from __future__ import annotations

import dataclasses
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import tyro

SIDE = 512

PUBLISHED = ("tokenizer", "text_encoder", "vae", "unet", "scheduler")
"""Components that Stable Diffusion's folder holds."""


def main(what: tyro.conf.Positional[Literal["make", "draw", "train"]], folder: tyro.conf.Positional[Path]) -> None:
    """Do one of the three in `folder`."""
    {"make": make, "draw": draw, "train": train}[what](folder)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print the wall time of a block, and the peak resident memory so far."""
    started = time.perf_counter()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{what}: {time.perf_counter() - started:.1f} s, peak memory {peak:.2f} GiB", flush=True)


def make(folder: Path) -> None:
    """Save every component in bfloat16, one after the other, and assemble the pack from the folders."""
    from shoemodel import packs

    torch.set_default_dtype(torch.bfloat16)
    diffusion, run = folder / "stable-diffusion", folder / "runs" / "random"
    for name, build in BUILDERS.items():
        home = diffusion if name in PUBLISHED else run / "model"
        with timed(name):
            build(folder).save_pretrained(home / name)
    with timed("pack"):
        manifest = packs.assemble([run, diffusion], folder / "sd15")
    print(f"{folder / 'sd15'}: {manifest['bytes'] / 2**30:.2f} GiB")


def draw(folder: Path) -> None:
    """One denoising step with guidance, and the decoder, through the product's pipeline."""
    from shoemodel import ShoeModelPipeline
    from shoemodel.backends.backend import Subject
    from shoemodel.backends.options import DiffusionOptions
    from shoemodel.compose.placed import PlacedShoe
    from shoemodel.image.masks import ShoeAreas
    from shoemodel.image.pose import Pose
    from shoemodel.sw.sampling import Hooks

    with timed("load"):
        pipeline = ShoeModelPipeline.from_pretrained(folder / "sd15", backend="diffusion")
    labels = np.zeros((SIDE, SIDE), np.uint8)
    labels[300:420, 150:350] = 1
    rgb = np.where(labels[..., None] == 1, np.uint8(255), np.uint8(0)).repeat(3, axis=2)
    subject = Subject("the shoe", rgb, PlacedShoe(rgb, ShoeAreas(labels)), "scene")
    pose = Pose(np.random.default_rng(0).uniform(0, SIDE, (12, 2)), np.full(12, 2))
    for strength, name in ((0.0, "one step and decoding"), (1.0, "the same in two passes")):
        options = DiffusionOptions(num_inference_steps=1, refine_strength=strength)
        legs = pipeline.resolve_backend("diffusion", options).legs(subject, "legs in blue jeans", "")
        with timed(name):
            (made,) = legs.sample([pose], [0], Hooks())
    print(f"image {made.rgb.shape}, networks {pipeline.unet.dtype}, SAM {pipeline.region.dtype}")


def train(folder: Path) -> None:
    """One step more of the preset `paper`, batch 1, on two random tuples; the run goes on from the last call's."""
    from shoemodel.training import loop, sw

    preset, pack = sw.paper(), folder / "stable-diffusion"
    steps = dataclasses.replace(preset.loop, batch=1, workers=0, minutes=0.0)
    places = {"autoencoder": pack, "clip": pack, "base": pack, "latents": folder / "latents"}
    config = dataclasses.replace(preset, loop=steps, views=1, **places)
    with timed("build, encode"):
        task = sw.SWTask(config, random_tuples(3))
    with timed("one step, saved"):
        outcome = loop.train(task, config, folder / "runs" / "sw")
    print(f"{outcome.step} steps done, loss {outcome.loss:.4f}")


def random_tuples(count: int) -> Any:
    """Tuples of noise with a shoe-like label map."""
    from shoemodel.data.datasets import Tuples

    rng = np.random.default_rng(0)
    labels = np.zeros((count, SIDE, SIDE), np.uint8)
    labels[:, 300:420, 150:350], labels[:, 300:330, 170:220] = 1, 2
    return Tuples(
        worn=rng.integers(0, 256, (count, SIDE, SIDE, 3), np.uint8),
        unworn=rng.integers(0, 256, (count, SIDE, SIDE, 3), np.uint8),
        labels=labels,
        points=rng.uniform(0, SIDE, (count, 12, 2)).astype(np.float32),
        visibility=np.full((count, 12), 2),
        present=np.ones((count, 12), bool),
        is_worn=np.ones(count, bool),
        has_unworn=np.ones(count, bool),
        captions=(("legs in blue jeans",),) * count,
        shoe_ids=tuple(f"noise-{index}" for index in range(count)),
        families=("noise",) * count,
    )


def tokenizer(_: Path) -> Any:
    """A small vocabulary in CLIP's layout; the text encoder has the published one's size."""
    from shoemodel.training.clip import train_tokenizer

    return train_tokenizer(["legs in blue jeans"], 600)


def text_encoder(folder: Path) -> Any:
    """CLIP ViT-L/14's text tower."""
    from transformers import CLIPTextConfig, CLIPTextModel

    words = tokenizer(folder)
    sizes = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
    ids = {"bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id, "pad_token_id": words.pad_token_id}
    return CLIPTextModel(CLIPTextConfig(vocab_size=49408, **sizes, **ids))


def vae(_: Path) -> Any:
    """Stable Diffusion 1.5's autoencoder."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(128, 256, 512, 512),
        layers_per_block=2,
        sample_size=SIDE,
    )


def unet(_: Path) -> Any:
    """Stable Diffusion 1.5's U-Net: diffusers' default sizes, with its text width."""
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(sample_size=SIDE // 8, cross_attention_dim=768)


def controlnet(folder: Path) -> Any:
    """The ShoeControlNet beside the saved U-Net."""
    from shoemodel.sw.model import shoe_controlnet
    from shoemodel.training.latents import load_component

    return shoe_controlnet(load_component(folder / "stable-diffusion", "unet").to(torch.bfloat16))


def region(_: Path) -> Any:
    """SAM-huge."""
    from transformers import SamConfig, SamModel, SamVisionConfig

    sizes = {"hidden_size": 1280, "num_hidden_layers": 32, "num_attention_heads": 16, "mlp_dim": 5120}
    return SamModel(SamConfig(vision_config=SamVisionConfig(**sizes, global_attn_indexes=[7, 15, 23, 31])))


def scheduler(_: Path) -> Any:
    """Stable Diffusion 1.5's schedule."""
    from shoemodel.sw.diffusion import build_scheduler

    return build_scheduler("epsilon")


def others() -> dict[str, Callable[[Path], Any]]:
    """Wearable areas, feet and legs as their presets `paper` build them."""
    from shoemodel.lps import feet
    from shoemodel.lps.denoiser import LegDenoiser
    from shoemodel.lps.diffusion import build_scheduler
    from shoemodel.wd import model

    return {
        "areas": lambda _: model.build(*model.SIZES["b0"]),
        "feet": lambda _: feet.build(),
        "legs": lambda _: LegDenoiser(),
        "legs_scheduler": lambda _: build_scheduler(),
    }


BUILDERS: dict[str, Callable[[Path], Any]] = {
    "tokenizer": tokenizer,
    "text_encoder": text_encoder,
    "vae": vae,
    "unet": unet,
    "scheduler": scheduler,
    "controlnet": controlnet,
    "region": region,
    **others(),
}


if __name__ == "__main__":
    tyro.cli(main)
