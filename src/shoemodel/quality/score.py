"""The quality of one result: a score in [0, 1] and the reasons that lower it (all ours): of a rendered leg from what
its fit and areas say, of the diffusion's images from the measures of Table 3.

Each measure gets a grade, 1 where it is as in true pictures and 0 where only faulty pictures are, straight in between;
the score is their product, each counting at least LEAST so that the worst can still be told from the bad.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from jaxtyping import Bool, UInt8
from transformers import SegformerForSemanticSegmentation

from shoemodel.doubts import odd_share
from shoemodel.image.pose import Pose
from shoemodel.quality import judge as judges
from shoemodel.quality import measures
from shoemodel.quality.clip import Clip
from shoemodel.result import ShoeModelResult

LEAST = 0.05
"""What a measure counts at worst."""
POOR = 0.5
"""Grade below which a measure is a reason; a score below it has one."""


@dataclass(frozen=True)
class Limit:
    """Where a measure is good, where it is bad, and where both values come from."""

    good: float
    bad: float
    reason: str
    """Said when the grade is poor; holds the value."""
    source: str

    def grade(self, value: float) -> float:
        """In [0, 1]; 1 for a measure that says nothing."""
        if math.isnan(value):
            return 1.0
        return float(np.clip((value - self.bad) / (self.good - self.bad), 0, 1))


MEASURED = "reproduce/quality.py on held-out tuples"
TRUE = f"{MEASURED} (150 shoes, world version 4, mini's judge)"
LIMITS: Mapping[str, Limit] = MappingProxyType({
    "expansion": Limit(
        0.05, 0.3, "the shoe has grown by {:.0%} of its area",
        f"{TRUE}: 75% of true pictures are below 0.014, 90% below 0.066; enlarged by a quarter (0.50) 0.51",
    ),
    "seam": Limit(
        6.4, 15.0, "the border of the shoe shows, ΔE {:.1f}",
        f"{TRUE}: 90% of true pictures are below 6.2, 95% below 7.4; a fringe of 2 px has 17 in the median",
    ),
    "pose": Limit(
        0.7, 0.2, "only {:.0%} of the pose's points are found again",
        f"{TRUE}: median of true pictures 0.90; a quarter are below 0.80, 5% below 0.25",
    ),
    "legs": Limit(0, 1, "the number of legs is off by {:.0f}", f"{TRUE}: a count, right in 96% of true pictures"),
    "sides": Limit(1, 0, "left and right are swapped", f"{TRUE}: yes or no, right in 93% of true pictures"),
    "prompt": Limit(
        47.0, 17.0, "the picture does not show what the prompt says, CLIP score {:.0f}",
        f"{MEASURED} (150 shoes, world version 4, mini's CLIP): median of true pairs 58, a quarter below 47, "
        "5% below 32; three quarters of wrong captions are below 33, half below 19",
    ),
    "opening": Limit(
        0.0, 0.05, "{:.0%} of the shoe was painted over where no foot goes in",
        "(ours) `doubts.odd_share`: nothing of a shoe should be",
    ),
})  # fmt: skip
"""They hold for the judge and the CLIP they were measured with; `reproduce/quality.py` prints those of others."""


GRADED = "reproduce/gate.py, results graded by eye: the better quarter of the good, the worse quarter of the bad"
RENDERED: Mapping[str, Limit] = MappingProxyType({
    "fit": Limit(0.95, 0.77, "no known shoe has quite this outline (overlap {:.2f})", GRADED),
    "unsure": Limit(0.008, 0.13, "the opening is uncertain: {:.0%} of the shoe may be wrongly labelled", GRADED),
    "beside": Limit(0.36, 1.95, "the leg lies beside the shoe, along {:.1f} of its size", GRADED),
})  # fmt: skip
"""Those of a leg whose shoe was fitted: they need no network that looks at pictures."""


@dataclass(frozen=True)
class Quality:
    """What is to be thought of one result."""

    score: float
    reasons: list[str]
    """One sentence for each poor measure, the worst first; for the worst where none is poor but the score is."""
    measures: dict[str, float]
    """By the names of LIMITS or RENDERED; NaN for what the picture does not tell."""

    @property
    def passed(self) -> bool:
        """Nothing is poor."""
        return not self.reasons


def rendered(result: ShoeModelResult) -> list[Quality]:
    """The quality of each picture of a leg in fitted shoes; the overlap is that of the shoe that was fitted worse."""
    fit, unsure = min(each.iou for each in result.fits), result.areas.unsure
    return [grade({"fit": fit, "unsure": unsure, "beside": each}, RENDERED) for each in result.beside]


def score(result: ShoeModelResult, judge: SegformerForSemanticSegmentation, clip: Clip | None = None) -> list[Quality]:
    """The quality of each picture of a result; without a CLIP, agreement with its prompt does not count."""
    pictures, odd = (
        zip(result.pixels, result.poses, result.prompts, strict=True),
        odd_share(result.shoe.areas, result.feet),
    )
    return [assess(picture, result.shoe.visible, pose, prompt, judge, clip, odd) for picture, pose, prompt in pictures]


def assess(
    picture: UInt8[np.ndarray, "h w 3"],
    visible: Bool[np.ndarray, "h w"],
    pose: Pose,
    prompt: str,
    judge: SegformerForSemanticSegmentation,
    clip: Clip | None = None,
    odd: float = math.nan,
) -> Quality:
    """The quality of one picture; `visible` are the pixels that were kept, `pose` is what was to be drawn, and `odd` is
    how much of the shoe was painted over where no foot goes in."""
    reading, size = judges.read(judge, picture), visible.shape
    right = measures.found_again(reading, pose, size)
    there = measures.legs(reading, size), measures.expected_legs(pose, size)
    return grade({
        "expansion": measures.expansion(reading.shoe, visible),
        "seam": measures.seam_error(picture, visible),
        "pose": float(right.mean()) if right.size else math.nan,
        "legs": float(abs(there[0] - there[1])),
        "sides": float(measures.sides_agree(reading, pose)),
        "prompt": clip.agreement(picture, prompt) if clip is not None else math.nan,
        "opening": odd,
    })  # fmt: skip


def grade(values: Mapping[str, float], limits: Mapping[str, Limit] = LIMITS) -> Quality:
    """Score and reasons of measured values, one for each of the limits."""
    grades = {name: limit.grade(values[name]) for name, limit in limits.items()}
    total = math.prod(max(LEAST, value) for value in grades.values())
    worst = sorted(grades, key=grades.__getitem__)
    poor = [name for name in worst if grades[name] < POOR] or worst[: int(total < POOR)]
    return Quality(total, [limits[name].reason.format(values[name]) for name in poor], dict(values))
