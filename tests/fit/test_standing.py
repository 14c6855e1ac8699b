"""One body stands in two shoes of one floor, and in no others."""

from dataclasses import replace

from shoemodel.fit import standing
from tests.backends.test_align import fit_from_the_side

FIT = fit_from_the_side()


def test_two_shoes_side_by_side_are_a_pair():
    moved = replace(FIT, side="right", camera=replace(FIT.camera, centre_px=(FIT.camera.centre_px[0] + 200, 210.0)))
    assert standing.apart(FIT, moved) == "" == standing.apart(FIT, fit_from_the_side(roll_deg=15))


def test_a_shoe_that_leans_on_the_other_is_told():
    assert "tilted by 50 degrees" in standing.apart(FIT, fit_from_the_side(roll_deg=50))


def test_a_shoe_that_lies_far_away_is_told():
    far = replace(FIT, camera=replace(FIT.camera, centre_px=(FIT.camera.centre_px[0] + 5000, 200.0)))
    assert "lengths of a shoe apart" in standing.apart(FIT, far)
