"""Heatmaps of foot keypoints: there and back below a pixel, presence by height, mirror images."""

import numpy as np
import torch

from shoemodel.lps import feet


def test_encode_decode_is_exact_below_a_pixel():
    rng = np.random.default_rng(0)
    points = rng.uniform(16, 240, (3, 8, 2))
    found, scores = feet.decode(feet.encode(points, np.ones((3, 8), bool), 256), (256, 256))
    assert np.abs(found - points).max() < 0.5
    assert (scores > 0.9).all()


def test_missing_and_outside_points_leave_empty_maps():
    points = np.full((8, 2), 100.0)
    points[1] = -3, 50
    exists = np.array([True, True, True, True, False, False, False, False])
    maps = feet.encode(points, exists, 256)
    assert maps.shape == (8, 64, 64)
    assert list(maps.max((1, 2)) > 0.5) == [True, False, True, True, False, False, False, False]


def test_crop_brings_points_along():
    rgb, visible = np.full((300, 200, 3), 255, np.uint8), np.zeros((300, 200), bool)
    visible[200:240, 50:150] = True
    crop, transform = feet.crop_to_visible(rgb, visible, 128)
    corners = transform.apply(np.array([[50.0, 200.0], [150.0, 240.0]]))
    lit = np.argwhere(crop[..., 0] > 127)
    assert np.abs(lit.min(0) - corners[0][::-1]).max() <= 1
    assert np.abs(lit.max(0) + 1 - corners[1][::-1]).max() <= 1


def test_mirror_image_gives_mirrored_points():
    torch.manual_seed(0)
    model = feet.build(side=64, hidden=24, depth=1, heads=2, simple=True).eval()
    pixels = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        maps, mirror = feet.heatmaps(model, pixels), feet.heatmaps(model, pixels.flip(-1))
    assert maps.shape == (2, 8, 16, 16)
    assert torch.allclose(mirror.flip(-1)[:, list(feet.FOOT_FLIP)], maps, atol=1e-5)
