"""Table 3: how good the pictures of a method are, on shoes that no training has seen (section 5).

| column | what | better |
|---|---|---|
| FID, KIDx1k | distance to the true worn pictures of the same tuples | low |
| CLIP | 100 × cosine of picture and caption | high |
| max_delta | largest difference of any channel in the visible area, over all pictures | 0 |
| expansion | mean of the shoe grown outside the kept pixels, % of their area | 0 |
| PCK@0.1 | share of X_p's points that the judge finds again | 1 |
| seam | mean ΔE of the ring outside the kept pixels to the nearest mix of shoe and background | the row real's |

The paper has the first three. Every figure but the distances has a mean over pictures and a bootstrap over shoes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import SegformerForSemanticSegmentation

from shoemodel.compose.paste import max_delta
from shoemodel.evaluation import distances, identity
from shoemodel.evaluation.extractor import Extractor
from shoemodel.evaluation.held_out import by_shoe, figure, interval, resampled, rounded
from shoemodel.evaluation.pictures import Listed, Shown, whole_pose
from shoemodel.image.pose import FOOT_INDICES
from shoemodel.quality import judge, measures
from shoemodel.quality.clip import Clip, cosine_score, resized

COLUMNS = ("FID", "KIDx1k", "CLIP", "max_delta", "expansion", "PCK@0.1", "seam")
"""Of the table, and the keys of each method in the report."""
MEANS = ("CLIP", "CLIP-I", "squared error", "expansion", "PCK@0.1", "PCK@0.1 feet", "legs", "sides", "seam")
"""What is a mean over pictures; the two PCKs are means over points."""


@dataclass(frozen=True)
class Instruments:
    """The networks that look at pictures."""

    extractor: Extractor
    clip: Clip
    judge: SegformerForSemanticSegmentation


@dataclass(eq=False)
class Tally:
    """What was measured on one set, a row a picture."""

    features: list[Tensor] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    sums: list[list[float]] = field(default_factory=list)
    """For each of MEANS what is added up."""
    counts: list[list[float]] = field(default_factory=list)
    """And by what it is divided; 0 where the picture says nothing."""
    deltas: list[int] = field(default_factory=list)
    grown: list[float] = field(default_factory=list)

    @property
    def shoes(self) -> list[str]:
        return [each.shoe for each in self.listed]


def featured(shown: Iterable[Shown], extractor: Extractor) -> Tally:
    """Features alone: what the reference set needs."""
    tally = Tally()
    for each in shown:
        _add_features(tally, each, extractor)
    return tally


def measured(shown: Iterable[Shown], instruments: Instruments) -> Tally:
    """Every measure of one method's pictures."""
    tally = Tally()
    for each in shown:
        _add_features(tally, each, instruments.extractor)
        _add_measures(tally, each, instruments)
    return tally


def _add_features(tally: Tally, shown: Shown, extractor: Extractor) -> None:
    tally.features.append(extractor(resized(shown.picture, extractor.side)[None])[0])
    tally.listed.append(shown.listed)


def _add_measures(tally: Tally, shown: Shown, instruments: Instruments) -> None:
    sample, picture, visible = shown.sample, shown.picture, shown.sample.areas.visible
    reading, pose, size = judge.read(instruments.judge, picture), whole_pose(sample), visible.shape
    right = measures.found_again(reading, pose, size)
    of_feet = np.isin(np.flatnonzero(pose.within(size).exists), FOOT_INDICES)
    grown = 100 * measures.expansion(reading.shoe, visible)
    embedded = [instruments.clip.embed_pictures([picture])[0], instruments.clip.embed_texts([sample.caption])[0]]
    means = {
        "CLIP": cosine_score(*embedded),
        "CLIP-I": identity.clip_i(instruments.clip, picture, sample.unworn, sample.areas.shoe),
        "squared error": identity.squared_error(picture, sample.unworn, visible),
        "expansion": grown,
        "legs": float(measures.legs(reading, size) == measures.expected_legs(pose, size)),
        "sides": float(measures.sides_agree(reading, pose)),
        "seam": measures.seam_error(picture, visible),
    }
    sums = {name: np.nan_to_num(value) for name, value in means.items()}
    counts = {name: float(not np.isnan(value)) for name, value in means.items()}
    sums |= {"PCK@0.1": right.sum(), "PCK@0.1 feet": right[of_feet].sum()}
    counts |= {"PCK@0.1": right.size, "PCK@0.1 feet": of_feet.sum()}
    tally.sums.append([float(sums[name]) for name in MEANS])
    tally.counts.append([float(counts[name]) for name in MEANS])
    tally.deltas.append(max_delta(picture, sample.unworn, visible))
    tally.grown.append(grown)


def summarise(reference: Tally, sets: dict[str, Tally], instruments: Instruments) -> dict[str, Any]:
    """n, extractor, methods (exactly COLUMNS each); then, for each method, intervals and what else was measured."""
    found = {name: _row(reference, tally) for name, tally in sets.items()}
    return {
        "n": len(reference.listed),
        "extractor": instruments.extractor.name,
        "methods": {name: {column: row[column] for column in COLUMNS} for name, (row, _) in found.items()},
        "shoes": len(set(reference.shoes)),
        "clip": instruments.clip.name,
        "intervals": {name: spans for name, (_, spans) in found.items()},
        "more": {
            name: {key: value for key, value in row.items() if key not in COLUMNS} for name, (row, _) in found.items()
        },
    }


def _row(reference: Tally, tally: Tally) -> tuple[dict[str, Any], dict[str, Any]]:
    """Figures and intervals of one method; PSNR is None where no pixel of any picture differs."""
    row, spans = _distances(reference, tally)
    pairs = np.stack([tally.sums, tally.counts], axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        total, draws = (sums[..., 0] / sums[..., 1] for sums in (pairs.sum(0), resampled(by_shoe(pairs, tally.shoes))))
    row |= {name: figure(value) for name, value in zip(MEANS, total, strict=True)}
    spans |= {name: interval(values) for name, values in zip(MEANS, draws.T, strict=True)}
    peak = identity.psnr(float(total[MEANS.index("squared error")]))
    row |= {"max_delta": max(tally.deltas), "PSNR": rounded(peak) if np.isfinite(peak) else None}
    grown = np.array(tally.grown)
    row["median expansion"] = figure(float(np.nanmedian(grown))) if np.isfinite(grown).any() else None
    row["pictures untouched"] = rounded(float(np.mean(np.array(tally.deltas) == 0)))
    return row, spans


def _distances(reference: Tally, tally: Tally) -> tuple[dict[str, Any], dict[str, Any]]:
    features = torch.stack(reference.features), torch.stack(tally.features)
    row, spans = {}, {}
    for name, distance in (("FID", distances.fid), ("KIDx1k", distances.kid)):
        value, span = distances.with_interval(distance, *features, reference.shoes, tally.shoes)
        row[name], spans[name] = rounded(value), span and [rounded(end) for end in span]
    return row, spans
