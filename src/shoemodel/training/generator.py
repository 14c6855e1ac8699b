"""What the base, the ShoeControlNet and the trained baselines share: an autoencoder, CLIP, latents of the tuples."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from shoemodel.data.datasets import Tuples
from shoemodel.training.config import LoopConfig
from shoemodel.training.latents import embed_captions, encode_views, load_component
from shoemodel.training.task import Task


@dataclass(frozen=True, kw_only=True)
class GeneratorConfig:
    """The run, and what the latents and texts it learns from are made with."""

    loop: LoopConfig
    autoencoder: Path = Path("runs/autoencoder")
    """Run (or pack) that holds the vae."""
    clip: Path = Path("runs/clip")
    """Run (or pack) that holds tokenizer and text_encoder, and image_encoder for the baselines that see an example."""
    latents: Path = field(default=Path("latents"), metadata={"input": False})
    """Folder that keeps encoded pictures between runs (see `training.latents`)."""
    views: int = 4
    """Views of each tuple (see `training.latents`)."""


class GeneratorTask(Task):
    """Training and test tuples, with the latents and embedded captions of the first, unless these are encoded in each
    step (`kept` is False)."""

    collected_will_do: ClassVar[bool] = False
    """Whether tuples without an unworn picture can be learnt from."""

    def __init__(self, config: GeneratorConfig, tuples: Tuples, kept: bool = True):
        self.train, self.test = tuples.split(collected_will_do=self.collected_will_do)
        self.examples = len(self.train)
        self.vae = load_component(config.autoencoder, "vae")
        self.tokenizer = load_component(config.clip, "tokenizer")
        self.text_encoder = load_component(config.clip, "text_encoder")
        if not kept:
            return
        self.latents = encode_views(self.vae, self.train, config.views, config.latents)
        self.captions = embed_captions(self.tokenizer, self.text_encoder, self.train, config.latents)
