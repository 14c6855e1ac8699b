"""Panoramas behind a scene."""

import cv2
import numpy as np
import pytest

from shoemodel.errors import InputError
from shoemodel.render import backdrops
from shoemodel.render.backdrops import GROUND, Backdrop
from shoemodel.render.pinhole import Pinhole

ALONG_Y = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


def halves(sky, ground):
    picture = np.empty((64, 128, 3), np.float32)
    picture[:32], picture[32:] = sky, ground
    return picture


@pytest.mark.parametrize("name", backdrops.HEADINGS)
def test_the_packages_panoramas_are_there_and_level(name):
    picture = backdrops.named(name).picture
    assert picture.shape == (512, 1024, 3) and np.isfinite(picture).all() and picture.min() >= 0
    ground = np.median(picture[287:384].mean(-1))
    assert ground == pytest.approx(GROUND, rel=0.15)


def test_encoding_keeps_what_is_bright():
    linear = np.array([0.001, 0.18, 1.0, 20.0], np.float32).reshape(1, 4, 1).repeat(3, 2)
    np.testing.assert_allclose(backdrops.decode(backdrops.encode(linear)), linear, rtol=0.25, atol=0.002)


def test_the_horizon_is_where_the_camera_has_it():
    camera = Pinhole(ALONG_Y, np.array([0.0, -1.0, 0.3]), 100.0, (40.0, 30.0), (60, 80))
    seen = backdrops.seen(Backdrop(halves((0.1, 0.1, 0.9), GROUND), 0.5), camera)
    assert (seen[:28, :, 2] > 0.3).all() and (np.abs(seen[33:] - GROUND) < 0.01).all()


def test_a_backdrop_takes_on_the_grounds_level_and_some_of_its_colour():
    green = np.array([0.10, 0.30, 0.05])
    picture = backdrops.matched(Backdrop(halves(1.0, GROUND), 0.5), green).picture[-1, 0]
    assert picture.mean() == pytest.approx(green.mean(), rel=0.1) and picture.argmax() == 1
    assert picture[1] / picture[2] < 0.5 * green[1] / green[2]


def test_a_users_folder_comes_first(tmp_path, monkeypatch):
    red = np.zeros((32, 64, 3), np.uint8)
    red[..., 2] = 200
    cv2.imwrite(str(tmp_path / "Park.png"), red)
    monkeypatch.setenv(backdrops.FOLDER, str(tmp_path))
    picture = backdrops.named("park").picture
    assert picture.shape == (32, 64, 3) and picture[..., 0].mean() > 0.3 and picture[..., 1].max() == 0
    assert backdrops.named("city").picture.shape == (512, 1024, 3)


def test_what_is_no_panorama_is_refused(tmp_path, monkeypatch):
    cv2.imwrite(str(tmp_path / "park.png"), np.zeros((32, 32, 3), np.uint8))
    monkeypatch.setenv(backdrops.FOLDER, str(tmp_path))
    with pytest.raises(InputError, match="twice as wide as high"):
        backdrops.named("park")
    monkeypatch.setenv(backdrops.FOLDER, str(tmp_path / "none"))
    with pytest.raises(InputError, match="no folder"):
        backdrops.named("park")
