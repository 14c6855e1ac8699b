"""FID and KID (Table 3) by torchmetrics, with intervals.

Features are taken once and handed to the metrics as they are. Intervals are a jackknife: the shoes stand in GROUPS
groups, each of which is left out once, with its pictures of both sets; the spread of those figures gives a standard
error, ± 1.96 of which holds 95%. A bootstrap would not do: pictures drawn twice raise both distances (ours).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from torch import Tensor, nn

from shoemodel.errors import InputError

GROUPS = 20
Z95 = 1.96
LEAST = 4
"""Pictures that a distance needs."""

Distance = Callable[[Tensor, Tensor], float]


class _Given(nn.Module):
    """The extractor of features that are there already."""

    def __init__(self, count: int):
        super().__init__()
        self.num_features = count

    def forward(self, features: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
        return features


def fid(real: Float[Tensor, "n d"], drawn: Float[Tensor, "m d"]) -> float:
    """Fréchet distance (Heusel et al. 2017)."""
    from torchmetrics.image.fid import FrechetInceptionDistance

    return _computed(FrechetInceptionDistance(_Given(real.shape[1])), real, drawn)


def kid(real: Float[Tensor, "n d"], drawn: Float[Tensor, "m d"]) -> float:
    """Squared kernel distance × 1000 (Bińkowski et al. 2018) over whole sets, unbiased, so it may fall below 0.

    It needs as many pictures of both; the end of the longer set does not count.
    """
    from torchmetrics.image.kid import KernelInceptionDistance

    count = min(len(real), len(drawn))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Metric `Kernel Inception Distance`")
        metric = KernelInceptionDistance(_Given(real.shape[1]), subsets=1, subset_size=count)
    return 1000 * _computed(metric, real[:count], drawn[:count])


def with_interval(
    distance: Distance, real: Tensor, drawn: Tensor, real_shoes: Sequence[str], drawn_shoes: Sequence[str]
) -> tuple[float, list[float] | None]:
    """The distance, and what holds it with 95%; None where there are too few shoes to leave some out.

    Raises:
        InputError: fewer than LEAST pictures.
    """
    if min(len(real), len(drawn)) < LEAST:
        raise InputError(f"found {min(len(real), len(drawn))} pictures; FID and KID need at least {LEAST}")
    value = distance(real, drawn)
    left_out = []
    names = list(dict.fromkeys([*drawn_shoes, *real_shoes]))
    for number in range(min(GROUPS, len(names))):
        group = set(names[number::GROUPS])
        kept = [np.array([shoe not in group for shoe in shoes]) for shoes in (real_shoes, drawn_shoes)]
        if min(keep.sum() for keep in kept) < LEAST:
            return value, None
        left_out.append(distance(real[kept[0]], drawn[kept[1]]))
    count = len(left_out)
    error = np.sqrt((count - 1) * np.var(left_out))
    return value, [value - Z95 * float(error), value + Z95 * float(error)]


def _computed(metric: Any, real: Tensor, drawn: Tensor) -> float:
    metric.update(real.double(), real=True)
    metric.update(drawn.double(), real=False)
    result = metric.compute()
    return float(result[0] if isinstance(result, tuple) else result)
