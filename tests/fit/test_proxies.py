"""The shipped proxies are whole shoes, on their feet, of every family but the one that is held out."""

import numpy as np

from shoemodel.data.splits import HELD_OUT_FAMILY
from shoemodel.fit.proxies import FILE, HULL_POINTS, RIM_POINTS, load_proxies, save
from shoemodel.shoes.parameters import FAMILIES, OPEN_FAMILIES


def test_families():
    assert {p.family for p in load_proxies()} == {*FAMILIES, *OPEN_FAMILIES} - {HELD_OUT_FAMILY}
    assert FILE.stat().st_size < 3e6


def test_shapes_and_frame():
    for proxy in load_proxies():
        assert proxy.rim.shape == (RIM_POINTS, 3)
        assert proxy.hull.shape == (HULL_POINTS, 3)
        assert proxy.faces.max() == len(proxy.vertices) - 1
        assert abs(proxy.vertices[:, 2].min()) < 0.004
        assert 0.2 < np.ptp(proxy.vertices[:, 1]) < 0.36
        ankle, big_toe, _, heel = proxy.landmarks
        assert big_toe[1] < ankle[1] < heel[1]
        assert ankle[2] > heel[2]


def test_rims():
    for proxy in load_proxies():
        assert proxy.rim[:, 1].argmax() in (0, 1, 2, RIM_POINTS - 1, RIM_POINTS - 2)
        quarter = RIM_POINTS // 4
        assert proxy.rim[quarter, 0] > proxy.rim[-quarter, 0]
        assert np.isclose(proxy.collar_m, proxy.rim[:, 2].max(), atol=1e-4)
        ankle = proxy.landmarks[0]
        assert proxy.kind == "open" or proxy.rim[:, 1].min() < ankle[1] < proxy.rim[:, 1].max()
        assert (proxy.kind == "shaft") == (proxy.kind != "open" and proxy.collar_m > ankle[2] + 0.03)


def test_saved_proxies_are_those_read(tmp_path):
    made = load_proxies()[:2]
    save(tmp_path / "two.npz", made, np.zeros((2, 1, 1), np.uint8))
    with np.load(tmp_path / "two.npz") as file:
        assert file["counts"].tolist() == [[len(p.vertices), len(p.faces)] for p in made]
        assert np.allclose(file["rim"] * 2e-5, [p.rim for p in made])
