"""The network of phase 2 of leg-pose synthesis (3.2): ε_θ(L_t, t, C_p), made of fully connected layers.

Its width, depth and form are (ours): residual blocks, the timestep and C_p added in each. Points are in the paper's
normalisation; those that do not exist are exactly 0 on every input.

The same network poses legs in 3-D (`legs_3d`, ours): instead of points (x, y) it has numbers (first leg, second leg).
"""

from __future__ import annotations

import torch
from diffusers import ModelMixin
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.embeddings import TimestepEmbedding, Timesteps
from jaxtyping import Float, Int
from torch import Tensor, nn


class LegDenoiser(ModelMixin, ConfigMixin):
    """Predicts the noise in 6 noisy leg keypoints, given 8 foot keypoints; or in other pairs of numbers."""

    @register_to_config
    def __init__(self, width: int = 512, depth: int = 6, leg_points: int = 6, foot_points: int = 8):
        super().__init__()
        self.timesteps = Timesteps(128, flip_sin_to_cos=True, downscale_freq_shift=0)
        self.time = TimestepEmbedding(128, width)
        self.condition = nn.Sequential(nn.Linear(2 * foot_points, width), nn.SiLU(), nn.Linear(width, width))
        self.input = nn.Linear(2 * (leg_points + foot_points), width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(depth))
        self.output = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * leg_points))

    def forward(
        self, legs: Float[Tensor, "b leg_points 2"], timestep: Int[Tensor, "b"], feet: Float[Tensor, "b foot_points 2"]
    ) -> Float[Tensor, "b leg_points 2"]:
        """ε for noisy L_t (b, 6, 2) at t in 0..T−1 with C_p (b, 8, 2)."""
        flat = feet.flatten(1)
        features = self.timesteps(timestep).to(flat.dtype)  # (b, 128)
        context = self.time(features) + self.condition(flat)
        hidden = self.input(torch.cat([legs.flatten(1), flat], dim=1))
        for block in self.blocks:
            hidden = block(hidden, context)
        return self.output(hidden).reshape(legs.shape)


class Block(nn.Module):
    """x + MLP(norm(x) + context)."""

    norm: nn.LayerNorm
    context: nn.Linear

    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.context = nn.Linear(width, width)
        last = nn.Linear(width, width)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.layers = nn.Sequential(nn.Linear(width, width), nn.SiLU(), last)

    def forward(self, hidden: Tensor, context: Tensor) -> Tensor:
        return hidden + self.layers(self.norm(hidden) + self.context(context))
