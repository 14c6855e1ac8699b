"""Folds of a trouser leg seen close."""

import numpy as np

from shoemodel.body import creases
from shoemodel.body.cloth import BACK, Folds
from shoemodel.body.creases import Crease


def test_a_crease_is_a_ridge_over_a_valley_where_it_lies():
    above = np.arange(0, 0.3, 0.0025)
    field = creases.raised([Crease(BACK, 0.1, 0.05, 0.008, 0.005)], above, 208)
    ring, column = np.unravel_index(field.argmax(), field.shape)
    assert abs(above[ring] - 0.1) < 0.004
    assert abs(column - 52) <= 1
    assert field.max() > 0.004
    assert field[above < 0.095].min() < -0.0015
    assert np.abs(field[:, 140:180]).max() < 1e-4


def test_a_bent_knee_has_higher_folds_behind_it():
    folds = Folds(knee=0.005)
    straight, bent = (creases.draw_creases(np.random.default_rng(1), folds, 0.35, angle) for angle in (0.0, 1.4))
    assert sum(c.raised_m for c in bent) > 2 * sum(c.raised_m for c in straight)
    assert all(abs(c.height_m - 0.35) < 0.12 for c in bent)


def test_cloth_without_folds_is_smooth():
    rng = np.random.default_rng(0)
    assert creases.draw_creases(rng, Folds(), 0.35, 1.0) == []
    assert np.allclose(creases.waves(rng, Folds(), np.linspace(0, 0.5, 40), 64), 0)
