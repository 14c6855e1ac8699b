"""Latents that are given: what is known of a picture is put back before each step, and only the rest is generated.

Blended latent diffusion, Avrahami et al. 2022, arXiv 2206.02779.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from shoemodel.sw.vae import encode_pictures


@dataclass(frozen=True, eq=False)
class Known:
    """What of an image is given, and where it is to be generated."""

    picture: UInt8[np.ndarray, "h w 3"]
    free: Bool[np.ndarray, "h w"]


@dataclass(frozen=True, eq=False)
class PutBack:
    """Puts known latents back where nothing is free to be generated."""

    walk: Any
    """The solver."""
    latents: Float[Tensor, "b c hl wl"]
    free: Bool[Tensor, "b 1 hl wl"]
    noise: Float[Tensor, "b c hl wl"]

    @classmethod
    def of(cls, walk: Any, vae: Any, known: Sequence[Known], noise: Float[Tensor, "b c hl wl"]) -> PutBack:
        """A latent is free where any of its pixels is."""
        latents = encode_pictures(vae, np.stack([one.picture for one in known]), noise.device)
        free = torch.from_numpy(np.stack([one.free for one in known]))[:, None].float()
        return cls(walk, latents, F.adaptive_max_pool2d(free, noise.shape[-2:]).to(noise.device) > 0, noise)

    def __call__(self, drawn: Float[Tensor, "b c hl wl"], timestep: Tensor | None = None) -> Float[Tensor, "b c hl wl"]:
        """`drawn` as it is after the steps above `timestep`; None after all."""
        known = self.latents if timestep is None else self.walk.add_noise(self.latents, self.noise, timestep[None])
        return torch.where(self.free, drawn, known)
