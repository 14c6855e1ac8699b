"""CLIP as a measure: do picture and prompt agree, how alike are two pictures (Radford et al. 2021; CLIPScore, 2021).

Either the pack's own, whose towers are its `text_encoder` and `image_encoder`, or any CLIP in a local folder.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor
from transformers import CLIPModel, CLIPTextModelWithProjection, CLIPTokenizer, CLIPVisionModelWithProjection

from shoemodel.errors import InputError
from shoemodel.runtime.quiet import quiet

OWN_MEAN = OWN_STD = (0.5, 0.5, 0.5)
"""A tower without a preprocessor_config.json reads [-1, 1], as those of `shoemodel train clip` do."""


@dataclass(frozen=True, eq=False)
class Clip:
    """Both towers with their projections, and how pictures enter."""

    name: str
    tokenizer: CLIPTokenizer
    text: CLIPTextModelWithProjection
    image: CLIPVisionModelWithProjection
    mean: tuple[float, ...] = OWN_MEAN
    std: tuple[float, ...] = OWN_STD

    @property
    def side(self) -> int:
        """Pixels of the square that the image tower reads."""
        return self.image.config.image_size

    @torch.no_grad()
    def embed_pixels(self, pixels: UInt8[Tensor, "n 3 s s"]) -> Float[Tensor, "n d"]:
        """Projected embeddings of pictures that are already of size `side`; not normalised."""
        mean, std = (torch.tensor(values)[:, None, None] for values in (self.mean, self.std))
        scaled = (pixels.float() / 255 - mean) / std
        return self.image(scaled.to(self.image.device, self.image.dtype)).image_embeds.float().cpu()

    def embed_pictures(self, pictures: Sequence[UInt8[np.ndarray, "_ _ 3"]]) -> Float[Tensor, "n d"]:
        """Of pictures of any size."""
        return self.embed_pixels(torch.stack([resized(picture, self.side) for picture in pictures]))

    @torch.no_grad()
    def embed_texts(self, texts: Sequence[str]) -> Float[Tensor, "n d"]:
        """Of captions, cut where the tower's length ends."""
        tokens = self.tokenizer(list(texts), padding="longest", truncation=True, return_tensors="pt").input_ids
        return self.text(tokens.to(self.text.device)).text_embeds.float().cpu()

    def agreement(self, picture: UInt8[np.ndarray, "h w 3"], prompt: str) -> float:
        """The CLIP score: 100 × the cosine of picture and prompt, at least 0."""
        return cosine_score(self.embed_pictures([picture])[0], self.embed_texts([prompt])[0])


def cosine_score(a: Float[Tensor, "d"], b: Float[Tensor, "d"]) -> float:
    """100 × the cosine of two embeddings, at least 0."""
    return 100 * max(0.0, float(torch.nn.functional.cosine_similarity(a, b, dim=0)))


def resized(picture: UInt8[np.ndarray, "h w 3"], side: int) -> UInt8[Tensor, "3 side side"]:
    """The one way in which pictures reach any extractor: Pillow's antialiased bicubic filter on each channel in floats
    (clean-fid's, Parmar et al. 2022), rounded at the end. Squashes a picture that is not square, as FID's tools do.
    """
    channels = [Image.fromarray(picture[..., index].astype(np.float32), "F") for index in range(3)]
    small = [np.asarray(channel.resize((side, side), Image.Resampling.BICUBIC)) for channel in channels]
    return torch.from_numpy(np.clip(np.round(np.stack(small)), 0, 255).astype(np.uint8))


def in_pack(pipeline: Any) -> bool:
    """Whether the pack holds both towers with their projections."""
    return pipeline.image_encoder is not None and isinstance(pipeline.text_encoder, CLIPTextModelWithProjection)


def of_pack(pipeline: Any, name: str) -> Clip:
    """The pack's own CLIP.

    Raises:
        InputError: the pack has no image tower, or its text tower no projection.
    """
    if not in_pack(pipeline):
        raise InputError(
            f"the pack {name} holds no CLIP that pictures and prompts could be compared with (an image_encoder, and a "
            "text_encoder with its projection): `shoemodel pack` with a run of `shoemodel train clip`, or --clip FOLDER"
        )
    return Clip(f"CLIP of the pack {name}", pipeline.tokenizer, pipeline.text_encoder, pipeline.image_encoder)


def load(folder: Path) -> Clip:
    """A CLIP from a local folder as transformers saves one: model, tokenizer and, where there is one, preprocessor.

    Raises:
        InputError: it is not there or cannot be read.
    """
    try:
        with quiet():
            whole = CLIPModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32).eval()
        tokenizer = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
        mean, std = _normalisation(folder / "preprocessor_config.json")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder} holds no CLIP that can be read ({error}); a CLIPModel with its tokenizer is accepted"
        ) from error
    return Clip(f"CLIP {folder.name}", tokenizer, *towers(whole), mean, std)


def towers(whole: CLIPModel) -> tuple[CLIPTextModelWithProjection, CLIPVisionModelWithProjection]:
    """The two towers of a CLIP, which keep its weights."""
    text = CLIPTextModelWithProjection(whole.config.text_config)
    image = CLIPVisionModelWithProjection(whole.config.vision_config)
    weights = whole.state_dict()
    for tower in (text, image):
        tower.load_state_dict({name: weights[name] for name in tower.state_dict()})
        tower.train(whole.training)
    return text, image


def _normalisation(file: Path) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if not file.is_file():
        return OWN_MEAN, OWN_STD
    config = json.loads(file.read_text(encoding="utf-8"))
    return tuple(config["image_mean"]), tuple(config["image_std"])
