"""A request is made, scored and kept; what is kept does not depend on what is made beside it."""

import json

import pytest

from shoemodel.errors import InputError
from shoemodel.execute import execute
from shoemodel.image import io as images
from shoemodel.request import Request
from shoemodel.sw.sampler import Sampler

PACK = {"name": "tiny", "sha256": "0" * 64}


@pytest.fixture
def make(pipeline, found_feet, shoe_photo):
    def run(**changes):
        usual = {"prompt": ("jeans",), "num": 3, "seed": 3, "steps": 1, "backend": "diffusion"}
        return execute(pipeline, images.load(shoe_photo), Request(**usual | changes), PACK)

    return run


def test_the_best_come_first_and_the_rest_is_told(make):
    every, best = make(), make(keep=1, rejected=True)
    scores = {seed: quality.score for seed, quality in zip(every.result.seeds, every.qualities, strict=True)}
    ranked = sorted(scores, key=lambda seed: -scores[seed])
    assert every.result.seeds == [3, 4, 5] and every.rejected is None and every.record["rejected"] == []
    assert best.result.seeds == ranked[:1] and best.rejected.seeds == ranked[1:]
    assert [each["seed"] for each in best.record["rejected"]] == ranked[1:]
    assert (best.result.pixels[0] == every.result.pixels[ranked[0] - 3]).all()
    assert every.best == every.result.seeds.index(ranked[0]) and best.best == 0
    assert "quality" in every.result.timings_s


def test_without_a_judge_nothing_is_scored(make, pipeline, monkeypatch):
    monkeypatch.setattr(pipeline, "judge", None)
    outcome = make(num=2)
    assert len(outcome.result.pixels) == 2 and "quality" not in outcome.record and outcome.best == 0
    with pytest.raises(InputError, match="keep needs a judge, and the pack tiny holds none"):
        make(keep=1)


def test_the_record_repeats_the_run(make, tmp_path):
    outcome = make(num=1, background="photo", layout=Request().layout)
    outcome.save(tmp_path / "run")
    told = json.loads((tmp_path / "run" / "run.json").read_text())
    again = make(**vars(Request.of(told["request"])))
    assert (again.result.pixels[0] == outcome.result.pixels[0]).all() and told["pack"] == PACK


@pytest.mark.parametrize(
    ("background", "asked", "used"),
    [("scene", None, [7, 3]), ("scene", 7, [7, 3]), ("scene", 14, [14, 6]), ("photo", None, [3]), ("photo", 5, [5])],
)
def test_guidance_follows_the_background_if_not_given(make, monkeypatch, background, asked, used):
    sampled_with, sample = [], Sampler.__call__

    def watched(self, drafts, sampling, hooks):
        sampled_with.append(sampling.guidance_scale)
        return sample(self, drafts, sampling, hooks)

    monkeypatch.setattr(Sampler, "__call__", watched)
    outcome = make(num=1, background=background, guidance=asked)
    assert sampled_with == used and outcome.request.guidance == used[0]


def test_options_that_the_backend_does_not_read_are_named(pipeline, shoe_photo, monkeypatch):
    """Told by the request alone, whatever the backend makes."""
    from shoemodel import execute as module

    request = Request(prompt=("jeans",), steps=5, refine=0.5)
    assert module._unread(request) == ["steps", "refine"]
    assert module._unread(Request(prompt=("jeans",), steps=5, backend="diffusion")) == []
    assert module._unread(Request(prompt=("jeans",), shadow="soft", backend="diffusion")) == ["shadow"]
    assert module._unread(Request(prompt=("jeans",), shadow="soft")) == []
