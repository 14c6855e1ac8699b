"""Walls and backdrops: each kind has its pattern, repeats without a seam, and keeps its colour."""

import numpy as np
import pytest

from shoemodel.render import surfaces, walls

GREEN = np.array([0.15, 0.45, 0.2])


@pytest.mark.parametrize("kind", sorted(walls.KINDS))
def test_a_wall_has_a_pattern_in_its_colour_and_closes_sideways(kind: str):
    picture = walls.KINDS[kind](np.random.default_rng(3), GREEN)
    assert picture.shape == (walls.SIDE, walls.SIDE, 3) and np.isfinite(picture).all()
    lower = picture[walls.SIDE * 3 // 4 :]
    assert lower.std(axis=(0, 1))[1] > 0.003
    assert lower.mean(axis=(0, 1)).argmax() == 1
    steps = np.abs(np.diff(picture, axis=1)).max(axis=(0, 2))
    assert np.abs(picture[:, 0] - picture[:, -1]).max() <= steps.max() + 0.02


def test_every_kind_is_met_and_the_draw_repeats():
    assert set(walls.SHARES) == set(walls.KINDS) and sum(walls.SHARES.values()) == pytest.approx(1)
    (a, size_a), (b, size_b) = (walls.paint(np.random.default_rng(8), GREEN) for _ in range(2))
    assert np.array_equal(a, b) and size_a == size_b
    sizes = {walls.paint(np.random.default_rng(seed), GREEN)[1] for seed in range(20)}
    assert walls.WALL_M in sizes and min(sizes) < 2


def test_a_graded_backdrop_changes_upwards_only():
    rng = np.random.default_rng(1)
    paper = walls.graded(surfaces.cyclorama(GREEN, 1.0, rng), rng)
    assert paper.texture is None and paper.colours is not None
    height = paper.vertices[:, 2]
    floor, top = paper.colours[height < 1e-9], paper.colours[height > 5]
    assert np.ptp(floor, axis=0).max() < 1e-9 and np.abs(top.mean(axis=0) - floor[0]).max() > 0.02
    assert np.allclose(floor[0], GREEN, atol=0.02)
