"""What a prompt's places mean."""

import pytest

from shoemodel.backends import settings
from shoemodel.backends.settings import Scenery


@pytest.mark.parametrize(
    ("places", "ground", "behind"),
    [
        (("wooden floor",), "wood", "wall"),
        (("concrete floor",), "concrete", "wall"),
        (("city street", "park"), "grass", "park"),
        (("grass",), "grass", "park"),
        (("beach",), "sand", "sea"),
        (("sand", "garden"), "sand", "park"),
        (("wooden floor", "warehouse"), "wood", "warehouse"),
        (("hotel lobby",), "tiles", "lobby"),
        (("stairs",), "concrete", "steps"),
        (("wooden stairs",), "wood", "steps"),
        (("living room",), "wood", "apartment"),
        (("in the snow",), "snow", "winter"),
        (("floor",), "wood", "wall"),
    ],
)
def test_places_have_a_ground_and_something_behind(places, ground, behind):
    assert settings.of_places(places) == (Scenery(ground, behind=behind), [])


def test_what_cannot_be_made_is_named():
    assert settings.of_places(["forest", "street"]) == (Scenery("asphalt", behind="city"), ["forest"])
    assert settings.of_places(["forest"]) == (None, ["forest"])
    assert settings.of_places([]) == (None, [])


def test_a_backdrop_has_its_colour():
    red, green, blue = settings.of_places(["light pink background"])[0].colour
    assert red > blue > green
    assert settings.of_places(["white backdrop"])[0].colour == (settings.WHITE,) * 3
    assert settings.of_places(["background"])[0].colour is None
