"""The network that looks at a shoe's areas and says from where it is seen: several answers, for outlines are ambiguous.

Its input is the shoe's crop (`picture_of`) and the foot points (`points_of`). Each hypothesis has a weight, a
rotation in six numbers (Zhou et al. 2019, arXiv 1812.07035) with a deviation, a log distance with a deviation, and how
likely it is that the shoe is a left one; scores say which proxies look like it. All of it is (ours).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from diffusers import ModelMixin
from diffusers.configuration_utils import ConfigMixin, register_to_config
from jaxtyping import Bool, Float
from torch import Tensor, nn

from shoemodel.fit import views

FILLED = 0.88
"""Of the crop's side the shoe's longer side."""
POINT_NUMBERS = 24
NUMBERS = 11
"""Of a hypothesis: weight, rotation (6), its log deviation, log distance, its log deviation, left."""
LEAST_RAD, LEAST_LOG = 0.03, 0.06
"""Deviations are no smaller."""
FAR_M = 1.2


@dataclass(frozen=True)
class Answer:
    """What the network says of b shoes, k hypotheses each; a tuple of tensors in effect."""

    weight: Float[Tensor, "b k"]
    """Log share."""
    rotation: Float[Tensor, "b k 3 3"]
    """Rows right, down and forward of a camera that looks at the shoe's middle, as `views.look`."""
    turn_std: Float[Tensor, "b k"]
    """[rad] about each axis."""
    distance: Float[Tensor, "b k"]
    """Log metres."""
    distance_std: Float[Tensor, "b k"]
    left: Float[Tensor, "b k"]
    """Logit."""
    proxy: Float[Tensor, "b p"]
    """Logits of the proxies in the order of the configuration."""


class ViewNetwork(ModelMixin, ConfigMixin):
    """A small residual network over masks of `side` px."""

    @register_to_config
    def __init__(
        self,
        side: int = 64,
        widths: Sequence[int] = (16, 32, 64, 112),
        hidden: int = 256,
        hypotheses: int = 8,
        proxies: Sequence[str] = (),
    ):
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for width in widths:
            layers += [nn.Conv2d(channels, width, 3, stride=2, padding=1), Residual(width)]
            channels = width
        self.look = nn.Sequential(*layers, Residual(channels), nn.Conv2d(channels, 32, 1))
        cells = (side // 2 ** len(widths)) ** 2
        self.points = nn.Sequential(nn.Linear(POINT_NUMBERS, 64), nn.SiLU(), nn.Linear(64, 64))
        self.head = nn.Sequential(
            nn.SiLU(), nn.Linear(32 * cells + 64, hidden), nn.LayerNorm(hidden), nn.SiLU(), nn.Linear(hidden, hidden),
            nn.SiLU(),
        )  # fmt: skip
        self.answer = nn.Linear(hidden, hypotheses * NUMBERS)
        self.proxy = nn.Linear(hidden, len(proxies))
        with torch.no_grad():
            self.answer.bias.copy_(_start(hypotheses).flatten())

    def forward(self, pixels: Float[Tensor, "b 3 s s"], points: Float[Tensor, "b 24"]) -> Answer:
        """The hypotheses of each of b shoes."""
        seen = self.look(pixels).flatten(1)
        hidden = self.head(torch.cat([seen, self.points(points)], dim=1))
        numbers = self.answer(hidden).float().unflatten(1, (-1, NUMBERS))
        return Answer(
            numbers[..., 0].log_softmax(dim=1), rotation_of(numbers[..., 1:7]), F.softplus(numbers[..., 7]) + LEAST_RAD,
            numbers[..., 8], F.softplus(numbers[..., 9]) + LEAST_LOG, numbers[..., 10], self.proxy(hidden).float(),
        )  # fmt: skip


class Residual(nn.Module):
    """x + two convolutions of x."""

    def __init__(self, width: int):
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(2):
            layers += [nn.GroupNorm(4, width), nn.SiLU(), nn.Conv2d(width, width, 3, padding=1)]
        self.branch = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.branch(x)


def _start(count: int) -> Float[Tensor, "{count} 11"]:
    """Biases: hypotheses from all around, a little from above, each unsure."""
    azimuth = 2 * np.pi * (np.arange(count) + 0.5) / count
    rotation = views.look(azimuth, np.full(count, np.radians(12)), np.zeros(count))
    bias = torch.zeros(count, NUMBERS)
    bias[:, 1:7] = torch.from_numpy(rotation[:, :2].reshape(count, 6)).float()
    return bias


def rotation_of(six: Float[Tensor, "*n 6"]) -> Float[Tensor, "*n 3 3"]:
    """Two rows made orthonormal, and their cross product."""
    first = F.normalize(six[..., :3], dim=-1)
    second = six[..., 3:] - (first * six[..., 3:]).sum(dim=-1, keepdim=True) * first
    second = F.normalize(second, dim=-1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], dim=-2)


def log_likelihood(
    answer: Answer, rotation: Float[Tensor, "b 3 3"], distance: Float[Tensor, "b"], left: Float[Tensor, "b"]
) -> Float[Tensor, "b"]:
    """Of views, up to a constant. distance: log metres; left: 1 or 0."""
    off = ((answer.rotation - rotation[:, None]) ** 2).sum(dim=(2, 3)) / 2  # about the squared angle
    each = answer.weight - off / (2 * answer.turn_std**2) - 3 * answer.turn_std.log()
    away = (answer.distance - distance[:, None]) / answer.distance_std
    each = each - away**2 / 2 - answer.distance_std.log()
    sign = 2 * left[:, None] - 1
    return torch.logsumexp(each + F.logsigmoid(sign * answer.left), dim=1)


def picture_of(
    mask: Bool[np.ndarray, "h w"], wearable: Bool[np.ndarray, "h w"], side: int
) -> Float[np.ndarray, "3 {side} {side}"]:
    """The shoe, what of it is wearable, and what lies within the picture, each 0 to 1, about the shoe's box."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    low = np.array([columns[0], rows[0]])
    high = np.array([columns[-1], rows[-1]]) + 1
    half = (high - low).max() / FILLED / 2
    corner = np.round((low + high) / 2 - half).astype(int)
    size = max(2, int(np.ceil(2 * half)))
    crop = np.zeros((size, size, 3), np.float32)
    x0, y0 = np.maximum(corner, 0)
    x1, y1 = np.minimum(corner + size, mask.shape[::-1])
    inside = np.stack([mask, wearable, np.ones_like(mask)], axis=2)[y0:y1, x0:x1]
    crop[y0 - corner[1] : y1 - corner[1], x0 - corner[0] : x1 - corner[0]] = inside
    how = cv2.INTER_AREA if size > side else cv2.INTER_LINEAR
    return cv2.resize(crop, (side, side), interpolation=how).transpose(2, 0, 1)


def points_of(points: Float[np.ndarray, "2 4 2"], trust: Float[np.ndarray, "2 4"]) -> Float[np.ndarray, "24"]:
    """Foot points about the middle of the shoe's box, in its longer sides, and the trust in them."""
    known = trust > 0
    numbers = np.concatenate([np.clip(points, -2, 2) * 2 * known[..., None], trust[..., None]], axis=2)
    return numbers.reshape(-1).astype(np.float32)


def answers(
    network: ViewNetwork, picture: Float[np.ndarray, "3 s s"], points: Float[np.ndarray, "24"]
) -> dict[str, np.ndarray]:
    """What the network says of one shoe: the fields of `Answer` without their first axis."""
    like: Any = next(network.parameters())
    given = (torch.from_numpy(each)[None].to(like.device, like.dtype) for each in (picture, points))
    with torch.no_grad():
        said = network(*given)
    return {name: value[0].double().cpu().numpy() for name, value in vars(said).items()}
