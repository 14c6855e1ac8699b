"""The decision that raises IoU is found, and is part of the saved network."""

import numpy as np
import pytest
import torch

from shoemodel.data.splits import TEST_SHARE, lot
from shoemodel.image import masks
from shoemodel.training import decision
from shoemodel.wd.model import CLASS_NAMES, SIZES, area_logits, build


def test_a_network_that_says_wearable_too_seldom_is_shifted():
    true = np.full((20, 20), masks.VISIBLE, np.uint8)
    true[:5] = masks.WEARABLE
    scores = np.zeros((20, 20, 3), np.float32)
    scores[..., masks.VISIBLE] = 1.0
    scores[:5, :, masks.WEARABLE] = 0.4  # less than visible, but more than on visible pixels
    shift = decision.best_shift([(scores, true)])
    assert 0.6 < shift < 1.0
    assert decision.best_shift([(decision.shifted(scores, shift), true)]) == pytest.approx(0, abs=0.51)


def test_without_a_wearable_area_nothing_is_shifted():
    assert decision.best_shift([]) == 0
    assert decision.best_shift([(np.zeros((4, 4, 3), np.float32), np.ones((4, 4), np.uint8))]) == 0


@pytest.mark.parametrize("classes", [2, 3])
def test_the_shift_is_folded_into_the_copy(classes):
    model = build(*SIZES["smoke"], CLASS_NAMES[classes], stemmed=True).eval()
    pixels = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        before, after = area_logits(model, pixels), area_logits(decision.folded(model, 0.75), pixels)
    moved = (after - before).mean((0, 2, 3))
    assert moved[:-1].abs().max() < 1e-5 and float(moved[-1]) == pytest.approx(0.75, abs=1e-5)


def test_validation_shoes_are_neither_learnt_nor_tested():
    shoes = [f"shoe-{number}" for number in range(400)]
    shoes = [shoe for shoe in shoes if lot(shoe) >= TEST_SHARE]
    learnt, validation = decision.validation_rows(shoes)
    assert len(learnt) + len(validation) == len(shoes) and 0.02 < len(validation) / len(shoes) < 0.1
    few = [shoe for shoe in shoes if lot(shoe) < 2 * TEST_SHARE][:2]
    assert decision.validation_rows(few)[0].tolist() == [0, 1]
