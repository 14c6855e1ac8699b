"""Layers refuse what does not fit together."""

import numpy as np
import pytest

from shoemodel.compose.layers import Layers, over


@pytest.mark.usefixtures("unchecked")
def test_shapes_and_kinds():
    grey = np.zeros((4, 5), np.float32)
    assert Layers(np.zeros((4, 5, 3), np.float32), grey, grey).size == (4, 5)
    with pytest.raises(ValueError, match="one size"):
        Layers(np.zeros((4, 6, 3), np.float32), grey, grey)
    with pytest.raises(ValueError, match="float32"):
        Layers(np.zeros((4, 5, 3), np.float32), grey.astype(np.float64), grey)


def test_a_leg_before_another():
    def leg(colour, alpha, shadow):
        return Layers(np.full((2, 2, 3), colour, np.float32), np.float32(alpha), np.full((2, 2), shadow, np.float32))

    front = leg(0.2, [[1, 0.5], [0, 0]], 0.5)
    made = over(front, leg(0.8, [[1, 1], [1, 0]], 0.8))
    np.testing.assert_allclose(made.alpha, [[1, 1], [1, 0]])
    np.testing.assert_allclose(made.colour[..., 0], [[0.2, 0.5], [0.8, 0]], atol=1e-6)
    np.testing.assert_allclose(made.shadow, 0.4)
    with pytest.raises(ValueError, match="one canvas"):
        over(front, Layers(np.zeros((2, 3, 3), np.float32), np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)))
