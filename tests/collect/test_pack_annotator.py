"""The judge as annotator."""

import numpy as np
import pytest

from shoemodel import packs
from shoemodel.collect import pack_annotator
from shoemodel.collect.pack_annotator import PackAnnotator
from shoemodel.errors import InputError
from shoemodel.image.pose import NAMES
from shoemodel.quality.judge import Reading

FOOT = ("ankle", "big_toe", "small_toe", "heel")


def reading(size, places, scores):
    """What a judge sees that finds the named points; the shoe is where the feet are."""
    points, heights, shoe = np.zeros((12, 2)), np.zeros(12), np.zeros(size, bool)
    for (name, place), score in zip(places.items(), scores, strict=True):
        points[NAMES.index(name)], heights[NAMES.index(name)] = place, score
        x, y = np.array(place).astype(int)
        shoe[y - 2 : y + 3, x - 2 : x + 3] = True
    return Reading(shoe, points, heights)


def foot(side, x):
    places = ((x, 60), (x + 20, 70), (x + 18, 72), (x - 8, 70))
    return dict(zip((f"{side}_{joint}" for joint in FOOT), places, strict=True))


def people(monkeypatch, tiny_pack, *readings, size=(100, 100), worn=True):
    seen = iter(readings)
    monkeypatch.setattr("shoemodel.quality.judge.read", lambda network, rgb: next(seen))
    monkeypatch.setattr(pack_annotator, "LEAST", 0.0)  # no second look
    worn = np.full((2, *size), 3.0 if worn else -3.0, np.float32)
    monkeypatch.setattr("shoemodel.wd.segmenter.read", lambda network, rgb: worn[:, : rgb.shape[0], : rgb.shape[1]])
    return PackAnnotator(tiny_pack).people(np.zeros((*size, 3), np.uint8))


def test_a_foot_found_as_both_is_the_surer_one(monkeypatch, tiny_pack):
    twice = reading((100, 100), foot("left", 50) | foot("right", 52), [0.9] * 4 + [0.5] * 4)
    (person,) = people(monkeypatch, tiny_pack, twice)
    assert person.feet == ("left",)
    apart = reading((100, 100), foot("left", 20) | foot("right", 70), [0.9] * 4 + [0.5] * 4)
    (person,) = people(monkeypatch, tiny_pack, apart)
    assert person.feet == ("left", "right")


def test_small_legs_are_looked_at_again_closely(monkeypatch, tiny_pack):
    far = reading((400, 400), foot("left", 250), [0.6] * 4)
    closer = {name: (x - 200, y) for name, (x, y) in foot("left", 250).items()}
    sizes = []

    def read(network, rgb):
        sizes.append(rgb.shape[0])
        if rgb.shape[0] == 400:
            return far
        return reading(rgb.shape[:2], {name: (20, 20) for name in closer}, [0.9] * 4)

    monkeypatch.setattr("shoemodel.quality.judge.read", read)
    monkeypatch.setattr(pack_annotator, "WORN", 0.0)
    (person,) = PackAnnotator(tiny_pack).people(np.zeros((400, 400, 3), np.uint8))
    assert len(sizes) == 2 and sizes[1] < 100
    heel = person.pose.points[NAMES.index("left_heel")]
    assert 200 < heel[0] < 270 and 40 < heel[1] < 80  # back in the photo's pixels


def test_too_few_points_or_no_shoe_are_nobody(monkeypatch, tiny_pack):
    few = reading((100, 100), dict(list(foot("left", 50).items())[:3]), [0.9] * 3)
    assert people(monkeypatch, tiny_pack, few) == []
    bare = reading((100, 100), foot("left", 50), [0.9] * 4)
    assert people(monkeypatch, tiny_pack, Reading(np.zeros((100, 100), bool), bare.points_px, bare.scores)) == []


def test_what_is_no_worn_shoe_to_the_segmenter_is_nobody(monkeypatch, tiny_pack):
    seen = reading((100, 100), foot("left", 50), [0.9] * 4)
    assert len(people(monkeypatch, tiny_pack, seen)) == 1
    assert people(monkeypatch, tiny_pack, seen, worn=False) == []


@pytest.mark.parametrize(
    ("knees", "left", "right"),
    [
        ({"left_knee": (22, 20), "right_knee": (24, 20)}, (22, 20), None),  # one knee, above the left ankle
        ({"left_knee": (72, 20), "right_knee": (20, 20)}, (20, 20), (72, 20)),  # crossed for no reason
        ({"left_knee": (20, 20), "right_knee": (72, 20)}, (20, 20), (72, 20)),
        ({"right_knee": (20, 20)}, None, (20, 20)),
    ],
)
def test_knees_belong_to_the_ankles_below_them(monkeypatch, tiny_pack, knees, left, right):
    seen = reading((100, 100), foot("left", 20) | foot("right", 70) | knees, [0.9] * (8 + len(knees)))
    (person,) = people(monkeypatch, tiny_pack, seen)
    for side, place in (("left", left), ("right", right)):
        row = NAMES.index(f"{side}_knee")
        assert person.pose.exists[row] == (place is not None)
        assert place is None or tuple(person.pose.points[row]) == place


def test_the_identity_names_the_pack_and_a_folder_without_judge_is_refused(tiny_pack, tmp_path):
    assert PackAnnotator(tiny_pack).identity["judge"].startswith("pack ")
    assert pack_annotator.identity(packs.MINI)["judge"].startswith("pack mini")
    with pytest.raises(InputError, match="holds no model/judge"):
        PackAnnotator(tmp_path)
