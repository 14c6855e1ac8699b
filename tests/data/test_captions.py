"""Captions: plain words from a scene's style, and prompts like those users type."""

import re

import numpy as np
import pytest

from shoemodel.data import captions

STYLE = {
    "who": "woman", "garment": "jeans", "garment_colour": "blue", "socks": "white", "shoe": "sneaker",
    "shoe_colour": "white", "shoe_second_colour": "red", "shoe_material": "leather", "heel": "", "count": "pair",
    "pose": "standing", "place": "street", "ground": "asphalt", "view": "side", "crop": "shoes",
}  # fmt: skip


def many(**changes: str) -> list[str]:
    style = {**STYLE, **changes}
    return [text for seed in range(60) for text in captions.write(style, np.random.default_rng(seed))]


def test_the_same_generator_writes_the_same_captions():
    assert captions.write(STYLE, np.random.default_rng(3)) == captions.write(STYLE, np.random.default_rng(3))


def test_captions_are_plain_lower_case_words():
    for text in many():
        assert text == text.lower().strip()
        assert "  " not in text and ", ," not in text and not text.startswith(",")
        assert set(text) <= set("abcdefghijklmnopqrstuvwxyz ,-'")


def test_prompts_name_wearer_shoe_clothes_and_place():
    prompts = [captions.write(STYLE, np.random.default_rng(seed))[1] for seed in range(200)]
    assert any(prompt.startswith("legs of a woman wearing white sneakers") for prompt in prompts)
    assert all("white" in prompt and re.search("blue (denim )?jeans", prompt) for prompt in prompts)
    assert any("city street" in prompt for prompt in prompts)


def test_the_shoe_colour_is_always_told():
    tags = [captions.write(STYLE, np.random.default_rng(seed)) for seed in range(60)]
    assert all("white" in text for texts in tags for text in (texts[0], texts[1], texts[3], texts[4]))


@pytest.mark.parametrize("shoe", captions.SHOES)
def test_every_family_pose_and_place_has_words(shoe: str):
    for pose in captions.POSES:
        for place in captions.PLACES:
            style = {**STYLE, "shoe": shoe, "pose": pose, "place": place, "ground": "plain"}
            assert all(captions.write(style, np.random.default_rng(0)))


def test_the_vocabulary_is_a_few_hundred_words():
    words = {
        word.strip(",")
        for shoe in captions.SHOES
        for pose in captions.POSES
        for ground in captions.GROUNDS
        for text in captions.write({**STYLE, "shoe": shoe, "pose": pose, "ground": ground}, np.random.default_rng(0))
        for word in text.split()
    }
    assert 40 < len(words) < 300


def test_a_skirt_has_an_article_and_tights_are_told():
    texts = many(garment="pencil skirt", garment_colour="olive", hose="black", socks="")
    assert any("an olive pencil skirt" in text for text in texts) and any("black tights" in text for text in texts)
    assert not any(re.search(r"(?<!an )olive (pencil|tight) skirt", text) for text in texts)


@pytest.mark.parametrize("view", captions.VIEWS)
def test_views_and_crops_are_told_in_several_ways(view: str):
    texts = many(view=view, crop="close-up")
    assert sum(any(words in text for text in texts) for words in captions.VIEWS[view]) >= 2
    assert any("close-up" in text for text in texts)


def test_a_paraphrase_follows_a_rule_and_keeps_the_rest():
    text = "a woman wearing red pumps and grey suit trousers"
    said = {captions.paraphrase(text, np.random.default_rng(seed)) for seed in range(80)}
    assert text in said and "a woman wearing red pumps and grey suit pants" in said
    assert all("red pumps" in variant and "grey suit" in variant for variant in said)
    assert captions.paraphrase("white sandals", np.random.default_rng(0)) == "white sandals"
