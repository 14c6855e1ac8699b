"""Whether one body can stand in two shoes that were fitted by themselves (ours)."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from shoemodel.fit.shoe import ShoeFit

ALIKE_DEG = 12.0
"""Grounds that differ by more are told apart: the worse fit is tried again on the better one's ground."""
TILT_DEG = 30.0
"""Shoes whose up-directions differ by more do not stand on one floor. Each fit may be wrong by ten degrees."""
STRIDE = 3.5
"""Shoes farther apart than this many lengths of one are out of one body's stride."""


def ground_up(fit: ShoeFit) -> Float[np.ndarray, "3"]:
    """The up-direction of a shoe's ground in the camera's frame."""
    return fit.camera.rotation @ np.array([0.0, 0.0, 1.0])


def tilt_deg(one: ShoeFit, other: ShoeFit) -> float:
    """Between the grounds that two shoes seem to stand on."""
    return float(np.degrees(np.arccos(np.clip(ground_up(one) @ ground_up(other), -1, 1))))


def apart(one: ShoeFit, other: ShoeFit) -> str:
    """Why no body stands in both, or no word."""
    tilt = tilt_deg(one, other)
    if tilt > TILT_DEG:
        return f"the two do not stand on one floor, one is tilted by {tilt:.0f} degrees from the other"
    middles, lengths = zip(*(_in_picture(fit) for fit in (one, other)), strict=True)
    away = float(np.linalg.norm(middles[0] - middles[1])) / max(lengths)
    return f"they lie {away:.1f} lengths of a shoe apart" if away > STRIDE else ""


def _in_picture(fit: ShoeFit) -> tuple[np.ndarray, float]:
    """Middle and longest extent of the proxy, px."""
    points = fit.camera.project(fit.placed(fit.proxy.vertices))[0]
    return points.mean(axis=0), float(np.ptp(points, axis=0).max())
