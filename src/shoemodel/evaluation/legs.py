"""Leg poses against the poses of the world (3.2, phase 2): are they right, plausible, and as many as there are?

The truth gives one pose for a shoe, the world many, so poses are compared in three ways:

- with the true pose of the same picture: Eq. (1), the nearest of n poses, and how far out among the sampled poses the
  true one lies;
- with the poses of the NEIGHBOURS other held-out pictures whose feet stand most alike, from among those of the folder
  and further poses without pictures: the more there are, the more alike their feet. Alike is the RMS distance of C_p
  after moving its mean to the origin and scaling its RMS radius to 1, among pictures and mirror images with the same
  feet present; the neighbour's legs come along with that move and scale. Precision, recall, density and coverage are
  taken between these and as many sampled poses, in the coordinates of the existing leg points, and averaged. Since
  neighbours' feet differ a little, so do legs that are all real: the same figures between one half of twice as many
  neighbours and the other are given beside them, as what real poses reach (ours);
- with bodies: `skeletons`.

C_p is the true one: this is the leg model alone. Lengths are in extents of a foot, as in `evaluation.feet`, or in % of
the picture's side.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float

from shoemodel.data import poses
from shoemodel.data.sample import SIDES, Sample
from shoemodel.errors import InputError
from shoemodel.evaluation import manifold, skeletons
from shoemodel.evaluation.held_out import by_shoe, figure, interval, resampled, rounded
from shoemodel.image.pose import FLIP, FOOT_INDICES, LEG_INDICES, denormalise, normalise
from shoemodel.lps import diffusion
from shoemodel.pipeline import ShoeModelPipeline

POSES = 64
"""Sampled for each picture, what the product samples for a request."""
BEST_OF = (1, 4, 16, 64)
NEIGHBOURS = 16
"""Real poses that the sampled ones of a picture are compared with (ours)."""
NEAREST = 5
"""k of precision, recall, density and coverage, as in the paper that defines them."""
LOSS_DRAWS = 16
"""Noises and timesteps for each picture."""
MANY = 10_000


@dataclass(frozen=True, eq=False)
class Real:
    """The skeletons of n pictures, in px; of feet that are not there the points mean nothing."""

    shoes: tuple[str, ...]
    points_px: Float[np.ndarray, "n 12 2"]
    present: Bool[np.ndarray, "n 2"]
    side: int

    @classmethod
    def of(cls, samples: Iterable[Sample]) -> Real:
        """InputError where there are no samples."""
        rows = [
            (str(s.meta["shoe_id"]), s.pose.points, [side in s.meta["feet"] for side in SIDES], max(s.areas.size))
            for s in samples
        ]
        if not rows:
            raise InputError("found no tuple to evaluate legs on")
        shoes, points, present, sizes = zip(*rows, strict=True)
        return cls(tuple(shoes), np.stack(points), np.array(present), sizes[0])

    def extended(self, file: Path) -> Real:
        """With the further poses of a file (`data.poses`) behind it; InputError for a file without."""
        points, present = poses.load(file)
        return Real(
            self.shoes + ("",) * len(points),
            np.concatenate([self.points_px, points * self.side]),
            np.concatenate([self.present, present[:, [0, FLIP[0]]]]),
            self.side,
        )

    @property
    def feet_px(self) -> Float[np.ndarray, "n 8 2"]:
        """C_p."""
        return self.points_px[:, FOOT_INDICES]

    @property
    def legs_px(self) -> Float[np.ndarray, "n 6 2"]:
        """L_0."""
        return self.points_px[:, LEG_INDICES]

    @property
    def extent_px(self) -> Float[np.ndarray, "n"]:
        """Largest distance between two points of a foot, of the larger foot where there are two."""
        feet = self.feet_px.reshape(-1, 2, 4, 2)
        extents = np.linalg.norm(feet[:, :, :, None] - feet[:, :, None], axis=-1).max((2, 3))
        return np.where(self.present, extents, 0).max(1)

    def units(self) -> tuple[Float[np.ndarray, "n 8 2"], Float[np.ndarray, "n 6 2"], Bool[np.ndarray, "n 6"]]:
        """C_p and L_0 in the paper's normalisation, and which leg points exist."""
        there = np.repeat(self.present, 3, axis=1)
        feet = normalise(self.feet_px, np.repeat(self.present, 4, axis=1), self.side)
        return feet, normalise(self.legs_px, there, self.side), there


def evaluate(
    pipeline: ShoeModelPipeline, samples: Iterable[Sample], seed: int = 0, further: Path | None = None
) -> dict[str, Any]:
    """The report, ready for JSON. further: file of held-out poses without pictures, more to be neighbours.

    Raises:
        InputError: there are no samples, or no poses in the file.
    """
    real = Real.of(samples)
    every_real = real if further is None else real.extended(further)
    sampled = sample_legs(pipeline, real, seed)
    every = np.repeat(real.feet_px, POSES, axis=0), sampled.reshape(-1, 6, 2), np.repeat(real.present, POSES, axis=0)
    return {
        "n": len(real.shoes),
        "shoes": len(set(real.shoes)),
        "poses a picture": POSES,
        "loss": rounded(loss(pipeline, real, seed)),
        **to_truth(real, sampled),
        **to_neighbours(every_real, sampled),
        "bodies": {
            "sampled": skeletons.describe(*every),
            "true": skeletons.describe(real.feet_px, real.legs_px, real.present),
        },
        "speed": speed(pipeline, real),
    }


def sample_legs(pipeline: ShoeModelPipeline, real: Real, seed: int = 0) -> Float[np.ndarray, "n poses 6 2"]:
    """POSES sampled L_0 for each picture's true C_p, in px."""
    feet, _, there = real.units()
    generator = torch.Generator().manual_seed(seed)
    legs = diffusion.sample(
        pipeline.legs, pipeline.legs_scheduler, torch.from_numpy(feet).float(), POSES, generator
    ).cpu()
    return denormalise(legs.numpy(), real.side, np.repeat(there[:, None], POSES, axis=1))[0]


@torch.no_grad()
def loss(pipeline: ShoeModelPipeline, real: Real, seed: int = 0) -> float:
    """Eq. (1) over LOSS_DRAWS noises and timesteps for each picture."""
    feet, legs, there = (
        torch.from_numpy(np.repeat(values, LOSS_DRAWS, axis=0)).to(pipeline.legs.device) for values in real.units()
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return float(diffusion.loss(pipeline.legs, pipeline.legs_scheduler, legs.float(), feet.float(), there))


def to_truth(real: Real, sampled: Float[np.ndarray, "n poses 6 2"]) -> dict[str, Any]:
    """best of n: mean distance of the leg points of the nearest of n poses, in foot extents and % of the side.

    true pose among the sampled: share of the sampled poses that lie nearer to their mean than the true one does; 0.5
    where the spread is right, more where the poses crowd together, less where they scatter.
    """
    there = np.repeat(real.present, 3, axis=1)[:, None]
    error = _mean_where(np.linalg.norm(sampled - real.legs_px[:, None], axis=-1), there)  # (n, poses)
    best = np.stack([error[:, :count].min(1) for count in BEST_OF], axis=1)
    middle = sampled.mean(1, keepdims=True)
    spread = _mean_where(np.linalg.norm(sampled - middle, axis=-1), there)
    out = _mean_where(np.linalg.norm(real.legs_px[:, None] - middle, axis=-1), there)
    columns = np.column_stack([best / real.extent_px[:, None], 100 * best / real.side, (spread < out).mean(1)])
    means, drawn = columns.mean(0), _drawn_means(columns, real.shoes)
    spans = list(map(interval, drawn.T))
    numbers = len(BEST_OF)
    names = [str(count) for count in BEST_OF]
    return {
        "best of n, foot extents": dict(zip(names, map(rounded, means[:numbers]), strict=True)),
        "best of n, % of side": dict(zip(names, map(rounded, means[numbers : 2 * numbers]), strict=True)),
        "true pose among the sampled": rounded(means[-1]),
        "intervals": {
            "best of n, foot extents": dict(zip(names, spans[:numbers], strict=True)),
            "best of n, % of side": dict(zip(names, spans[numbers : 2 * numbers], strict=True)),
            "true pose among the sampled": spans[-1],
        },
    }


def to_neighbours(real: Real, sampled: Float[np.ndarray, "n poses 6 2"]) -> dict[str, Any]:
    """Precision, recall, density, coverage and spread, of the sampled poses for the first n of the real ones, and of
    other real ones, against real ones.

    Spread is the RMS distance from the mean pose, in RMS radii of C_p; that of neighbours holds the difference between
    their feet as well, so a ratio somewhat below 1 is right. A picture counts when it has at least 2 (NEAREST + 1)
    neighbours; the figures are None where none does.
    """
    centre, radius = _frames(real)
    rows = []
    for row, (numbers, legs, distance) in enumerate(neighbours(real, len(sampled))):
        count = min(NEIGHBOURS, len(numbers) // 2)
        if count <= NEAREST:
            continue
        there = np.repeat(real.present[row], 3)
        moved = (sampled[row, :count] - centre[row]) / radius[row]
        halves = legs[: 2 * count : 2], legs[1 : 2 * count : 2]
        ours, one, other = (part[:, there].reshape(count, -1) for part in (moved, *halves))
        rows.append([
            *manifold.prdc(one, ours, NEAREST).values(), *manifold.prdc(one, other, NEAREST).values(),
            _spread(ours), _spread(one), distance[: 2 * count].mean(),
        ])  # fmt: skip
    means = np.mean(rows, axis=0) if rows else np.full(2 * len(manifold.NAMES) + 3, np.nan)
    figures = list(map(figure, means))
    ratio = float(np.median([row[-3] / max(row[-2], 1e-9) for row in rows])) if rows else np.nan
    return {
        **dict(zip(manifold.NAMES, figures[:4], strict=True)),
        "real poses reach": dict(zip(manifold.NAMES, figures[4:8], strict=True)),
        "spread": {"sampled": figures[8], "neighbours": figures[9], "median ratio": figure(ratio)},
        "neighbours": {"pictures": len(rows), "at most": NEIGHBOURS, "mean distance of feet": figures[10]},
    }


def neighbours(
    real: Real, first: int | None = None
) -> Iterable[tuple[np.ndarray, Float[np.ndarray, "m 6 2"], Float[np.ndarray, "m"]]]:
    """For each of the `first` pictures (all of them by default) the others and their mirror images with the same feet,
    nearest feet first: number, legs and distance of feet, in the frame of C_p."""
    mirrored = real.points_px[:, FLIP] * np.array([-1.0, 1.0])
    both = Real(
        real.shoes * 2,
        np.concatenate([real.points_px, mirrored]),
        np.concatenate([real.present, real.present[:, ::-1]]),
        real.side,
    )
    centre, radius = _frames(both)
    feet = (both.feet_px - centre[:, None]) / radius[:, None, None]
    legs = (both.legs_px - centre[:, None]) / radius[:, None, None]
    number = np.tile(np.arange(len(real.shoes)), 2)
    for row in range(len(real.shoes) if first is None else first):
        alike = np.flatnonzero((both.present == real.present[row]).all(1) & (number != row))
        there = np.repeat(real.present[row], 4)
        gaps = ((feet[alike][:, there] - feet[row, there]) ** 2).sum(-1).mean(1) ** 0.5
        order = np.argsort(gaps, kind="stable")
        yield number[alike][order], legs[alike][order], gaps[order]


def speed(pipeline: ShoeModelPipeline, real: Real, count: int = MANY) -> dict[str, float]:
    """Seconds for `count` poses of one shoe sampled as one batch, by the clock and of processor time on all threads."""
    feet = torch.from_numpy(real.units()[0][:1]).float()
    started, worked = time.perf_counter(), time.process_time()
    diffusion.sample(pipeline.legs, pipeline.legs_scheduler, feet, count, torch.Generator().manual_seed(0))
    seconds, processor = time.perf_counter() - started, time.process_time() - worked
    return {
        "poses": count,
        "seconds": round(seconds, 3),
        "processor seconds": round(processor, 3),
        "threads": torch.get_num_threads(),
    }


def _frames(real: Real) -> tuple[Float[np.ndarray, "n 2"], Float[np.ndarray, "n"]]:
    """Mean and RMS radius of the existing points of C_p."""
    there = np.repeat(real.present, 4, axis=1)[..., None]
    count = there.sum(1)
    centre = np.where(there, real.feet_px, 0).sum(1) / count
    square = np.where(there, (real.feet_px - centre[:, None]) ** 2, 0).sum((1, 2)) / count[:, 0]
    return centre, np.maximum(np.sqrt(square), 1e-6)


def _spread(poses: Float[np.ndarray, "m d"]) -> float:
    return float(np.sqrt(((poses - poses.mean(0)) ** 2).sum(1).mean() / (poses.shape[1] / 2)))


def _mean_where(values: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Mean over the last axis of what is there."""
    return np.where(there, values, 0).sum(-1) / there.sum(-1)


def _drawn_means(columns: Float[np.ndarray, "n m"], shoes: Iterable[str]) -> Float[np.ndarray, "draws m"]:
    """Bootstrap of column means over shoes."""
    sums = resampled(by_shoe(np.column_stack([columns, np.ones(len(columns))]), shoes))
    return sums[:, :-1] / sums[:, -1:]
