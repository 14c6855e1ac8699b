"""A result as good as a true picture scores 1; each fault lowers the score and is named."""

import math
from dataclasses import replace

import numpy as np
import pytest

from shoemodel.compose.placed import PlacedShoe
from shoemodel.image.layout import keep
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose
from shoemodel.lps.predict import FootKeypoints
from shoemodel.quality import clip, score
from shoemodel.result import ShoeModelResult
from shoemodel.wd.region import Region
from tests.backends.test_align import fit_from_the_side

GOOD = {"expansion": 0.0, "seam": 2.0, "pose": 1.0, "legs": 0.0, "sides": 1.0, "prompt": 60.0, "opening": 0.0}


def test_every_limit_names_its_source():
    assert set(score.LIMITS) == set(GOOD)
    for limit in (*score.LIMITS.values(), *score.RENDERED.values()):
        assert limit.source and limit.grade(limit.good) == 1 and limit.grade(limit.bad) == 0


def test_nothing_to_say_against_a_good_picture():
    quality = score.grade(GOOD)
    assert quality.score == 1 and quality.passed and quality.measures == GOOD
    assert score.grade(GOOD | {"prompt": math.nan}).score == 1  # not measured, not counted


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("expansion", 0.25, "grown by 25%"),
        ("seam", 20.0, "ΔE 20.0"),
        ("pose", 0.2, "only 20%"),
        ("legs", 1.0, "off by 1"),
        ("sides", 0.0, "left and right"),
        ("prompt", 3.0, "CLIP score 3"),
    ],
)
def test_a_fault_is_named_and_costs(name, value, reason):
    quality = score.grade(GOOD | {name: value})
    assert quality.score < 0.5 and len(quality.reasons) == 1 and reason in quality.reasons[0]


def test_faults_add_up_and_the_worst_comes_first():
    one = score.grade(GOOD | {"legs": 1.0})
    two = score.grade(GOOD | {"legs": 1.0, "pose": 0.3})
    assert 0 < two.score < one.score and ["legs" in reason for reason in two.reasons] == [True, False]


def test_a_score_below_half_has_a_reason_though_no_measure_is_poor():
    quality = score.grade(GOOD | {"pose": 0.5, "seam": 9.0, "prompt": 38.0})
    assert quality.score < 0.5 and not quality.passed
    assert quality.reasons == ["only 50% of the pose's points are found again"]
    assert score.grade(GOOD | {"pose": 0.5}).passed


def test_a_leg_in_a_fitted_shoe_is_scored_without_a_judge(result):
    """The worse of two fits counts, and what each picture shows beside the shoe."""
    fits = tuple(replace(fit_from_the_side(), iou=iou) for iou in (0.97, 0.95, 0.8))
    areas = replace(result.areas, unsure=0.001)
    good, wide = score.rendered(replace(result, fits=fits[:2], areas=areas, beside=[0.2, 2.0]))
    assert good.score == 1 and good.passed and set(good.measures) == set(score.RENDERED)
    assert wide.score < 0.5 and wide.reasons == ["the leg lies beside the shoe, along 2.0 of its size"]
    (turned,) = score.rendered(replace(result, fits=fits, areas=areas, beside=[0.2]))
    assert "overlap 0.80" in turned.reasons[0]
    (doubtful,) = score.rendered(replace(result, fits=fits[:2], areas=replace(areas, unsure=0.1), beside=[0.2]))
    assert "10% of the shoe" in doubtful.reasons[0]


@pytest.fixture
def result(shoe_mask):
    size = shoe_mask.shape
    photo = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    pose = Pose(np.random.default_rng(1).uniform(10, 90, (12, 2)), np.full(12, 2))
    return ShoeModelResult(
        pixels=[photo, 255 - photo],
        shoe=PlacedShoe.of(photo, ShoeAreas(shoe_mask.astype(np.uint8)), keep(size)),
        region=Region(shoe_mask, 1.0, "mask"),
        areas=ShoeAreas(shoe_mask.astype(np.uint8)),
        layout=keep(size),
        feet=FootKeypoints(np.zeros((8, 2)), np.zeros(8), np.zeros(8, bool)),
        poses=[pose, pose],
        prompts=["red shoes", "red shoes"],
        seeds=[0, 1],
        backend="diffusion",
        background="scene",
    )


def test_each_picture_of_a_result_is_scored(pipeline, result):
    towers = clip.of_pack(pipeline, "tiny")
    first, second = score.score(result, pipeline.judge, towers)
    assert set(first.measures) == set(score.LIMITS) and 0 <= first.score <= 1
    assert first.measures["seam"] != second.measures["seam"]
    alone = score.score(result, pipeline.judge)[0].measures
    assert math.isnan(alone["prompt"])
