"""What the answers say: wins as Table 3 counts them, Bradley-Terry scores, agreement of the raters.

| here          | what                                                                                         |
|---------------|----------------------------------------------------------------------------------------------|
| wins          | answers won; k equally good pictures have 1/k each (section 5)                               |
| wins a rater  | the paper's column: the mean over raters of what a method won                                |
| Bradley-Terry | log strength, mean 0 over methods: a beats b with probability 1 / (1 + exp(b - a)) (ours)    |
| agreement     | mean over line-ups of pairs of raters: winners in common over winners of either (ours)       |
| alpha         | Krippendorff's, with 1 - this share as the distance: 1 is agreement, 0 chance (ours)         |

Intervals are percentile bootstraps over pictures: line-ups are drawn with replacement, each with all its answers. They
say what other pictures could have given, not what other raters could have.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import choix
import krippendorff
import numpy as np
from jaxtyping import Float

from shoemodel.study.answers import Answer
from shoemodel.study.page import Key

DRAWS = 1000
"""Bootstrap resamples."""
LEVEL = 95
"""Of the intervals, percent."""
PRIOR = 0.5
"""Wins that every method has over every other beforehand: a method that never wins has a finite score (ours)."""
Winners = frozenset[int]
"""Numbers of the methods that an answer prefers."""


def report(answers: Sequence[Answer], key: Key, seed: int = 0) -> dict[str, Any]:
    """Everything that the answers say, for JSON. `seed`: of the bootstrap."""
    lineups = list(dict.fromkeys(each.lineup for each in answers))
    raters = {name: sum(each.rater == name for each in answers) for name in sorted({each.rater for each in answers})}
    shares, beaten = _counts(answers, key, lineups)
    times = np.random.default_rng(seed).multinomial(len(lineups), np.full(len(lineups), 1 / len(lineups)), size=DRAWS)
    draws = times @ shares
    strengths = np.stack([bradley_terry(each) for each in np.tensordot(times, beaten, axes=1)])
    wins, strength = shares.sum(0), bradley_terry(beaten.sum(0))
    methods = {
        name: {
            "wins": _rounded(wins[number]),
            "wins a rater": _rounded(wins[number] / len(raters)),
            "share": _rounded(wins[number] / wins.sum()),
            "share interval": _interval(draws[:, number] / draws.sum(1)),
            "Bradley-Terry": _rounded(strength[number]),
            "Bradley-Terry interval": _interval(strengths[:, number]),
        }
        for number, name in enumerate(key.methods)
    }
    return {
        "study": key.study,
        "question": key.question,
        "line-ups": len(lineups),
        "line-ups in all": len(key.owners),
        "answers": len(answers),
        "ties": sum(len(each.winners) > 1 for each in answers),
        "raters": raters,
        "methods": methods,
        "agreement": agreement(answers, key),
        "wins by place": [_rounded(share) for share in _places(answers, len(key.methods))],
        "median seconds": _rounded(float(np.median([each.seconds for each in answers]))),
        "bootstrap": {"draws": DRAWS, "level": LEVEL, "seed": seed, "over": "line-ups"},
    }


def bradley_terry(beaten: Float[np.ndarray, "m m"]) -> Float[np.ndarray, "m"]:
    """Log strengths, mean 0, from how often i beat j, with PRIOR (Bradley and Terry 1952; iterated by `choix`)."""
    found = choix.ilsr_pairwise_dense(beaten + PRIOR * (1 - np.eye(len(beaten))), max_iter=10_000)
    return found - found.mean()


def agreement(answers: Sequence[Answer], key: Key) -> dict[str, Any]:
    """How far raters agree on the line-ups that at least two of them answered; None where that cannot be said."""
    groups: dict[str, list[Winners]] = {}
    for each in answers:
        groups.setdefault(each.lineup, []).append(_winners(each, key))
    shared = [group for group in groups.values() if len(group) > 1]
    values = sorted({winners for group in shared for winners in group}, key=sorted)
    same = [np.mean([_overlap(one, other) for one, other in combinations(group, 2)]) for group in shared]
    found: dict[str, Any] = {
        "line-ups": len(shared),
        "agreement": _rounded(float(np.mean(same))) if same else None,
        "alpha": None,
    }
    if len(values) > 1:
        counts = np.array([[group.count(value) for value in values] for group in shared])
        apart = np.array([[1 - _overlap(one, other) for other in values] for one in values])

        def distance(v1: Any, v2: Any, i1: Any, i2: Any, n_v: Any, dtype: Any = float) -> Any:
            return apart[i1, i2]

        alpha = krippendorff.alpha(value_counts=counts, level_of_measurement=distance)
        found["alpha"] = _rounded(float(alpha))
    return found


def rows(answers: Sequence[Answer], key: Key) -> list[dict[str, Any]]:
    """A row for each answer and method, for a spreadsheet: what it won, and where its picture stood (from 1)."""
    return [
        {
            "rater": each.rater,
            "key": key.keys[each.lineup],
            "method": key.owners[each.lineup][picture],
            "won": _rounded((picture in each.winners) / len(each.winners)),
            "place": place,
            "seconds": each.seconds,
            "answered_at": each.answered_at,
        }
        for each in answers
        for place, picture in enumerate(each.shown, start=1)
    ]


def _counts(
    answers: Sequence[Answer], key: Key, lineups: Sequence[str]
) -> tuple[Float[np.ndarray, "k m"], Float[np.ndarray, "k m m"]]:
    """Of each line-up: what each method won, and how often i beat j; equally good ones beat each other by half."""
    count = len(key.methods)
    shares, beaten = np.zeros((len(lineups), count)), np.zeros((len(lineups), count, count))
    numbers = {lineup: number for number, lineup in enumerate(lineups)}
    for each in answers:
        number, winners = numbers[each.lineup], _winners(each, key)
        for method in winners:
            shares[number, method] += 1 / len(winners)
            beaten[number, method] += [
                0 if other == method else 0.5 if other in winners else 1 for other in range(count)
            ]
    return shares, beaten


def _winners(answer: Answer, key: Key) -> Winners:
    owners = key.owners[answer.lineup]
    return frozenset(key.methods.index(owners[picture]) for picture in answer.winners)


def _overlap(one: Winners, other: Winners) -> float:
    return len(one & other) / len(one | other)


def _places(answers: Sequence[Answer], count: int) -> Float[np.ndarray, "m"]:
    """Share of the wins of the picture that stood first, second ...: far from 1/m, raters look at the place."""
    won = np.zeros(count)
    for each in answers:
        won += [(picture in each.winners) / len(each.winners) for picture in each.shown]
    return won / won.sum()


def _interval(values: Float[np.ndarray, "draws"]) -> list[float]:
    return [_rounded(value) for value in np.percentile(values, [(100 - LEVEL) / 2, (100 + LEVEL) / 2])]


def _rounded(value: float) -> float:
    return round(float(value), 4)
