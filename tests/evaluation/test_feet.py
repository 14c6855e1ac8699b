"""Shifted keypoints give known PCK; feet that are missed, invented or swapped cost what they should."""

import numpy as np
import pytest

from shoemodel.evaluation import feet
from shoemodel.evaluation.feet import Reading, summarise
from shoemodel.lps.predict import FootKeypoints
from tests.toys import toy_sample

FOOT = np.array([[20.0, 40.0], [100.0, 60.0], [90.0, 64.0], [0.0, 60.0]])
"""Ankle, big toe, small toe, heel; 100 px long."""
TRUE = np.concatenate([FOOT, FOOT + np.array([150, 0])])


def reading(points=TRUE, reported=(True, True), there=(True, True), shoe="a") -> Reading:
    found = FootKeypoints(np.asarray(points, float), np.full(8, 0.9), np.repeat(reported, 4))
    return Reading(shoe, TRUE, np.repeat(there, 4), found)


def test_perfect_answers():
    report = summarise([reading(), reading(shoe="b")])
    assert report["PCK"] == {"0.05": 1.0, "0.1": 1.0} and report["median error, foot extents"] == 0
    assert report["presence"] == {side: {"precision": 1.0, "recall": 1.0} for side in ("left", "right")}
    assert report["OKS"] == {"AP": 1.0, "AP50": 1.0, "AP75": 1.0, "AR": 1.0}
    assert report["feet right"] == 1 and report["points"] == 16 and report["shoes"] == 2


def test_points_7_percent_of_the_foot_away():
    report = summarise([reading(TRUE + np.array([7, 0]))])
    assert report["PCK"] == {"0.05": 0.0, "0.1": 1.0}
    assert report["median error, foot extents"] == pytest.approx(0.07)
    assert 0 < report["OKS"]["AP"] < 1


def test_one_point_of_eight():
    points = TRUE.copy()
    points[1] += 20  # the left big toe
    report = summarise([reading(points)])
    assert report["PCK"]["0.1"] == 0.875
    assert report["PCK of"]["0.1"] == {"ankle": 1.0, "big_toe": 0.5, "small_toe": 1.0, "heel": 1.0}


def test_a_missed_foot_has_no_point_right():
    report = summarise([reading(reported=(True, False)), reading()])
    assert report["PCK"]["0.1"] == 0.75 and report["feet right"] == 0.5
    assert report["presence"]["right"] == {"precision": 1.0, "recall": 0.5}
    assert report["OKS"]["AP"] == pytest.approx(0.75, abs=0.01)  # 1 for left, 51 of 101 recalls for right


def test_an_invented_foot_costs_precision_only():
    report = summarise([reading(there=(True, False))])
    assert report["PCK"]["0.05"] == 1
    assert report["presence"]["left"]["precision"] == 1 and report["presence"]["right"]["precision"] == 0
    assert report["presence"]["right"]["recall"] is None and report["feet right"] == 0


def test_swapped_feet_are_wrong():
    report = summarise([reading(np.roll(TRUE, 4, axis=0))])
    assert report["PCK"]["0.1"] == 0 and report["OKS"]["AP"] == 0


def test_a_refused_picture_is_missed():
    report = summarise([Reading("a", TRUE, np.ones(8, bool), None)])
    assert report["PCK"]["0.1"] == 0 and report["median error, foot extents"] is None and report["OKS"]["AP"] == 0
    assert report["presence"]["left"] == {"precision": None, "recall": 0.0}


def test_oks_of_a_known_distance():
    """exp(-d² / (2 area (2 sigma)²)) is 0.5 where d is about 0.11 of the foot, so AP50 holds on one side of it."""
    limit = 100 * np.sqrt(2 * np.log(2) * feet.AREA * (2 * 0.066) ** 2)
    assert limit == pytest.approx(11, abs=0.1)
    points = TRUE.copy()
    for shift, right in ((limit - 0.5, 1.0), (limit * 0.089 / 0.066 + 0.5, 0.0)):
        assert summarise([reading(points + np.array([shift, 0]))])["OKS"]["AP50"] == right


def test_an_untrained_pack_is_measured(pipeline):
    report = feet.evaluate(pipeline, [toy_sample(0), toy_sample(1)])
    assert report["n"] == 2 and report["points"] == 12
