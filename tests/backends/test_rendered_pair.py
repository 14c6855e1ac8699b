"""Of two shoes that overlap the nearer leg hides what of the farther shoe lies within it, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from shoemodel.backends.rendered_pair import behind, hidden
from shoemodel.fit.each import FittedShoe
from shoemodel.fit.proxies import load_proxies
from shoemodel.image.masks import ShoeAreas
from tests.backends.test_align import SIZE, fit_from_the_side


@pytest.fixture(scope="module")
def near():
    visible = np.zeros(SIZE, bool)
    visible[-40:, 100:200] = True
    return FittedShoe(fit_from_the_side(), ShoeAreas.from_masks(visible, np.zeros(SIZE, bool)))


def farther(shoe, by_m):
    camera = shoe.fit.camera
    camera = replace(camera, origin=camera.origin - by_m * camera.rotation[2])
    return replace(shoe, fit=replace(shoe.fit, camera=camera))


def test_what_lies_behind_is_the_farther_shoe_of_the_same_model(near):
    far = farther(near, 0.15)
    np.testing.assert_array_equal(behind(near, far), far.areas.visible)
    assert behind(far, near) is None and behind(near, None) is None
    other = next(proxy for proxy in load_proxies() if proxy is not near.fit.proxy)
    assert behind(near, replace(far, fit=replace(far.fit, proxy=other))) is None


def test_a_piece_of_the_other_shoe_within_the_leg_is_hidden():
    visible, cover = np.zeros((80, 60), bool), np.zeros((80, 60), np.float32)
    visible[60:], visible[30:35, 25:32], visible[40:45, 5:9] = True, True, True
    cover[:60, 15:50] = 1
    found = hidden(visible, visible, cover)
    assert found[30:35, 25:32].all() and found.sum() == 35, "not the shoe itself, nor what lies beside the leg"
    assert not hidden(visible, np.zeros_like(visible), cover).any(), "a strap of the leg's own shoe"
    visible[35:60, 28] = True
    assert not hidden(visible, visible, cover).any(), "what is joined to the rest"
