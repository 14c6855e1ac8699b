"""The ring of a shoe's opening lies where the leg goes in."""

import numpy as np
import pytest

from shoemodel import shoes
from shoemodel.body.anny_model import body
from shoemodel.shoes.last import shape_last
from shoemodel.shoes.rim import rim

COUNT = 48


def ring_of(family):
    parameters = shoes.sample_parameters(np.random.default_rng(3), family)
    foot = body().foot(body().figure({"gender": 1.0}), shoes.heel_deg(parameters))
    last, _ = shape_last(parameters, foot)
    return rim(last, parameters, COUNT), last, parameters


@pytest.mark.parametrize("family", ["sneaker", "pump", "tall boot", "slide"])
def test_it_begins_at_the_heel_and_goes_round(family):
    ring, last, _ = ring_of(family)
    assert ring.shape == (COUNT, 3) and np.isfinite(ring).all()
    assert ring[0, 1] > ring[COUNT // 2, 1] and ring[COUNT // 4, 0] > 0 > ring[3 * COUNT // 4, 0]
    assert np.ptp(ring[:, 1]) < last.length and np.linalg.norm(np.diff(ring, axis=0), axis=1).max() < 0.05


def test_a_boot_ends_higher_than_a_shoe_and_a_slide_has_its_insole():
    heights = {family: ring_of(family)[0][:, 2] for family in ("sneaker", "tall boot", "slide")}
    assert heights["tall boot"].min() > heights["sneaker"].max() > heights["slide"].max()
