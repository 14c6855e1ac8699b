"""The optimisers of the training loop: AdamW, and Muon for the matrices inside a network."""

from __future__ import annotations

from typing import Any, Literal

import torch
from pytorch_optimizer import Muon
from pytorch_optimizer.optimizer.utils import zero_power_via_newton_schulz_5 as orthogonal
from torch import Tensor, nn

from shoemodel.runtime.device import multiplies_bf16

SMALLEST_SIDE = 16
"""A matrix with fewer rows or columns (of pictures in and out, or of one channel) is left to AdamW (ours)."""


def build_optimizer(
    name: Literal["adamw", "muon"], modules: nn.Module, lr: float, weight_decay: float
) -> torch.optim.Optimizer:
    """An optimiser of all weights of `modules` that are to be learnt, with one learning rate.

    muon: momentum whose update is made orthogonal (Jordan 2024, https://kellerjordan.github.io/posts/muon), for the
    weights of linear layers and convolutions as matrices (out, rest), scaled so that it moves a weight about as far as
    AdamW does (Liu et al. 2025, arXiv 2502.16982); every other weight has AdamW.
    """
    learnt = [p for p in modules.parameters() if p.requires_grad]
    if name == "adamw":
        return torch.optim.AdamW(learnt, lr=lr, weight_decay=weight_decay, fused=True)
    matrices = [p for p in _matrices(modules) if p.requires_grad]
    inside = {id(p) for p in matrices}
    rest = [p for p in learnt if id(p) not in inside]
    shared = {"lr": lr, "weight_decay": weight_decay}
    groups = [
        {"params": matrices, "use_muon": True, "use_adjusted_lr": True, **shared},
        {"params": rest, "use_muon": False, **shared},
    ]
    return _Muon([group for group in groups if group["params"]])


class _Muon(Muon):
    """Muon that computes its updates in float32 where bfloat16, which it takes everywhere, is many times slower."""

    @staticmethod
    def _orthogonalize(group: dict[str, Any], updates: list[Tensor]) -> list[Tensor]:
        if multiplies_bf16(updates[0].device.type):
            return Muon._orthogonalize(group, updates)
        how: dict[str, Any] = {"num_steps": group["ns_steps"], "weights": group["ns_coeffs"], "dtype": torch.float32}
        return [orthogonal(update.flatten(1), **how) for update in updates]


def _matrices(modules: nn.Module) -> list[Tensor]:
    """Weights of linear layers and convolutions that are matrices worth the name."""
    layers = (m for m in modules.modules() if isinstance(m, nn.Linear | nn.Conv2d))
    return [m.weight for m in layers if min(len(m.weight), m.weight[0].numel()) >= SMALLEST_SIDE]
