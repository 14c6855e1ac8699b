import numpy as np
import pytest

from shoemodel.image import masks
from shoemodel.image.geometry import Box
from shoemodel.wd import outline


@pytest.fixture
def photo(shoe_mask):
    """A red shoe on grey, both a little noisy."""
    rgb = np.full((*shoe_mask.shape, 3), 110)
    rgb[shoe_mask] = (220, 60, 60)
    noise = np.random.default_rng(0).normal(0, 6, rgb.shape)
    return np.clip(rgb + noise, 0, 255).astype(np.uint8)


def test_part_of_a_shoe_grows_to_the_whole(photo, shoe_mask):
    box = Box.of_mask(shoe_mask)
    toe = shoe_mask.copy()
    toe[:, : int(box.x0 + 0.6 * box.width)] = False
    grown = outline.complete(photo, np.where(toe, 2.0, -2.0))
    assert masks.iou(toe, shoe_mask) < 0.6 < 0.95 < masks.iou(grown, shoe_mask)


def test_where_sam_is_sure_there_is_none_nothing_grows(photo, shoe_mask):
    box = Box.of_mask(shoe_mask)
    logits = np.where(shoe_mask, 2.0, -2.0)
    logits[:, : int(box.x0 + 0.4 * box.width)] = 2 * outline.NEVER_LOGIT
    assert not outline.complete(photo, logits)[:, : int(box.x0 + 0.35 * box.width)].any()


def test_the_users_box_is_enough(photo, shoe_mask):
    nothing = np.full(shoe_mask.shape, -3.0)
    assert not outline.complete(photo, nothing).any()
    box = Box.of_mask(shoe_mask)
    assert masks.iou(outline.complete(photo, nothing, box), shoe_mask) > 0.9


def test_leaking_colours_leave_sams_answer(shoe_mask):
    """On a picture of one colour nothing tells shoe from ground."""
    flat = np.full((*shoe_mask.shape, 3), 128, np.uint8)
    box = Box.of_mask(shoe_mask)
    some = np.zeros_like(shoe_mask)
    some[int(box.centre[1]) - 5 : int(box.centre[1]) + 5, int(box.centre[0]) - 5 : int(box.centre[0]) + 5] = True
    answer = outline.complete(flat, np.where(some, 2.0, -2.0))
    assert answer.sum() < outline.MAX_GROWTH * some.sum()


def test_refine_keeps_to_the_band(photo, shoe_mask):
    coarse = masks.dilate(shoe_mask, 2)
    sharper = outline.refine(photo, coarse)
    assert masks.iou(sharper, shoe_mask) > masks.iou(coarse, shoe_mask)
    noise = np.random.default_rng(0).integers(0, 256, photo.shape, dtype=np.uint8)
    changed = outline.refine(noise, shoe_mask) ^ shoe_mask
    assert not (changed & masks.erode(shoe_mask, 5)).any()
    assert not (changed & ~masks.dilate(shoe_mask, 5)).any()


def test_the_outline_follows_colours_of_equal_brightness(shoe_mask):
    """Red on green of one grey: the guide must be a mixture of colours, not brightness."""
    rgb = np.full((*shoe_mask.shape, 3), (40, 118, 60))
    rgb[shoe_mask] = (200, 38, 60)
    noise = np.random.default_rng(0).normal(0, 6, rgb.shape)
    coarse = masks.dilate(shoe_mask, 2)
    sharper = outline.refine(np.clip(rgb + noise, 0, 255).astype(np.uint8), coarse)
    assert masks.iou(coarse, shoe_mask) < 0.9 < 0.93 < masks.iou(sharper, shoe_mask)
