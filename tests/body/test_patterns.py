"""Patterns of garments, and leg warmers."""

import numpy as np
import pytest

from shoemodel.body import patterns
from shoemodel.body.finishes import HangingFinish
from shoemodel.body.patterns import PATTERNS, PatternFinish, palette, pattern_tile
from tests.body.test_finishes import scattered, toned

RED = (0.30, 0.03, 0.04)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_closes_and_shows_each_of_its_colours(pattern):
    colours = palette(pattern, RED, True, None)
    field = pattern_tile(pattern, colours).levels[0]
    for axis in (0, 1):
        seam = np.abs(np.take(field, 0, axis) - np.take(field, -1, axis)).mean()
        assert seam <= 1.3 * np.abs(np.diff(field, axis=axis)).mean(axis=(1 - axis, 2)).max()
    for colour in colours:
        assert (np.abs(field - colour).max(axis=2) < 0.02).mean() > 0.01


def test_colours_are_the_garments_the_prompts_or_in_contrast():
    assert palette("striped", RED, True, (0.7, 0.7, 0.7)) == (RED, (0.7, 0.7, 0.7))
    assert palette("dotted", RED, True, None)[1] == patterns.PALE
    assert np.mean(palette("checked", (0.7, 0.7, 0.7), True, None)[1]) < 0.3
    assert palette("camouflage", RED, False, None) == patterns.WOODLAND
    assert palette("camouflage", RED, True, None)[0] == RED
    with pytest.raises(ValueError, match="no pattern 'paisley'"):
        palette("paisley", RED, True, None)


def test_a_finish_lays_the_pattern_over_the_threads():
    """White stripes and red ones, seen near; their mean from afar."""
    colours = (RED, (0.74, 0.73, 0.70))
    finish = PatternFinish(HangingFinish("plain", patterns.base(colours)), "striped", colours)
    near, far = (toned(finish, scattered(0.1, 0.4), pixel_m) * patterns.base(colours) for pixel_m in (0.0004, 0.05))
    green = near[:, 1]
    assert ((green < 0.08).mean() > 0.3) and ((green > 0.5).mean() > 0.3)
    np.testing.assert_allclose(far.mean(axis=0), np.mean(colours, axis=0), rtol=0.1)
