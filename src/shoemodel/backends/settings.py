"""What the places of a prompt mean: the ground, and what stands behind it (ours)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shoemodel.body import colours
from shoemodel.errors import InputError

GROUNDS = {
    "grass": ("grass", "lawn", "meadow"),
    "sand": ("sand", "sandy"),
    "snow": ("snow", "snowy"),
    "cobbles": ("cobblestones", "cobblestone", "cobbles"),
    "slabs": ("pavement", "sidewalk", "paving"),
    "concrete": ("concrete",),
    "tiles": ("tiles", "tile", "tiled"),
    "asphalt": ("asphalt", "track"),
    "carpet": ("carpet", "rug"),
    "wood": ("wooden", "floorboards", "parquet", "wood"),
}
"""Which words of a prompt's places mean which ground; of several words the first ground in this order."""
PLACES = {
    "park": ("grass", "park", ("park", "garden", "field", "nature", "outdoors", "outdoor", "outside", "pitch")),
    "beach": ("sand", "sea", ("beach", "sea", "seaside", "ocean", "shore", "desert")),
    "square": ("cobbles", "sunset", ("square", "plaza", "town", "old", "piazza")),
    "harbour": ("cobbles", "venice", ("harbour", "harbor", "pier", "river", "lake", "bridge")),
    "street": (
        "asphalt", "city",
        ("street", "streets", "road", "city", "urban", "downtown", "crosswalk", "alley", "station", "rooftop", "roof"),
    ),
    "office": ("carpet", "lobby", ("office", "school")),
    "lobby": ("tiles", "lobby", ("lobby", "gallery")),
    "warehouse": ("concrete", "warehouse", ("warehouse", "loft", "factory", "industrial", "garage", "gym")),
    "mall": ("tiles", "esplanade", ("mall", "shop", "store", "hotel", "subway", "cafe", "restaurant", "bar")),
    "hall": ("wood", "hall", ("stage", "runway", "catwalk", "hall", "court", "ballroom")),
    "stairs": ("concrete", "steps", ("stairs", "staircase", "steps")),
    "room": (
        "wood", "apartment",
        ("room", "home", "house", "indoors", "indoor", "bedroom", "kitchen", "apartment", "sofa", "couch", "window"),
    ),
    "wall": ("concrete", "wall", ("wall",)),
}  # fmt: skip
"""A place: its ground where none is said, what is behind (`Scenery.behind`), and its words; the first that fits."""
BEHIND = {
    "grass": "park", "sand": "sea", "snow": "winter", "cobbles": "sunset", "slabs": "city", "asphalt": "city",
}  # fmt: skip
"""What is behind a ground of which no place is said; a wall behind the others."""
STUDIO = ("background", "backdrop", "backgrounds", "studio", "ground")
FLOOR = ("floor",)
WHITE = 1.25
"""Albedo of white paper: shops light it until it burns out."""


@dataclass(frozen=True)
class Scenery:
    """What stands under and behind a leg."""

    ground: str
    """A key of GROUNDS, or "studio" for paper."""
    colour: tuple[float, float, float] | None = None
    """Linear RGB of the studio's paper; None: a light grey."""
    behind: str = "wall"
    """"wall", or "steps" for stairs; "sea" or "winter", which are painted; or a panorama of `render.backdrops`."""
    time: str = ""
    """"sunset", "night", or "" for day."""


def of_prompt(places: Sequence[str], light: Sequence[str]) -> Scenery:
    """The scene of a prompt's places and light; a studio where it names no place."""
    time = next((word for word in ("night", "sunset") if word in light), "")
    return replace(of_places(places)[0] or Scenery("studio"), time=time)


def of_places(places: Sequence[str]) -> tuple[Scenery | None, list[str]]:
    """What the places of a prompt mean, and those of them that mean nothing here."""
    grounds: list[str] = []
    found: list[str] = []
    paper, unknown = None, []
    for place in places:
        words = set(place.lower().replace("-", " ").split())
        ground = _first(GROUNDS, words)
        where = _first({name: known for name, (_, _, known) in PLACES.items()}, words)
        grounds += [ground] if ground else []
        found += [where] if where else []
        if not ground and not where:
            if words & set(STUDIO):
                paper = paper or place
            elif words & set(FLOOR):
                grounds.append("wood")
            else:
                unknown.append(place)
    ground = next((kind for kind in GROUNDS if kind in grounds), "")
    where = next((name for name in PLACES if name in found), "")
    if where:
        usual, behind, _ = PLACES[where]
        return Scenery(ground or usual, behind=behind), unknown
    if ground:
        return Scenery(ground, behind=BEHIND.get(ground, "wall")), unknown
    return (Scenery("studio", _paper(paper)) if paper else None), unknown


def _first(table: dict[str, tuple[str, ...]], words: set[str]) -> str:
    return next((name for name, known in table.items() if words & set(known)), "")


def _paper(place: str) -> tuple[float, float, float] | None:
    """The colour that is said of a background: "light pink background"; None where none is."""
    words = [word for word in place.lower().replace("-", " ").split() if word not in STUDIO]
    for start in range(len(words)):
        name = " ".join(words[start:])
        if colours.spelt(name) == "white":
            return (WHITE, WHITE, WHITE)
        try:
            return colours.dye(name, "cloth")
        except InputError:  # not a colour: fewer words may be one
            continue
    return None
