import json

import numpy as np
import pytest

from shoemodel.body.colours import dye
from shoemodel.body.dressing import outfit, person
from shoemodel.body.outfits import Outfit, describe
from shoemodel.body.phrases import words
from shoemodel.body.prompt import read
from shoemodel.errors import InputError

KNEE = 0.42
PROMPTS = (
    "", "blue jeans", "full-length wide trousers", "cropped chinos and white socks",
    "black leggings and knee-high socks", "capri pants", "shorts and ankle socks", "mini skirt", "midi skirt",
    "maxi dress", "rolled-up jeans", "burgundy tights",
    "bare legs and over-the-knee socks", "jeans over the boots", "nude tights and a dress", "long socks",
)  # fmt: skip


def worn(prompt: str, seed: int = 0, collar: float = 0.02, tall: bool = False, female: bool = True, family: str = ""):
    return outfit(read(prompt), np.random.default_rng(seed), collar, KNEE, tall, female, family)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_no_cloth_hangs_over_the_shoe_whatever_its_height(prompt):
    for collar in np.linspace(-0.05, 0.35, 9):
        tall = collar > 0.16
        for seed in range(4):
            it = worn(prompt, seed, collar, tall)
            inside = it.tucked or it.garment in ("tights", "bare") or (it.garment == "leggings" and tall)
            assert inside or max(collar, 0) + 0.006 < it.hem_m < KNEE + 0.21
            assert it.sock_m == 0 or max(collar, 0) + 0.014 < it.sock_m < max(KNEE, collar) + 0.11
            assert not it.tucked or it.hem_m < collar
            assert 0 <= it.cuff_m < 0.05
            assert all(0.005 < part < 0.9 for rgb in (it.garment_rgb, it.sock_rgb, it.hose_rgb) for part in rgb)


def test_lengths_follow_the_prompt():
    hems = [
        worn(prompt).hem_m for prompt in ("full length jeans", "jeans", "7/8 jeans", "cropped jeans", "capri jeans")
    ]
    assert hems == sorted(hems)
    hems = [worn(f"{word} skirt").hem_m for word in ("maxi", "midi", "below knee", "knee length", "mini")]
    assert hems == sorted(hems)
    socks = [
        worn(f"{word} socks").sock_m for word in ("no-show", "ankle", "crew", "mid-calf", "knee-high", "over-knee")
    ]
    assert socks == sorted(socks) and socks[0] == 0


def test_colours_of_the_prompt_are_dyed():
    it = worn("dark green jeans and #ff8800 socks with navy stripes", seed=3)
    assert it.garment_rgb == pytest.approx(dye("dark green", "denim"), rel=0.08)
    assert it.sock_rgb == dye("#ff8800", "knit")
    assert it.stripe_rgb == dye("navy", "knit")
    assert worn("blue jeans").garment_rgb == pytest.approx(dye("blue", "denim"), rel=0.08)


def test_socks_that_are_asked_for_are_seen():
    for seed in range(5):
        it = worn("blue jeans and red socks", seed)
        assert it.sock_m > 0 and it.hem_m > 0.05
        it = worn("black leggings and long red socks", seed)
        assert it.hem_m < it.sock_m
        assert worn("blue jeans, no socks", seed).sock_m == 0
        assert worn("blue jeans", seed, family="pump").sock_m == 0


def test_stripes_are_near_the_top_or_all_the_way_down():
    assert worn("red socks with white stripes").sock_stripes and not worn("red socks with white stripes").hoops
    assert worn("blue and white striped socks").hoops
    assert worn("striped knee-high socks").hoops
    assert not worn("white socks without stripes").sock_stripes


def test_trousers_go_into_a_shaft_unless_they_are_worn_over_it():
    assert worn("blue jeans", collar=0.3, tall=True).tucked
    assert worn("", collar=0.3, tall=True).garment == "skinny jeans"
    assert not worn("blue jeans over the boots", collar=0.3, tall=True).tucked
    assert worn("jeans tucked into the boots", collar=0.08).tucked
    assert not worn("jeans tucked into the boots", collar=-0.02).tucked
    assert worn("midi skirt", collar=0.3, tall=True).hem_m > 0.35


def test_what_is_not_said_is_plain_and_hangs_on_the_seed_alone():
    assert worn("").garment == "jeans"
    assert worn("not in jeans").garment == "chinos"
    assert worn("without trousers").garment == "bare"
    assert worn("red mini skirt", 7) == worn("red mini skirt", 7)
    tones = {worn("bare legs", seed).skin_rgb for seed in range(6)}
    assert len(tones) == 6
    assert worn("blue jeans", 5).skin_rgb == worn("black shorts and red socks", 5).skin_rgb


def test_the_person_is_read_or_follows_clothes_and_shoe():
    people = {person(read("blue jeans"), np.random.default_rng(seed)) for seed in range(10)}
    assert people == {"woman", "man"}
    assert {person(read("a man in a skirt"), np.random.default_rng(seed)) for seed in range(10)} == {"man"}
    assert {person(read("red skirt"), np.random.default_rng(seed)) for seed in range(10)} == {"woman"}
    assert {person(read("jeans"), np.random.default_rng(seed), "pump") for seed in range(10)} == {"woman"}


def test_an_outfit_is_made_outright_and_kept_as_json():
    it = Outfit.of("jeans", "dark green", hem_m=0.08, sock_m=0.1, sock_colour="red", stripes="white")
    assert it.garment_rgb == dye("dark green", "denim") and it.sock_stripes
    kept = json.loads(json.dumps(it.to_dict()))
    assert kept["garment"] == "jeans" and kept["hem_m"] == 0.08 and len(kept["stripe_rgb"]) == 3
    assert describe(it) == "dark green jeans ending 8 cm above the ankle, striped red socks"
    assert Outfit.of("tights", "navy").hose_colour == "navy"


@pytest.mark.parametrize("wrong", [{"garment": "toga"}, {"colour": "blurple"}, {"skin": 9.0}, {"weave": "silk"}])
def test_an_outfit_of_unknown_words_is_refused(wrong):
    with pytest.raises(InputError):
        Outfit.of(**wrong)


def test_a_style_is_an_outfit_for_what_is_not_said():
    """One of the style's by the seed; what the prompt says counts more."""
    garments = {worn("business look", seed).garment for seed in range(12)}
    assert garments == {"suit trousers", "pencil skirt"}
    assert {worn("summer outfit", seed, female=False).garment for seed in range(12)} <= {"shorts", "chinos"}
    assert worn("business look, red jeans").garment == "jeans"
    assert worn("winter outfit, bare legs").garment == "bare"
    assert worn("sporty, red socks").sock_colour == "red"


@pytest.mark.parametrize("style", words()["styles"])
def test_every_style_dresses_women_and_men(style):
    for female in (True, False):
        for seed in range(6):
            assert worn(f"{style} outfit" if style == "street" else style, seed, female=female).garment


def test_patterns_and_leg_warmers_are_worn():
    checked = worn("red and black checked trousers")
    assert checked.pattern == "checked" and checked.pattern_rgbs[1] == dye("black", "cloth")
    low, high = worn("pink leg warmers").warmer_m
    assert worn("pink leg warmers").garment == "leggings" and 0.02 < low < high < KNEE
    assert "leg warmers" in describe(worn("pink leg warmers")) and worn("blue jeans").warmer_m == (0.0, 0.0)
