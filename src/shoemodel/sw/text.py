"""Prompts as the generator takes them: C_te (paper 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Text:
    """C_te of a prompt and of what guidance leads away from; n = 77 tokens, or 1 where an image is the prompt."""

    prompt: Float[Tensor, "n d"]
    negative: Float[Tensor, "n d"]


def tokens(tokenizer: Any, captions: Sequence[str]) -> Int[Tensor, "n 77"]:
    """Several captions as numbers, padded or cut to the tokenizer's length."""
    length = tokenizer.model_max_length
    return tokenizer(
        list(captions), padding="max_length", truncation=True, max_length=length, return_tensors="pt"
    ).input_ids


@torch.no_grad()
def embed(tokenizer: Any, text_encoder: Any, captions: Sequence[str]) -> Float[Tensor, "n 77 d"]:
    """C_te of several captions, padded or cut to the tokenizer's length."""
    return text_encoder(tokens(tokenizer, captions).to(text_encoder.device)).last_hidden_state


def encode(tokenizer: Any, text_encoder: Any, prompt: str, negative_prompt: str = "") -> Text:
    """C_te of a prompt."""
    return Text(*embed(tokenizer, text_encoder, [prompt, negative_prompt]))


def cut_warning(tokenizer: Any, kind: str, words: str) -> str | None:
    """A sentence where `words`, a prompt of this kind, are longer than the tokenizer's length."""
    count, limit = len(tokenizer(words, verbose=False).input_ids), tokenizer.model_max_length
    return f"the {kind} has {count} tokens; the first {limit} count, the rest was dropped" if count > limit else None
