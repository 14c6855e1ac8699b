"""Tuples as the generator sees them: latents and text embeddings, computed once.

No autoencoder and no text encoder then runs between the steps. A tuple is kept in several views (mirrored, enlarged,
tinted); X_w ‖ X_p of a view is drawn again at each step, since it would need a hundred times the latents' memory.

Latents stay on disk between runs, mapped into memory: FOLDER/<encoder, views, size>/<first key>.safetensors holds the
latents of up to `CHUNK` tuples and their keys. A key is the hash of a tuple's pictures, so tuples are found again in
whatever folder and order, added ones are encoded alone, and latents of another encoder are never taken for these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import PartialState
from accelerate.utils import parse_flag_from_env
from diffusers import AutoModel, DDIMScheduler
from jaxtyping import Float, Int, UInt8
from rich.progress import track
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer, CLIPVisionModelWithProjection

from shoemodel.data.datasets import Tuples
from shoemodel.errors import InputError
from shoemodel.image.crop import about_centre, to_network
from shoemodel.image.geometry import Similarity, warp
from shoemodel.runtime.device import autocast
from shoemodel.runtime.quiet import quiet
from shoemodel.sw.text import embed
from shoemodel.sw.vae import is_decoder, to_latents
from shoemodel.training.checkpoint import component_folder, write_file

LARGEST_ZOOM = 1.25
"""Views show at least 1 / 1.25 of the picture's side (ours)."""
LARGEST_TINT = 0.08
"""Channels are scaled by up to this share (ours)."""
CHUNK = 64
"""Tuples in one file of latents: what an interruption loses at most."""


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

    def __init__(
        self, keys: Int[np.ndarray, "n"], seeds: Int[np.ndarray, "n"], side: int, chunks: dict[Path, dict[str, Tensor]]
    ):
        self._seeds, self._side = seeds, side
        where = {int(key): (file, row) for file, chunk in chunks.items() for row, key in enumerate(chunk["keys"])}
        self._parts = {file: chunk["latents"] for file, chunk in chunks.items()}
        self._places = [where[int(key)] for key in keys]
        self.shape = (len(keys), *next(iter(self._parts.values())).shape[1:])
        """(n, views, c, h, w)"""

    def view(self, row: int, number: int) -> View:
        """How view `number` of tuple `row` changes its pictures; the same for all tuples with its unworn picture."""
        return draw_view(int(self._seeds[row]), number, self._side)

    def __getitem__(self, at: tuple[Int[np.ndarray, "b"], Int[np.ndarray, "b"]]) -> Float[Tensor, "b c h w"]:
        """latents[rows, numbers]: the given views of the given tuples, float32."""
        rows, numbers = at
        places = [(*self._places[row], number) for row, number in zip(rows, numbers, strict=True)]
        return torch.stack([self._parts[file][row, int(number)] for file, row, number in places]).float()


def encode_views(vae: Any, tuples: Tuples, views: int, folder: Path) -> Latents:
    """Latents of the worn pictures in each view; what `folder` lacks is encoded and added to it.

    An interrupted call continues where it stopped. With several processes the first one encodes.
    Raises InputError for a file of latents that cannot be read.
    """
    seeds = np.array([_hash(picture) for picture in tuples.unworn])
    keys = np.array([_hash(picture, int(seed)) for picture, seed in zip(tuples.worn, seeds, strict=True)])
    home = folder / _identity(vae, views, tuples.size)
    with PartialState(cpu=parse_flag_from_env("ACCELERATE_USE_CPU")).main_process_first():
        known = {int(key) for chunk in _chunks(home).values() for key in chunk["keys"]}
        missing = [row for row in np.unique(keys, return_index=True)[1] if int(keys[row]) not in known]
        parts = [np.array(missing[start : start + CHUNK]) for start in range(0, len(missing), CHUNK)]
        for rows in track(parts, f"latents {home}", disable=not parts):
            chunk = {"keys": torch.from_numpy(keys[rows]), "latents": _encode(vae, tuples, seeds, rows, views)}
            write_file(home / f"{keys[rows[0]]:016x}.safetensors", partial(save_file, chunk))
    return Latents(keys, seeds, tuples.size, _chunks(home))


def _hash(picture: UInt8[np.ndarray, "s s 3"], salt: int = 0) -> int:
    """63 bits of a picture's hash."""
    return int.from_bytes(hashlib.blake2b(picture.tobytes(), digest_size=8, salt=salt.to_bytes(8)).digest()) >> 1


def _identity(vae: Any, views: int, side: int) -> str:
    """Hash of all that latents depend on but the picture: the encoder, its scale, and what the views are."""
    config = [vae.config.get(name) for name in ("scaling_factor", "shift_factor")]
    digest = hashlib.sha256(repr((config, views, side, LARGEST_ZOOM, LARGEST_TINT)).encode())
    for name, value in sorted(vae.state_dict().items()):
        if not is_decoder(name):  # a decoder tuned further leaves the latents valid
            digest.update(name.encode() + value.detach().float().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


def _chunks(home: Path) -> dict[Path, dict[str, Tensor]]:
    """Every file of latents in `home`: keys (m), latents (m, views, c, h, w)."""
    chunks = {}
    for file in sorted(home.glob("*.safetensors")):
        try:
            chunks[file] = load_file(file)
        except (SafetensorError, OSError) as error:
            raise InputError(f"{file}: found no readable latents ({error}); delete it to have it made again") from error
    return chunks


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
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
