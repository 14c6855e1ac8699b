"""The quality gate: of more pictures than are wanted, the best are kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from shoemodel.errors import InputError
from shoemodel.quality.score import Quality


def require_judge(there: bool, pack: str) -> None:
    """Raise InputError where a pack, of this name, has no judge to tell the best."""
    if not there:
        raise InputError(
            f"keep needs a judge, and the pack {pack} holds none; `shoemodel pack PACK RUN --out FOLDER` with a run "
            "of `shoemodel train judge` makes a pack with one"
        )


def ranked(qualities: Sequence[Quality]) -> list[int]:
    """Indices from the best to the worst score; of equals, the one made first goes first."""
    return sorted(range(len(qualities)), key=lambda index: -qualities[index].score)


def best(qualities: Sequence[Quality], num: int, keep: int | None) -> tuple[list[int], list[int]]:
    """Indices of the pictures that are kept and of the others, where each prompt has `num` pictures in a row: the
    `keep` best of each prompt, best first; None keeps all in their order."""
    if keep is None:
        return list(range(len(qualities))), []
    kept: list[int] = []
    others: list[int] = []
    for first in range(0, len(qualities), num):
        order = [first + index for index in ranked(qualities[first : first + num])]
        kept, others = kept + order[:keep], others + order[keep:]
    return kept, others


def to_dict(quality: Quality) -> dict[str, Any]:
    """As JSON holds it: four digits of the score, four decimals of a measure, None for what was not measured."""
    measures = {name: None if math.isnan(value) else round(value, 4) for name, value in quality.measures.items()}
    return {"score": float(f"{quality.score:.4g}"), "reasons": quality.reasons, "measures": measures}
