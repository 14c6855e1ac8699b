"""What a shoe is made from: one frozen record of continuous parameters, sampled around nine families."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from shoemodel.world.shoes.palette import Colour, sample_colours, sample_finish

FAMILIES = (
    "sneaker",
    "platform sneaker",
    "high-top",
    "derby",
    "loafer",
    "ankle boot",
    "tall boot",
    "pump",
    "ballerina",
    "sandal",
)
LEVER_M = 0.18  # heel seat to ball: what the ankle's plantar flexion lifts


@dataclass(frozen=True, kw_only=True)
class Strap:
    """A band of the upper: over the instep at a place along the foot, or around the ankle at a height."""

    kind: str  # "instep", "ankle" or "counter" (the cup behind the heel)
    place: float  # instep: 0 heel .. 1 toe; ankle and counter: metres above the footbed
    half_width: float  # metres
    slope: float = 0.0  # instep: along over across; ankle: up over back-to-front


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
    heel_kind: str = "block"  # "block", "kitten", "stiletto"
    heel_tip: float = 0.03  # radius (stiletto) or inset (block) at the ground
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
    fringe: float = 0.0  # length of hanging strips below the collar
    # decoration
    marks: tuple[str, ...] = ()
    finish: str = "leather"  # leather, suede, patent, canvas, knit
    colours: dict[str, Colour] = field(default_factory=dict)
    paint_seed: int = 0

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ValueError(f"family {self.family!r} is not one of {', '.join(FAMILIES)}")


def heel_deg(parameters: ShoeParameters) -> float:
    """Plantar flexion that the shoe imposes on the ankle, degrees; pose the foot with it before building."""
    return float(np.rad2deg(np.arcsin(np.clip(parameters.heel / LEVER_M, 0, 0.7))))


def _sneaker(u, rng) -> dict:
    return dict(
        sole=u(0.020, 0.028), heel=u(0.003, 0.012), rim=u(0.008, 0.015), flare=u(0.002, 0.007), sole_kind="cup",
        outsole=u(0.003, 0.006), stripe=rng.choice([0, u(0.010, 0.016)]), ripple=rng.choice([0, 0, u(0.0008, 0.0016)]),
        toe_height=u(0.040, 0.047), toe_extension_s=u(0.03, 0.05), toe_power=u(2.2, 2.7), thickness=u(0.0045, 0.006),
        padding=u(0.001, 0.004), throat_s=u(0.44, 0.48), throat_lean=u(-0.7, -0.4), throat_radius=-0.03,
        collar=((0.0, u(0.072, 0.084)), (0.12, u(0.068, 0.078)), (0.25, u(0.052, 0.060)), (0.36, u(0.064, 0.070)),
        (0.48, u(0.092, 0.1))),
        tongue=u(0.102, 0.114), laces=int(rng.integers(5, 8)), spring=u(0.008, 0.014),
    )  # fmt: skip


def _platform(u, rng) -> dict:
    return _sneaker(u, rng) | dict(
        sole=u(0.038, 0.055), heel=u(0.004, 0.016), stripe=rng.choice([0, u(0.018, 0.034)]),
        ripple=rng.choice([0, u(0.001, 0.002)]), flare=u(0.004, 0.009),
    )  # fmt: skip


def _high_top(u, rng) -> dict:
    top = u(0.115, 0.150)
    return _sneaker(u, rng) | dict(
        collar=((0.0, top), (0.15, top - 0.004), (0.3, top - u(0.002, 0.012)), (0.5, top + 0.012)), tongue=top + 0.02,
        throat_s=0.44, throat_lean=-0.25, laces=int(rng.integers(7, 9)), toe_height=u(0.038, 0.044),
    )  # fmt: skip


def _derby(u, rng) -> dict:
    return dict(
        sole=u(0.009, 0.014), heel=u(0.016, 0.024), rim=0.001, flare=u(0.002, 0.005), sole_kind="welt", heel_tip=0.001,
        toe_height=u(0.034, 0.041), toe_extension_s=u(0.05, 0.09), toe_power=u(1.9, 2.6), toe_taper=u(1.8, 2.4),
        thickness=u(0.0035, 0.0045), throat_s=u(0.44, 0.48), throat_lean=-0.6, throat_radius=-0.03,
        tongue=u(0.090, 0.098),
        collar=((0.0, u(0.064, 0.070)), (0.12, 0.062), (0.25, u(0.046, 0.052)), (0.36, 0.06),
        (0.48, 0.085)), laces=int(rng.integers(3, 6)), spring=u(0.008, 0.014),
    )  # fmt: skip


def _loafer(u, rng) -> dict:
    return _derby(u, rng) | dict(
        throat_s=u(0.54, 0.58), throat_lean=u(0.6, 1.0), throat_radius=u(0.03, 0.05), tongue=1.0, laces=0,
        collar=((0.0, u(0.060, 0.066)), (0.12, 0.058), (0.28, u(0.044, 0.050)), (0.5, u(0.048, 0.056))),
        heel=u(0.010, 0.022),
    )  # fmt: skip


def _ankle_boot(u, rng) -> dict:
    top, heel = u(0.12, 0.17), u(0.02, 0.065)
    return _derby(u, rng) | dict(
        heel=heel, collar=((-0.2, top), (0.1, top), (0.3, top - u(0, 0.014)), (0.5, top), (0.8, top)), throat_s=-1.0,
        tongue=1.0, laces=int(rng.choice([0, 0, 7, 8])), closing=0.045, slack=u(0.006, 0.012), heel_tip=u(0.0, 0.006),
        thickness=u(0.004, 0.005), toe_power=u(1.6, 2.4), sole=u(0.010, 0.020),
    )  # fmt: skip


def _tall_boot(u, rng) -> dict:
    heel, top, dip = u(0.02, 0.075), u(0.31, 0.385), rng.choice([0.0, u(0.015, 0.035)])
    sole = u(0.010, 0.018)
    rise = top - sole - heel
    return _ankle_boot(u, rng) | dict(
        heel=heel, sole=sole, laces=0, slack=u(0.014, 0.024), closing=0.055, heel_tip=u(0.002, 0.010),
        collar=((-0.2, rise), (0.0, rise), (0.17, rise - dip), (0.36, rise + 0.4 * dip), (0.8, rise + 0.4 * dip)),
        toe_power=u(1.3, 2.2), toe_extension_s=u(0.06, 0.13), fringe=rng.choice([0, 0, 0, u(0.06, 0.12)]),
    )  # fmt: skip


def _pump(u, rng) -> dict:
    kind = str(rng.choice(["block", "kitten", "stiletto", "stiletto"]))
    heel = {"block": u(0.04, 0.08), "kitten": u(0.03, 0.05), "stiletto": u(0.065, 0.10)}[kind]
    ankle = u(0.072, 0.082)
    straps = (
        Strap(kind="ankle", place=ankle, half_width=u(0.004, 0.008), slope=0.1),
        Strap(kind="counter", place=ankle, half_width=u(0.008, 0.02)),
    )
    return dict(
        sole=rng.choice([0.006, 0.006, u(0.012, 0.025)]), heel=heel, rim=0.0, flare=0.0005, sole_kind="welt",
        heel_kind=kind, heel_tip=u(0.005, 0.007) if kind == "stiletto" else u(0.008, 0.012) if kind == "kitten" else
        u(0.004, 0.010), toe_height=u(0.027, 0.032), toe_extension_s=u(0.06, 0.14), toe_power=u(1.15, 2.0),
        toe_taper=u(1.5, 2.1), thickness=0.0035, collar=((0.0, u(0.052, 0.060)), (0.12, 0.050), (0.3, u(0.030, 0.036)),
        (0.5, 0.029), (0.66, 0.036), (0.85, 0.042)), throat_s=u(0.76, 0.82), throat_lean=u(0.8, 1.4),
        throat_radius=u(0.016, 0.030), spring=u(0.002, 0.006), straps=straps if rng.random() < 0.25 else (),
    )  # fmt: skip


def _ballerina(u, rng) -> dict:
    return _pump(u, rng) | dict(
        sole=u(0.006, 0.009), heel=u(0.002, 0.010), heel_kind="block", heel_tip=0.0, straps=(), toe_power=u(1.5, 2.5),
        toe_extension_s=u(0.03, 0.08), toe_height=u(0.028, 0.034), thickness=0.0038,
    )  # fmt: skip


def _sandal(u, rng) -> dict:
    heel, cup = (u(0.004, 0.02), True) if rng.random() < 0.6 else (u(0.04, 0.085), False)
    straps = [Strap(kind="instep", place=u(0.70, 0.74), half_width=u(0.010, 0.019), slope=u(-0.25, -0.1))]
    if rng.random() < 0.5:
        straps.append(Strap(kind="instep", place=u(0.52, 0.57), half_width=u(0.008, 0.015), slope=u(-0.2, 0.2)))
    straps.append(Strap(kind="ankle", place=u(0.070, 0.082), half_width=u(0.005, 0.010), slope=u(0.0, 0.2)))
    straps.append(Strap(kind="counter", place=u(0.060, 0.070), half_width=u(0.014, 0.05)))
    return dict(
        sole=u(0.016, 0.032) if cup else u(0.008, 0.014), heel=heel, rim=0.0, flare=u(0.003, 0.006), heel_tip=0.004,
        sole_kind="cup" if cup else "welt", outsole=0.005, toe_height=0.032, toe_extension_s=u(0.03, 0.06),
        toe_power=u(1.9, 2.8), thickness=u(0.0035, 0.0045), straps=tuple(straps), spring=u(0.003, 0.008),
    )  # fmt: skip


_SAMPLERS = dict(
    zip(
        FAMILIES,
        (_sneaker, _platform, _high_top, _derby, _loafer, _ankle_boot, _tall_boot, _pump, _ballerina, _sandal),
        strict=True,
    )
)
_MARKS = {
    "sneaker": ("toe_cap", "heel_tab", "eyestay", "side_mark", "foxing"),
    "platform sneaker": ("toe_cap", "heel_tab", "eyestay", "side_mark", "foxing"),
    "high-top": ("toe_cap", "heel_tab", "eyestay", "side_mark", "ankle_disc"),
    "derby": ("toe_cap", "heel_tab", "eyestay"),
    "loafer": ("saddle", "apron"),
    "ankle boot": ("gore", "heel_tab", "toe_cap"),
    "tall boot": ("western", "pull_band", "heel_tab"),
    "pump": ("toe_cap", "binding", "print"),
    "ballerina": ("toe_cap", "binding", "bow", "print"),
    "sandal": ("print",),
}


def sample_parameters(rng: np.random.Generator, family: str | None = None) -> ShoeParameters:
    """Draw a shoe, of the given family or of any; the same generator state gives the same shoe."""
    family = family or str(rng.choice(FAMILIES))
    if family not in FAMILIES:
        raise ValueError(f"family {family!r} is not one of {', '.join(FAMILIES)}")
    seed = int(rng.integers(2**31))

    def uniform(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    values = _SAMPLERS[family](uniform, rng)
    values = {k: float(v) if isinstance(v, np.floating | np.integer) and k != "laces" else v for k, v in values.items()}
    chance = {"print": 0.2, "eyestay": 0.8, "side_mark": 0.75}
    marks = tuple(m for m in _MARKS[family] if rng.random() < chance.get(m, 0.45))
    finish = sample_finish(rng, family)
    shoe = ShoeParameters(family=family, shoe_id=f"{family.replace(' ', '-')}-{seed:08x}", **values)
    return replace(shoe, marks=marks, finish=finish, colours=sample_colours(rng, family), paint_seed=seed)
