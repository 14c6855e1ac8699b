"""Precision, recall, density and coverage of sets whose answer is known."""

import numpy as np
import pytest

from shoemodel.evaluation.manifold import prdc

LINE = np.arange(10.0)[:, None]


def test_the_same_points():
    found = prdc(LINE, LINE, 1)
    assert found["precision"] == found["recall"] == found["coverage"] == 1
    assert found["density"] == pytest.approx(28 / 10)  # of 10 balls of radius 1, the ends hold 2 points, the others 3


def test_far_apart():
    assert set(prdc(LINE, LINE + 100, 2).values()) == {0.0}


def test_collapse_costs_recall_and_coverage_but_not_precision():
    found = prdc(LINE, np.linspace(4, 4.1, 10)[:, None], 1)
    assert found["precision"] == 1
    assert found["recall"] == 0.1 and found["coverage"] == 0.3  # the point 4; the balls of 3, 4 and 5


def test_too_few_points():
    with pytest.raises(ValueError, match="more than k = 10"):
        prdc(LINE, LINE, 10)
