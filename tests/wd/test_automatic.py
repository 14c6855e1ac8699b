"""Segmenter, SAM and ground together: the middle answer is taken, doubt is told, worn shoes and none are refused."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from shoemodel.errors import InputError
from shoemodel.image import masks
from shoemodel.wd import automatic, region, segmenter

pytestmark = pytest.mark.usefixtures("unchecked")  # fakes stand in for networks

NOTHING = np.zeros((96, 128), bool)


@pytest.fixture
def photo(shoe_mask):
    """A red shoe on grass, which is no plain ground."""
    rgb = np.random.default_rng(0).integers(0, 256, (*shoe_mask.shape, 3), dtype=np.uint8) // 2
    rgb[shoe_mask] = (220, 60, 60)
    return rgb


@pytest.fixture
def say(monkeypatch):
    """Puts words into the mouths of both networks."""

    def told(unworn, worn=NOTHING, sam=None, sure=8.0):
        logits = np.where(np.stack([unworn, worn]), sure, -sure).astype(np.float32)
        monkeypatch.setattr(segmenter, "read", lambda network, rgb: logits[:, : rgb.shape[0], : rgb.shape[1]].copy())
        found = unworn if sam is None else sam
        monkeypatch.setattr(region, "ask", lambda *_, **__: (np.where(found, 4.0, -4.0).astype(np.float32), 0.9))
        monkeypatch.setattr(automatic, "look", lambda network, rgb, hint: segmenter.read(network, rgb))

    return told


def test_agreement_is_confidence(photo, shoe_mask, say):
    say(shoe_mask)
    found = automatic.find(None, None, photo)
    assert masks.iou(found.mask, shoe_mask) > 0.97 and found.confidence > 0.9
    assert found.source == "automatic" and found.warnings == []


def test_doubt_is_told(photo, shoe_mask, say):
    say(shoe_mask, sam=np.roll(shoe_mask, 40, axis=1), sure=1.5)
    found = automatic.find(None, None, photo)
    assert found.confidence < automatic.UNSURE
    assert "give a box, points or a mask" in found.warnings[0]


def test_the_answer_between_the_others_is_taken(shoe_mask):
    columns = np.arange(128)
    small, middle, large = (shoe_mask & (columns < edge) for edge in (50, 75, 95))
    logits = np.stack([np.where(shoe_mask, 6.0, -6.0), np.full(shoe_mask.shape, -6.0)])
    answer = automatic.Answer(logits, (small, large, middle))
    assert answer.expected[0] < automatic.TRUSTED and (answer.best == large).all()  # of these SAM's is the second
    answer = automatic.Answer(logits, (large, small, middle))
    assert answer.expected[0] > automatic.TRUSTED and (answer.best == middle).all()


def test_a_worn_shoe_is_refused(photo, shoe_mask, say):
    say(NOTHING, worn=shoe_mask)
    with pytest.raises(InputError, match=r"the shoe in a\.png is worn or lies sole up: give a photo of a"):
        automatic.find(None, None, photo, "a.png")


def test_a_shoe_that_may_lie_sole_up_is_told(photo, shoe_mask, say):
    say(shoe_mask, worn=shoe_mask)
    found = automatic.find(None, None, photo)
    assert masks.iou(found.mask, shoe_mask) > 0.97
    assert "may be worn or lie sole up" in found.warnings[0]


def test_force_goes_on_with_the_refusal_as_a_warning(photo, shoe_mask, say):
    say(NOTHING, worn=shoe_mask, sam=shoe_mask)
    found = automatic.find(None, None, photo, "a.png", force=True)
    assert found.mask.any() and "is worn or lies sole up" in found.warnings[0]


def test_a_cut_out_is_asked_whether_it_is_a_shoe(photo, shoe_mask, say):
    cut_out = region.Region(shoe_mask, 1.0, "alpha")
    say(shoe_mask)
    found = automatic.of_alpha(None, photo, cut_out)
    assert found.confidence > 0.9 and found.warnings == [] and found.mask is shoe_mask
    say(shoe_mask, sure=-1.2)
    assert "does not look like an unworn shoe" in automatic.of_alpha(None, photo, cut_out).warnings[0]
    say(NOTHING)
    with pytest.raises(InputError, match=r"what is opaque in a\.png does not look like an unworn shoe"):
        automatic.of_alpha(None, photo, cut_out, "a.png")
    assert automatic.of_alpha(None, photo, cut_out, force=True).warnings


def test_a_photo_without_a_shoe_is_refused(photo, say):
    say(NOTHING)
    with pytest.raises(InputError, match=r"no unworn shoe was found in a\.png \(confidence 0\.00"):
        automatic.find(None, None, photo, "a.png")


def test_many_shoes_are_told(say):
    rgb = np.random.default_rng(0).integers(0, 128, (96, 128, 3), dtype=np.uint8)
    many = np.zeros((96, 128), bool)
    for row in (10, 60):
        for column in (10, 75):
            many[row : row + 25, column : column + 40] = True
    rgb[many] = (220, 60, 60)
    say(many)
    assert any("4 separate shoes were seen" in notice for notice in automatic.find(None, None, rgb).warnings)


def test_expected_iou_is_that_of_the_probabilities(shoe_mask):
    sure = np.where(shoe_mask, 12.0, -12.0)
    assert automatic.expected_iou(sure, shoe_mask) == pytest.approx(1.0, abs=1e-3)
    half = shoe_mask & (np.arange(128) < 64)
    assert automatic.expected_iou(sure, half) == pytest.approx(masks.iou(half, shoe_mask), abs=1e-3)
    assert automatic.expected_iou(sure, NOTHING) == 0.0


def test_a_closer_look_at_a_small_shoe(monkeypatch):
    """The second reading is of the crop; where it sees something else, the first is kept."""
    shoe = np.zeros((100, 200), bool)
    shoe[40:60, 90:120] = True
    seen = []

    def read(_, rgb):
        seen.append(rgb.shape[:2])
        there = rgb[..., 0] > 100
        return np.where(np.stack([there, ~there & False]), 5.0 + len(seen), -5.0)

    monkeypatch.setattr(segmenter, "read", read)
    rgb = np.where(shoe[..., None], np.uint8(200), np.uint8(20)).repeat(3, axis=2)
    logits = automatic.look(None, rgb, np.zeros_like(shoe))
    assert len(seen) == 2 and seen[1][1] < 60 and logits[0, 50, 100] == 7.0
    hint = np.zeros_like(shoe)
    hint[10:90, 60:150] = True
    automatic.look(None, rgb, hint)
    assert seen[3][0] == 100 and 110 < seen[3][1] < 150  # the hint is looked at, too
    rgb[shoe] = 20
    assert (automatic.look(None, rgb, np.zeros_like(shoe))[0] < 0).all() and len(seen) == 5


def test_the_real_networks_answer(pipeline, photo):
    answer = automatic.answers(pipeline.region, pipeline.segmenter, photo)
    assert len(answer.masks) == 3 and answer.logits.shape == (2, 96, 128) and 0 <= answer.confidence <= 1


def test_a_pack_without_a_segmenter_asks_sam_alone(monkeypatch, photo, shoe_mask):
    asked = []
    monkeypatch.setattr(region, "find", lambda *arguments, **others: asked.append("sam"))
    monkeypatch.setattr(automatic, "find", lambda *arguments, **others: asked.append("both"))
    shown = SimpleNamespace(rgb=photo, alpha=None, path=Path("a.png"), size=photo.shape[:2])
    region.of_photo(None, shown)
    region.of_photo(None, shown, segmenter=object())
    region.of_photo(None, shown, points=np.ones((1, 2)), segmenter=object())
    assert asked == ["sam", "both", "sam"]
