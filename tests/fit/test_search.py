"""The camera of a shoe whose silhouette is drawn from a proxy is found again."""

import numpy as np
import pytest

from shoemodel.errors import InputError
from shoemodel.fit import fit_shoe, views
from shoemodel.fit.grid import middle_of
from shoemodel.fit.outline import silhouette
from shoemodel.fit.proxies import load_proxies
from shoemodel.image.masks import ShoeAreas

SIZE = (240, 320)
CENTRE = (160.0, 120.0)


def some_proxies():
    """One low shoe, one boot and one pump."""
    wanted = ("sneaker", "chelsea boot", "pump")
    return [next(p for p in load_proxies() if p.family == family) for family in wanted]


def seen_from(proxy, azimuth, pitch, roll=0.0, mirror=1.0, distance=0.9, scale=600.0):
    """Areas without an opening, foot points and camera of a proxy under a known view."""
    view = np.array([*np.radians([azimuth, pitch, roll]), *CENTRE, np.log(scale), np.log(distance), 0.0, 0.0])
    camera = views.pinhole(view, middle_of(proxy), mirror, CENTRE, SIZE)
    turn = np.array([mirror, 1.0, 1.0])
    px, _ = camera.project(proxy.vertices * turn)
    mask = silhouette(px, proxy.faces, SIZE)
    points, exists = np.zeros((8, 2)), np.zeros(8, bool)
    rows = slice(0, 4) if mirror > 0 else slice(4, 8)
    points[rows], exists[rows] = camera.project(proxy.landmarks * turn)[0], True
    return ShoeAreas.from_masks(mask, mask & False), points, exists


@pytest.mark.parametrize(
    ("number", "azimuth", "pitch", "roll", "mirror"),
    [(0, 85, 6, 0, 1.0), (0, -40, 25, 0, -1.0), (1, 130, 15, 0, 1.0), (2, -75, 10, 0, 1.0), (0, 60, 20, 70, -1.0)],
)
def test_known_view_is_found(number, azimuth, pitch, roll, mirror):
    proxies = some_proxies()
    areas, points, exists = seen_from(proxies[number], azimuth, pitch, roll, mirror)
    fit = fit_shoe(areas, points, exists, proxies=proxies)
    assert fit.proxy is proxies[number]
    assert fit.side == ("left" if mirror > 0 else "right")
    assert abs((fit.azimuth_deg - azimuth + 180) % 360 - 180) < 6
    assert abs(fit.pitch_deg - pitch) < 6
    assert fit.iou > 0.93
    assert not fit.warnings()


def test_landmarks_fall_where_they_were_seen():
    proxies = some_proxies()
    areas, points, exists = seen_from(proxies[0], 70, 12)
    fit = fit_shoe(areas, points, exists, proxies=proxies)
    found, depth = fit.camera.project(fit.placed(fit.proxy.landmarks))
    assert np.abs(found - points[:4]).max() < 8
    assert (depth > 0).all()


def test_known_focal_length_is_kept():
    proxies = some_proxies()
    areas, points, exists = seen_from(proxies[0], 55, 20, distance=0.6, scale=600)
    fit = fit_shoe(areas, points, exists, proxies=proxies, focal_px=360.0)
    assert fit.camera.focal_px == pytest.approx(360, rel=0.05)
    assert fit.distance_m == pytest.approx(0.6, rel=0.1)


@pytest.mark.parametrize("cut", [20, 45])
def test_shoe_cut_by_the_frame(cut):
    proxies = some_proxies()
    areas, points, exists = seen_from(proxies[0], 80, 12, scale=700.0)
    left = int(np.flatnonzero(areas.shoe.any(axis=0))[0]) + cut
    part = ShoeAreas(np.ascontiguousarray(areas.labels[:, left:]))
    centre = (CENTRE[0] - left, CENTRE[1])
    fit = fit_shoe(part, points - np.array([left, 0]), exists, proxies=proxies, centre_px=centre)
    assert abs(fit.azimuth_deg - 80) < 10
    assert abs(fit.pitch_deg - 12) < 8


def test_same_input_gives_the_same_fit():
    proxies = some_proxies()
    areas, points, exists = seen_from(proxies[1], 100, 10)
    first, second = (fit_shoe(areas, points, exists, proxies=proxies) for _ in range(2))
    assert np.array_equal(first.camera.rotation, second.camera.rotation)


def test_empty_and_tiny_shoes_are_refused():
    mask = np.zeros(SIZE, bool)
    with pytest.raises(InputError, match="0x0 px"):
        fit_shoe(ShoeAreas.from_masks(mask, mask), proxies=some_proxies())
    mask = mask.copy()
    mask[100:105, 100:140] = True
    with pytest.raises(InputError, match="40x5 px"):
        fit_shoe(ShoeAreas.from_masks(mask, mask & False), proxies=some_proxies())


def test_what_is_no_shoe_is_unsure_or_refused():
    mask = np.zeros(SIZE, bool)
    mask[10:230, 150:165] = True
    mask[110:125, 20:300] = True
    try:
        fit = fit_shoe(ShoeAreas.from_masks(mask, mask & False), proxies=some_proxies())
    except InputError as error:
        assert "fits" in str(error)
    else:
        assert fit.warnings()
