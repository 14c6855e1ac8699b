"""Each shoe of a photo in 3-D: of a pair both, on one ground (ours)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from shoemodel.errors import InputError
from shoemodel.fit import standing
from shoemodel.fit.shoe import ShoeFit
from shoemodel.image.masks import ShoeAreas
from shoemodel.lps import pair
from shoemodel.lps.predict import FootKeypoints


@dataclass(frozen=True, eq=False)
class FittedShoe:
    """One shoe of a photo in 3-D, and its areas on the canvas without those of the other."""

    fit: ShoeFit
    areas: ShoeAreas
    side: str = ""
    """Of the foot that was found in it; "" where none was."""


def fit_each(
    canvas: UInt8[np.ndarray, "h w 3"], areas: ShoeAreas, feet: FootKeypoints, fit_one: Callable[..., ShoeFit]
) -> tuple[tuple[FittedShoe, ...], list[str]]:
    """Each shoe that holds a foot, fitted by itself, or what was found as one where none does; and warnings.

    Of two that do not agree about the ground the worse is fitted again on the better one's. One is left out, with a
    warning, where one body cannot stand in both. fit_one: takes areas=, feet= and up=, and fits one shoe.

    Raises:
        InputError: nothing fits any of them.
    """
    fitted: dict[str, FittedShoe] = {}
    refused: list[InputError] = []

    def one(side: str, own: ShoeAreas, up: np.ndarray | None = None) -> None:
        try:
            fit = fit_one(areas=own, feet=pair.of_side(feet, side) if side else feet, up=up)
            fitted[side] = FittedShoe(fit, own, side)
        except InputError as error:
            refused.append(error)

    for side, own in (pair.split(canvas, areas, feet) or {"": areas}).items():
        one(side, own)
    if not fitted:
        raise refused[0]
    if len(fitted) == 2:
        worse, better = sorted(fitted, key=lambda side: fitted[side].fit.iou)
        if standing.tilt_deg(fitted[worse].fit, fitted[better].fit) > standing.ALIKE_DEG:
            one(worse, fitted[worse].areas, standing.ground_up(fitted[better].fit))
        if apart := standing.apart(fitted[worse].fit, fitted[better].fit):
            refused.append(InputError(apart))
            fitted = {better: fitted[better]}
    warnings = [f"one shoe alone is dressed: {error}" for error in refused] if len(fitted) == 1 else []
    told = [text for each in fitted.values() for text in each.fit.warnings()]
    return tuple(fitted.values()), [*warnings, *dict.fromkeys(told)]
