"""The opening lies where the picture shows it, whichever way the shoe is turned."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from shoemodel.errors import InputError
from shoemodel.fit import ShoeFit, views
from shoemodel.fit.grid import middle_of
from shoemodel.fit.opening import opening_of
from shoemodel.fit.outline import silhouette
from shoemodel.fit.proxies import load_proxies
from shoemodel.masks import ShoeAreas

SIZE, CENTRE = (300, 300), (150.0, 150.0)


def fit_of(family, azimuth, pitch, roll=0.0):
    proxy = next(p for p in load_proxies() if p.family == family)
    scale = 200 / np.ptp(proxy.vertices, axis=0).max()
    view = np.array([*np.radians([azimuth, pitch, roll]), *CENTRE, np.log(scale), np.log(1.0), 0.0, 0.0])
    camera = views.pinhole(view, middle_of(proxy), 1.0, CENTRE, SIZE)
    return ShoeFit(proxy, "left", np.ones(3), camera, 1.0, 0.0)


def shoe_mask(fit):
    return silhouette(fit.camera.project(fit.placed(fit.proxy.vertices))[0], fit.proxy.faces, SIZE)


def ellipse(centre, axes, angle):
    mask = np.zeros(SIZE, np.uint8)
    cv2.ellipse(mask, centre, axes, angle, 0, 360, 1, -1)
    return mask > 0


@pytest.mark.parametrize(("azimuth", "roll"), [(85, 0), (-85, 0), (85, 90), (-120, 40)])
def test_low_shoe_is_measured_where_it_is_seen(azimuth, roll):
    fit = fit_of("sneaker", azimuth, 30, roll)
    shoe = shoe_mask(fit)
    plain = opening_of(fit, ShoeAreas.from_masks(shoe, shoe & False))
    assert not plain.seen
    centre = tuple(np.round(plain.centre_px + 6 * plain.along).astype(int).tolist())
    angle = np.degrees(np.arctan2(plain.along[1], plain.along[0]))
    hidden = ellipse(centre, (30, 12), angle)
    opening = opening_of(fit, ShoeAreas.from_masks((shoe | hidden) & ~hidden, hidden))
    assert opening.seen
    assert np.linalg.norm(opening.centre_px - np.array(centre) - 0.5) < 2.5
    assert opening.half_along_px == pytest.approx(30, abs=3)
    assert opening.half_across_px == pytest.approx(12, abs=2.5)
    ring = (opening.ring_px - opening.centre_px) @ opening.along
    assert np.abs(ring).max() == pytest.approx(opening.half_along_px, abs=1)


@pytest.mark.parametrize("roll", [0, 35])
def test_shaft_ends_at_the_top_of_the_silhouette(roll):
    fit = fit_of("tall boot", 88, 2, roll)
    shoe = shoe_mask(fit)
    right = opening_of(fit, ShoeAreas.from_masks(shoe, shoe & False))
    shifted = replace(fit, camera=replace(fit.camera, centre_px=tuple(np.array(CENTRE) - 12 * right.up)))
    moved = opening_of(shifted, ShoeAreas.from_masks(shoe, shoe & False))
    assert np.linalg.norm(moved.centre_px - right.centre_px) < 5
    assert right.half_along_px == pytest.approx(moved.half_along_px, rel=0.1)


def test_axes_are_square_and_up_is_out_of_the_shoe():
    for azimuth, pitch in ((0, 10), (180, 10), (90, 0), (40, 80)):
        opening = opening_of(fit_of("sneaker", azimuth, pitch), ShoeAreas(np.ones(SIZE, np.uint8)))
        assert opening.along @ opening.across == pytest.approx(0, abs=1e-9)
        assert np.linalg.norm(opening.up) == pytest.approx(1)
        assert pitch == 80 or opening.up[1] < -0.9


def test_other_grid_is_refused():
    with pytest.raises(InputError, match="do not belong"):
        opening_of(fit_of("sneaker", 80, 10), ShoeAreas(np.ones((20, 20), np.uint8)))
