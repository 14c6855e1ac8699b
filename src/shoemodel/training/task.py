"""What the training loop asks of a task, and nothing more."""

from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Int
from torch import Tensor, nn

Batch = dict[str, Tensor]


@runtime_checkable
class Task(Protocol):
    """What the loop asks of a task; tasks inherit from it."""

    trained: dict[str, nn.Module]
    """Modules whose parameters with requires_grad are optimised and averaged."""
    frozen: dict[str, nn.Module]
    """Modules that are only used; the loop moves them to the device. May be empty."""
    examples: int
    """How many there are to learn from: an epoch."""

    def started(self) -> None:
        """Called once in a new run, after the weights of `loop.start`, if any, have been loaded. Does nothing here."""
        return

    def batch(self, rng: np.random.Generator, rows: Int[np.ndarray, "b"]) -> Batch:
        """One batch of the given examples on the CPU; runs in worker processes and must draw from `rng` alone."""
        ...

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Scalar loss of a batch on the device (under autocast) and detached scalars worth a column of loss.csv."""
        ...

    def sample_grid(self) -> tuple[np.ndarray, dict[str, float]]:
        """HWC uint8 sheet and held-out metrics; called with averaged weights, in eval mode, without gradients."""
        ...

    def components(self) -> dict[str, Any]:
        """What RUN/model/ holds, by pack component: anything with save_pretrained."""
        ...
