"""Plain grounds are told from what stands on them, whatever their colour; busy ones are not plain."""

import cv2
import numpy as np
import pytest

from shoemodel.image import masks
from shoemodel.wd import ground

SIZE = (120, 160)


def shoe():
    return cv2.ellipse(np.zeros(SIZE, np.uint8), (80, 70), (45, 22), 0, 0, 360, 1, -1) > 0


def paper(colour, slope=0.0):
    """Paper that darkens towards one side."""
    fade = 1 - slope * np.linspace(0, 1, SIZE[1])[None, :, None]
    return np.full((*SIZE, 3), colour, float) * fade


@pytest.mark.parametrize("colour", [(255, 255, 255), (12, 12, 14), (200, 160, 140)])
@pytest.mark.parametrize("slope", [0.0, 0.3])
def test_paper_of_any_colour_is_ground(colour, slope):
    rgb = paper(colour, slope)
    rgb[shoe()] = (90, 40, 160)
    rgb += np.random.default_rng(0).normal(0, 1.5, rgb.shape)
    found = ground.plain(rgb.clip(0, 255).astype(np.uint8))
    assert found is not None
    assert masks.iou(found.evidence > 0.5, shoe()) > 0.95 and masks.iou(found.evidence < -0.5, ~shoe()) > 0.97


def test_a_soft_shadow_is_no_shoe_and_a_hard_one_is_left_open():
    rgb = paper((235, 235, 235))
    dark = np.roll(shoe(), 22, axis=0).astype(np.float32)
    rgb *= 1 - 0.3 * cv2.GaussianBlur(dark, (0, 0), 8)[..., None]
    rgb[shoe()] = (90, 40, 160)
    below = (dark > 0) & ~masks.dilate(shoe(), 3)
    soft = ground.plain(rgb.astype(np.uint8))
    assert soft is not None and (soft.evidence[below] <= 0.1).mean() > 0.9
    hard = paper((235, 235, 235))
    hard[dark > 0] *= 0.4
    hard[shoe()] = (90, 40, 160)
    left = ground.plain(hard.astype(np.uint8))
    assert left is not None and left.evidence[below].mean() < 0.1 < 0.9 < left.evidence[masks.erode(shoe(), 2)].min()


def test_a_network_decides_what_has_the_grounds_colour():
    """White on white: only the sole's edge is seen; the network's word stands where nothing is certain."""
    rgb = paper((255, 255, 255))
    upper = shoe() & (np.arange(SIZE[0])[:, None] < 70)
    rgb[upper] = (90, 40, 160)
    found = ground.plain(rgb.astype(np.uint8))
    assert found is not None
    whole = found.shoe(np.where(shoe(), 6.0, -6.0))
    unsure = found.shoe(np.where(shoe(), 1.0, -6.0))
    assert masks.iou(whole, shoe()) > 0.97 and masks.iou(unsure, upper) > 0.95


def test_ground_is_seen_through_a_loop_and_white_leather_is_none():
    rgb = paper((250, 250, 250))
    rgb[shoe()] = (90, 40, 160)
    loop = cv2.ellipse(np.zeros(SIZE, np.uint8), (80, 62), (14, 6), 0, 0, 360, 1, -1) > 0
    patch = cv2.ellipse(np.zeros(SIZE, np.uint8), (80, 80), (14, 6), 0, 0, 360, 1, -1) > 0
    rgb[loop] = (250, 250, 250)
    rgb[patch] = 244 + np.random.default_rng(0).integers(-2, 3, (patch.sum(), 1))
    found = ground.plain(rgb.astype(np.uint8))
    assert found is not None
    assert found.evidence[masks.erode(loop, 2)].max() == -1 and found.evidence[masks.erode(patch, 2)].min() >= 0


def test_drawn_checks_are_plain():
    y, x = np.mgrid[: SIZE[0], : SIZE[1]] // 8
    rgb = np.where(((x + y) % 2)[..., None] > 0, np.uint8(255), np.uint8(204)).repeat(3, axis=2)
    rgb[shoe()] = (40, 120, 60)
    found = ground.plain(rgb)
    assert found is not None and masks.iou(found.evidence > 0.5, shoe()) > 0.95


def test_busy_ground_is_not_plain():
    rng = np.random.default_rng(0)
    assert ground.plain(rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8)) is None
    blobs = cv2.resize(rng.integers(0, 256, (8, 10, 3), dtype=np.uint8), SIZE[::-1], interpolation=cv2.INTER_CUBIC)
    assert ground.plain(blobs) is None


def test_a_part_of_the_photo_has_its_evidence():
    rgb = paper((255, 255, 255))
    rgb[shoe()] = (90, 40, 160)
    found = ground.plain(rgb.astype(np.uint8))
    assert found is not None
    part = found.within((slice(40, 100), slice(30, 130)))
    np.testing.assert_array_equal(part.evidence, found.evidence[40:100, 30:130])
