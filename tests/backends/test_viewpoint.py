"""A leg is seen from farther away and less steeply than the shoe, where the photo looks down from close above."""

from dataclasses import replace

import numpy as np
import pytest

from shoemodel.backends import viewpoint
from shoemodel.fit.proxies import load_proxies
from shoemodel.fit.shoe import ShoeFit
from shoemodel.render.meshes import rotation
from shoemodel.render.pinhole import Pinhole


def seen_from(azimuth_deg: float, pitch_deg: float, distance_m: float, roll_deg: float = 0.0) -> ShoeFit:
    """A sneaker about the middle of its rim; azimuth 0 is before its toes."""
    proxy = next(proxy for proxy in load_proxies() if proxy.family == "sneaker")
    a, p, r = np.radians([azimuth_deg, pitch_deg, roll_deg])
    way = np.array([np.sin(a) * np.cos(p), -np.cos(a) * np.cos(p), np.sin(p)])
    right = np.array([np.cos(a), np.sin(a), 0.0])
    down = np.cross(-way, right)
    rows = np.array([np.cos(r) * right + np.sin(r) * down, np.cos(r) * down - np.sin(r) * right, -way])
    camera = Pinhole(rows, proxy.rim.mean(axis=0) + distance_m * way, 900.0, (300.0, 260.0), (500, 600))
    return ShoeFit(proxy, "left", np.ones(3), camera, 0.9, 1.0)


def rim(fit: ShoeFit) -> np.ndarray:
    return fit.placed(fit.proxy.rim)


@pytest.mark.parametrize("roll_deg", [0, 90])
@pytest.mark.parametrize("azimuth_deg", [0, 70, -140])
def test_the_rim_stays_in_its_place_and_as_large(azimuth_deg: float, roll_deg: float):
    fit = seen_from(azimuth_deg, 80.0, 0.6, roll_deg)
    aside = replace(fit.camera, rotation=fit.camera.rotation @ rotation("y", 9.0))
    fit = replace(fit, camera=aside)
    seen = viewpoint.of_leg(fit)
    middle = rim(fit).mean(axis=0)[None]
    (before, depth), (after, far) = (each.camera.project(middle) for each in (fit, seen))
    assert after == pytest.approx(before, abs=1e-6)
    assert seen.camera.focal_px / far[0] == pytest.approx(fit.camera.focal_px / depth[0])
    assert far[0] > 1.3 * depth[0]
    assert seen.camera.rotation @ seen.camera.rotation.T == pytest.approx(np.eye(3), abs=1e-9)


def test_a_steep_view_is_less_so_from_the_same_side_and_told():
    fit = seen_from(70.0, 80.0, 0.9)
    seen = viewpoint.of_leg(fit)
    assert viewpoint.pitch_deg(seen) == pytest.approx(viewpoint.STEEP_DEG)
    before, after = (each.camera.origin[:2] - rim(fit).mean(axis=0)[:2] for each in (fit, seen))
    assert after / np.linalg.norm(after) == pytest.approx(before / np.linalg.norm(before))
    assert "steeply down" in viewpoint.warnings(fit)[0]


def test_a_calf_looks_hardly_larger_than_the_ankle():
    fit = seen_from(20.0, 45.0, 0.5)
    seen = viewpoint.of_leg(fit)
    middle = rim(fit).mean(axis=0)
    _, depth = seen.camera.project(middle + np.outer([0, viewpoint.CALF_M], [0, 0, 1]))
    assert depth[0] / depth[1] == pytest.approx(viewpoint.LARGEST, rel=0.05)
    assert viewpoint.warnings(fit) == []


@pytest.mark.parametrize(("azimuth_deg", "pitch_deg"), [(90, 5), (45, 20), (0, 15), (170, 20), (90, -5)])
def test_views_from_beside_and_before_stay(azimuth_deg: float, pitch_deg: float):
    fit = seen_from(azimuth_deg, pitch_deg, 0.9)
    assert viewpoint.of_leg(fit).camera is fit.camera
    assert viewpoint.warnings(fit) == []
