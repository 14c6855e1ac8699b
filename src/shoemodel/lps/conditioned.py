"""ε_θ(·, t, C_p) for many poses of the same feet: what no pose changes is computed once (ours).

The sampler asks the denoiser T times for every pose. Of its products W · [L_t; C_p; t] = W_x L_t + W_c C_p + W_t t only
W_x L_t differs between poses: W_c C_p is computed once for each C_p, W_t t once for each t. In every block the same
holds for the context, which enters the first layer through two matrices in a row. That leaves two products of
`width` × `width` a block, instead of three, and they run in bfloat16 where the processor multiplies it natively. The
second takes its offset in as weights of a feature that is constant, since adding it costs another pass over memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from shoemodel.lps.denoiser import Block, LegDenoiser

Prediction = Callable[[Float[Tensor, "b num leg_points 2"], int], Float[Tensor, "b num leg_points 2"]]
"""L_t and t -> ε."""
ROWS = 2500
"""Poses that go through all blocks together: enough for each call to be worth its price, few enough for the cache."""

CONSTANT, MORE = 32.0, 32
"""SiLU leaves the first as it is; features added to a block's, one of them constant: as many as the processor likes."""


@dataclass(frozen=True, eq=False)
class _Shared:
    """A linear layer: W_x transposed, with W_c C_p + b for each C_p and W_t t for each t."""

    weight: Float[Tensor, "n out"]
    by_feet: Float[Tensor, "b out"]
    by_time: Float[Tensor, "steps out"]

    def at(self, shoe: int, timestep: int) -> _Plain:
        return _Plain(self.weight, (self.by_feet[shoe] + self.by_time[timestep]).to(self.weight.dtype))


@dataclass(frozen=True, eq=False)
class _Plain:
    """A linear layer: W transposed, and b."""

    weight: Float[Tensor, "n out"]
    bias: Float[Tensor, "out"]

    @classmethod
    def of(cls, layer: nn.Linear, dtype: torch.dtype) -> _Plain:
        return cls(_transposed(layer.weight, dtype), layer.bias.to(dtype))

    def __call__(self, inputs: Tensor) -> Tensor:
        return torch.addmm(self.bias, inputs, self.weight)


@torch.no_grad()
def conditioned(
    denoiser: LegDenoiser, feet: Float[Tensor, "b foot_points 2"], steps: int, dtype: torch.dtype
) -> Prediction:
    """The denoiser for these C_p and t in 0..steps−1, its large products in `dtype`.

    In float32 it differs from the denoiser by rounding (1e-5); in bfloat16 ε differs by about 1e-2.
    """
    flat = feet.flatten(1).to(denoiser.device, denoiser.dtype)
    condition = denoiser.condition(flat)
    time = denoiser.time(denoiser.timesteps(torch.arange(steps, device=denoiser.device)).to(denoiser.dtype))
    first = _first(denoiser, flat, steps, dtype)
    layers = [cast(Block, block) for block in denoiser.blocks]
    blocks = [
        (_inner(block, condition, time, dtype), _outer(cast(nn.Linear, block.layers[2]), dtype)) for block in layers
    ]
    scale, offset = (values.to(dtype) for values in denoiser.output[0].parameters())
    last = _Plain.of(cast(nn.Linear, denoiser.output[1]), dtype)

    def one(shoe: int, legs: Tensor, timestep: int) -> list[Tensor]:
        enter, inners = first.at(shoe, timestep), [inner.at(shoe, timestep) for inner, _ in blocks]
        parts = []
        for part in _halves(legs, dtype).split(ROWS):
            hidden = enter(part)
            for inner, (_, outer) in zip(inners, blocks, strict=True):
                features = F.silu(inner(F.layer_norm(hidden, hidden.shape[-1:])), inplace=True)
                hidden.addmm_(features, outer)
            parts.append(last(F.layer_norm(hidden, hidden.shape[-1:], scale, offset)))
        return parts

    def predict(legs: Tensor, timestep: int) -> Tensor:
        shoes = enumerate(legs.to(denoiser.dtype).flatten(2))
        parts = [part for shoe, poses in shoes for part in one(shoe, poses, timestep)]
        return torch.cat(parts).reshape(legs.shape).to(legs.dtype)

    return torch.no_grad()(predict)


def _first(denoiser: LegDenoiser, flat: Tensor, steps: int, dtype: torch.dtype) -> _Shared:
    """The input layer; it sees no t. L_t comes as two halves, so its weights stand there twice."""
    points = denoiser.input.weight.shape[1] - flat.shape[1]
    legs, feet = denoiser.input.weight.split([points, flat.shape[1]], dim=1)
    by_feet = F.linear(flat, feet, denoiser.input.bias)
    return _Shared(_transposed(torch.cat([legs, legs], dim=1), dtype), by_feet, by_feet.new_zeros(steps, len(feet)))


def _halves(legs: Tensor, dtype: torch.dtype) -> Tensor:
    """Coordinates as what `dtype` holds of them and the rest: bfloat16 alone would be off by a pixel."""
    rounded = legs.to(dtype)
    return torch.cat([rounded, (legs - rounded).to(dtype)], dim=-1)


def _inner(block: Block, condition: Tensor, time: Tensor, dtype: torch.dtype) -> _Shared:
    """The block's first layer behind its context layer and its norm, whose scale and offset it takes in."""
    layer, context, norm = cast(nn.Linear, block.layers[0]), block.context, block.norm
    by_feet = F.linear(F.linear(condition, context.weight, context.bias) + norm.bias, layer.weight, layer.bias)
    by_time = F.linear(F.linear(time, context.weight), layer.weight)
    weight = _transposed(layer.weight * norm.weight, dtype)
    by_feet, by_time, weight = (F.pad(values, (0, MORE)) for values in (by_feet, by_time, weight))
    by_feet[:, -MORE] = CONSTANT
    return _Shared(weight, by_feet, by_time)


def _outer(layer: nn.Linear, dtype: torch.dtype) -> Float[Tensor, "rows out"]:
    """The block's last layer, transposed, its offset among the weights."""
    weight = F.pad(layer.weight.T, (0, 0, 0, MORE))
    weight[-MORE] = layer.bias / CONSTANT
    return weight.to(dtype).contiguous()


def _transposed(weight: Tensor, dtype: torch.dtype) -> Tensor:
    return weight.to(dtype).T.contiguous()
