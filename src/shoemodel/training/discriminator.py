"""What makes the autoencoder's decoder sharp: a network that tells decoded patches from true ones.

Stable Diffusion's autoencoder is trained with one too (Esser et al. 2021, arXiv 2012.09841): the mean of all pictures
that a latent may stand for is blurred, and no true picture is.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call

PENALTY_NOISE = 0.05
"""Deviation of the noise that must not change a judgement (ours)."""
PENALTY_WEIGHT = 0.1
"""Weight of the change, in units of the noise's variance (ours)."""


def build_discriminator(width: int = 32) -> nn.Sequential:
    """A patch discriminator (Isola et al. 2017, arXiv 1611.07004): a judgement each 8 px, from some 50 px around."""
    layers: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2)]
    for wide in (width * 2, width * 4):
        layers += [nn.Conv2d(wide // 2, wide, 4, 2, 1), nn.GroupNorm(wide // 16, wide), nn.LeakyReLU(0.2)]
    layers += [nn.Conv2d(width * 4, width * 4, 3, 1, 1), nn.LeakyReLU(0.2), nn.Conv2d(width * 4, 1, 3, 1, 1)]
    return nn.Sequential(*layers)


class Verdict(NamedTuple):
    """Scalars: what the decoder and what the discriminator are to bring down, and how often the latter is right."""

    decoder: Tensor
    discriminator: Tensor
    right: Tensor


def judge(discriminator: nn.Module, decoded: Float[Tensor, "b 3 h w"], target: Float[Tensor, "b 3 h w"]) -> Verdict:
    """The relativistic losses (Jolicoeur-Martineau 2018, arXiv 1807.00734): a true patch is to look truer than its
    decoded twin. One backward pass serves both networks: each loss reaches the weights of its own only.

    Judgements are held steady under noise, which stands for a gradient penalty without second derivatives (Lin et al.
    2025, arXiv 2501.08316).
    """
    fixed = {name: weight.detach() for name, weight in discriminator.named_parameters()}
    real, fake = discriminator(target), discriminator(decoded.detach())
    for_decoder = F.softplus(real.detach() - functional_call(discriminator, fixed, (decoded,)))
    noisy = discriminator(target + PENALTY_NOISE * torch.randn_like(target))
    noisy_fake = discriminator(decoded.detach() + PENALTY_NOISE * torch.randn_like(target))
    change = ((noisy - real) ** 2 + (noisy_fake - fake) ** 2).mean() / PENALTY_NOISE**2
    for_discriminator = F.softplus(fake - real).mean() + PENALTY_WEIGHT * change
    return Verdict(for_decoder.mean(), for_discriminator, (real > fake).float().mean().detach())
