"""Tuples as the generator sees them: latents and text embeddings, computed once (see `training.kept`).

No autoencoder and no text encoder then runs between the steps. A tuple is kept in several views (mirrored, enlarged,
tinted); X_w ‖ X_p of a view is drawn again at each step, since it would need a hundred times the latents' memory.
Latents of another encoder are never taken for these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoModel, DDIMScheduler
from jaxtyping import Float, Int, UInt8
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer, CLIPVisionModelWithProjection

from shoemodel.data.datasets import Tuples
from shoemodel.data.index import digest
from shoemodel.data.pictures import digests
from shoemodel.image.crop import about_centre, to_network
from shoemodel.image.geometry import Similarity, warp
from shoemodel.runtime.device import autocast
from shoemodel.runtime.quiet import quiet
from shoemodel.sw.text import embed
from shoemodel.sw.vae import is_decoder, to_latents
from shoemodel.training import processes
from shoemodel.training.checkpoint import component_folder
from shoemodel.training.kept import Kept, keep

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


def draw_view(seed: int, number: int, side: int) -> View:
    """View `number` of a tuple: 0 as it is, 1 mirrored, then enlarged and tinted at random, the same for each seed."""
    if number < 2:
        return View(about_centre(side, flip=number == 1), np.ones(3))
    rng = np.random.default_rng([seed, number])
    scale = rng.uniform(1.0, LARGEST_ZOOM)
    room = (scale - 1) * side / 2  # beyond this the picture's edge would show
    dx, dy = rng.uniform(-room, room, 2)
    gain = 1 + rng.uniform(-LARGEST_TINT, LARGEST_TINT, 3)
    return View(about_centre(side, scale, 0.0, (dx, dy), flip=number % 2 == 1), gain)


class Latents:
    """Scaled latents of n tuples in each view, bfloat16 as the encoder gives them, mapped from files."""

    def __init__(self, kept: Kept, seeds: Int[np.ndarray, "n"], side: int, views: int):
        self._kept, self._seeds, self._side = kept, seeds, side
        self.shape = (len(kept), views, *kept.shape)
        """(n, views, c, h, w)"""

    def view(self, row: int, number: int) -> View:
        """How view `number` of tuple `row` changes its pictures; the same for all tuples with its unworn picture."""
        return draw_view(int(self._seeds[row]), number, self._side)

    def __getitem__(self, at: tuple[Int[np.ndarray, "b"], Int[np.ndarray, "b"]]) -> Float[Tensor, "b c h w"]:
        """latents[rows, numbers]: the given views of the given tuples, float32."""
        return self._kept[at]


def encode_views(vae: Any, tuples: Tuples, views: int, folder: Path) -> Latents:
    """Latents of the worn pictures in each view; what `folder` lacks is encoded, by all processes, and added to it.

    An interrupted call continues where it stopped. Raises InputError for a file of latents that cannot be read.
    """
    seeds = digests(tuples.unworn)
    pairs = zip(digests(tuples.worn), seeds, strict=True)
    keys = np.array([digest(worn.tobytes(), seed.tobytes()) for worn, seed in pairs], np.int64)
    home = folder / _identity(vae, views, tuples.size)

    def encode(rows: np.ndarray) -> tuple[Tensor, np.ndarray]:
        return _encode(vae, tuples, seeds, rows, views).flatten(0, 1), np.full(len(rows), views)

    return Latents(keep(home, keys, encode, "latents"), seeds, tuples.size, views)


def _identity(vae: Any, views: int, side: int) -> str:
    """Hash of all that latents depend on but the pictures: the encoder, its scale, and what the views are."""
    config = [vae.config.get(name) for name in ("scaling_factor", "shift_factor")]
    digest = hashlib.sha256(repr((2, config, views, side, LARGEST_ZOOM, LARGEST_TINT)).encode())
    for name, value in sorted(vae.state_dict().items()):
        if not is_decoder(name):  # a decoder tuned further leaves the latents valid
            digest.update(name.encode() + value.detach().float().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


@torch.no_grad()
def _encode(
    vae: Any, tuples: Tuples, seeds: Int[np.ndarray, "n"], rows: Int[np.ndarray, "m"], views: int, batch: int = 16
) -> Float[Tensor, "m views c h w"]:
    """bfloat16 latents of the tuples `rows` in each view, on the CPU."""
    device, latents = _device(), []
    vae = vae.to(device, memory_format=torch.channels_last).eval()
    pictures = _pictures(tuples, seeds, rows, views)
    while stack := list(islice(pictures, batch)):
        pixels = torch.from_numpy(to_network(np.stack(stack))).to(device, memory_format=torch.channels_last)
        with autocast(device.type):
            latents.append(to_latents(vae, pixels).to("cpu", torch.bfloat16))
    return torch.cat(latents).unflatten(0, (len(rows), views)).contiguous()


def _pictures(tuples: Tuples, seeds: np.ndarray, rows: np.ndarray, views: int) -> Iterator[np.ndarray]:
    for row in rows:
        for number in range(views):
            yield draw_view(int(seeds[row]), number, tuples.size).picture(tuples.worn[row])


@dataclass(frozen=True, eq=False)
class Captions:
    """Text embeddings of every caption of n tuples, bfloat16, mapped from files."""

    kept: Kept
    empty: Float[Tensor, "77 d"]
    """Of the empty caption, float32."""

    @property
    def width(self) -> int:
        """d"""
        return self.empty.shape[-1]

    def draw(self, rows: Int[np.ndarray, "b"], dropout: float, rng: np.random.Generator) -> Float[Tensor, "b 77 d"]:
        """A random caption of each tuple, or with probability `dropout` the empty one (guidance needs it)."""
        texts = self.kept[rows, rng.integers(self.kept.counts[rows])]
        texts[torch.from_numpy(rng.random(len(rows)) < dropout)] = self.empty
        return texts


def embed_captions(tokenizer: Any, text_encoder: Any, tuples: Tuples, folder: Path) -> Captions:
    """Embed each tuple's captions; what `folder` lacks is embedded, by all processes, and added to it."""
    text_encoder = text_encoder.to(_device()).eval()
    keys = np.array([digest(repr(captions).encode()) for captions in tuples.captions], np.int64)
    hashed = hashlib.sha256(tokenizer.backend_tokenizer.to_str().encode())
    for name, value in sorted(text_encoder.state_dict().items()):
        hashed.update(name.encode() + value.detach().float().cpu().numpy().tobytes())

    def encode(rows: np.ndarray) -> tuple[Tensor, np.ndarray]:
        texts = [tuples.captions[row] for row in rows]
        flat = [caption for captions in texts for caption in captions]
        parts = [embed(tokenizer, text_encoder, flat[start : start + 64]) for start in range(0, len(flat), 64)]
        return torch.cat(parts).to("cpu", torch.bfloat16), np.array([len(captions) for captions in texts])

    kept = keep(folder / f"text-{hashed.hexdigest()[:16]}", keys, encode, "captions")
    return Captions(kept, embed(tokenizer, text_encoder, [""])[0].to("cpu", torch.bfloat16).float())


def load_component(run: Path, name: str) -> Any:
    """Component `name` of a run of `shoemodel train`, or of a pack or diffusers folder.

    Raises InputError where it is not there.
    """
    folder = component_folder(run, name)
    if name == "tokenizer":
        return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    if name == "text_encoder":
        with quiet():  # of its projection, which is not needed here
            return CLIPTextModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    if name == "image_encoder":
        return CLIPVisionModelWithProjection.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    if name == "scheduler":
        return DDIMScheduler.from_pretrained(folder, local_files_only=True)
    return AutoModel.from_pretrained(str(folder), local_files_only=True, torch_dtype=torch.float32)


def _device() -> torch.device:
    return processes.state().device if torch.cuda.is_available() else torch.device("cpu")
