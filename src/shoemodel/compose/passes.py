"""Legs that wear the shoe (3.3): in a given background, or in two passes, the first of which makes it (ours)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.compose.photo_background import BackgroundImage
from shoemodel.compose.placed import PlacedShoe
from shoemodel.compose.scene_background import emptied
from shoemodel.image import draw
from shoemodel.image.pose import Pose
from shoemodel.sw.conditions import condition
from shoemodel.sw.sampler import Draft
from shoemodel.sw.sampling import Hooks, Sampling
from shoemodel.sw.text import Text

OTHER_NOISE = 2**32
"""Added to an image's seed for the noise of its second pass."""

Sample = Callable[[Sequence[Draft], Sampling, Hooks], Sequence[UInt8[np.ndarray, "s s 3"]]]
"""As a `sw.sampler.Sampler` is called: one image for each draft."""
FindShoes = Callable[[UInt8[np.ndarray, "s s 3"]], Bool[np.ndarray, "s s"]]
"""Says where in an image shoes are."""


class Generated(NamedTuple):
    """What the networks made of one pose."""

    rgb: UInt8[np.ndarray, "s s 3"]
    background: BackgroundImage | None
    """What is kept but for the leg; None where all of the image counts."""


@dataclass(frozen=True, eq=False)
class Passes:
    """Legs of one prompt in one shoe; the images of a call are sampled in one batch."""

    sample: Sample
    controlnet: Any
    side_px: int
    shoe: PlacedShoe
    text: Text

    def in_background(
        self,
        poses: Sequence[Pose],
        seeds: Sequence[int],
        backgrounds: Sequence[BackgroundImage],
        sampling: Sampling,
        hooks: Hooks,
        starts: Sequence[np.ndarray] | None = None,
    ) -> list[Generated]:
        """The leg of each pose in its background. starts: images, (s, s, 3) uint8, of which `sampling.strength` is
        sampled again."""
        drafts = []
        for index, (pose, seed, background) in enumerate(zip(poses, seeds, backgrounds, strict=True)):
            x_w = background.x_w(self.shoe, self.side_px, self.controlnet)
            known = background.known(self.shoe, pose, self.side_px)
            start = None if starts is None else starts[index]
            drafts.append(Draft(self.text, seed, self._condition(x_w, pose), start, known))
        images = self.sample(drafts, sampling, hooks)
        return [Generated(image, background) for image, background in zip(images, backgrounds, strict=True)]

    def whole(self, poses: Sequence[Pose], seeds: Sequence[int], sampling: Sampling, hooks: Hooks) -> list[Generated]:
        """All of each image, in one pass, as in the paper."""
        x_w = self.shoe.square(self.side_px).rgb
        drafts = [Draft(self.text, seed, self._condition(x_w, pose)) for pose, seed in zip(poses, seeds, strict=True)]
        return [Generated(image, None) for image in self.sample(drafts, sampling, hooks)]

    def refined(
        self,
        poses: Sequence[Pose],
        seeds: Sequence[int],
        first: Sequence[Generated],
        sampling: Sampling,
        hooks: Hooks,
        find_shoes: FindShoes | None = None,
    ) -> list[Generated]:
        """The leg of each pose again, in the scene that the first pass made; from pure noise where
        `sampling.strength` is 1."""
        images = [each.rgb for each in first]
        shoes = [find_shoes(image) if find_shoes else None for image in images]
        scenes = [emptied(*each, self.shoe) for each in zip(images, poses, shoes, strict=True)]
        others = [seed + OTHER_NOISE for seed in seeds]
        starts = images if sampling.strength < 1 else None
        return self.in_background(poses, others, scenes, sampling, hooks, starts)

    def _condition(self, x_w: np.ndarray, pose: Pose) -> Any:
        square = self.shoe.square(self.side_px)
        return condition(x_w, draw.pose_image(square.pose(pose), (self.side_px, self.side_px)))


def after(hooks: Hooks, steps: int) -> Hooks:
    """The same for a pass that comes after so many steps."""
    report = hooks.report
    return replace(hooks, report=report and (lambda done: report(steps + done)))
