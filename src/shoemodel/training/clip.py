"""Training of a small CLIP (Radford et al. 2021, arXiv 2103.00020) on the pictures and captions of the tuples.

The paper takes Stable Diffusion's text encoder; this one replaces it at small sizes (ours). Its text tower serves the
generator, both towers the CLIP score. Pictures enter in [-1, 1], reduced to the tower's side by averaging.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, models, trainers
from torch import Tensor
from transformers import (
    CLIPConfig,
    CLIPModel,
    CLIPTextConfig,
    CLIPTokenizer,
    CLIPVisionConfig,
)
from transformers.convert_slow_tokenizer import bytes_to_unicode

from shoemodel.data.datasets import Tuples
from shoemodel.image import draw
from shoemodel.image.crop import to_network
from shoemodel.quality.clip import towers
from shoemodel.training.config import LoopConfig
from shoemodel.training.task import Batch, Task

START, END = "<|startoftext|>", "<|endoftext|>"
LENGTH = 77
"""Tokens of a prompt, as in Stable Diffusion."""


@dataclass(frozen=True, kw_only=True)
class ClipConfig:
    """Both towers' sizes and the run."""

    loop: LoopConfig
    vocabulary: int = 2048
    """Tokens at most: 512 for bytes, two marks, the rest learnt from the captions."""
    text_width: int = 256
    text_depth: int = 4
    side: int = 128
    """Input side of the vision tower, px."""
    patch: int = 16
    vision_width: int = 192
    vision_depth: int = 6
    head_width: int = 32


def mini() -> ClipConfig:
    """About a quarter of an hour on two processor cores with AMX."""
    loop = LoopConfig(
        steps=2000, batch=64, lr=7e-4, warmup=80, weight_decay=0.1, ema_decay=0.99, sample_every=300, workers=1
    )
    return ClipConfig(loop=loop)


def smoke() -> ClipConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=4, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    return ClipConfig(
        loop=loop, vocabulary=600, text_width=32, text_depth=1, side=32, vision_width=32, vision_depth=1, head_width=16
    )


def train_tokenizer(captions: Iterable[str], vocabulary: int) -> CLIPTokenizer:
    """Byte-level BPE in CLIP's layout: any text of any script has tokens, words of the captions have few.

    Words that no caption holds are spelt from pieces of those that do; a token of their own would stay untrained.
    """
    letters = list(bytes_to_unicode().values())
    alphabet = [*letters, *(letter + "</w>" for letter in letters)]
    plain = CLIPTokenizer(vocab={word: i for i, word in enumerate([*alphabet, START, END])}, merges=[])
    learner = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    learner.normalizer = plain.backend_tokenizer.normalizer
    learner.pre_tokenizer = plain.backend_tokenizer.pre_tokenizer
    trainer = trainers.BpeTrainer(vocab_size=vocabulary - 2, end_of_word_suffix="</w>", show_progress=False)
    learner.train_from_iterator(captions, trainer)
    merges = _merges(learner)[: max(0, vocabulary - len(alphabet) - 2)]
    words = list(dict.fromkeys([*alphabet, *(a + b for a, b in merges)]))
    vocab = {word: i for i, word in enumerate([*words, START, END])}
    return CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=LENGTH)


def _merges(learner: Tokenizer) -> list[tuple[str, str]]:
    return [tuple(pair) for pair in json.loads(learner.to_str())["model"]["merges"]]


def build(config: ClipConfig, tokenizer: CLIPTokenizer) -> CLIPModel:
    """Both towers with random weights."""
    text = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=config.text_width,
        intermediate_size=4 * config.text_width,
        projection_dim=config.text_width,
        num_hidden_layers=config.text_depth,
        num_attention_heads=config.text_width // config.head_width,
        max_position_embeddings=LENGTH,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    vision = CLIPVisionConfig(
        hidden_size=config.vision_width,
        intermediate_size=4 * config.vision_width,
        projection_dim=config.text_width,
        num_hidden_layers=config.vision_depth,
        num_attention_heads=config.vision_width // config.head_width,
        image_size=config.side,
        patch_size=config.patch,
    )
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=config.text_width))
    if not torch.cuda.is_available():
        model.set_attn_implementation("eager")  # plain matrix products train faster on processors
    return model


class ClipTask(Task):
    """Learn which caption belongs to which worn picture of `tuples`; test on shoes held out."""

    def __init__(self, config: ClipConfig, tuples: Tuples):
        self.config = config
        self.train, self.test = tuples.split(collected_will_do=True)
        self.examples = len(self.train)
        self.tokenizer = train_tokenizer((c for captions in tuples.captions for c in captions), config.vocabulary)
        torch.manual_seed(config.loop.seed)
        self.model = build(config, self.tokenizer)
        self.trained = {"clip": self.model}
        self.frozen: dict[str, torch.nn.Module] = {}

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """pixels (b, 3, s, s) in [-1, 1], tokens (b, 77 at most); crops and mirrored pictures."""
        pictures, captions = [], []
        for row in np.unique(rows):  # a picture beside itself would be its own wrong answer
            side = int(rng.integers(round(0.85 * self.train.size), self.train.size + 1))
            y, x = rng.integers(self.train.size - side + 1, size=2)
            picture = self.train.worn[row, y : y + side, x : x + side]
            pictures.append(self._pixels(picture[:, ::-1] if rng.random() < 0.5 else picture))
            captions.append(str(rng.choice(self.train.captions[row])))
        return {"pixels": torch.cat(pictures), "tokens": self._tokens(captions)}

    def _pixels(self, picture: np.ndarray) -> Tensor:
        pixels = torch.from_numpy(to_network(picture[None]))
        return F.interpolate(pixels, (self.config.side, self.config.side), mode="area")

    def _tokens(self, captions: list[str]) -> Tensor:
        # Attention is causal: what follows a caption's end never counts, so the longest of the batch is long enough.
        return self.tokenizer(captions, padding="longest", truncation=True, return_tensors="pt").input_ids

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Symmetric cross-entropy; pictures that share a caption share its probability."""
        output = self.model(input_ids=batch["tokens"], pixel_values=batch["pixels"])
        logits = output.logits_per_image.float()
        same = (batch["tokens"][:, None] == batch["tokens"][None]).all(-1).float()
        target = same / same.sum(1, keepdim=True)
        loss = (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2
        right = same.gather(1, logits.argmax(1, keepdim=True)).mean()
        return loss, {"accuracy": right.detach()}

    def sample_grid(self, count: int = 64, shown: int = 8) -> tuple[np.ndarray, dict[str, float]]:
        """Held-out pictures, each beside the picture whose caption it was matched with; retrieval accuracy."""
        rows = np.linspace(0, len(self.test) - 1, min(count, len(self.test))).astype(int)
        device = self.model.device
        pixels = torch.cat([self._pixels(self.test.worn[row]) for row in rows]).to(device)
        tokens = self._tokens([self.test.captions[row][0] for row in rows]).to(device)
        best = self.model(input_ids=tokens, pixel_values=pixels).logits_per_image.argmax(1).cpu()
        right = (tokens[best] == tokens).all(-1).float().mean()
        sheet = [[self.test.worn[row], self.test.worn[rows[j]]] for row, j in zip(rows, best, strict=True)]
        return draw.contact_sheet(sheet[:shown], ("picture", "owner of its caption")), {"retrieval": float(right)}

    def components(self) -> dict[str, Any]:
        """The pack's `tokenizer`, `text_encoder` and `image_encoder`, the towers with their projections."""
        text, image = towers(self.model)
        return {"tokenizer": self.tokenizer, "text_encoder": text, "image_encoder": image}
