"""Arrangements of a shoe made of points: a box with a raised heel."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from shoemodel.render.meshes import transform
from shoemodel.world import arrange

SHOE = np.random.default_rng(0).uniform([-0.05, -0.28, 0.0], [0.05, 0.0, 0.09], (4000, 3))


@pytest.mark.parametrize("name", [*arrange.SHARES, arrange.SOLE_UP])
def test_shoes_stand_on_the_floor_apart_from_one_another(name):
    for seed in range(6):
        arrangement = arrange.sample(np.random.default_rng(seed), [(name, 1.0)])
        placements = arrange.lay(SHOE, arrangement)
        assert tuple(sorted(placements)) == tuple(sorted(arrangement.sides))
        points = {side: transform(arrange.mirrored(at, side), SHOE) for side, at in placements.items()}
        for cloud in points.values():
            assert cloud[:, 2].min() == pytest.approx(0, abs=0.01)
        if len(points) == 2:
            left, right = points["left"], points["right"]
            gap = cKDTree(left).query(right)[0].min()
            assert 0 < gap < 0.25


def test_a_right_shoe_is_the_mirror_image_of_the_left():
    at = arrange.lay(SHOE, arrange.Arrangement("alone", "right", arrange.Laid()))["right"]
    lateral = transform(arrange.mirrored(at, "right"), np.array([[0.05, -0.1, 0.0]]))[0]
    medial = transform(arrange.mirrored(at, "right"), np.array([[-0.05, -0.1, 0.0]]))[0]
    assert lateral[0] < medial[0]


def test_a_pair_heel_to_toe_points_both_ways_or_stands_in_a_row():
    ways = set()
    for seed in range(20):
        arrangement = arrange.sample(np.random.default_rng(seed), [("heel to toe", 1.0)])
        placements = arrange.lay(SHOE, arrangement)
        toes = {side: at[:3, :3] @ [0, -1, 0] for side, at in placements.items()}
        ways.add(bool(toes["left"] @ toes["right"] > 0))
    assert ways == {True, False}


def test_an_unknown_arrangement_is_refused():
    with pytest.raises(ValueError, match="no arrangement 'heap'"):
        arrange.sample(np.random.default_rng(0), [("heap", 1.0)])
