"""One pass or two: what the second one is given, and how much of the walk it takes."""

import numpy as np
import pytest

from shoemodel.image.pose import Pose
from shoemodel.quality import judge as judges
from shoemodel.sw import sample


@pytest.mark.parametrize("solver", ["ddim", "unipc", "dpm++"])
def test_steps_are_counted_from_the_strength_on(pipeline, solver):
    counts = [sample.count_steps(pipeline.scheduler, solver, 10, strength) for strength in (1.0, 0.4, 0.001)]
    assert counts == [10, 4, 1]


@pytest.mark.parametrize("solver", ["ddim", "unipc", "dpm++"])
def test_a_weak_second_pass_stays_near_the_picture(pipeline, solver):
    """The weaker the pass, the less it changes what it starts from."""
    text, _ = pipeline.encode("jeans")
    start = np.full((pipeline.side, pipeline.side, 3), 128, np.uint8)
    networks = (pipeline.unet, None, pipeline.vae, pipeline.scheduler, None, text)
    how = {"steps": 20, "solver": solver, "start": start, "guidance": 1.0}
    far, near, nearest = (sample.sample(*networks, strength=s, **how).astype(int) for s in (0.8, 0.1, 0.001))
    assert np.abs(near - nearest).mean() < np.abs(far - nearest).mean()


@pytest.fixture
def given(pipeline):
    """A shoe and a pose on a canvas of the networks' size."""
    side = pipeline.side
    shoe = np.zeros((side, side, 4), np.uint8)
    shoe[side // 2 :, side // 4 : side // 2] = (120, 60, 30, 255)
    return shoe, Pose(np.random.default_rng(0).uniform(0, side, (12, 2)), np.full(12, 2)), pipeline.encode("jeans")[0]


def test_a_picture_is_drawn_in_one_pass_or_two(pipeline, given):
    one, again, weak, two = (pipeline.wear(*given, 1, 4, repair=strength) for strength in (0.0, 0.0, 0.4, 1.0))
    assert np.array_equal(one[0], again[0]) and one[1] is None
    assert not np.array_equal(one[0], two[0]) and not np.array_equal(weak[0], two[0])
    assert two[1].background == "scene" and (two[1].rgb[given[0][..., 3] == 255] == (120, 60, 30)).all()


def test_the_second_pass_draws_where_a_leg_can_be(pipeline, given, monkeypatch):
    """The first is free and has the paper's guidance; the second is given its scene and has that of photos."""
    calls = []

    def watched(condition, seed, known=None, **options):
        calls.append((seed, known, options["guidance"]))
        return np.full((pipeline.side, pipeline.side, 3), 200, np.uint8)

    monkeypatch.setattr(pipeline, "_sample", watched)
    wearable = np.zeros(given[0].shape[:2], bool)
    wearable[pipeline.side // 2 - 3 : pipeline.side // 2, pipeline.side // 4 : pipeline.side // 2] = True
    pipeline.wear(*given, 1, 4, wearable=wearable)
    (first, free, whole), (second, known, beside) = calls
    assert (first, free, whole, beside) == (1, None, 7.0, 3.0) and second != first
    assert known.free[wearable].all() and not known.free[given[0][..., 3] == 255].any()
    assert (known.picture[given[0][..., 3] == 255] == (120, 60, 30)).all()


def test_the_judge_looks_at_the_first_pass_for_other_shoes(pipeline, given, monkeypatch):
    seen = []

    def nothing(judge, picture):
        seen.append(picture)
        return np.zeros(picture.shape[:2], bool)

    monkeypatch.setattr(judges, "find_shoes", nothing)
    first, _ = pipeline.wear(*given, 1, 2, repair=0.0)
    pipeline.wear(*given, 1, 2)
    assert len(seen) == 1 and np.array_equal(seen[0], first)
    monkeypatch.setattr(pipeline, "judge", None)
    pipeline.wear(*given, 1, 2)
    assert len(seen) == 1
