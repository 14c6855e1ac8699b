"""Fig. 9's ablation: shoe-wearing generation trained on X_w alone.

The condition's weights for X_p are set to zero once the run's start is loaded, and X_p is black in training, so they
stay zero: the result is a pack's `controlnet` like any other, on which no pose has an influence.
"""

from __future__ import annotations

import numpy as np
import torch

from shoemodel.training.sw import SWTask, mini, paper, smoke
from shoemodel.training.task import Batch

__all__ = ["SWWithoutPoseTask", "mini", "paper", "smoke"]
POSE_CHANNELS = slice(3, 6)
"""X_p's in X_w ‖ X_p."""


class SWWithoutPoseTask(SWTask):
    """Learn the worn pictures of `tuples` from X_w and captions."""

    def started(self) -> None:
        """Set the weights for X_p to zero, those of `loop.start` too."""
        with torch.no_grad():
            self.controlnet.controlnet_cond_embedding.conv_in.weight[:, POSE_CHANNELS] = 0

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """As for `SWTask`, X_p black."""
        batch = super().batch(rng, rows)
        batch["condition"][:, POSE_CHANNELS] = 0
        return batch
