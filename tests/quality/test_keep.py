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


def test_best_of_num():
    assert keep.parse("best:2", 4) == keep.parse("best:2") == 2
    with pytest.raises(InputError, match="K from 1 up is accepted"):
        keep.parse("best:0")
    for text in ("2", "best:0", "best:5", "worst:1", "best:", "best:²"):
        with pytest.raises(InputError, match="best:K with K from 1 to 4"):
            keep.parse(text, 4)


def test_as_json():
    told = keep.to_dict(quality(0.123456))
    assert told == {"score": 0.1235, "reasons": [], "measures": {"seam": None, "pose": 0.1235}}
    assert json.loads(json.dumps(told, allow_nan=False)) == told
