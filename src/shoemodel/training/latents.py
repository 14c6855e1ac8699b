"""Tuples as the generator sees them: latents and text embeddings, computed once and kept in memory.

No autoencoder and no text encoder then runs between the steps. A tuple is kept in several views (mirrored, enlarged,
tinted); X_w ‖ X_p of a view is drawn again at each step, since it would need a hundred times the latents' memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoModel, DDIMScheduler
from jaxtyping import Float, UInt8
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from shoemodel.crop import about_centre, to_network
from shoemodel.data.datasets import Tuples
from shoemodel.errors import InputError
from shoemodel.geometry import Similarity, warp
from shoemodel.sw.sample import embed
from shoemodel.sw.vae import to_latents

LARGEST_ZOOM = 1.25
"""Views show at least 1 / 1.25 of the picture's side (ours)."""
LARGEST_TINT = 0.08
"""Channels are scaled by up to this share (ours)."""


@dataclass(frozen=True, eq=False)
class View:
    """How one view changes a square picture of a tuple: a similarity, then a gain on each channel."""

    transform: Similarity
    gain: Float[np.ndarray, "3"]

    def picture(self, rgb: UInt8[np.ndarray, "s s 3"]) -> UInt8[np.ndarray, "s s 3"]:
        """The picture in this view."""
        moved = warp(rgb, self.transform, rgb.shape[:2])
        return np.clip(np.round(moved * self.gain), 0, 255).astype(np.uint8)

    def labels(self, labels: UInt8[np.ndarray, "s s"]) -> UInt8[np.ndarray, "s s"]:
        """The label map in this view."""
        return warp(labels, self.transform, labels.shape, nearest=True)


def view(row: int, number: int, side: int) -> View:
    """View `number` of tuple `row`: 0 as it is, 1 mirrored, then enlarged and tinted at random, always the same."""
    if number < 2:
        return View(about_centre(side, flip=number == 1), np.ones(3))
    rng = np.random.default_rng([row, number])
    scale = rng.uniform(1.0, LARGEST_ZOOM)
    room = (scale - 1) * side / 2  # beyond this the picture's edge would show
    dx, dy = rng.uniform(-room, room, 2)
    gain = 1 + rng.uniform(-LARGEST_TINT, LARGEST_TINT, 3)
    return View(about_centre(side, scale, 0.0, (dx, dy), flip=number % 2 == 1), gain)


@torch.no_grad()
def encode_views(vae: Any, tuples: Tuples, views: int, batch: int = 16) -> Float[Tensor, "n views c h w"]:
    """Scaled latents of the worn pictures in each view, float32 on the CPU."""
    device, latents = _device(), []
    vae = vae.to(device, memory_format=torch.channels_last).eval()
    jobs = [(row, number) for row in range(len(tuples)) for number in range(views)]
    for start in range(0, len(jobs), batch):
        pictures = [view(row, n, tuples.size).picture(tuples.worn[row]) for row, n in jobs[start : start + batch]]
        pixels = torch.from_numpy(to_network(np.stack(pictures))).to(device, memory_format=torch.channels_last)
        with torch.autocast(device.type, torch.bfloat16):
            latents.append(to_latents(vae, pixels).float().cpu())
    return torch.cat(latents).unflatten(0, (len(tuples), views))


@dataclass(frozen=True, eq=False)
class Captions:
    """Text embeddings of every distinct caption, and which belong to each tuple."""

    embeddings: Float[Tensor, "m 77 d"]
    """bfloat16; row 0 is the empty caption."""
    rows: tuple[tuple[int, ...], ...]
    """Rows of the captions of tuple i."""

    def draw(self, tuples: np.ndarray, dropout: float, rng: np.random.Generator) -> Float[Tensor, "b 77 d"]:
        """A random caption for each tuple, or with probability `dropout` the empty one (guidance needs it)."""
        chosen = [0 if rng.random() < dropout else rng.choice(self.rows[i]) for i in tuples]
        return self.embeddings[chosen].float()


def embed_captions(tokenizer: Any, text_encoder: Any, tuples: Tuples, batch: int = 64) -> Captions:
    """Embed each distinct caption once."""
    distinct = list(dict.fromkeys(["", *(caption for captions in tuples.captions for caption in captions)]))
    index = {caption: row for row, caption in enumerate(distinct)}
    text_encoder = text_encoder.to(_device()).eval()
    embedded = [
        embed(tokenizer, text_encoder, distinct[start : start + batch]).to("cpu", torch.bfloat16)
        for start in range(0, len(distinct), batch)
    ]
    rows = tuple(tuple(index[caption] for caption in captions) for captions in tuples.captions)
    return Captions(torch.cat(embedded), rows)


def load_component(run: Path, name: str) -> Any:
    """Component `name` of a run of `shoemodel train`, or of a pack or diffusers folder.

    Raises InputError where it is not there.
    """
    for folder in (run / "model" / name, run / name):
        if folder.is_dir():
            break
    else:
        raise InputError(f"{run}: found no component {name}; a finished run or a pack that holds it is accepted")
    if name == "tokenizer":
        return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    if name == "text_encoder":
        return CLIPTextModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    if name == "scheduler":
        return DDIMScheduler.from_pretrained(folder, local_files_only=True)
    return AutoModel.from_pretrained(str(folder), local_files_only=True, torch_dtype=torch.float32)


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
