"""The second shoe of a pair is found on the floor of the first, be it half hidden."""

from dataclasses import replace

import numpy as np
import pytest

from shoemodel.fit import pair, views
from shoemodel.fit.grid import middle_of
from shoemodel.fit.outline import seen, silhouette
from shoemodel.fit.proxies import load_proxies
from shoemodel.fit.shoe import ShoeFit
from shoemodel.image.masks import ShoeAreas
from shoemodel.render.meshes import rotation

SIZE = (300, 400)
SNEAKER = next(proxy for proxy in load_proxies() if proxy.family == "sneaker")
PUMP = next(proxy for proxy in load_proxies() if proxy.family == "pump")


def fit_of(azimuth_deg, pitch_deg=18.0, x=200.0, side="left", proxy=SNEAKER, roll_deg=0.0) -> ShoeFit:
    """A shoe of 130 px, 1.2 m away."""
    mirror = 1.0 if side == "left" else -1.0
    angles = np.radians([azimuth_deg, pitch_deg, roll_deg])
    view = np.array([*angles, x, 150.0, np.log(130 / 0.29), np.log(1.2), 0.0, 0.0])
    camera = views.pinhole(view, middle_of(proxy), mirror, (200.0, 150.0), SIZE)
    return ShoeFit(proxy, side, np.ones(3), camera, 0.95, 1.0)


def beside(fit, at, turn_deg) -> ShoeFit:
    """The other shoe of the pair, `at` metres in the frame of the first."""
    turn = rotation("z", turn_deg)
    camera = fit.camera
    moved = replace(camera, rotation=camera.rotation @ turn, origin=turn.T @ (camera.origin - np.array([*at, 0.0])))
    return replace(fit, side="right" if fit.side == "left" else "left", camera=moved)


def mask(fit):
    return silhouette(fit.camera.project(fit.placed(fit.proxy.vertices))[0], fit.faces, SIZE)


def shown(near, far):
    """What a picture says of both; the near one hides the far one."""
    front = mask(near)
    behind = mask(far) & ~front
    assert behind.sum() > 0.3 * mask(far).sum()
    return [seen(ShoeAreas(one.astype(np.uint8))) for one in (front, behind)]


def apart(one, other):
    """Of the projected landmarks, px."""
    points = [fit.camera.project(fit.placed(fit.proxy.landmarks))[0] for fit in (one, other)]
    return np.linalg.norm(points[0] - points[1], axis=1).max()


@pytest.mark.parametrize(("azimuth_deg", "at", "turn_deg"), [(60, (-0.17, -0.07), 12), (-50, (-0.17, -0.07), -15)])
def test_a_half_hidden_shoe_is_found_as_the_other_model_on_the_floor(azimuth_deg, at, turn_deg):
    one = fit_of(azimuth_deg)
    other = beside(one, at, turn_deg)
    near, far = (one, other) if one.camera.origin[0] * at[0] < 0 else (other, one)
    shoes = shown(near, far)
    wrong = replace(fit_of(azimuth_deg + 40, x=260, side=far.side, proxy=PUMP), iou=0.6)
    found = pair.together([near, wrong], shoes)
    assert found is not None and found.fits[0] is near and found.fits[1].side == far.side
    assert found.fits[1].proxy is SNEAKER and found.fits[1].iou > 0.9
    assert apart(found.fits[1], far) < 12
    assert not found.crossed
    again = pair.together([wrong, near], shoes[::-1])
    assert again is not None and again.fits[1] is near, "the order of the shoes stays"


def test_a_shoe_that_leans_is_on_no_common_floor():
    one = fit_of(80)
    leaning = fit_of(80, x=330, side="right", roll_deg=55)
    shoes = [seen(ShoeAreas(mask(fit).astype(np.uint8))) for fit in (one, leaning)]
    assert pair.together([one, leaning], shoes) is None


def test_a_pair_that_stands_crossed_is_told():
    one = fit_of(2)
    there, wrong = ((-0.15, 0.0), (0.15, 0.0))  # +x is the wearer's left
    assert pair.Pair((one, beside(one, wrong, 0)), 1.9).crossed
    assert not pair.Pair((one, beside(one, there, 0)), 1.9).crossed
    assert not pair.Pair((one, beside(one, wrong, 180)), 1.9).crossed, "heel to toe they are no pair of feet that stand"
    assert pair.Pair((beside(one, wrong, 0), one), 1.9).crossed


def test_an_open_shoe_is_rather_fitted_as_one():
    one = fit_of(60)
    shoe = mask(one)
    rows = np.arange(SIZE[0])[:, None]
    insole = shoe & (rows < np.median(np.nonzero(shoe)[0]))
    closed, opened = (
        pair._quality(one, seen(ShoeAreas.from_masks(shoe & ~inside, inside))) for inside in (shoe & False, insole)
    )
    assert opened == pytest.approx(closed - pair.OPEN)
