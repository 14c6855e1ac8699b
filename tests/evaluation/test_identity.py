"""Differences inside the visible area."""

import math

import numpy as np
import pytest

from shoemodel.evaluation import identity
from shoemodel.quality import clip


def test_error_counts_the_visible_area_only(shoe_mask):
    photo = np.full((*shoe_mask.shape, 3), 100, np.uint8)
    picture = np.where(shoe_mask[..., None], photo, np.uint8(0))
    assert identity.squared_error(picture, photo, shoe_mask) == 0
    picture[shoe_mask] = 103
    assert identity.squared_error(picture, photo, shoe_mask) == 9
    assert math.isnan(identity.squared_error(picture, photo, np.zeros_like(shoe_mask)))
    assert identity.psnr(0) == math.inf and identity.psnr(9) == pytest.approx(38.588, abs=1e-3)


def test_clip_i_sees_the_shoe_and_not_its_surroundings(pipeline, shoe_mask):
    towers = clip.of_pack(pipeline, "tiny")
    photo = np.random.default_rng(0).integers(0, 256, (*shoe_mask.shape, 3), dtype=np.uint8)
    elsewhere = np.where(shoe_mask[..., None], photo, np.uint8(0))
    assert identity.clip_i(towers, elsewhere, photo, shoe_mask) == pytest.approx(100, abs=1e-3)
    assert identity.clip_i(towers, 255 - photo, photo, shoe_mask) < 99.99
