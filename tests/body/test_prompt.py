"""What prompts are understood as. A row names the fields that are said; all others must say nothing."""

from dataclasses import asdict

import pytest

from shoemodel.body.prompt import Reading, read, warning

BARE = {"garment": "bare", "hose": "none"}
CLOTHES = {
    "blue jeans": {"garment": "jeans", "colour": "blue"},
    "light blue skinny jeans": {"garment": "skinny jeans", "colour": "light blue", "weave": "denim"},
    "skinny light-blue jeans": {"garment": "skinny jeans", "colour": "light blue", "weave": "denim"},
    "black jeans": {"garment": "jeans", "colour": "black"},
    "dark jeans": {"garment": "jeans", "colour": "dark blue"},
    "light wash jeans": {"garment": "jeans", "colour": "light blue"},
    "washed black jeans": {"garment": "jeans", "colour": "washed black"},
    "jeans in dark blue": {"garment": "jeans", "colour": "dark blue"},
    "jeans, dark blue": {"garment": "jeans", "colour": "dark blue"},
    "jeans (dark blue)": {"garment": "jeans", "colour": "dark blue"},
    "jeans coloured dark green": {"garment": "jeans", "colour": "dark green"},
    "light blue, classic jeans": {"garment": "jeans", "colour": "light blue"},
    "wide-leg blue jeans": {"garment": "wide trousers", "colour": "blue", "weave": "denim"},
    "bootcut jeans": {"garment": "flared jeans", "weave": "denim"},
    "black skinny trousers": {"garment": "skinny jeans", "colour": "black", "weave": "plain"},
    "grey suit trousers": {"garment": "suit trousers", "colour": "grey"},
    "gray slacks": {"garment": "chinos", "colour": "grey"},
    "a navy suit": {"garment": "suit trousers", "colour": "navy"},
    "pinstripe trousers": {"garment": "suit trousers", "weave": "pinstripe"},
    "green wide trousers": {"garment": "wide trousers", "colour": "green", "weave": "plain"},
    "high-waisted wide leg black pants": {"garment": "wide trousers", "colour": "black", "weave": "plain"},
    "tailored wool trousers": {"garment": "suit trousers", "weave": "wool"},
    "charcoal grey suit": {"garment": "suit trousers", "colour": "charcoal"},
    "white jeans, not blue": {"garment": "jeans", "colour": "white"},
    "stone-washed denim": {"garment": "jeans", "colour": "stone washed blue"},
    "corduroys in rust": {"garment": "corduroy trousers", "colour": "rust"},
    "linen trousers, off-white": {"garment": "chinos", "colour": "off white", "weave": "plain"},
    "pale pink joggers": {"garment": "sweatpants", "colour": "pale pink"},
    "#336699 chinos": {"garment": "chinos", "colour": "#336699"},
    "mustard coloured chinos": {"garment": "chinos", "colour": "mustard"},
    "olive-green cargo trousers": {"garment": "chinos", "colour": "olive green", "unheeded": ("cargo",)},
    "dark denim skirt": {"garment": "skirt", "colour": "dark blue", "weave": "denim"},
    "in blue denim": {"garment": "jeans", "colour": "blue"},
    "dusty rose midi skirt": {"garment": "skirt", "colour": "dusty rose", "length": "midi"},
    "miniskirt": {"garment": "skirt", "length": "mini"},
    "tight grey skirt": {"garment": "pencil skirt", "colour": "grey"},
    "skirt below the knee": {"garment": "skirt", "length": "below knee"},
    "black maxi dress": {"garment": "dress", "colour": "black", "length": "maxi"},
    "short shorts": {"garment": "shorts", "length": "above knee"},
    "biker shorts": {"garment": "leggings", "length": "knee"},
    "cropped beige trousers": {"garment": "chinos", "colour": "beige", "length": "cropped"},
    "7/8 jeans in white": {"garment": "jeans", "colour": "white", "length": "7/8"},
    "full-length black jeans": {"garment": "jeans", "colour": "black", "length": "full"},
    "capri pants": {"garment": "chinos", "length": "capri"},
    "rolled-up jeans": {"garment": "jeans", "cuffed": True},
    "jeans with turn-ups": {"garment": "jeans", "cuffed": True},
    "jeans without turn-ups": {"garment": "jeans", "cuffed": False},
    "jeans, not rolled up": {"garment": "jeans", "cuffed": False},
    "blue jeans tucked into black boots": {"garment": "jeans", "colour": "blue", "tucked": True},
    "jeans over the brown boots": {"garment": "jeans", "tucked": False},
    "a woman in black": {"person": "woman", "colour": "black"},
}
LEGS = {
    "bare legs": BARE,
    "bare legs of a woman": {**BARE, "person": "woman"},
    "bare, tanned legs": {**BARE, "skin": 2.8},
    "bare-legged": BARE,
    "red dress and bare legs": {"garment": "dress", "colour": "red", "hose": "none"},
    "dark skin, bare legs and long striped white socks": {
        **BARE, "skin": 0.8, "socks": "mid-calf", "sock_colour": "white", "stripes": "top",
    },
    "a black woman's legs in white jeans": {"person": "woman", "skin": 0.7, "garment": "jeans", "colour": "white"},
    "black women's jeans": {"person": "woman", "garment": "jeans", "colour": "black"},
    "dark-skinned man": {"person": "man", "skin": 0.8},
    "fitzpatrick type VI, bare legs": {**BARE, "skin": pytest.approx(0.4)},
    "light brown skin": {"skin": 2.6},
    "heavy man in blue jeans": {"person": "man", "build": "heavy", "garment": "jeans", "colour": "blue"},
    "slim girl": {"person": "woman", "build": "slim"},
    "burgundy tights": {"hose": "tights", "hose_colour": "burgundy"},
    "nude stockings": {"hose": "tights", "hose_colour": "nude", "sheer": 0.35},
    "black opaque tights": {"hose": "tights", "hose_colour": "black", "sheer": 0.04},
    "20 den tights": {"hose": "tights", "sheer": pytest.approx(0.31)},
    "black leggings under a grey dress": {
        "garment": "dress", "colour": "grey", "hose": "tights", "hose_colour": "black", "sheer": 0.03,
    },
    "no tights": {"hose": "none"},
    "a man's hairy legs": {"person": "man", "hairy": 0.8},
}  # fmt: skip
SOCKS = {
    "black leggings and red socks": {
        "garment": "leggings", "colour": "black", "socks": "some", "sock_colour": "red",
    },
    "a man in beige chinos, red socks": {
        "person": "man", "garment": "chinos", "colour": "beige", "socks": "some", "sock_colour": "red",
    },
    "jeans in dark blue and white socks": {
        "garment": "jeans", "colour": "dark blue", "socks": "some", "sock_colour": "white",
    },
    "white-striped red socks": {
        "socks": "some", "sock_colour": "red", "stripes": "top", "stripe_colour": "white",
    },
    "red socks with white stripes": {
        "socks": "some", "sock_colour": "red", "stripes": "top", "stripe_colour": "white",
    },
    "blue and white striped socks": {
        "socks": "some", "sock_colour": "blue", "stripes": "all", "stripe_colour": "white",
    },
    "socks with red stripes": {"socks": "some", "stripes": "top", "stripe_colour": "red"},
    "blue socks without stripes": {"socks": "some", "sock_colour": "blue", "stripes": "none"},
    "socks: yellow": {"socks": "some", "sock_colour": "yellow"},
    "#FF8800 socks": {"socks": "some", "sock_colour": "#ff8800"},
    "white ankle socks": {"socks": "ankle", "sock_colour": "white"},
    "no-show socks": {"socks": "no-show"},
    "grey crew socks": {"socks": "crew", "sock_colour": "grey"},
    "white knee socks": {"socks": "knee-high", "sock_colour": "white"},
    "no socks": {"socks": "none"},
    "blue jeans without white socks": {"garment": "jeans", "colour": "blue", "socks": "none"},
    "neither socks nor tights": {"socks": "none", "hose": "none"},
    "sockless in chinos": {"garment": "chinos", "socks": "none"},
    "barefoot look": {"socks": "none"},
    "not in jeans": {"without": ("jeans",)},
}  # fmt: skip
SURROUNDED = {
    "a woman's legs in blue jeans, studio photo, on a plain background": {
        "person": "woman", "garment": "jeans", "colour": "blue",
    },
    "legs in blue jeans, on a wooden floor": {"garment": "jeans", "colour": "blue", "place": ("wooden floor",)},
    "a man's legs in beige chinos and white socks": {
        "person": "man", "garment": "chinos", "colour": "beige", "socks": "some", "sock_colour": "white",
    },
    "a woman's legs in blue jeans, standing on concrete, city street": {
        "person": "woman", "garment": "jeans", "colour": "blue", "place": ("concrete", "city street"),
    },
    "advertising picture of legs wearing these brown leather shoes, on white": {"place": ("white",)},
    "red carpet, black dress": {"garment": "dress", "colour": "black", "place": ("red carpet",)},
    "walking on the beach in chinos": {"garment": "chinos", "pose": ("walking",), "place": ("beach",)},
    "crossed legs, side view, brown walking boots": {"pose": ("crossed",), "view": ("side",)},
}  # fmt: skip
PATTERNED = {
    "plaid skirt": {"garment": "skirt", "pattern": "checked"},
    "camo pants": {"garment": "chinos", "pattern": "camouflage"},
    "green camouflage shorts": {"garment": "shorts", "colour": "green", "pattern": "camouflage"},
    "red and black checked trousers": {
        "garment": "chinos", "colour": "red", "pattern": "checked", "pattern_colour": "black",
    },
    "navy dress with white polka dots": {
        "garment": "dress", "colour": "navy", "pattern": "dotted", "pattern_colour": "white",
    },
    "striped leggings and striped socks": {
        "garment": "leggings", "pattern": "striped", "socks": "some", "stripes": "top",
    },
    "cropped flared trousers": {"garment": "flared jeans", "weave": "plain", "length": "cropped"},
    "pink leg warmers over black leggings": {
        "garment": "leggings", "colour": "black", "warmers": "some", "warmer_colour": "pink",
    },
    "no leg warmers": {},
}  # fmt: skip
IN_A_WORD = {
    "business": {"style": "business"},
    "business look of a man": {"person": "man", "style": "business"},
    "an office outfit": {"style": "business"},
    "in the office": {"place": ("office",)},
    "a sporty woman": {"person": "woman", "build": "athletic"},
    "sporty": {"style": "sporty"},
    "running outfit": {"style": "sporty"},
    "summer dress": {"garment": "dress"},
    "winter look, black jeans": {"garment": "jeans", "colour": "black", "style": "winter"},
    "jeans on a sunny street": {"garment": "jeans", "light": ("hard",), "place": ("street",)},
    "golden hour on the beach": {"light": ("sunset",), "place": ("beach",)},
    "at night in the city": {"light": ("night",), "place": ("city",)},
    "overcast day in a park": {"light": ("soft",), "place": ("park",)},
}
UNHEEDED = {
    "jeans with a red umbrella at sunset": {"garment": "jeans", "light": ("sunset",), "unheeded": ("red umbrella",)},
    "heliotrope socks and blue jeans": {
        "garment": "jeans", "colour": "blue", "socks": "some", "unheeded": ("heliotrope",),
    },
    "floral skirt": {"garment": "skirt", "unheeded": ("floral",)},
    "black jeans with white side stripes": {"garment": "jeans", "colour": "black", "unheeded": ("white side stripes",)},
    "blue jeans and leg warmers": {"garment": "jeans", "colour": "blue", "unheeded": ("leg warmers",)},
    "black leather leggings": {"garment": "leggings", "colour": "black", "unheeded": ("leather",)},
    "dress in black and white": {"garment": "dress", "colour": "black", "unheeded": ("white",)},
    "jeans under a blue sky": {"garment": "jeans", "unheeded": ("blue sky",)},
    "blue ripped jeans, white t-shirt": {
        "garment": "jeans", "colour": "blue", "unheeded": ("ripped", "white t-shirt"),
    },
    "little girl in jeans": {"garment": "jeans", "unheeded": ("little girl",)},
    "a toddler's jeans": {"garment": "jeans", "unheeded": ("toddler's",)},
    "asian man": {"person": "man", "unheeded": ("asian",)},
    "blue jeans and a skirt": {"garment": "jeans", "colour": "blue", "unheeded": ("skirt",)},
    "black jeans and a blue denim jacket": {"garment": "jeans", "colour": "black", "unheeded": ("blue denim jacket",)},
    "jeans, no umbrella": {"garment": "jeans"},
    "un pantalon noir": {"unheeded": ("un", "pantalon", "noir")},
    "зелёные брюки": {"unheeded": ("зелёные", "брюки")},
    "": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("prompt", "said"),
    [row for table in (CLOTHES, LEGS, SOCKS, SURROUNDED, PATTERNED, IN_A_WORD, UNHEEDED) for row in table.items()],
)
def test_a_prompt_is_understood(prompt, said):
    found, nothing = asdict(read(prompt)), asdict(Reading())
    assert {name: value for name, value in found.items() if value != nothing[name]} == said


def test_the_warning_names_words_and_guesses_typos():
    assert warning(read("jeens, umbrella").unheeded) == "not heeded: jeens (did you mean jeans?), umbrella"
    assert warning(read("blue jeans").unheeded) == ""
