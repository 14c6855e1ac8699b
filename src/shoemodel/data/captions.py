"""Captions written from a scene's parameters: plain lower-case English in the ways people describe such pictures.

A style is a flat dict of words: who, garment, garment_colour, hose, socks, shoe, shoe_colour, shoe_material, heel,
count, pose, place, ground, view, crop. Missing or empty words are left out. (ours: the paper's captions are not
described)
"""

from __future__ import annotations

import numpy as np

SHOES = {
    "sneaker": ("sneakers", "trainers", "court sneakers", "casual shoes"),
    "running shoe": ("running shoes", "running sneakers", "trainers", "sports shoes"),
    "platform sneaker": ("platform sneakers", "sneakers", "chunky sneakers"),
    "high-top": ("high-top sneakers", "high-tops", "sneakers"),
    "hiking boot": ("hiking boots", "boots", "outdoor boots"),
    "children's shoe": ("strap sneakers", "casual shoes", "shoes"),
    "derby": ("derby shoes", "dress shoes", "lace-up shoes", "leather shoes"),
    "loafer": ("loafers", "slip-on shoes", "moccasins"),
    "espadrille": ("espadrilles", "slip-on shoes", "summer shoes"),
    "ankle boot": ("ankle boots", "boots", "short boots"),
    "chelsea boot": ("chelsea boots", "ankle boots", "elastic-sided boots", "boots"),
    "tall boot": ("tall boots", "knee-high boots", "boots"),
    "pump": ("pumps", "high heels", "heels", "court shoes"),
    "ballerina": ("ballet flats", "ballerinas", "flats"),
    "shoe": ("shoes", "leather shoes"),
    "sandal": ("sandals", "summer sandals", "strappy sandals"),
    "clog": ("clogs", "slippers", "mules", "slip-on clogs"),
    "slide": ("slides", "slippers", "slip-on sandals"),
    "flip-flop": ("flip-flops", "thong sandals", "beach sandals"),
    "mule": ("mules", "backless shoes", "slip-on shoes"),
    "slingback": ("slingbacks", "slingback pumps", "heels"),
    "strappy sandal": ("strappy sandals", "heeled sandals", "sandals"),
    "sport sandal": ("sport sandals", "trekking sandals", "sandals"),
    "platform sandal": ("platform sandals", "sandals", "chunky sandals"),
}
POSES = {
    "standing": ("standing",),
    "staggered": ("standing with one foot forward", "standing", "stepping forward"),
    "walking": ("walking", "taking a step"),
    "crossed": ("standing with crossed legs", "standing with legs crossed"),
    "tiptoe": ("standing on tiptoe", "with raised heels"),
    "sitting": ("sitting", "sitting on a box"),
    "sitting crossed": ("sitting with crossed legs", "sitting cross-legged"),
    "kneeling": ("kneeling", "kneeling on one knee", "down on one knee"),
    "leaning": ("leaning against a wall", "leaning", "leaning back"),
    "jumping": ("jumping", "in mid-air", "leaping"),
    "angled": ("standing", "standing with one foot turned", "standing at an angle"),
    "hovering": ("floating", "in mid-air", "with dangling feet"),
    "running": ("running", "on the run", "jogging"),
    "one foot raised": ("with one foot raised", "standing on one leg", "lifting one foot"),
}
GARMENTS = {
    "skinny jeans": ("skinny jeans", "slim jeans", "tight jeans"),
    "flared jeans": ("flared jeans", "bootcut jeans"),
    "chinos": ("chinos", "chino trousers", "cotton trousers"),
    "suit trousers": ("suit trousers", "dress trousers", "pressed trousers"),
    "corduroy trousers": ("corduroy trousers", "corduroys"),
    "wide trousers": ("wide trousers", "wide-leg trousers", "loose trousers"),
    "sweatpants": ("sweatpants", "joggers"),
    "skirt": ("skirt", "flared skirt"),
    "pencil skirt": ("pencil skirt", "tight skirt"),
    "dress": ("dress", "summer dress"),
}
"""Other names of garments; those not here have the one they are known by."""
SINGULAR = ("skirt", "dress")
PLACES = {
    "studio": ("in a studio", "studio background", "on a plain background", "studio photo"),
    "white": ("on a white background", "on white", "isolated on white", "white background"),
    "air": ("on a plain background", "floating before a plain background", "no floor"),
    "room": ("in a room", "at home", "indoors"),
    "street": ("city street", "on a city street", "in the street", "outdoors"),
    "park": ("in a park", "outdoors", "in nature"),
}
GROUNDS = {
    "wood": ("on a wooden floor", "wooden floor"),
    "tile": ("on a tiled floor", "tiles"),
    "carpet": ("on a carpet", "carpet"),
    "concrete": ("on concrete", "concrete floor"),
    "asphalt": ("on asphalt", "asphalt"),
    "stone": ("on stone paving", "paving stones"),
    "grass": ("on grass", "on green grass", "grass"),
}
VIEWS = {
    "side": ("side view", "in profile", "seen from the side"),
    "three-quarter": ("three-quarter view", "seen at an angle"),
    "front": ("front view", "seen from the front"),
    "rear": ("back view", "seen from behind", "rear view"),
    "top": ("from above", "top view", "seen from above"),
    "low": ("low angle", "low camera", "seen from the ground"),
}
CROPS = {"close-up": ("close-up", "detail shot"), "legs": ("lower body", "from the hips down", "legs in full")}
PARAPHRASES = (
    ("trousers", ("pants",)), ("wearing", ("in", "dressed in")), ("a photo of", ("a photograph of", "an image of")),
    ("jeans", ("denim jeans",)), ("worn with", ("paired with", "styled with")), ("in a studio", ("in the studio",)),
    ("floor", ("ground",)), ("standing", ("posing",)),
)  # fmt: skip
"""Rules: words, and what may be said instead."""
PARAPHRASE_SHARE = 0.2
WHO = {"woman": ("a woman", "a woman", "a female model", "a lady"), "man": ("a man", "a man", "a male model")}
OPENINGS = ("a photo of", "a picture of", "photo of", "", "")
PRAISE = ("new season", "comfortable", "made for every day", "classic style", "fresh look", "high quality", "new in")


def write(style: dict[str, str], rng: np.random.Generator) -> list[str]:
    """Five captions of one scene: a sentence, a prompt as users type it, tags, an advertisement, a few words."""
    writers = (_sentence, _prompt, _tags, _advertisement, _short)
    return [paraphrase(writer(style, rng), rng) for writer in writers]


def paraphrase(text: str, rng: np.random.Generator) -> str:
    """The same said otherwise: each rule of PARAPHRASES that fits is followed now and then, at its first place."""
    for words, others in PARAPHRASES:
        if f" {words} " in f" {text} " and rng.random() < PARAPHRASE_SHARE:
            text = f" {text} ".replace(f" {words} ", f" {_pick(rng, others)} ", 1).strip()
    return text


def _pick(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[rng.integers(len(options))]


def _join(*words: str) -> str:
    return " ".join(word for word in words if word)


def shoe_words(style: dict[str, str], rng: np.random.Generator) -> str:
    """The shoes with their colour, perhaps material, second colour and heel: "white leather sneakers"."""
    noun = _pick(rng, SHOES[style["shoe"]])
    if style.get("heel") in ("stiletto", "block", "kitten", "cone", "wedge") and rng.random() < 0.3:
        noun = f"{style['heel']} heel {noun}"
    colour = style["shoe_colour"]
    second = style.get("shoe_second_colour", "")
    if second and second != colour and rng.random() < 0.35:
        colour = f"{colour} and {second}"
    # a word like "leather" may already be in "leather shoes"
    material = [word for word in style.get("shoe_material", "").split() if word not in noun.split()]
    return _join(colour, " ".join(material) if rng.random() < 0.35 else "", noun)


def clothes_words(style: dict[str, str], rng: np.random.Generator) -> str:
    """What else the legs wear, "" for bare legs without socks half of the time."""
    words = []
    if style["garment"] == "bare":
        words += ["bare legs"] if rng.random() < 0.5 else []
    else:
        garment = _pick(rng, GARMENTS.get(style["garment"], (style["garment"],)))
        named = _join(style["garment_colour"], garment)
        article = "an" if named[0] in "aeiou" else "a"
        words.append(f"{article} {named}" if garment.endswith(SINGULAR) else named)
    if style.get("hose") and rng.random() < 0.7:
        words.append(f"{style['hose']} tights")
    if style.get("socks") and rng.random() < 0.6:
        words.append(f"{style['socks']} socks")
    return " and ".join(words)


def _surroundings(style: dict[str, str], rng: np.random.Generator) -> str:
    """The ground, the place, or both."""
    place = _pick(rng, PLACES[style["place"]])
    ground = _pick(rng, GROUNDS[style["ground"]]) if style["ground"] in GROUNDS else ""
    return (place, ground or place, _join(ground, place) if ground.startswith("on ") else place)[rng.integers(3)]


def _view(style: dict[str, str], rng: np.random.Generator) -> str:
    """From where the picture is taken, or how much it shows."""
    crop = CROPS.get(style.get("crop", ""), ())
    return _pick(rng, crop if crop and rng.random() < 0.4 else VIEWS[style["view"]])


def _worn(style: dict[str, str], rng: np.random.Generator) -> str:
    """Shoes and clothes together: "white sneakers and blue jeans", "bare legs" only said on its own elsewhere."""
    clothes = clothes_words(style, rng)
    shoes = shoe_words(style, rng)
    if not clothes or clothes.startswith("bare"):
        return shoes
    return _pick(rng, (f"{shoes} and {clothes}", f"{shoes} with {clothes}", f"{clothes} and {shoes}"))


def _sentence(style: dict[str, str], rng: np.random.Generator) -> str:
    who = _pick(rng, WHO[style["who"]])
    owner = who + ("'" if who.endswith("s") else "'s")
    limbs = _pick(rng, ("legs", "feet") if style["count"] == "pair" else ("leg", "foot"))
    subject = _pick(rng, (f"{owner} {limbs}", f"the {limbs} of {who}", f"{who}"))
    pose = _pick(rng, POSES[style["pose"]])
    order = rng.random() < 0.5
    dressed = f"in {_worn(style, rng)}" if order else f"wearing {_worn(style, rng)}"
    where = _surroundings(style, rng)
    told = where.startswith(("on ", "in ", "at ", "indoors", "outdoors"))
    return _join(_pick(rng, OPENINGS), subject, pose, dressed) + (" " if told else ", ") + where


def _prompt(style: dict[str, str], rng: np.random.Generator) -> str:
    who = _pick(rng, WHO[style["who"]])
    subject = _pick(rng, (f"legs of {who}", f"{who}", f"{who}'s legs", "legs"))
    tail = [_surroundings(style, rng)]
    if rng.random() < 0.4:
        tail.append(_view(style, rng))
    if rng.random() < 0.4:
        tail.insert(0, _pick(rng, POSES[style["pose"]]))
    return ", ".join([f"{subject} wearing {_worn(style, rng)}", *tail])


def _tags(style: dict[str, str], rng: np.random.Generator) -> str:
    tags = [shoe_words(style, rng), clothes_words(style, rng), style["who"], _pick(rng, POSES[style["pose"]])]
    tags += [_surroundings(style, rng), _view(style, rng) if rng.random() < 0.6 else ""]
    if style["count"] == "single" and rng.random() < 0.5:
        tags.append("one leg")
    tags = [tag for tag in tags if tag and rng.random() < 0.85] or [style["shoe_colour"] + " shoes"]
    return ", ".join(tags)


def _advertisement(style: dict[str, str], rng: np.random.Generator) -> str:
    shoes = shoe_words(style, rng)
    who = {"woman": "women", "man": "men"}[style["who"]]
    clothes = clothes_words(style, rng)
    worn_with = f"worn with {clothes}" if clothes and not clothes.startswith("bare") else "worn on bare legs"
    forms = (
        f"{shoes} for {who}, {_pick(rng, PRAISE)}, {worn_with}",
        f"advertising photo of {shoes} on a model, {_surroundings(style, rng)}",
        f"product photo of {shoes} worn by {_pick(rng, WHO[style['who']])}, {_view(style, rng)}",
        f"fashion photo, {who}'s {shoes}, {_surroundings(style, rng)}",
    )
    return _pick(rng, forms)


def _short(style: dict[str, str], rng: np.random.Generator) -> str:
    """What people type who do not like typing."""
    shoes, clothes = shoe_words(style, rng), clothes_words(style, rng)
    forms = (shoes, f"{style['who']} in {shoes}", f"{shoes}, {_surroundings(style, rng)}")
    return f"{clothes}, {shoes}" if clothes and rng.random() < 0.4 else _pick(rng, forms)
