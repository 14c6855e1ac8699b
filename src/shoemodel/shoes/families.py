"""The families of shoes: what a draw of each looks like (ours, after shops' pictures)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from shoemodel.shoes import open_families
from shoemodel.shoes.open_families import Uniform
from shoemodel.shoes.palette import (
    sample_colours,
    sample_finish,
    sample_open_colours,
    sample_print,
    sample_second_finish,
    sample_sole_look,
)
from shoemodel.shoes.parameters import FAMILIES, OPEN_FAMILIES, ShoeParameters, Strap


def _sneaker(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    return dict(
        sole=u(0.020, 0.028), heel=u(0.003, 0.012), rim=u(0.008, 0.015), flare=u(0.002, 0.007), sole_kind="cup",
        outsole=u(0.003, 0.006), stripe=rng.choice([0, u(0.010, 0.016)]), ripple=rng.choice([0, 0, u(0.0006, 0.0010)]),
        tread=rng.choice([0, u(0.0015, 0.0030)]),
        toe_height=u(0.038, 0.047), toe_extension_s=u(0.03, 0.05), toe_power=u(2.0, 2.7), thickness=u(0.0045, 0.006),
        padding=u(0.001, 0.004), throat_s=u(0.44, 0.48), throat_lean=u(-0.7, -0.4), throat_radius=-0.03,
        collar=((0.0, u(0.072, 0.084)), (0.12, u(0.068, 0.078)), (0.25, u(0.052, 0.060)), (0.36, u(0.064, 0.070)),
        (0.48, u(0.092, 0.1))),
        tongue=u(0.102, 0.114), laces=int(rng.integers(5, 8)), spring=u(0.006, 0.014), lace_width=u(0.0024, 0.0040),
        straight_laces=bool(rng.random() < 0.25),
    )  # fmt: skip


def _running(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    return _sneaker(u, rng) | dict(
        sole=u(0.020, 0.032), heel=u(0.008, 0.014), rim=u(0.009, 0.014), flare=u(0.005, 0.011), wave=u(0.003, 0.008),
        ripple=rng.choice([0, u(0.0008, 0.0014)]), stripe=0.0, spring=u(0.014, 0.024), tread=u(0.002, 0.004),
        toe_height=u(0.038, 0.043), toe_power=u(1.8, 2.3), thickness=u(0.0045, 0.0055), padding=u(0.003, 0.005),
        straight_laces=False, collar=((0.0, u(0.084, 0.098)), (0.10, u(0.074, 0.082)), (0.24, u(0.052, 0.058)),
        (0.36, u(0.064, 0.070)), (0.48, u(0.092, 0.1))),
    )  # fmt: skip


def _platform(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    return _sneaker(u, rng) | dict(
        sole=u(0.036, 0.052), heel=u(0.004, 0.016), stripe=rng.choice([0, u(0.018, 0.034)]),
        ripple=rng.choice([0, u(0.0008, 0.0014)]), flare=u(0.002, 0.007),
    )  # fmt: skip


def _high_top(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    top = u(0.115, 0.150)
    return _sneaker(u, rng) | dict(
        collar=((0.0, top), (0.15, top - 0.004), (0.3, top - u(0.002, 0.012)), (0.5, top + 0.012)), tongue=top + 0.02,
        throat_s=0.44, throat_lean=-0.25, laces=int(rng.integers(7, 9)), toe_height=u(0.038, 0.044),
    )  # fmt: skip


def _hiking_boot(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    top = u(0.100, 0.140)
    return _high_top(u, rng) | dict(
        sole=u(0.022, 0.034), heel=u(0.008, 0.020), rim=u(0.004, 0.012), tread=u(0.003, 0.006), stripe=0.0,
        wave=u(0.0, 0.008), outsole=u(0.005, 0.010), padding=u(0.003, 0.007), toe_height=u(0.042, 0.050),
        collar=((0.0, top), (0.15, top - 0.004), (0.3, top - u(0.006, 0.024)), (0.5, top + 0.010)), tongue=top + 0.02,
    )  # fmt: skip


def _childrens(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    """Short and round, with one or two bands over a wide throat in place of laces."""
    bands = [Strap(kind="instep", place=u(0.52, 0.56), half_width=u(0.009, 0.014), slope=u(-0.2, 0.1))]
    if rng.random() < 0.6:
        bands.append(Strap(kind="instep", place=bands[0].place + u(0.10, 0.13), half_width=u(0.008, 0.012)))
    return _sneaker(u, rng) | dict(
        laces=0, straps=tuple(bands), throat_s=u(0.68, 0.74), throat_lean=u(0.2, 0.8), throat_radius=u(0.02, 0.035),
        toe_power=u(2.4, 2.9), toe_height=u(0.042, 0.050), sole=u(0.014, 0.026), heel=u(0.002, 0.008),
    )  # fmt: skip


def _derby(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    return dict(
        sole=u(0.008, 0.014), heel=u(0.016, 0.024), rim=0.001, flare=u(0.003, 0.007), sole_kind="welt", heel_tip=0.001,
        toe_height=u(0.030, 0.039), toe_extension_s=u(0.05, 0.11), toe_power=u(1.6, 2.8), toe_taper=u(1.7, 2.4),
        thickness=u(0.0035, 0.0045), throat_s=u(0.44, 0.48), throat_lean=-0.6, throat_radius=-0.03,
        tongue=u(0.090, 0.098), lace_width=u(0.0014, 0.0022), straight_laces=bool(rng.random() < 0.5),
        collar=((0.0, u(0.064, 0.070)), (0.12, 0.062), (0.25, u(0.046, 0.052)), (0.36, 0.06),
        (0.48, 0.085)), laces=int(rng.integers(3, 6)), spring=u(0.008, 0.014),
    )  # fmt: skip


def _loafer(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    return _derby(u, rng) | dict(
        throat_s=u(0.54, 0.58), throat_lean=u(0.6, 1.0), throat_radius=u(0.03, 0.05), tongue=1.0, laces=0,
        collar=((0.0, u(0.060, 0.066)), (0.12, 0.058), (0.28, u(0.044, 0.050)), (0.5, u(0.048, 0.056))),
        heel=u(0.010, 0.022),
    )  # fmt: skip


def _espadrille(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    return _loafer(u, rng) | dict(
        sole_kind="cup", sole=u(0.012, 0.030), heel=rng.choice([u(0.0, 0.010), u(0.03, 0.07)]), rim=u(0.0, 0.003),
        flare=u(0.002, 0.005), outsole=u(0.002, 0.004), toe_power=u(1.9, 2.8), thickness=0.0035, tread=0.0,
    )  # fmt: skip


def _ankle_boot(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    top, heel = u(0.12, 0.17), u(0.02, 0.065)
    return _derby(u, rng) | dict(
        heel=heel, collar=((-0.2, top), (0.1, top), (0.3, top - u(0, 0.014)), (0.5, top), (0.8, top)), throat_s=-1.0,
        tongue=1.0, laces=int(rng.choice([0, 7, 8])), closing=0.045, slack=u(0.006, 0.012), heel_tip=u(0.0, 0.006),
        thickness=u(0.004, 0.005), toe_power=u(1.4, 2.6), sole=u(0.010, 0.026),
        heel_kind=str(rng.choice(["block", "block", "block", "cone", "wedge"])),
        tread=rng.choice([0, u(0.0015, 0.0035)]), fringe=rng.choice([0] * 7 + [u(0.05, 0.08)]),
    )  # fmt: skip


def _chelsea_boot(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    top, dip = u(0.115, 0.16), u(0.004, 0.018)
    return _ankle_boot(u, rng) | dict(
        heel=u(0.014, 0.034), collar=((-0.2, top), (0.06, top), (0.22, top - dip), (0.4, top), (0.8, top)), laces=0,
        heel_kind="block", fringe=0.0, sole=u(0.010, 0.030),
    )  # fmt: skip


def _tall_boot(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    heel, top, dip = u(0.02, 0.075), u(0.31, 0.385), rng.choice([0.0, u(0.015, 0.035)])
    sole = u(0.010, 0.018)
    rise = top - sole - heel
    return _ankle_boot(u, rng) | dict(
        heel=heel, sole=sole, laces=0, slack=u(0.014, 0.024), closing=0.055, heel_tip=u(0.002, 0.010),
        collar=((-0.2, rise), (0.0, rise), (0.17, rise - dip), (0.36, rise + 0.4 * dip), (0.8, rise + 0.4 * dip)),
        toe_power=u(1.3, 2.2), toe_extension_s=u(0.06, 0.13), fringe=rng.choice([0, 0, 0, u(0.10, 0.16)]),
    )  # fmt: skip


def _pump(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    kind = str(rng.choice(["block", "kitten", "stiletto", "stiletto", "cone", "wedge"]))
    low, high = {"kitten": (0.03, 0.05), "stiletto": (0.065, 0.10)}.get(kind, (0.04, 0.08))
    radius = {"stiletto": (0.005, 0.007), "kitten": (0.008, 0.012), "cone": (0.010, 0.016)}.get(kind, (0.004, 0.010))
    ankle = u(0.072, 0.082)
    around = (
        Strap(kind="ankle", place=ankle, half_width=u(0.004, 0.008), slope=0.1),
        Strap(kind="counter", place=ankle, half_width=u(0.008, 0.02)),
    )
    across = (Strap(kind="instep", place=u(0.50, 0.56), half_width=u(0.005, 0.010), slope=u(-0.1, 0.1)),)
    return dict(
        sole=rng.choice([0.006, 0.006, u(0.012, 0.025)]), heel=u(low, high), rim=0.0, flare=0.0005, sole_kind="welt",
        heel_kind=kind, heel_tip=u(*radius), toe_height=u(0.027, 0.032), toe_extension_s=u(0.06, 0.14),
        toe_power=u(1.15, 2.4), toe_taper=u(1.5, 2.1), thickness=0.0035, collar=((0.0, u(0.052, 0.060)), (0.12, 0.050),
        (0.3, u(0.030, 0.036)), (0.5, 0.029), (0.66, 0.036), (0.85, 0.042)), throat_s=u(0.76, 0.82),
        throat_lean=u(0.8, 1.4), throat_radius=u(0.016, 0.030), spring=u(0.002, 0.006),
        straps=((), (), (), around, across)[rng.integers(5)],
    )  # fmt: skip


def _ballerina(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    strap = Strap(kind="instep", place=u(0.52, 0.57), half_width=u(0.005, 0.009), slope=u(-0.1, 0.1))
    return _pump(u, rng) | dict(
        sole=u(0.006, 0.009), heel=u(0.002, 0.010), heel_kind="block", heel_tip=0.0, toe_power=u(1.3, 2.8),
        toe_extension_s=u(0.03, 0.08), toe_height=u(0.028, 0.034), thickness=0.0038,
        straps=(strap,) if rng.random() < 0.3 else (),
    )  # fmt: skip


def _sandal(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    heel, cup = (u(0.004, 0.02), True) if rng.random() < 0.6 else (u(0.04, 0.085), False)
    straps = [Strap(kind="instep", place=u(0.70, 0.74), half_width=u(0.010, 0.019), slope=u(-0.25, -0.1))]
    if rng.random() < 0.5:
        straps.append(Strap(kind="instep", place=u(0.52, 0.57), half_width=u(0.008, 0.015), slope=u(-0.2, 0.2)))
    straps.append(Strap(kind="ankle", place=u(0.070, 0.082), half_width=u(0.005, 0.010), slope=u(0.0, 0.2)))
    straps.append(Strap(kind="counter", place=u(0.060, 0.070), half_width=u(0.014, 0.05)))
    return dict(
        sole=u(0.016, 0.036) if cup else u(0.008, 0.014), heel=heel, rim=0.0, flare=u(0.003, 0.006), heel_tip=0.004,
        sole_kind="cup" if cup else "welt", outsole=0.005, toe_height=0.032, toe_extension_s=u(0.03, 0.06),
        toe_power=u(1.9, 2.8), thickness=u(0.0035, 0.0045), straps=tuple(straps), spring=u(0.003, 0.008),
        heel_kind="block" if cup else str(rng.choice(["block", "cone", "wedge"])), tread=rng.choice([0, 0.003]),
    )  # fmt: skip


def _clog(u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    start, high = u(0.34, 0.42), u(0.062, 0.076)
    return dict(
        sole=u(0.018, 0.040), heel=u(0.004, 0.030), rim=u(0.001, 0.006), flare=u(0.003, 0.008), sole_kind="cup",
        outsole=u(0.003, 0.006), tread=rng.choice([0, u(0.002, 0.004)]), toe_height=u(0.044, 0.052),
        toe_extension_s=u(0.03, 0.05), toe_power=u(2.1, 2.9), thickness=u(0.004, 0.006), padding=0.0,
        collar=((0.0, -0.03), (start - 0.06, -0.03), (start, 0.006), (start + 0.07, u(0.03, 0.05)),
        (start + 0.15, high), (start + 0.26, high + 0.02)), spring=u(0.006, 0.014),
    )  # fmt: skip


_SAMPLERS: dict[str, Callable[[Uniform, np.random.Generator], dict[str, Any]]] = {
    "sneaker": _sneaker, "running shoe": _running, "platform sneaker": _platform, "high-top": _high_top,
    "hiking boot": _hiking_boot, "children's shoe": _childrens,
    "derby": _derby, "loafer": _loafer, "espadrille": _espadrille, "ankle boot": _ankle_boot,
    "chelsea boot": _chelsea_boot,
    "tall boot": _tall_boot, "pump": _pump, "ballerina": _ballerina, "sandal": _sandal, "clog": _clog,
    **{family: partial(open_families.SAMPLERS[family], _pump) for family in OPEN_FAMILIES},
}  # fmt: skip
_COURT = {
    "mudguard": 0.55, "toe_cap": 0.25, "perforation": 0.35, "counter": 0.6, "heel_tab": 0.6, "eyestay": 0.85,
    "side_mark": 0.75, "quarter": 0.4, "collar_band": 0.5, "lettering": 0.6, "stitching": 0.75, "pull_tab": 0.2,
    "sole_ribs": 0.45, "sole_line": 0.5,
}  # fmt: skip
# how often each decoration is on a shoe of the family
_MARKS: dict[str, dict[str, float]] = {
    "sneaker": _COURT,
    "platform sneaker": _COURT,
    "running shoe": _COURT | {"overlay": 0.8, "perforation": 0.0, "pull_tab": 0.5, "side_mark": 0.9, "toe_cap": 0.1},
    "high-top": _COURT | {"ankle_disc": 0.35, "toe_cap": 0.45},
    "hiking boot": {"mudguard": 0.7, "toe_cap": 0.6, "counter": 0.6, "eyestay": 0.9, "collar_band": 0.7,
                    "pull_tab": 0.6, "quarter": 0.5, "stitching": 0.9, "sole_line": 0.3, "creases": 0.2},
    "children's shoe": {"mudguard": 0.4, "toe_cap": 0.5, "counter": 0.4, "collar_band": 0.4, "stitching": 0.7,
                        "side_mark": 0.4, "lettering": 0.2, "heel_tab": 0.4},
    "espadrille": {"stitching": 0.5, "binding": 0.4, "apron": 0.1, "collar_band": 0.1},
    "derby": {"toe_cap": 0.35, "wing_tip": 0.25, "brogue": 0.45, "eyestay": 0.7, "counter": 0.5, "stitching": 0.5},
    "loafer": {"saddle": 0.55, "apron": 0.8, "tassel": 0.25, "bit": 0.25, "stitching": 0.5, "counter": 0.3},
    "ankle boot": {"gore": 0.3, "counter": 0.4, "toe_cap": 0.3, "zip": 0.4, "stitching": 0.6, "pull_tab": 0.4,
                   "creases": 0.6, "quarter": 0.3, "collar_band": 0.3, "eyestay": 0.6},
    "chelsea boot": {"gore": 1.0, "pull_tab": 0.85, "stitching": 0.5, "creases": 0.5, "counter": 0.2, "brogue": 0.1},
    "tall boot": {"western": 0.35, "collar_band": 0.4, "counter": 0.35, "zip": 0.5, "creases": 0.8, "stitching": 0.5,
                  "strap_band": 0.3, "pull_tab": 0.15, "toe_cap": 0.15},
    "pump": {"toe_cap": 0.2, "binding": 0.4, "buckle": 0.9, "bow": 0.12},
    "ballerina": {"toe_cap": 0.3, "binding": 0.6, "bow": 0.5, "quilting": 0.2, "buckle": 0.9},
    "sandal": {"buckle": 0.9, "stitching": 0.5, "binding": 0.3},
    "clog": {"stitching": 0.5, "strap_band": 0.4, "buckle": 0.7, "holes": 0.3, "binding": 0.4, "lettering": 0.3,
             "fur": 0.3, "quilting": 0.15},
    **open_families.MARKS,
}  # fmt: skip


def sample_parameters(rng: np.random.Generator, family: str | None = None) -> ShoeParameters:
    """Draw a shoe, of the given family or of any; the same generator state gives the same shoe."""
    family = family or str(rng.choice(FAMILIES))
    if family not in _SAMPLERS:
        raise ValueError(f"family {family!r} is not one of {', '.join(_SAMPLERS)}")
    seed = int(rng.integers(2**31))

    def uniform(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    values = _SAMPLERS[family](uniform, rng)
    values = {k: float(v) if isinstance(v, np.floating | np.integer) and k != "laces" else v for k, v in values.items()}
    marks = tuple(mark for mark, chance in _MARKS[family].items() if rng.random() < chance)
    finish = sample_finish(rng, family)
    is_open = family in OPEN_FAMILIES
    return ShoeParameters(
        family=family, shoe_id=f"{family.replace(' ', '-')}-{seed:08x}", marks=marks, finish=finish,
        second_finish=sample_second_finish(rng, family, finish), pattern=sample_print(rng, family, finish),
        sole_look="rope" if family == "espadrille" else sample_sole_look(rng, values), paint_seed=seed,
        colours=sample_open_colours(rng, finish) if is_open else sample_colours(rng, family, finish), **values,
    )  # fmt: skip
