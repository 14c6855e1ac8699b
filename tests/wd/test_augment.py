"""Augmentation keeps picture and target together, and black stays black."""

import numpy as np
import pytest

from shoemodel.image import masks
from shoemodel.wd import augment


def shoe():
    """A red shoe with a green wearable spot on grey."""
    rgb, labels = np.full((96, 96, 3), 128, np.uint8), np.zeros((96, 96), np.uint8)
    labels[50:80, 20:80], labels[50:62, 25:45] = masks.VISIBLE, masks.WEARABLE
    rgb[labels == masks.VISIBLE], rgb[labels == masks.WEARABLE] = (220, 20, 20), (20, 220, 20)
    return rgb, labels


def test_example_keeps_target_on_its_pixels():
    rgb, labels = shoe()
    red = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        picture, target = augment.shoe_example(rgb, labels, rng, 96)
        assert picture.shape == (96, 96, 3) and set(np.unique(target)) <= {0, 1, 2, augment.IGNORE}
        assert not picture[target == augment.IGNORE].any()
        assert (target == masks.WEARABLE).any()
        inner = masks.erode(target == masks.VISIBLE, 3)
        red.append((picture[inner][:, 0] > picture[inner][:, 1]).mean() > 0.9)
    assert sum(red) >= 16  # the others had their hue turned


def test_same_generator_same_example():
    first, second = (augment.shoe_example(*shoe(), np.random.default_rng(3), 64) for _ in range(2))
    assert np.array_equal(first[0], second[0]) and np.array_equal(first[1], second[1])


def test_imperfect_stays_close_to_the_mask():
    mask = shoe()[1] > 0
    overlaps = [masks.iou(mask, augment.imperfect(mask, np.random.default_rng(seed))) for seed in range(40)]
    assert min(overlaps) > 0.6 and np.mean(overlaps) < 0.99


def test_ground_seen_through_a_strap_may_be_in_the_region_and_is_no_shoe(monkeypatch):
    rgb, labels = shoe()
    labels[64:70, 40:60] = masks.BACKGROUND
    rgb[64:70, 40:60] = 128
    monkeypatch.setattr(augment, "LOOPS_P", 1.0)
    monkeypatch.setattr(augment, "imperfect", lambda mask, rng: mask.copy())
    shown = []
    for seed in range(8):
        picture, target = augment.shoe_example(rgb, labels, np.random.default_rng(seed), 96)
        assert not (target == augment.IGNORE).any()
        shown.append(picture[target == masks.BACKGROUND].any(axis=-1).sum())
    assert min(shown) > 60


def test_photometric_changes_colours_only():
    rgb = shoe()[0]
    changed = augment.photometric(rgb, np.random.default_rng(0))
    assert changed.shape == rgb.shape and changed.dtype == np.uint8 and not np.array_equal(changed, rgb)


@pytest.mark.parametrize("seed", range(5))
def test_mosaic_shows_four_and_aligns_labels(seed):
    rng = np.random.default_rng(seed)
    full = [(np.full((64, 64, 3), 50 * (i + 1), np.uint8), np.full((64, 64), i % 3, np.uint8)) for i in range(4)]
    frame, target = augment.mosaic(full, rng, 96)
    assert {50, 100, 150, 200} <= set(np.unique(frame))
    for i in range(4):
        assert (target[frame[..., 0] == 50 * (i + 1)] == i % 3).all()


def test_placement_keeps_within_the_paper_s_rotation():
    angles = [augment.placement(np.random.default_rng(seed), 64, (0.9, 1.1)).angle_deg for seed in range(200)]
    assert np.abs(angles).max() <= 15 and 0.3 < np.mean(np.array(angles) == 0) < 0.7
