"""Drawn views show the shoe under its camera, and what of it the leg hides."""

import numpy as np
import pytest

from shoemodel.fit import views
from shoemodel.fit.proxies import load_proxies
from shoemodel.training import fit_views
from shoemodel.training.fit_views import SIDE, STREWN, drawn, strewn
from tests.training.test_fit_shoes import post


@pytest.fixture(scope="module")
def sneaker():
    it = post(next(p for p in load_proxies() if p.family == "sneaker"))
    parts = ((it.proxy.vertices, it.proxy.faces), (it.leg, it.leg_faces))
    return it, np.concatenate([strewn(*part, count) for part, count in zip(parts, STREWN, strict=True)])


def seen(sneaker, azimuth, pitch):
    view = np.array([*np.radians([azimuth, pitch]), 0, 0, 0, 0, np.log(0.9), 0.0, 0.0])
    return drawn(*sneaker, view, np.zeros(2))


def test_the_shoe_fills_the_view(sneaker):
    view, (shoe, _), marks = seen(sneaker, 80, 10)
    columns = np.flatnonzero(shoe.any(axis=0))
    assert abs(np.ptp(columns) + 1 - fit_views.FILLED * SIDE) < 2
    assert abs((columns[0] + columns[-1] + 1) / 2 - SIDE / 2) < 1.5
    assert 0 < view[views.X] < SIDE and ((marks > 0) & (marks < SIDE)).all()


def test_toes_point_where_the_camera_says(sneaker):
    for azimuth, sign in ((90, -1), (-90, 1)):  # from the wearer's left the toes point to the picture's left
        _, _, (_, toe, _, heel) = seen(sneaker, azimuth, 10)
        assert np.sign(toe[0] - heel[0]) == sign


def test_from_above_the_leg_hides_more_than_from_the_side(sneaker):
    above, aside = (np.count_nonzero(seen(sneaker, 80, pitch)[1][1]) for pitch in (60, 0))
    assert above > 60 and aside < above / 3


def test_views_that_are_read_are_those_written(tmp_path, sneaker):
    made = fit_views.draw([sneaker[0]], 3, 1)
    again = fit_views.draw([sneaker[0]], 3, 1)
    assert (made.masks == again.masks).all() and len(np.unique(made.view[:, 0])) == 3
    fit_views.save(tmp_path / "views.npz", made)
    read = fit_views.load(tmp_path / "views.npz")
    assert (read.masks == made.masks).all() and np.allclose(read.view, made.view, atol=1e-5)
