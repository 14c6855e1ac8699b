"""A leg is moved into the opening that the photo shows, whichever way the photo is turned."""

import numpy as np
import pytest

from shoemodel.backends.align import TOE, UP, align, direction, fill, warnings
from shoemodel.fit.proxies import load_proxies
from shoemodel.fit.shoe import ShoeFit
from shoemodel.image.masks import ShoeAreas
from shoemodel.render.pinhole import Pinhole

SIZE = (400, 500)


def fit_from_the_side(roll_deg=0.0, family="sneaker"):
    """A shoe seen from its left, 1 m away."""
    proxy = next(proxy for proxy in load_proxies() if proxy.family == family)
    rotation = np.array([[0.0, 1, 0], [0, 0, -1], [-1, 0, 0]])  # looks along -x: the toes are on the left
    c, s = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ rotation
    middle = (proxy.vertices.min(axis=0) + proxy.vertices.max(axis=0)) / 2
    camera = Pinhole(rotation, middle + np.array([1.0, 0, 0]), 900.0, (250.0, 200.0), SIZE)
    return ShoeFit(proxy, "left", np.ones(3), camera, 0.9, 1.0)


def column(fit, radius_m=0.03):
    """A round leg that stands in the opening."""
    rim = fit.placed(fit.proxy.rim)
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    heights = np.arange(rim[:, 2].min() - 0.05, rim[:, 2].max() + 0.2, 0.004)
    ring = rim.mean(axis=0)[:2] + radius_m * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return np.concatenate([np.column_stack([ring, np.full(len(ring), z)]) for z in heights])


def areas_with_opening(centre, across, half):
    """A large shoe whose opening reaches `half` px to both sides of its centre."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    side = (np.stack([x, y], axis=-1) - centre) @ across
    up = (np.stack([x, y], axis=-1) - centre) @ np.array([across[1], -across[0]])
    shoe, opening = (np.abs(side) < 150) & (np.abs(up) < 60), (np.abs(side) < half) & (np.abs(up) < 12)
    return ShoeAreas.from_masks(shoe & ~opening, opening)


@pytest.mark.parametrize("roll_deg", [0, 35, 90])
def test_the_leg_fills_the_opening_in_the_middle(roll_deg):
    fit = fit_from_the_side(roll_deg)
    up = direction(fit, UP)
    across = np.array([-up[1], up[0]])
    rim_px = fit.camera.project(fit.placed(fit.proxy.rim).mean(axis=0)[None])[0][0]
    centre = rim_px + 9 * across
    leg = column(fit, 0.045)
    moved = fill(leg, fit, areas_with_opening(centre, across, 42)).apply(leg)
    level = np.median(fit.placed(fit.proxy.rim)[:, 2]) + 0.02
    shown, _ = fit.camera.project(moved[np.abs(moved[:, 2] - level) < 0.02])
    side = (shown - centre) @ across
    assert (side.max() + side.min()) / 2 == pytest.approx(0, abs=1.5)
    assert np.ptp(side) == pytest.approx(0.95 * 84, rel=0.08)


def test_a_leg_never_becomes_a_stick_or_a_tree():
    fit = fit_from_the_side()
    across = np.array([1.0, 0.0])
    rim_px = fit.camera.project(fit.placed(fit.proxy.rim).mean(axis=0)[None])[0][0]
    assert fill(column(fit, 0.07), fit, areas_with_opening(rim_px, across, 42)).scale == pytest.approx(0.82)
    assert fill(column(fit, 0.03), fit, areas_with_opening(rim_px, across, 90)).scale == pytest.approx(1.20)


def test_a_leg_that_covers_the_opening_stays_where_the_foot_has_it():
    fit = fit_from_the_side()
    rim_px = fit.camera.project(fit.placed(fit.proxy.rim).mean(axis=0)[None])[0][0]
    leg = column(fit, 0.06)
    areas = areas_with_opening(rim_px, np.array([1.0, 0.0]), 42)
    assert fill(leg, fit, areas).scale == pytest.approx(0.82)
    assert align(leg, fit, areas).scale == 1.0 and np.allclose(align(leg, fit, areas).apply(leg), leg)


def test_a_leg_beside_the_opening_goes_as_far_as_it_covers_more():
    fit = fit_from_the_side()
    rim_px = fit.camera.project(fit.placed(fit.proxy.rim).mean(axis=0)[None])[0][0]
    leg = column(fit, 0.03)
    areas = areas_with_opening(rim_px + np.array([30.0, 0.0]), np.array([1.0, 0.0]), 42)
    moved = align(leg, fit, areas)
    assert moved.scale == fill(leg, fit, areas).scale > 1.0 and np.array_equal(moved.shift, fill(leg, fit, areas).shift)


def seen_edge_on(fit):
    """A shoe of 300 px with a sliver of an opening, and a tab that stands above it."""
    rim_px = fit.camera.project(fit.placed(fit.proxy.rim).mean(axis=0)[None])[0][0]
    labels = areas_with_opening(rim_px, np.array([1.0, 0.0]), 6).labels.copy()
    y, x = int(rim_px[1]), int(rim_px[0])
    labels[y - 90 : y - 58, x + 100 : x + 112] = 1
    return ShoeAreas(labels)


def test_a_sliver_of_an_opening_is_not_all_of_it():
    """The upper edge of the boot decides, not a tab that stands above it."""
    fit = fit_from_the_side(family="ankle boot")
    moved = fill(column(fit), fit, seen_edge_on(fit))
    assert moved.scale == pytest.approx(1.30) and np.abs(moved.shift @ fit.camera.rotation[0]) < 0.01


def test_in_a_low_shoe_whose_opening_is_not_seen_the_leg_stays_where_the_foot_has_it():
    """The upper edge of a sneaker is its tongue, and no leg stands in that."""
    fit = fit_from_the_side()
    moved = align(column(fit), fit, seen_edge_on(fit))
    assert moved.scale == 1.0 and not moved.shift.any()


def test_directions_follow_the_camera():
    assert np.allclose(direction(fit_from_the_side(), UP), [0, -1], atol=0.05)
    assert np.allclose(direction(fit_from_the_side(), TOE), [-1, 0], atol=0.05)


def test_an_opening_elsewhere_is_told():
    fit = fit_from_the_side()
    across = np.array([1.0, 0.0])
    rim_px = fit.camera.project(fit.placed(fit.proxy.rim).mean(axis=0)[None])[0][0]
    assert warnings(fit, areas_with_opening(rim_px, across, 42)) == []
    assert "opening" in warnings(fit, areas_with_opening(rim_px - [120, 0], across, 30))[0]
    assert warnings(fit, areas_with_opening(rim_px, across, 0)) == []
