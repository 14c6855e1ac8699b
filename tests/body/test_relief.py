"""Bones and tendons of the ankle."""

from dataclasses import replace

import numpy as np
import pytest

from shoemodel.body import bodies, relief
from shoemodel.body.figure import Figure, group


@pytest.fixture(scope="module")
def smooth() -> Figure:
    person = bodies.load().people[0]
    return replace(person.figure, vertices=person.body.refine @ person.coarse)


def section(figure: Figure, vertices: np.ndarray, side: str, up: float) -> np.ndarray:
    """Points of the leg at a height above its ankle joint."""
    own = bodies.load().body.weights[:, [group(side, "shin"), group(side, "foot")]].sum(axis=1) > 0.5
    return vertices[own & (np.abs(vertices[:, 2] - figure.joints[side, "ankle"][2] - up) < 0.002)]


@pytest.mark.parametrize("side", ["left", "right"])
def test_an_ankle_has_bones_on_its_sides_and_a_hollow_above_the_heel(smooth: Figure, side: str):
    shaped = relief.shaped(bodies.load().body, smooth, 1.0)
    rest, bones = section(smooth, smooth.vertices, side, -0.003), section(smooth, shaped, side, -0.003)
    assert np.ptp(bones[:, 0]) > np.ptp(rest[:, 0]) + 0.005
    back = [section(smooth, v, side, 0.02)[:, 1].max() for v in (smooth.vertices, shaped)]
    assert back[1] < back[0] - 0.002
    thigh = bodies.load().body.weights[:, group(side, "thigh")] > 0.9
    assert np.array_equal(shaped[thigh], smooth.vertices[thigh])


def test_girth_makes_the_lower_leg_thicker_and_leaves_the_foot(smooth: Figure):
    body = bodies.load().body
    thin, thick = (relief.shaped(body, smooth, 0.0, girth) for girth in (-0.2, 0.4))
    widths = [np.ptp(section(smooth, vertices, "left", 0.12), axis=0)[:2] for vertices in (thin, thick)]
    assert (widths[1] > widths[0] + 0.008).all()
    toe = body.landmarks["left", "big_toe"]
    assert thick[toe] == pytest.approx(thin[toe])
