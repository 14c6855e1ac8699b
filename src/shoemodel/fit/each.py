"""Each shoe of a photo in 3-D: of a pair both, on one floor (ours)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import UInt8

from shoemodel.errors import InputError
from shoemodel.fit import pair, standing
from shoemodel.fit.outline import seen
from shoemodel.fit.shoe import ShoeFit
from shoemodel.image.masks import ShoeAreas
from shoemodel.lps.pair import of_side, split
from shoemodel.lps.predict import FootKeypoints, apart

TURNED_COST = 0.1
"""What both overlaps together may lose where a pair is taken to be seen from the other end."""
ONE_IOU = 0.72
"""Two feet that would stand crossed in what one shoe fits so well were seen in one shoe."""


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

    The two of a pair are one model on one floor (`fit.pair`). Where that does not do and they do not agree about the
    ground, the worse is fitted again on the better one's. One is left out, with a warning, where one body cannot stand
    in both. fit_one: takes areas=, feet=, up= and turned=, and fits one shoe.

    Raises:
        InputError: nothing fits any of them.
    """
    fitted: dict[str, FittedShoe] = {}
    refused: list[InputError] = []

    def one(side: str, own: ShoeAreas, up: np.ndarray | None = None) -> None:
        try:
            fit = fit_one(areas=own, feet=of_side(feet, side) if side else feet, up=up, turned=False)
            fitted[side] = FittedShoe(fit, own, side)
        except InputError as error:
            refused.append(error)

    for side, own in (split(canvas, areas, feet) or {"": areas}).items():
        one(side, own)
    if not fitted:
        raise refused[0]
    found = _pair(areas, fitted, feet, fit_one)
    if found is None and len(fitted) == 2:
        worse, better = sorted(fitted, key=lambda side: fitted[side].fit.iou)
        if standing.tilt_deg(fitted[worse].fit, fitted[better].fit) > standing.ALIKE_DEG:
            one(worse, fitted[worse].areas, standing.ground_up(fitted[better].fit))
            found = _pair(areas, fitted, feet, fit_one)
        if found is None and (why := standing.apart(fitted[worse].fit, fitted[better].fit)):
            refused.append(InputError(why))
            fitted = {better: fitted[better]}
    if found is not None:
        fitted = {shoe.side: shoe for shoe in found}
    warnings = [f"one shoe alone is dressed: {error}" for error in refused] if len(fitted) == 1 else []
    told = [text for each in fitted.values() for text in each.fit.warnings()]
    return tuple(fitted.values()), [*warnings, *dict.fromkeys(told)]


def _pair(
    areas: ShoeAreas, fitted: Mapping[str, FittedShoe], feet: FootKeypoints, fit_one: Callable[..., ShoeFit]
) -> list[FittedShoe] | None:
    """Both shoes on one floor, or None where that does not do; one shoe where two feet were seen in it."""
    if len(fitted) < 2:
        return None
    shoes = [seen(shoe.areas, *_points(of_side(feet, side))) for side, shoe in fitted.items()]
    found = pair.together([shoe.fit for shoe in fitted.values()], shoes)
    if found is None:
        return None
    if found.crossed:
        turned = _turned(fitted, feet, fit_one)
        if turned is not None and turned.quality > found.quality - TURNED_COST:
            found = turned
        elif len(apart(areas.shoe)) == 1:
            side = max(fitted, key=lambda each: fitted[each].fit.iou)
            with suppress(InputError):  # then it is no single shoe
                whole = fit_one(areas=areas, feet=of_side(feet, side), up=None, turned=False)
                if whole.iou > ONE_IOU:
                    return [FittedShoe(whole, areas, side)]
    return [FittedShoe(fit, shoe.areas, fit.side) for fit, shoe in zip(found.fits, fitted.values(), strict=True)]


def _turned(fitted: Mapping[str, FittedShoe], feet: FootKeypoints, fit_one: Callable[..., ShoeFit]) -> pair.Pair | None:
    """The pair seen from the other end, where that fits and it does not stand crossed: from before and from behind a
    shoe has nearly one outline. The sides stay, for that outline hardly tells them."""
    try:
        fits = [
            replace(fit_one(areas=shoe.areas, feet=of_side(feet, ""), up=None, turned=True), side=shoe.fit.side)
            for shoe in fitted.values()
        ]
    except InputError:
        return None
    found = pair.together(fits, [seen(shoe.areas) for shoe in fitted.values()])
    return None if found is None or found.crossed else found


def _points(feet: FootKeypoints) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return feet.points_px, feet.exists, feet.scores
