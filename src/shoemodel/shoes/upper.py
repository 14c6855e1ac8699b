"""Uppers: the shell around a last, cut by topline, throat and straps."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

from shoemodel.shoes.implicit import smooth_max, smooth_min, smooth_step
from shoemodel.shoes.last import Last
from shoemodel.shoes.parameters import ShoeParameters, Strap

BIG_TOE_M = 0.008  # a thong's post stands this far inwards of the middle of the toes
INSTEP_TOP_M = 0.090  # straps over the instep do not follow the leg above it
REFERENCE_LENGTH = 0.255  # heights above the footbed are given for a foot of this length


def topline(last: Last, p: ShoeParameters, y: np.ndarray) -> np.ndarray:
    """Height above the footbed where the upper ends, along the foot."""
    s, z = np.array(p.collar).T
    scale = last.length / REFERENCE_LENGTH if p.family != "tall boot" else 1.0
    return PchipInterpolator(s, z)(np.clip(last.s(y), s[0], s[-1])) * scale


def cut_field(last: Last, p: ShoeParameters, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Negative where the upper keeps its material: below the topline, before the throat, on a strap."""
    scale = last.length / REFERENCE_LENGTH
    rise = z - last.bed(y)
    keep = np.full(np.broadcast_shapes(x.shape, y.shape, z.shape), 0.02)
    if p.collar:
        keep = rise - topline(last, p, y) + 0 * x
        if p.throat_s > 0:
            keep = smooth_min(keep, _throat(last, p, x, y, rise), 0.016 if p.throat_radius < 0 else 0.030)
            keep = smooth_max(keep, rise - p.tongue * scale, 0.008)
    for strap in p.straps:
        keep = smooth_min(keep, _strap(last, strap, x, y, rise / scale), 0.003)
    return keep


def _throat(last: Last, p: ShoeParameters, x: np.ndarray, y: np.ndarray, rise: np.ndarray) -> np.ndarray:
    """Negative in front of the opening's edge: from above a parabola, from the side a leaning line."""
    across = x - (last.centre_x if p.throat_s < 0.5 else last.middle(p.throat_s - 0.08))
    edge = p.throat_s * last.length + p.throat_lean * (rise - 0.05)
    return edge - across**2 / (2 * p.throat_radius) - last.s(y) * last.length


def _strap(last: Last, strap: Strap, x: np.ndarray, y: np.ndarray, rise: np.ndarray) -> np.ndarray:
    ahead = last.s(y) * last.length
    if strap.kind == "instep":
        middle = strap.place * last.length + strap.slope * (x - last.centre_x)
        return smooth_max(np.abs(ahead - middle) - strap.half_width, rise - INSTEP_TOP_M, 0.004)
    if strap.kind == "thong":
        beside = np.sqrt((x - last.middle(0.85) + BIG_TOE_M) ** 2 + 0.003**2)
        middle = strap.place * last.length - strap.slope * beside
        band = np.abs(ahead - middle) / np.hypot(1, strap.slope) - strap.half_width
        return smooth_max(band, rise - INSTEP_TOP_M, 0.004)
    if strap.kind == "ankle":
        return np.abs(rise - strap.place - strap.slope * (ahead - 0.05)) - strap.half_width + 0 * x
    cup = smooth_max(rise - strap.place, ahead - 0.16 * last.length - 0.3 * rise, 0.01)
    return (cup if strap.half_width > 0.03 else smooth_max(cup, np.abs(x) - strap.half_width, 0.004)) + 0 * x


def shell_field(last: Last, p: ShoeParameters, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Field of the upper on the grid spanned by x, y, z (broadcastable)."""
    solid = last.solid.on(x.ravel(), y.ravel(), z.ravel())
    cut = cut_field(last, p, x, y, z)
    outer = solid - p.thickness
    if p.padding:
        outer = outer - p.padding * np.exp(-(((cut + 0.012) / 0.010) ** 2)) * smooth_step(last.s(y), 0.5, 0.35)
    wall = smooth_max(outer, -solid, 0.001)
    wall = smooth_max(wall, cut, 0.8 * p.thickness)
    return np.maximum(wall, last.bed(y) - 0.003 - z)
