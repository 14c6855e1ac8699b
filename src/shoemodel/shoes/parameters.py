"""What a shoe is made from: one frozen record of continuous parameters."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from shoemodel.shoes.palette import Colour

FAMILIES = (
    "sneaker",
    "running shoe",
    "platform sneaker",
    "high-top",
    "hiking boot",
    "children's shoe",
    "derby",
    "loafer",
    "espadrille",
    "ankle boot",
    "chelsea boot",
    "tall boot",
    "pump",
    "ballerina",
    "sandal",
    "clog",
)
OPEN_FAMILIES = (
    "slide",
    "flip-flop",
    "mule",
    "slingback",
    "strappy sandal",
    "sport sandal",
    "platform sandal",
)
"""Families that show the insole."""
LEVER_M = 0.18  # heel seat to ball: what the ankle's plantar flexion lifts


@dataclass(frozen=True, kw_only=True)
class Strap:
    """A band of the upper: over the instep at a place along the foot, or around the ankle at a height."""

    kind: str  # "instep", "thong" (a V from between the toes), "ankle" or "counter" (the cup behind the heel)
    place: float  # instep and thong: 0 heel .. 1 toe; ankle and counter: metres above the footbed
    half_width: float  # metres
    slope: float = 0.0  # instep and thong: along over across; ankle: up over back-to-front


@dataclass(frozen=True, kw_only=True)
class ShoeParameters:
    """Everything a shoe is built from except the foot. Lengths in metres unless named `_s` (0 heel .. 1 toe)."""

    family: str
    shoe_id: str
    # sole
    sole: float  # thickness below the ball
    heel: float  # what the heel stands higher than the ball
    rim: float  # how far the sole's wall climbs the upper
    flare: float  # how far the sole stands out
    sole_kind: str  # "cup" (a wall all round) or "welt" (a sheet with a heel under it)
    outsole: float = 0.0  # bottom layer of a cup sole in its own colour
    stripe: float = 0.0  # height of the stripe round a cup sole; 0 for none
    ripple: float = 0.0  # waves in the wall of a cup sole
    wave: float = 0.0  # how far the upper edge of a cup sole rises and falls along the foot
    tread: float = 0.0  # depth of the profile cut into the ground side
    heel_kind: str = "block"  # "block", "kitten", "stiletto", "cone", "wedge"
    heel_tip: float = 0.03  # radius (stiletto, kitten, cone) or inset (block, wedge) at the ground
    spring: float = 0.008  # how far the tip of the toe rises
    # last
    toe_extension_s: float = 0.03
    toe_power: float = 2.2  # outline: 1 pointed, 2 round, 3 square
    toe_taper: float = 2.0
    toe_height: float = 0.045
    closing: float = 0.022  # gaps and hollows of the foot narrower than twice this are filled
    slack: float = 0.0  # room round the leg in a shaft
    # upper
    thickness: float = 0.004
    padding: float = 0.0  # cushion along the collar
    collar: tuple[tuple[float, float], ...] = ()  # (s, height above the footbed) of the topline
    throat_s: float = -1.0  # the opening's front; below 0 for none
    throat_lean: float = 0.0  # forward per metre of height
    throat_radius: float = 0.02  # of the throat seen from above; below 0 a tongue stands back in the middle
    tongue: float = 1.0  # height above the footbed where whatever is in front of the throat ends
    straps: tuple[Strap, ...] = ()
    laces: int = 0
    lace_width: float = 0.003
    straight_laces: bool = False  # bars across instead of crosses
    fringe: float = 0.0  # length of hanging strips below the collar
    # decoration
    marks: tuple[str, ...] = ()
    pattern: str = ""  # one of prints.PRINTS or ""
    finish: str = "leather"  # one of palette.FINISHES
    second_finish: str = "leather"  # of the panels
    sole_look: str = ""  # "", "stacked", "rope", "wood", "cork", "speckled"
    colours: dict[str, Colour] = field(default_factory=dict)
    paint_seed: int = 0

    def __post_init__(self) -> None:
        if self.family not in (*FAMILIES, *OPEN_FAMILIES):
            raise ValueError(f"family {self.family!r} is not one of {', '.join((*FAMILIES, *OPEN_FAMILIES))}")


def heel_deg(parameters: ShoeParameters) -> float:
    """Plantar flexion that the shoe imposes on the ankle, degrees; pose the foot with it before building."""
    return float(np.rad2deg(np.arcsin(np.clip(parameters.heel / LEVER_M, 0, 0.7))))
