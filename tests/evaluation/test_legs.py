"""Poses that are the truth, its copies, or noise about it are recognised as such."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from shoemodel.errors import InputError
from shoemodel.evaluation import legs
from shoemodel.evaluation.legs import POSES, Real
from tests.toys import toy_sample


@pytest.fixture(scope="module")
def real() -> Real:
    return Real.of(toy_sample(index) for index in range(40))


def about(real: Real, deviation_px: float, seed: int = 0) -> np.ndarray:
    """POSES poses for each picture, normally distributed about a centre that the truth is one draw from."""
    rng = np.random.default_rng(seed)
    centre = real.legs_px[:, None] + rng.normal(0, deviation_px, (len(real.shoes), 1, 6, 2))
    return centre + rng.normal(0, deviation_px, (len(real.shoes), POSES, 6, 2))


def test_the_true_pose_among_the_sampled(real):
    exact = np.repeat(real.legs_px[:, None], POSES, axis=1)
    report = legs.to_truth(real, exact)
    assert set(report["best of n, foot extents"].values()) == {0.0}
    shifted = legs.to_truth(real, exact + np.array([3.0, 4.0]))
    assert shifted["best of n, % of side"]["64"] == pytest.approx(100 * 5 / 256, abs=1e-3)
    assert shifted["true pose among the sampled"] == 1.0  # all sampled poses are one, and not the true one


def test_right_spread_lies_at_a_half(real):
    ranks = [legs.to_truth(real, about(real, 8.0, seed))["true pose among the sampled"] for seed in range(4)]
    assert np.mean(ranks) == pytest.approx(0.5, abs=0.08)
    wide = real.legs_px[:, None] + np.random.default_rng(0).normal(0, 20, (len(real.shoes), POSES, 6, 2))
    assert legs.to_truth(real, wide)["true pose among the sampled"] < 0.1


def test_more_poses_come_nearer(real):
    best = list(legs.to_truth(real, about(real, 8.0))["best of n, foot extents"].values())
    assert best == sorted(best, reverse=True) and best[0] > 1.5 * best[-1]


def test_neighbours_are_other_pictures_with_the_same_feet(real):
    single = ~real.present.all(1)
    for row, (numbers, poses, distance) in enumerate(legs.neighbours(real)):
        assert row not in numbers and (np.diff(distance) >= 0).all()
        # a left foot has right ones as mirror images, a pair has each other pair twice
        same = single[numbers] == single[row]
        assert same.all() and len(numbers) == (single.sum() - 1 if single[row] else 2 * (~single).sum() - 2)
        assert poses.shape == (len(numbers), 6, 2)


def test_further_poses_are_neighbours_and_are_not_drawn_for(real, tmp_path):
    copies = {"points": real.points_px / real.side, "present": np.repeat(real.present, 6, axis=1)}
    save_file(copies, tmp_path / "poses.safetensors")
    more = real.extended(tmp_path / "poses.safetensors")
    found = list(legs.neighbours(more, len(real.shoes)))
    assert len(found) == len(real.shoes)
    for row, (numbers, _, distance) in enumerate(found):
        assert row not in numbers and row + len(real.shoes) in numbers
        assert distance[0] == pytest.approx(0, abs=1e-5)
    sampled = np.repeat(real.legs_px[:, None], POSES, axis=1)
    assert legs.to_neighbours(more, sampled)["neighbours"]["pictures"] == len(real.shoes)


def test_poses_of_neighbours_pass_for_real_and_far_ones_do_not(real):
    sampled = np.repeat(real.legs_px[:, None], POSES, axis=1)
    centre, radius = legs._frames(real)
    for row, (_, poses, _) in enumerate(legs.neighbours(real)):
        sampled[row, : len(poses)] = (poses * radius[row] + centre[row])[:POSES]
    alike, far = legs.to_neighbours(real, sampled), legs.to_neighbours(real, sampled + 500.0)
    assert alike["precision"] > 0.9 and alike["real poses reach"]["coverage"] > 0.8
    assert far["precision"] == far["recall"] == far["density"] == far["coverage"] == 0
    assert far["spread"]["sampled"] == alike["spread"]["sampled"]


def test_too_few_pictures_for_neighbours():
    few = Real.of(toy_sample(index) for index in range(3))
    report = legs.to_neighbours(few, np.repeat(few.legs_px[:, None], POSES, axis=1))
    assert report["precision"] is None and report["neighbours"]["pictures"] == 0


def test_an_untrained_pack_is_measured(pipeline):
    samples = [toy_sample(index) for index in range(16)]
    first, second = (legs.evaluate(pipeline, samples) for _ in range(2))
    assert first["n"] == 16 and 0.5 < first["loss"] < 3 and first["speed"]["poses"] == 10_000
    del first["speed"], second["speed"]
    assert first == second
    with pytest.raises(InputError, match="no tuple"):
        legs.evaluate(pipeline, [])
