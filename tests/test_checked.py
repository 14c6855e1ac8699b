"""Annotations are checked while the tests run."""

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from shoemodel.body import prompt
from shoemodel.image import geometry, masks


def test_a_wrong_kind_or_shape_is_refused_by_the_annotation():
    with pytest.raises(TypeCheckError, match="labels"):
        masks.ShoeAreas(np.zeros((4, 4)))
    with pytest.raises(TypeCheckError, match="parameter 'b'"):
        masks.iou(np.ones((3, 4), bool), np.ones((4, 4), bool))
    with pytest.raises(TypeCheckError, match="prompt"):
        prompt.read(3)


def test_a_whole_number_is_a_float():
    assert geometry.Box(0, 0, 2, 1).width == geometry.Box(np.int64(0), 0, np.float32(2), 1).width == 2
    with pytest.raises(TypeCheckError, match="x0"):
        geometry.Box("0", 0, 2, 1)


@pytest.mark.usefixtures("unchecked")
def test_a_test_may_hand_in_what_the_annotations_forbid():
    with pytest.raises(ValueError, match="float64"):
        masks.ShoeAreas(np.zeros((4, 4)))
