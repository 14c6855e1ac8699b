"""Edges are found anew or taken as they are, and go onto a canvas with the photo."""

import numpy as np

from shoemodel.compose import edges
from shoemodel.image.geometry import Similarity
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas


def scene(radius):
    y, x = np.mgrid[:120, :160] + 0.5
    disc = (x - 80) ** 2 + (y - 60) ** 2 < 40**2
    rgb = np.where(disc[..., None], [200, 40, 40], [60, 90, 200]).astype(np.uint8)
    rough = (x - 80) ** 2 + (y - 60) ** 2 < radius**2
    return rgb, disc, ShoeAreas.from_masks(rough, np.zeros_like(rough))


def test_given_edges_stay_and_refined_ones_move_to_the_photos():
    rgb, disc, areas = scene(38)
    given, soft = (edges.find(rgb, areas, kind) for kind in ("given", "refined"))
    assert np.array_equal(given.areas.labels, areas.labels) and np.array_equal(given.alpha > 0, areas.visible)
    assert (soft.areas.visible ^ disc).sum() < (areas.visible ^ disc).sum()


def test_on_a_canvas_they_lie_where_the_photo_does():
    rgb, _, areas = scene(40)
    soft = edges.find(rgb, areas, "refined")
    moved = edges.on_canvas(soft, Layout((150, 200), Similarity(dx=30, dy=25)))
    there = slice(25, 145), slice(30, 190)
    assert np.array_equal(moved.areas.labels[there], soft.areas.labels)
    assert np.abs(moved.alpha[there] - soft.alpha).max() <= 0.011
    assert np.array_equal(moved.alpha == 1, moved.areas.visible)
    turned = edges.on_canvas(soft, Layout((150, 200), Similarity(0.8, 20, 60, 20)))
    assert np.array_equal(turned.alpha == 1, turned.areas.visible) and turned.areas.visible.any()
