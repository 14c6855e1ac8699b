"""Layers refuse what does not fit together."""

import numpy as np
import pytest

from shoemodel.compose.layers import Layers


@pytest.mark.usefixtures("unchecked")
def test_shapes_and_kinds():
    grey = np.zeros((4, 5), np.float32)
    assert Layers(np.zeros((4, 5, 3), np.float32), grey, grey).size == (4, 5)
    with pytest.raises(ValueError, match="one size"):
        Layers(np.zeros((4, 6, 3), np.float32), grey, grey)
    with pytest.raises(ValueError, match="float32"):
        Layers(np.zeros((4, 5, 3), np.float32), grey.astype(np.float64), grey)
