"""An order draws, scores and keeps; what is kept does not depend on what is drawn beside it."""

import pytest

from shoemodel import request
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.request import Order

PACK = {"name": "tiny", "sha256": "0" * 64}


@pytest.fixture
def make(pipeline, found_feet, shoe_photo):
    def run(**changes):
        order = Order(**{"prompt": "jeans", "num": 3, "seed": 3, "steps": 1, **changes})
        return request.make(pipeline, images.load(shoe_photo), order, PACK)

    return run


def test_the_best_come_first_and_the_rest_is_told(make):
    every, best = make(), make(keep=1, rejected=True)
    scores = {
        seed: quality["score"] for seed, quality in zip(every.result.seeds, every.settings["quality"], strict=True)
    }
    ranked = sorted(scores, key=lambda seed: -scores[seed])
    assert every.result.seeds == [3, 4, 5] and every.rejected is None and every.settings["rejected"] == []
    assert best.result.seeds == ranked[:1] and best.rejected.seeds == ranked[1:]
    assert [each["seed"] for each in best.settings["rejected"]] == ranked[1:]
    assert (best.result.images[0] == every.result.images[ranked[0] - 3]).all()
    assert every.best == every.result.seeds.index(ranked[0]) and best.best == 0
    assert "quality" in every.result.timings_s


def test_without_a_judge_nothing_is_scored(make, pipeline, monkeypatch):
    monkeypatch.setattr(pipeline, "judge", None)
    made = make(num=2)
    assert len(made.result.images) == 2 and "quality" not in made.settings and made.best == 0
    with pytest.raises(InputError, match="--keep needs a judge, and the pack tiny holds none"):
        make(keep=1)


@pytest.mark.parametrize(
    ("background", "asked", "used"),
    [("scene", None, [7, 3]), ("scene", 7, [7, 3]), ("scene", 14, [14, 6]), ("photo", None, [3]), ("photo", 5, [5])],
)
def test_guidance_follows_the_background_if_not_given(make, pipeline, monkeypatch, background, asked, used):
    drawn_with, draw = [], pipeline._sample
    monkeypatch.setattr(
        pipeline, "_sample", lambda *given, **options: drawn_with.append(options["guidance"]) or draw(*given, **options)
    )
    made = make(num=1, background=background, guidance=asked)
    assert drawn_with == used and made.settings["guidance"] == used[0]
