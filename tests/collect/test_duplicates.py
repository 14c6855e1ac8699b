"""One picture again."""

import cv2
import numpy as np

from shoemodel.collect.duplicates import first_of_each, perceptual_hash
from tests.toys import toy_sample


def test_a_picture_is_known_again_smaller_noisier_and_darker_and_others_are_not():
    one, other = toy_sample(1).worn, toy_sample(2).worn
    noise = np.random.default_rng(0).integers(-8, 9, one.shape)
    again = [cv2.resize(one, (120, 120), interpolation=cv2.INTER_AREA), (one * 0.8).astype(np.uint8)]
    again.append(np.clip(one + noise, 0, 255).astype(np.uint8))
    pictures = [other, one, *again]
    assert first_of_each([perceptual_hash(each) for each in pictures]) == [0, 1, 1, 1, 1]


def test_distances_are_counted_in_bits_and_what_has_no_hash_repeats_nothing():
    hashes = [0, None, 0b111111, 0b1111111, None, 0b1111110]
    assert first_of_each(hashes, near=6) == [0, 1, 0, 3, 4, 3]
