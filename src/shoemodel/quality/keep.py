"""The quality gate: of more pictures than are wanted, the best are kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from shoemodel.errors import InputError
from shoemodel.quality.score import Quality


def parse(text: str, num: int) -> int:
    """Read "best:K" -> K of `num` pictures; InputError for anything else."""
    kind, _, count = text.partition(":")
    if kind != "best" or not (count.isascii() and count.isdigit()) or not 1 <= int(count) <= num:
        raise InputError(f"--keep is {text!r}; best:K with K from 1 to {num}, the number that is drawn, is accepted")
    return int(count)


def ranked(qualities: Sequence[Quality]) -> list[int]:
    """Indices from the best to the worst score; of equals, the one drawn first goes first."""
    return sorted(range(len(qualities)), key=lambda index: -qualities[index].score)


def to_dict(quality: Quality) -> dict[str, Any]:
    """As JSON holds it: four decimals, None for what was not measured."""
    measures = {name: None if math.isnan(value) else round(value, 4) for name, value in quality.measures.items()}
    return {"score": round(quality.score, 4), "reasons": quality.reasons, "measures": measures}
