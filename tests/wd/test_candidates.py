"""The automatic mode's candidates: different ones, the automatic answer first."""

from unittest.mock import Mock

import numpy as np
import pytest
from transformers import SamModel

from shoemodel.errors import InputError
from shoemodel.image import masks
from shoemodel.image.io import as_photo
from shoemodel.wd import candidates
from shoemodel.wd.region import Region

SAM = Mock(spec=SamModel)
"""Not asked: the answers are given."""


def _photo(height=80, width=120):
    return as_photo(np.zeros((height, width, 3), np.uint8))


def _mask(x0, x1, size=(80, 120)):
    mask = np.zeros(size, bool)
    mask[20:60, x0:x1] = True
    return mask


@pytest.fixture
def answers(monkeypatch):
    """What is found without a box, in the middle and in the wider box; None where nothing is."""

    def answer_with(*regions):
        left = list(regions)

        def of_photo(sam, photo, box, segmenter=None):
            region = left.pop(0)
            if region is None:
                raise InputError("nothing")
            return region

        monkeypatch.setattr(candidates, "of_photo", of_photo)

    return answer_with


def test_the_automatic_answer_is_first_then_the_most_confident(answers):
    first, middle, wider = (
        Region(_mask(*span), confidence, "automatic")
        for span, confidence in (((10, 40), 0.3), ((10, 110), 0.5), ((60, 110), 0.9))
    )
    answers(first, middle, wider)
    assert candidates.propose(SAM, _photo()) == [first, wider, middle]


def test_what_is_nearly_the_same_is_left_out(answers):
    answers(*(Region(_mask(10, end), 0.5, "automatic") for end in (110, 109, 108)))
    assert len(candidates.propose(SAM, _photo())) == 1


def test_shoes_of_a_pair_are_candidates_too(answers):
    pair = _mask(10, 40) | _mask(60, 110)
    answers(*[Region(pair, 0.5, "automatic")] * 3)
    found = candidates.propose(SAM, _photo())
    assert [region.mask.sum() for region in found] == [40 * 80, 40 * 30, 40 * 50]
    assert not masks.iou(found[1].mask, found[2].mask)


def test_without_an_automatic_answer_the_middle_is_left(answers):
    middle = Region(_mask(30, 90), 0.4, "box")
    answers(None, middle)
    assert candidates.propose(SAM, _photo()) == [middle]


def test_no_candidate_at_all_is_said(answers):
    answers(None, None)
    with pytest.raises(InputError, match="no unworn shoe was found in"):
        candidates.propose(SAM, _photo())


def test_the_wider_box_ends_at_the_photo(answers):
    box = candidates._wider(_mask(10, 110))
    assert (box.x0, box.y0, box.x1, box.y1) == (0, 10, 120, 70)


def test_the_sheet_shows_every_candidate(answers):
    regions = [Region(_mask(10, 40), 0.3, "automatic"), Region(_mask(60, 110), 0.9, "box")]
    shown = candidates.sheet(np.full((80, 120, 3), 200, np.uint8), regions)
    assert shown.shape[1] >= 2 * 120
    bright = (shown == 200).all(-1)
    assert bright.sum() == 40 * 30 + 40 * 50


@pytest.mark.usefixtures("unchecked")  # the segmenter's answers are given too
def test_what_the_segmenter_takes_for_no_shoe_is_no_candidate(monkeypatch):
    photo, mask = _photo(), np.zeros((80, 120), bool)
    mask[20:60, 30:90] = True

    def of_photo(sam, photo, box=None, segmenter=None):
        if box is None:
            raise InputError("no unworn shoe was found")
        return Region(mask, 0.9, "box")

    monkeypatch.setattr(candidates, "of_photo", of_photo)
    monkeypatch.setattr("shoemodel.wd.automatic.look", lambda *_: np.where(np.stack([mask, mask]), 4.0, -4.0))
    assert len(candidates.propose(SAM, photo, object())) == 1
    monkeypatch.setattr("shoemodel.wd.automatic.look", lambda *_: np.full((2, 80, 120), -4.0))
    with pytest.raises(InputError, match="no unworn shoe was found in"):
        candidates.propose(SAM, photo, object())
