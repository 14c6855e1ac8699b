"""The caption of a tuple: the manifest's, else a captioner's, else words for what was measured (ours)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, UInt8
from PIL import Image

from shoemodel.collect.hub_annotator import fetched, identity, loaded
from shoemodel.collect.people import Person
from shoemodel.image.pose import NAMES
from shoemodel.runtime.quiet import quiet
from shoemodel.shoes.palette import nearest_colour

Captioner = Callable[[UInt8[np.ndarray, "s s 3"]], str]
WORDS = 40
"""Tokens of a captioner's sentence at most."""


def template(picture: UInt8[np.ndarray, "s s 3"], shoes: Bool[np.ndarray, "s s"], person: Person) -> list[str]:
    """What was measured, in three ways of saying it: the shoes' colour, how many there are, how much of the leg."""
    linear = (picture[shoes] / 255.0) ** 2.2
    colour = nearest_colour(np.median(linear, axis=0)).name
    pair = len(person.feet) > 1
    noun = f"{colour} shoes" if pair else f"{'an' if colour[0] in 'aeiou' else 'a'} {colour} shoe"
    knees = [person.pose.exists[NAMES.index(f"{side}_knee")] for side in person.feet]
    limbs = ("legs" if pair else "a leg") if any(knees) else ("feet" if pair else "a foot")
    return [f"a photo of {limbs} wearing {noun}", f"{limbs} wearing {noun}", noun]


class HubCaptioner:
    """An image-to-text model of transformers, BLIP say."""

    def __init__(self, source: str, device: torch.device):
        from transformers import AutoModelForImageTextToText, AutoProcessor

        folder = fetched(source)
        self.identity, self.device = identity(source, folder), device
        with quiet():
            self.processor: Any = loaded(AutoProcessor, folder, "captioner")
            self.model: Any = loaded(AutoModelForImageTextToText, folder, "captioner").eval().to(device)

    @torch.inference_mode()
    def __call__(self, picture: UInt8[np.ndarray, "s s 3"]) -> str:
        """One sentence; "" where the model says nothing."""
        inputs = self.processor(images=Image.fromarray(picture), return_tensors="pt").to(self.device)
        words = self.model.generate(**inputs, max_new_tokens=WORDS, do_sample=False)
        return str(self.processor.batch_decode(words, skip_special_tokens=True)[0]).strip()
