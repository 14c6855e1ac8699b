"""What the network believes says where to look, and weighs on the outcome."""

import numpy as np
import pytest
import torch

from shoemodel.errors import InputError
from shoemodel.fit import fit_shoe, views
from shoemodel.fit.grid import guesses, looks_of, tried_views
from shoemodel.fit.learned import CELLS, Belief, angles_of
from shoemodel.fit.network import ViewNetwork
from shoemodel.fit.outline import seen
from shoemodel.image.masks import ShoeAreas
from tests.fit.test_search import seen_from, some_proxies


def belief(azimuths=(80.0, -100.0), weights=(0.8, 0.2), left=0.9):
    """Of level cameras at 0.9 m."""
    count = len(azimuths)
    turn = views.look(np.radians(azimuths), np.full(count, 0.2), np.zeros(count))
    flat = np.full(count, 0.1)
    return Belief(np.log(weights), turn, flat, np.full(count, np.log(0.9)), 3 * flat, np.full(count, left))


def test_angles_are_those_that_look_took():
    angles = np.random.default_rng(0).uniform([-3, -0.4, -3], [3, 1.4, 3], (20, 3))
    assert np.allclose(angles_of(views.look(*angles.T)), angles)


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


def test_only_likely_views_are_tried():
    prior = belief().prior()
    view, _ = tried_views()
    kept = np.isfinite(prior)
    assert prior.shape == view.shape[:2] and np.count_nonzero(kept) == CELLS
    best = view[np.unravel_index(prior.argmin(), prior.shape)]
    assert np.abs(np.degrees(best[:3]) - [80, 14, 0]).max() < 8
    assert np.cos(view[kept][:, views.ROLL]).min() > 0


def test_guesses_lie_where_they_are_believed():
    library = some_proxies()
    areas, points, exists = seen_from(library[0], 80, 12)
    found = guesses(looks_of(library), seen(areas, points, exists), 8, prior=belief().prior())
    assert found.proxy[0] == 0 and found.mirror[0] == 1
    off = np.degrees(found.views[:, views.AZIMUTH])
    assert (np.minimum(np.abs(off - 80), np.abs(off + 100)) < 50).all()


def test_a_fit_with_a_network_says_how_much_it_is_believed():
    library = some_proxies()
    torch.manual_seed(0)
    network = ViewNetwork(32, (8, 16), 32, 4, ["one"]).eval()
    areas, points, exists = seen_from(library[0], 80, 12)
    one, again = (fit_shoe(areas, points, exists, proxies=library, network=network) for _ in range(2))
    assert 0 <= one.believed <= 1 and one.to_dict() == again.to_dict()
    assert fit_shoe(areas, points, exists, proxies=library).believed is None


def test_what_no_shoe_has_for_an_outline_is_refused_where_its_view_is_not_believed(monkeypatch):
    library = some_proxies()
    network = ViewNetwork(32, (8, 16), 32, 4, ["one"]).eval()
    cross = np.zeros((200, 200), np.uint8)
    cross[90:110, 20:180] = cross[20:180, 90:110] = 1
    monkeypatch.setattr(Belief, "share", lambda *_: 0.01)
    with pytest.raises(InputError, match="looks like no single shoe"):
        fit_shoe(ShoeAreas(cross), proxies=library, network=network)
    areas, points, exists = seen_from(library[0], 80, 12)
    assert fit_shoe(areas, points, exists, proxies=library, network=network).believed == 0.01
    monkeypatch.setattr(Belief, "share", lambda *_: 0.9)
    assert fit_shoe(ShoeAreas(cross), proxies=library, network=network).warnings()
