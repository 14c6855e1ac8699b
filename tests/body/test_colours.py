import numpy as np
import pytest

from shoemodel.body.colours import CLOTH_COLOURS, dye, table
from shoemodel.errors import InputError


@pytest.mark.parametrize("cloth", list(CLOTH_COLOURS))
def test_every_word_and_modifier_dyes_every_cloth(cloth):
    names = [*table()["words"], *(f"{modifier} blue" for modifier in table()["modifiers"]), *table()["shades"][cloth]]
    for name in names:
        assert all(0.011 < part < 0.81 for part in dye(name, cloth)), name


def test_a_cloth_has_its_own_dyes():
    assert dye("blue", "denim") == CLOTH_COLOURS["denim"]["blue"]
    assert dye("blue", "denim") != dye("blue", "knit")
    assert dye("Gray", "suiting") == CLOTH_COLOURS["suiting"]["grey"]


def test_modifiers_change_lightness_and_colourfulness():
    light, plain, dark, faded, bright = (
        np.array(dye(name, "cloth")) for name in ("light red", "red", "dark red", "faded red", "bright red")
    )
    assert light.sum() > plain.sum() > dark.sum()
    assert np.ptp(faded) / faded.max() < np.ptp(plain) / plain.max() <= np.ptp(bright) / bright.max()


def test_codes_are_taken_as_they_are():
    assert dye("#808080", "denim") == pytest.approx((0.216, 0.216, 0.216), abs=0.001)
    assert dye("#888", "knit") == dye("#888888", "knit")


def test_an_unknown_colour_is_refused():
    with pytest.raises(InputError, match="blurple"):
        dye("light blurple", "knit")
