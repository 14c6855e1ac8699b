"""A choice of layout as data and as text."""

import pytest

from shoemodel.errors import InputError
from shoemodel.image.geometry import Box
from shoemodel.image.layout import arrange
from shoemodel.image.placement import LayoutChoice, Placement, parse


def test_parse():
    assert parse("auto") == LayoutChoice() and arrange(parse("keep"), (30, 40), Box(0, 0, 5, 5)).canvas == (30, 40)
    assert parse("0.5, 0.7,1,-15") == LayoutChoice(place=Placement(x_unit=0.5, y_unit=0.7, angle_deg=-15))
    flipped = Placement(x_unit=0.5, y_unit=0.7, scale=0.8, flip=True)
    assert parse("0.5,0.7,0.8,0,flip,4:5") == LayoutChoice(place=flipped, shape=(4, 5))


@pytest.mark.parametrize("text", ["auto", "keep", "auto,4:5", "0.5,0.7,1,-15", "0.25,0.75,0.8,0,flip,9:16"])
def test_text_comes_back_as_it_was(text):
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "Auto", "flip", "0.5,0.5", "0.5,0.5,1,0,flop", "0.5,0.5,0,0", "2,0,1,0", "nan,0,1,0", "0,0,1,0,0"]
)
def test_parse_refuses(text: str):
    with pytest.raises(InputError, match="is accepted"):
        parse(text)


@pytest.mark.parametrize("text", ["auto,0:5", "4:5", "auto,4:5,1:1"])
def test_a_shape_that_is_none_is_refused(text):
    with pytest.raises(InputError, match="layout"):
        parse(text)


@pytest.mark.usefixtures("unchecked")
def test_data_outside_the_limits_is_refused():
    with pytest.raises(InputError, match=r"scale 9; 0\.1 to 4"):
        Placement(x_unit=0.5, y_unit=0.5, scale=9)
    with pytest.raises(InputError, match="the place 'there'"):
        LayoutChoice(place="there")
