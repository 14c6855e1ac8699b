"""A rim that encloses the opening leaves nothing uncovered; one that lies aside does, and gapes."""

import numpy as np

from shoemodel.fit.collar import Collar
from shoemodel.fit.outline import seen
from shoemodel.image.masks import ShoeAreas

SQUARE = np.array([[60.0, 30.0], [90.0, 30.0], [90.0, 50.0], [60.0, 50.0]])


def shoe(opening=True):
    mask = np.zeros((120, 160), bool)
    mask[30:90, 20:140] = True
    wearable = np.zeros_like(mask)
    wearable[30:50, 60:90] = opening
    return seen(ShoeAreas.from_masks(mask & ~wearable, wearable))


def test_a_rim_on_the_opening():
    collar = Collar.of(SQUARE, shoe())
    assert collar.gap < 0.005 and collar.uncovered == 0


def test_a_rim_aside():
    collar = Collar.of(SQUARE + np.array([15, 0]), shoe())
    assert np.isclose(collar.uncovered, 0.5, atol=0.05)
    assert np.isclose(collar.gap, 15 / 120 / np.sqrt(2), atol=0.01)


def test_no_opening():
    assert Collar.of(SQUARE, shoe(False)) is None
