"""The open families of shoes, which show the insole: slides, flip-flops, mules, slingbacks, sandals (ours).

`world.display` alone lays them; nobody wears them in the tuples of the world.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from shoemodel.shoes.parameters import Strap

Uniform = Callable[[float, float], float]
Sampler = Callable[[Uniform, np.random.Generator], dict[str, Any]]
"""What draws the values of a family. Those below also take the sampler of pumps, whose soles and heels they share."""


def _flat_open(pump: Sampler, u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    """A footbed on a sole that shows round it; no straps yet."""
    return dict(
        sole=u(0.012, 0.042), heel=u(0.0, 0.022), rim=rng.choice([0.0, u(0.002, 0.010)]), flare=u(0.002, 0.008),
        sole_kind="cup", outsole=u(0.003, 0.006), tread=rng.choice([0, u(0.002, 0.004)]), toe_height=u(0.028, 0.036),
        toe_extension_s=u(0.03, 0.08), toe_power=u(1.9, 3.0), thickness=u(0.0035, 0.006), spring=u(0.002, 0.012),
    )  # fmt: skip


def _heeled_open(pump: Sampler, u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    """A thin sole on a heel of any kind; no straps yet."""
    heeled = pump(u, rng)
    kept = ("sole", "heel", "rim", "flare", "sole_kind", "heel_kind", "heel_tip", "toe_extension_s", "toe_taper",
            "spring")  # fmt: skip
    return {name: heeled[name] for name in kept} | dict(
        toe_height=u(0.026, 0.032), toe_power=u(1.4, 2.8), thickness=u(0.003, 0.0042)
    )


def _slide(pump: Sampler, u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    places: tuple[float, ...]
    if rng.random() < 0.45:  # two or three bands with buckles
        places, half = ((0.74, 0.54), (0.77, 0.645, 0.52))[rng.random() < 0.2], u(0.010, 0.018)
    else:
        places, half = (u(0.62, 0.70),), u(0.026, 0.044)
    slope = u(-0.25, 0.15)
    straps = tuple(Strap(kind="instep", place=s, half_width=half * u(0.85, 1.1), slope=slope) for s in places)
    return _flat_open(pump, u, rng) | dict(straps=straps)


def _flip_flop(pump: Sampler, u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    thong = Strap(kind="thong", place=u(0.82, 0.88), half_width=u(0.004, 0.011), slope=u(1.2, 2.1))
    return _flat_open(pump, u, rng) | dict(
        sole=u(0.010, 0.030), straps=(thong,), toe_height=u(0.020, 0.026), thickness=u(0.003, 0.005)
    )


def _mule(pump: Sampler, u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    start, high = u(0.38, 0.56), u(0.034, 0.066)
    flat = rng.random() < 0.4
    base = _heeled_open(pump, u, rng) | (dict(heel=u(0.004, 0.026), heel_kind="block", heel_tip=0.002) if flat else {})
    return base | dict(
        toe_power=u(1.2, 2.6), toe_height=u(0.028, 0.042),
        collar=((0.0, -0.03), (start - 0.06, -0.03), (start, 0.006), (start + 0.07, 0.6 * high),
        (start + 0.16, high), (start + 0.3, high + 0.012)),
    )  # fmt: skip


def _slingback(pump: Sampler, u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    start = u(0.36, 0.50)
    sling = Strap(kind="ankle", place=u(0.046, 0.062), half_width=u(0.003, 0.007), slope=u(-0.34, -0.16))
    return pump(u, rng) | dict(
        collar=((0.0, -0.03), (start - 0.06, -0.03), (start, 0.010), (start + 0.10, 0.030), (0.66, 0.036),
        (0.85, 0.042)), straps=(sling,), heel=u(0.006, 0.09),
    )  # fmt: skip


def _strappy_sandal(pump: Sampler, u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    half, slope, first = u(0.0022, 0.009), u(-0.35, 0.2), u(0.76, 0.82)
    straps = [
        Strap(kind="instep", place=first - 2.6 * k * half / 0.25, half_width=half, slope=slope)
        for k in range(int(rng.integers(1, 5)))
    ]
    ankle = u(0.070, 0.105)
    straps.append(Strap(kind="ankle", place=ankle, half_width=u(0.0025, 0.007), slope=u(-0.05, 0.2)))
    if rng.random() < 0.6:
        straps.append(Strap(kind="counter", place=ankle + 0.004, half_width=rng.choice([0.05, u(0.006, 0.02)])))
    if rng.random() < 0.2:
        straps.append(Strap(kind="instep", place=u(0.53, 0.60), half_width=half, slope=u(-0.3, 0.3)))
    return _heeled_open(pump, u, rng) | dict(straps=tuple(straps))


def _sport_sandal(pump: Sampler, u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    half = u(0.008, 0.016)
    straps = [
        Strap(kind="instep", place=u(0.70, 0.77), half_width=half, slope=u(-0.5, 0.1)),
        Strap(kind="ankle", place=u(0.052, 0.078), half_width=half * u(0.8, 1.1), slope=u(-0.1, 0.35)),
        Strap(kind="counter", place=u(0.05, 0.075), half_width=u(0.008, 0.022)),
    ]
    if rng.random() < 0.7:
        straps.append(Strap(kind="instep", place=u(0.53, 0.60), half_width=half, slope=u(-0.5, 0.5)))
    return _flat_open(pump, u, rng) | dict(straps=tuple(straps))


def _platform_sandal(pump: Sampler, u: Uniform, rng: np.random.Generator) -> dict[str, Any]:
    base = (_strappy_sandal, _sport_sandal, _slide)[rng.integers(3)](pump, u, rng)
    heel = u(0.0, 0.03) if rng.random() < 0.5 else u(0.03, 0.075)
    return base | dict(
        sole=u(0.026, 0.055), heel=heel, sole_kind="cup", outsole=u(0.003, 0.006), flare=u(0.002, 0.006),
        rim=u(0.0, 0.004), toe_extension_s=u(0.03, 0.07),
    )  # fmt: skip


SAMPLERS: dict[str, Callable[[Sampler, Uniform, np.random.Generator], dict[str, Any]]] = {
    "slide": _slide, "flip-flop": _flip_flop, "mule": _mule, "slingback": _slingback,
    "strappy sandal": _strappy_sandal, "sport sandal": _sport_sandal, "platform sandal": _platform_sandal,
}  # fmt: skip
MARKS: dict[str, dict[str, float]] = {
    "slide": {"buckle": 0.4, "stitching": 0.5, "binding": 0.3, "quilting": 0.15, "fur": 0.1},
    "flip-flop": {"stitching": 0.3, "binding": 0.2},
    "mule": {"stitching": 0.4, "binding": 0.4, "toe_cap": 0.2, "apron": 0.1},
    "slingback": {"toe_cap": 0.35, "binding": 0.4, "buckle": 0.5, "bow": 0.15},
    "strappy sandal": {"buckle": 0.7, "binding": 0.2},
    "sport sandal": {"buckle": 0.5, "stitching": 0.6, "binding": 0.3},
    "platform sandal": {"buckle": 0.6, "stitching": 0.5, "binding": 0.2},
}
"""How often each decoration is on a shoe of the family."""
