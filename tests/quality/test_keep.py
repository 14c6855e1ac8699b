"""The gate keeps the best of what was drawn."""

import json
import math

import pytest

from shoemodel.errors import InputError
from shoemodel.quality import keep
from shoemodel.quality.score import Quality


def quality(score):
    return Quality(score, [], {"seam": math.nan, "pose": 0.12345678})


def test_ranked_from_the_best_and_equals_in_their_order():
    assert keep.ranked([quality(score) for score in (0.2, 0.9, 0.2, 0.95)]) == [3, 1, 0, 2]


def test_the_best_of_each_prompt_are_kept():
    qualities = [quality(score) for score in (0.2, 0.9, 0.5, 0.1, 0.3, 0.7)]
    assert keep.best(qualities, 3, 1) == ([1, 5], [2, 0, 4, 3])
    assert keep.best(qualities, 3, None) == (list(range(6)), [])


def test_without_a_judge_the_pack_is_named():
    keep.require_judge(True, "mini")
    with pytest.raises(InputError, match="keep needs a judge, and the pack blind holds none"):
        keep.require_judge(False, "blind")


def test_as_json():
    told = keep.to_dict(quality(0.123456))
    assert told == {"score": 0.1235, "reasons": [], "measures": {"seam": None, "pose": 0.1235}}
    assert json.loads(json.dumps(told, allow_nan=False)) == told
