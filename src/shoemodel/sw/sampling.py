"""How images are sampled: options of the sampler, what watches it, and seeds. Nothing heavy is imported here."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, SupportsIndex

if TYPE_CHECKING:
    import numpy as np
    import torch
    from jaxtyping import UInt8

Solver = Literal["ddim", "unipc", "dpm++"]
Interval = tuple[float, float]
"""From and to which fraction of the noise schedule guidance works: 0 is the image, 1 pure noise."""
WHOLE: Interval = (0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """Options of one walk from noise to an image (paper 3.3)."""

    num_inference_steps: int = 20
    guidance_scale: float = 7.0
    """Classifier-free guidance; 1 and below computes the conditional half only."""
    solver: Solver = "ddim"
    """Walks along the noise schedule, see `sw.solvers`."""
    guidance_interval: Interval = WHOLE
    """Outside, the conditional half alone is computed and taken as it is (Kynkäänniemi et al. 2024, arXiv 2404.07724)
    (ours)."""
    strength: float = 1.0
    """Where images to start from are given: the fraction of the noise from which on they are sampled again (SDEdit,
    Meng et al. 2021, arXiv 2108.01073) (ours)."""


StepEnd = Callable[[int, "torch.Tensor", "torch.Tensor"], "torch.Tensor | None"]
"""Called after each step with its number from 0, its timestep and the latents; what it returns takes their place."""
Watch = Callable[[Callable[[], "UInt8[np.ndarray, 'b h w 3']"]], None]
"""Called at each step with a function that decodes what is already to be seen."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Hooks:
    """What looks at a walk; what one of them raises ends it."""

    report: Callable[[int], None] | None = None
    """Called with the steps done."""
    on_step_end: StepEnd | None = None
    watch: Watch | None = None


def as_seed(generator: torch.Generator | SupportsIndex | None) -> int:
    """A seed: a whole number of any kind, numpy's too, or drawn from a generator; None: a random one."""
    import torch

    if generator is None or isinstance(generator, torch.Generator):
        return int(torch.randint(2**31, (1,), generator=generator))
    return operator.index(generator)


def as_seeds(
    generator: torch.Generator | SupportsIndex | Sequence[torch.Generator | SupportsIndex] | None, num: int
) -> list[int]:
    """A seed for each of `num` images: of a list each its own, else one and those that follow it.

    Raises:
        ValueError: a list of another length.
    """
    if isinstance(generator, Sequence):
        if len(generator) != num:
            raise ValueError(f"{len(generator)} generators were given for {num} images; one for each is accepted")
        return [as_seed(each) for each in generator]
    first = as_seed(generator)
    return list(range(first, first + num))
