"""Known confusions give known tables."""

import numpy as np
import pytest

from shoemodel.errors import InputError
from shoemodel.evaluation import areas
from shoemodel.evaluation.areas import Tally, confusion, measures, summarise
from shoemodel.image.masks import ShoeAreas
from tests.toys import toy_sample


def test_a_confusion_worked_out_by_hand():
    true = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2], np.uint8)
    predicted = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 1], np.uint8)
    matrix = confusion(true, predicted)
    assert matrix.tolist() == [[3, 1, 0], [0, 2, 1], [0, 1, 2]]
    found = measures(matrix)
    assert found["IoU"].tolist() == pytest.approx([75.0, 40.0, 50.0])
    assert found["Acc"].tolist() == pytest.approx([75.0, 200 / 3, 200 / 3])
    assert found["mIoU"] == pytest.approx(55.0) and found["aAcc"] == pytest.approx(70.0)
    assert found["mAcc"] == pytest.approx((75 + 400 / 3) / 3)


def test_a_class_that_is_nowhere_is_left_out_of_the_mean():
    found = measures(confusion(np.array([0, 1], np.uint8), np.array([0, 1], np.uint8)))
    assert np.isnan(found["IoU"][2]) and found["mIoU"] == 100


def test_pixels_are_summed_before_they_are_divided():
    """A large right picture and a small wrong one: 90%, where the mean of the pictures would be 50%."""
    right, wrong = np.zeros((3, 3)), np.zeros((3, 3))
    right[1, 1], wrong[1, 2] = 90, 10
    assert measures(right + wrong)["aAcc"] == pytest.approx(90)


def test_perfect_answers_reach_100():
    tally = Tally(keep=3)
    for index in range(6):
        sample = toy_sample(index)
        tally.add(sample, sample.areas)
    report = summarise(tally)
    for part in (report, report["around the shoe"]):
        assert set(part["IoU"].values()) == set(part["Acc"].values()) == {100.0}
        assert part["mIoU"] == part["mAcc"] == part["aAcc"] == 100.0
        assert part["intervals"]["IoU"]["wearable"] == part["intervals"]["mIoU"] == [100.0, 100.0]
    assert report["n"] == report["shoes"] == 6 and report["refused"] == 0
    assert report["pixels"]["background"] > report["around the shoe"]["pixels"]["background"]


def test_a_refused_picture_is_all_background_and_the_worst():
    tally = Tally(keep=2)
    for index in range(4):
        sample = toy_sample(index)
        tally.add(sample, None if index == 2 else sample.areas)
    report = summarise(tally)
    assert report["refused"] == 1 and report["Acc"]["background"] == 100
    assert report["worst"][0] == {"key": toy_sample(2).key, "IoU": 0.0} and len(report["worst"]) == 2
    low, high = report["intervals"]["IoU"]["visible"]
    assert low < report["IoU"]["visible"] < high
    page = areas.worst_page(tally.worst)
    assert page.shape[1] == 4 * 256 + 3 * 4
    marked = page[20 : 20 + 256, -256:]
    assert ((marked == (255, 0, 0)).all(2) == toy_sample(2).areas.shoe).all()


def test_swapped_areas_score_nothing():
    sample = toy_sample(0)
    tally = Tally(keep=1)
    tally.add(sample, ShoeAreas.from_masks(sample.areas.wearable, sample.areas.visible))
    assert summarise(tally)["IoU"] == {"background": 100.0, "visible": 0.0, "wearable": 0.0}


def test_an_untrained_pack_is_measured(pipeline):
    report, worst = areas.evaluate(pipeline, [toy_sample(0), toy_sample(1)])
    assert report["n"] == 2 and 0 <= report["mIoU"] < 100 and len(worst) == 2
    with pytest.raises(InputError, match="no tuple"):
        areas.evaluate(pipeline, [])
