"""Shoes and legs that are written are those read."""

import numpy as np
import pytest

from shoemodel.errors import InputError
from shoemodel.fit import proxies
from shoemodel.fit.grid import icons_of
from shoemodel.fit.proxies import load_proxies
from shoemodel.training.fit_shoes import LEGS, SHOES, LearntShoe, load, save_legs


def post(proxy):
    """A leg of four sides that stands at the ankle."""
    x, y, _ = proxy.landmarks[0]
    half, low, high = 0.03, proxy.landmarks[3, 2], 0.5
    corners = [(x + half * a, y + half * b, z) for z in (low, high) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    sides = [(k, (k + 1) % 4, 4 + (k + 1) % 4, 4 + k) for k in range(4)]
    faces = [each for a, b, c, d in sides for each in ((a, b, c), (a, c, d))]
    return LearntShoe(proxy, np.array(corners), np.array(faces))


def write(folder, families=("sneaker", "chelsea boot", "pump", "sandal"), each=2):
    """A folder as the recipe writes it, of the package's proxies with posts for legs."""
    chosen = [[p for p in load_proxies() if p.family == family][:each] for family in families]
    made = [post(proxy) for group in chosen for proxy in group]
    folder.mkdir(exist_ok=True)
    proxies.save(folder / SHOES, [it.proxy for it in made], np.stack([icons_of(it.proxy) for it in made]))
    save_legs(folder / LEGS, made)
    return made


def test_what_is_read_is_what_was_written(tmp_path):
    made = write(tmp_path, ("pump",))
    read, icons = load(tmp_path)
    assert [it.proxy.name for it in read] == [it.proxy.name for it in made] and len(icons) == len(made)
    for mine, its in zip(made, read, strict=True):
        assert np.allclose(mine.leg, its.leg, atol=2e-5) and (mine.leg_faces == its.leg_faces).all()
        assert np.allclose(mine.proxy.vertices, its.proxy.vertices, atol=2e-5)


def test_another_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"recipes/fit_shoes.py"):
        load(tmp_path)
