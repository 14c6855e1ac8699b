"""Soles and heels: fields over the plan outline and the footbed of a last."""

from __future__ import annotations

import numpy as np

from shoemodel.shoes.implicit import smooth_max, smooth_min, smooth_step
from shoemodel.shoes.last import Last
from shoemodel.shoes.parameters import ShoeParameters

SHEET = 0.007  # thickness of a welted sole away from the ball


def cup_wall(last: Last, p: ShoeParameters, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """How far a cup sole stands out beyond the plan at each height."""
    out = p.flare * smooth_step(z, 0.05, 0.0) + p.thickness + 0.0012 - 0.003 * smooth_step(z, 0.006, 0.0)
    if p.ripple:
        flank = smooth_step(last.s(y), 0.98, 0.84) * smooth_step(z, 0.004, 0.012)
        flank = flank * smooth_step(sole_top(last, p, y) - z, 0.004, 0.014)
        out = out + p.ripple * (1 + np.sin(2 * np.pi * y / 0.018 + 40 * z)) * flank
    return out


def ground_side(last: Last, p: ShoeParameters, y: np.ndarray) -> np.ndarray:
    """Height of the lowest point along the foot: 0, or the depth of the tread in its grooves."""
    return p.tread * smooth_step(np.sin(2 * np.pi * y / 0.014), 0.45, 0.85) + 0 * y


def sole_top(last: Last, p: ShoeParameters, y: np.ndarray) -> np.ndarray:
    """Upper edge of a cup sole's wall: higher round the toe and the heel."""
    s = last.s(y)
    wave = p.wave * (0.5 + 0.5 * np.sin(2 * np.pi * (1.5 * s + 0.1))) * smooth_step(s, 1.0, 0.85)
    return last.bed(y) + wave + p.rim * (0.75 + 0.5 * smooth_step(s, 0.8, 1.0) + 0.25 * smooth_step(s, 0.2, 0.0))


def sole_field(last: Last, p: ShoeParameters, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Field of the sole without heel block, insole and outsole; coordinates broadcast to a grid."""
    plan = _plan(last, x, y)
    bed = last.bed(y)
    if p.sole_kind == "cup":
        between = smooth_max(z - sole_top(last, p, y), ground_side(last, p, y) - z, 0.001)
        return smooth_max(plan - cup_wall(last, p, y, z), between, 0.003)
    sheet = p.sole + (min(SHEET, p.sole) - p.sole) * smooth_step(last.s(y), 0.70, 0.55)
    welt = p.flare * (0.4 + 0.6 * smooth_step(last.s(y), 0.4, 0.6)) + _flush(p)
    bottom = np.maximum(bed - sheet, ground_side(last, p, y))
    return smooth_max(plan - welt, smooth_max(z - bed - p.rim, bottom - z, 0.001), 0.0015)


def outsole_field(last: Last, p: ShoeParameters, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Bottom layer of a cup sole, standing out by a hair so that its colour has a clean edge."""
    plan = _plan(last, x, y)
    edge = p.outsole + 0.010 * smooth_step(last.s(y), 0.93, 1.06)
    between = smooth_max(z - edge, ground_side(last, p, y) - z - 0.0006, 0.001)
    return smooth_max(plan - cup_wall(last, p, y, z) - 0.0008, between, 0.0015)


def stripe_field(last: Last, p: ShoeParameters, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """A band round the wall of a cup sole at the height `stripe`."""
    plan = _plan(last, x, y)
    return smooth_max(plan - cup_wall(last, p, y, z) - 0.0007, np.abs(z - p.stripe) - 0.0018, 0.0008)


def insole_field(last: Last, p: ShoeParameters, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The footbed seen inside: a sheet just within the upper, hollowed a little under heel and ball."""
    plan = _plan(last, x, y)
    inset = -0.0006 if p.straps and not p.collar else 0.0
    hollow = 0.0012 * smooth_step(plan, -0.004, -0.025)
    return smooth_max(plan + inset, np.abs(z - last.bed(y) + hollow) - 0.0028, 0.0012)


def heel_field(last: Last, p: ShoeParameters, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Heel below the seat: a block, a wedge, or a column that narrows to its tip (kitten, stiletto, cone)."""
    plan, bed = _plan(last, x, y), last.bed(y)
    down = np.clip(1 - z / np.maximum(bed, 1e-3), 0, 1)
    ahead = last.s(y) * last.length
    if p.heel_kind in ("block", "wedge"):
        front = 0.72 if p.heel_kind == "wedge" else 0.27 if p.heel < 0.03 else 0.235
        breast = ahead - front * last.length
        shaft = smooth_max(plan - _flush(p) + p.heel_tip * down, breast + 0.9 * p.heel_tip * down, 0.004)
    else:
        seat = smooth_max(plan - _flush(p), ahead - 0.25 * last.length, 0.004)
        tip_y = {"stiletto": 0.024, "kitten": 0.030, "cone": 0.036}[p.heel_kind]
        tip = np.hypot(x - last.middle(0.1), y + tip_y) - p.heel_tip
        speed, power = {"stiletto": (1.25, 0.55), "kitten": (1.05, 0.55), "cone": (1.0, 1.0)}[p.heel_kind]
        mix = np.clip(down * speed, 0, 1) ** power
        shaft = seat * (1 - mix) + tip * mix
    bottom = ground_side(last, p, y) - z if p.heel_kind == "block" else -z
    return smooth_max(shaft, smooth_max(z - bed + 0.001, bottom, 0.0008), 0.0015)


def welt_and_heel(last: Last, p: ShoeParameters, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Sole sheet and heel as one solid with a small fillet."""
    return smooth_min(sole_field(last, p, x, y, z), heel_field(last, p, x, y, z), 0.003)


def _plan(last: Last, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return last.plan.on(x.ravel(), y.ravel())[:, :, None]


def _flush(p: ShoeParameters) -> float:
    """Offset of the plan at which a sole is level with the upper; a pump's sole hides under it."""
    return p.thickness if p.flare > 0.001 else 0.4 * p.thickness
