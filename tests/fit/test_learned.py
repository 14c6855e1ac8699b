"""What the network believes becomes first guesses, and weighs on the outcome."""

import numpy as np
import pytest

from shoemodel.fit import views
from shoemodel.fit.grid import middle_of
from shoemodel.fit.learned import Belief, angles_of, laid
from shoemodel.fit.network import ViewNetwork
from shoemodel.fit.outline import seen
from tests.fit.test_search import CENTRE, seen_from, some_proxies


def belief(azimuths=(80.0, -100.0), weights=(0.8, 0.2), left=0.9, proxies=(0.7, 0.2, 0.1)):
    """Of level cameras at 0.9 m."""
    count = len(azimuths)
    turn = views.look(np.radians(azimuths), np.full(count, 0.2), np.zeros(count))
    flat = np.full(count, 0.1)
    return Belief(np.log(weights), turn, flat, np.full(count, np.log(0.9)), 3 * flat, np.full(count, left),
                  np.log(proxies))  # fmt: skip


def test_angles_are_those_that_look_took():
    angles = np.random.default_rng(0).uniform([-3, -0.4, -3], [3, 1.4, 3], (20, 3))
    assert np.allclose(angles_of(views.look(*angles.T)), angles)


def test_likely_guesses_come_first_and_lie_on_the_shoe():
    library = tuple(some_proxies())
    areas, points, exists = seen_from(library[0], 80, 12)
    shoe = seen(areas, points, exists)
    found = belief().guesses(library, shoe, 6)
    assert found.proxy[0] == 0 and found.mirror[0] == 1 and (found.foot == 0).all()
    assert np.isclose(found.views[0, views.AZIMUTH], np.radians(80))
    px = views.project(
        found.views[:1], library[0].vertices[None], middle_of(library[0])[None], np.ones(1), CENTRE
    )[0]  # fmt: skip
    assert np.allclose([px.min(axis=0), px.max(axis=0)], [shoe.low, shoe.high], atol=3)


def test_a_support_is_laid_onto_itself():
    areas, points, exists = seen_from(some_proxies()[1], 40, 20)
    shoe = seen(areas, points, exists)
    scale, shift = laid(shoe.support[None], shoe)
    assert np.allclose(scale, 0, atol=1e-6) and np.allclose(shift, 0, atol=1e-6)


def test_without_foot_points_each_guess_takes_its_own_foot():
    library = tuple(some_proxies())
    areas, _, _ = seen_from(library[0], 80, 12)
    found = belief().guesses(library, seen(areas), 12)
    assert len(found.foot) == 12 and (found.foot == (found.mirror < 0)).all()


def test_what_is_believed_costs_less():
    view = np.zeros((2, 9))
    view[:, views.DISTANCE] = np.log(0.9)
    view[:, views.PITCH] = 0.2
    view[:, views.AZIMUTH] = np.radians([80, 170])
    one = belief()
    own, other = one.cost(view, np.ones(2))
    assert own < 1 and other > own + 50
    assert one.cost(view[:1], -np.ones(1))[0] > own
    assert one.share(view[0]) == pytest.approx(0.8) and one.share(view[1]) == 0


def test_proxies_that_the_network_does_not_know_are_impossible():
    library = tuple(some_proxies())
    network = ViewNetwork(32, (8, 16), 32, 4, [library[1].name, "of another library", library[0].name])
    areas, points, exists = seen_from(library[0], 80, 12)
    found = Belief.of(network, seen(areas, points, exists), library)
    assert np.isneginf(found.proxy[2]) and np.isclose(np.exp(found.proxy[:2]).sum(), 1)
    assert set(found.guesses(library, seen(areas, points, exists), 8).proxy) == {0, 1}
