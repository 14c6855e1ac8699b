"""Both shoes of a pair are fitted, on one ground, and what cannot be is told."""

from dataclasses import replace

import numpy as np
import pytest

from shoemodel.errors import InputError
from shoemodel.fit import pair
from shoemodel.fit.each import fit_each
from shoemodel.fit.standing import ground_up
from shoemodel.image.masks import ShoeAreas
from shoemodel.lps.predict import FootKeypoints
from tests.backends.test_align import fit_from_the_side
from tests.fit.test_pair import PUMP, SIZE, beside, fit_of, mask
from tests.lps.test_pair import APART, RGB, feet

FEET = feet(((20, 55), (80, 55)), ((120, 95), (180, 95)))
GOOD = replace(fit_from_the_side(), iou=0.95)


def fitting(*answers):
    """Gives the answers one after the other; what it was asked is kept."""
    asked, left = [], list(answers)

    def fit_one(areas, feet, up, turned):
        asked.append((areas.shoe.sum(), feet.exists.copy(), up, turned))
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return fit_one, asked


@pytest.fixture
def no_pair(monkeypatch):
    """Shoes that do not agree about a floor."""
    monkeypatch.setattr(pair, "together", lambda fits, shoes: None)


def test_each_shoe_is_fitted_to_its_own_pixels_and_foot(no_pair):
    fit_one, asked = fitting(GOOD, replace(GOOD, side="right"))
    found, warnings = fit_each(RGB, APART, FEET, fit_one)
    assert len(found) == 2 and warnings == []
    assert [int(pixels) for pixels, *_ in asked] == [each.areas.shoe.sum() for each in found]
    assert asked[0][1][:4].all() and not asked[0][1][4:].any() and not asked[1][1][:4].any()
    assert not (found[0].areas.shoe & found[1].areas.shoe).any()


def test_the_worse_one_is_fitted_again_on_the_ground_of_the_better(no_pair):
    leaning = replace(fit_from_the_side(roll_deg=60), iou=0.8)
    fit_one, asked = fitting(leaning, GOOD, replace(GOOD, iou=0.78))
    found, warnings = fit_each(RGB, APART, FEET, fit_one)
    assert len(found) == 2 and warnings == []
    np.testing.assert_allclose(asked[2][2], ground_up(GOOD))
    assert asked[2][1][:4].all() and not asked[2][1][4:].any()


def test_where_no_body_stands_in_both_the_better_is_dressed(no_pair):
    leaning = replace(fit_from_the_side(roll_deg=60), iou=0.8)
    for again in (leaning, InputError("nothing fits")):
        found, warnings = fit_each(RGB, APART, FEET, fitting(leaning, GOOD, again)[0])
        assert [each.fit.iou for each in found] == [0.95]
        assert "one shoe alone is dressed" in warnings[0] and "do not stand on one floor" in warnings[-1]


def test_what_cannot_be_fitted_is_left_out_and_nothing_left_is_refused():
    found, warnings = fit_each(RGB, APART, FEET, fitting(GOOD, InputError("nothing fits"))[0])
    assert len(found) == 1 and warnings == ["one shoe alone is dressed: nothing fits"]
    with pytest.raises(InputError, match="nothing fits"):
        fit_each(RGB, APART, FEET, fitting(InputError("nothing fits"), InputError("nor this"))[0])


def test_without_feet_what_was_found_is_one_shoe():
    fit_one, asked = fitting(GOOD)
    (found,), _ = fit_each(RGB, APART, feet(None, None), fit_one)
    assert found.areas is APART and asked[0][2] is None


def _view(azimuth_deg, x, side):
    return replace(fit_of(azimuth_deg, x=x, side=side), iou=0.93)


def test_both_shoes_of_a_pair_are_one_model_and_know_their_side():
    one = fit_of(60)
    other = beside(one, (-0.13, 0.03), 10)
    areas = ShoeAreas((mask(one) | mask(other)).astype(np.uint8))
    points = [fit.camera.project(fit.placed(fit.proxy.landmarks))[0] for fit in (one, other)]
    found_feet = FootKeypoints(np.concatenate(points), np.ones(8), np.ones(8, bool))
    wrong = replace(fit_of(95, x=250, side="left", proxy=PUMP), iou=0.6)
    fit_one, asked = fitting(one, wrong)
    rgb = np.where(mask(one), 200, np.where(mask(other), 90, 0))[..., None].repeat(3, axis=2).astype(np.uint8)
    found, _ = fit_each(rgb, areas, found_feet, fit_one)
    assert [each.side for each in found] == [each.fit.side for each in found] == ["left", "right"]
    assert found[1].fit.proxy is one.proxy and len(asked) == 2
    np.testing.assert_allclose(ground_up(found[1].fit), ground_up(one))


def test_a_pair_that_would_stand_crossed_is_seen_from_the_other_end():
    before = _view(0, 130, "left"), _view(0, 270, "right")
    behind = _view(180, 130, "left"), _view(180, 270, "right")
    areas = ShoeAreas((mask(behind[0]) | mask(behind[1])).astype(np.uint8))
    points = [fit.camera.project(fit.placed(fit.proxy.landmarks))[0] for fit in before]
    found_feet = FootKeypoints(np.concatenate(points), np.ones(8), np.ones(8, bool))
    fit_one, asked = fitting(*before, *behind)
    found, _ = fit_each(np.zeros((*SIZE, 3), np.uint8), areas, found_feet, fit_one)
    assert [turned for *_, turned in asked] == [False, False, True, True]
    assert not asked[2][1].any(), "the points of the feet are those of the wrong end"
    assert all(abs(each.fit.azimuth_deg) > 150 for each in found)


def test_two_feet_that_stand_crossed_in_one_shoe_are_one():
    one, other = _view(2, 200, "left"), _view(2, 230, "right")
    areas = ShoeAreas((mask(one) | mask(other)).astype(np.uint8))
    points = [fit.camera.project(fit.placed(fit.proxy.landmarks))[0] for fit in (one, other)]
    found_feet = FootKeypoints(np.concatenate(points), np.ones(8), np.ones(8, bool))
    whole = replace(one, iou=0.8)
    fit_one, asked = fitting(one, other, one, other, whole)
    found, warnings = fit_each(np.zeros((*SIZE, 3), np.uint8), areas, found_feet, fit_one)
    assert len(found) == 1 and found[0].areas is areas and found[0].fit is whole and warnings == []
    assert asked[-1][0] == areas.shoe.sum()


def test_a_crossed_pair_that_nothing_else_fits_stays():
    one, other = _view(2, 200, "left"), _view(2, 230, "right")
    areas = ShoeAreas((mask(one) | mask(other)).astype(np.uint8))
    points = [fit.camera.project(fit.placed(fit.proxy.landmarks))[0] for fit in (one, other)]
    found_feet = FootKeypoints(np.concatenate(points), np.ones(8), np.ones(8, bool))
    fit_one, asked = fitting(one, other, InputError("not from behind"), InputError("no single shoe"))
    found, warnings = fit_each(np.zeros((*SIZE, 3), np.uint8), areas, found_feet, fit_one)
    assert len(found) == 2 and len(asked) == 4 and warnings == []
