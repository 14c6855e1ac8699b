"""The paper's SW (section 3.3) as a backend: the pack's ShoeControlNet on its base."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from shoemodel.backends.backend import Subject
from shoemodel.backends.options import DiffusionOptions
from shoemodel.body.outfits import Outfit
from shoemodel.compose.kinds import Background
from shoemodel.compose.layers import Layers
from shoemodel.compose.passes import FindShoes, Generated, Passes, after
from shoemodel.compose.photo_background import BackgroundImage, finish
from shoemodel.errors import InputError
from shoemodel.image.pose import Pose
from shoemodel.sw.sampler import Sampler, count_steps
from shoemodel.sw.sampling import Hooks
from shoemodel.sw.text import Text, cut_warning, encode

AT_ONCE = 8
"""Images sampled in one batch at most, on a GPU that has room for them. On a processor each is sampled alone: its
pixels do then not depend on how many are asked for (ours)."""


@dataclass(frozen=True)
class DiffusionBackend:
    """Legs, and before a scene everything else, from the networks of a pack."""

    sampler: Sampler
    tokenizer: Any
    text_encoder: Any
    find_shoes: FindShoes | None = None
    """Looks at the first pass for shoes beside the legs, which the second pass is not to keep."""
    options: DiffusionOptions = field(default_factory=DiffusionOptions)
    hooks: Hooks = field(default_factory=Hooks)
    name = "diffusion"
    backgrounds: tuple[Background, ...] = ("scene", "photo")
    needs_fit = False

    def usual(self, prompt: str | Outfit) -> Background:
        return "scene"

    def legs(self, subject: Subject, prompt: str | Outfit, negative_prompt: str) -> DiffusedLegs:
        if isinstance(prompt, Outfit):
            raise InputError("the diffusion backend reads prompts; an Outfit was given, which only the render takes")
        given = (("prompt", prompt), ("negative prompt", negative_prompt))
        cut = [cut_warning(self.tokenizer, kind, words) for kind, words in given]
        text = encode(self.tokenizer, self.text_encoder, prompt, negative_prompt)
        return DiffusedLegs(self, subject, text, [warning for warning in cut if warning])


@dataclass(frozen=True, eq=False)
class DiffusedLegs:
    """Legs of one prompt, made by the networks."""

    backend: DiffusionBackend
    subject: Subject
    text: Text
    warnings: list[str]
    understood: dict[str, Any] = field(default_factory=dict)
    light: dict[str, Any] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Of both passes."""
        options, background = self.backend.options, self.subject.background
        second, steps = options.second(background), options.num_inference_steps
        if second is None:
            return steps
        return steps + count_steps(self.backend.sampler.scheduler, second.solver, steps, second.strength)

    @property
    def at_once(self) -> int:
        """Images of a batch at most."""
        return AT_ONCE if self.backend.sampler.unet.device.type == "cuda" else 1

    def generate(self, poses: Sequence[Pose], seeds: Sequence[int], report: Callable[[int], None]) -> Iterator[Layers]:
        """In batches that fit the device: one that does not is halved."""
        done, size = 0, self.at_once
        while done < len(poses):
            batch = slice(done, done + size)
            try:
                made = self.sample(poses[batch], seeds[batch], self._part(report, done, len(poses[batch])))
            except torch.OutOfMemoryError:
                if size == 1:
                    raise
                torch.cuda.empty_cache()
                size = max(1, len(poses[batch]) // 2)
                continue
            yield from (self._layers(each, pose) for each, pose in zip(made, poses[batch], strict=True))
            done += len(made)

    def sample(self, poses: Sequence[Pose], seeds: Sequence[int], hooks: Hooks) -> list[Generated]:
        """What the networks make of the poses, in one batch, before it is taken onto the canvas."""
        backend, subject, sampler = self.backend, self.subject, self.backend.sampler
        passes = Passes(sampler, sampler.controlnet, sampler.side_px, subject.shoe, self.text)
        first, second = backend.options.first(subject.background), backend.options.second(subject.background)
        if subject.background == "photo":
            photo = BackgroundImage(subject.rgb)
            return passes.in_background(poses, seeds, [photo] * len(poses), first, hooks)
        made = passes.whole(poses, seeds, first, hooks)
        if second is None:
            return made
        later = after(hooks, first.num_inference_steps)
        return passes.refined(poses, seeds, made, second, later, backend.find_shoes)

    def _part(self, report: Callable[[int], None], done: int, size: int) -> Hooks:
        """The backend's hooks, reporting for `size` images that begin when `done` are done."""
        return replace(self.backend.hooks, report=lambda step: report(done * self.steps + size * step))

    def _layers(self, made: Generated, pose: Pose) -> Layers:
        subject = self.subject
        image = finish(made.rgb, subject.shoe, pose, made.background)
        photo = subject.background == "photo"
        changed = (image != subject.rgb).any(axis=2) if photo else np.ones(subject.shoe.size, bool)
        shadow = np.ones(subject.shoe.size, np.float32)
        return Layers(image.astype(np.float32) / 255, changed.astype(np.float32), shadow)
