"""Whether one body can stand in two shoes that were fitted by themselves (ours)."""

from __future__ import annotations

import numpy as np

from shoemodel.fit.shoe import ShoeFit

TILT_DEG = 30.0
"""Shoes whose up-directions differ by more do not stand on one floor. Each fit may be wrong by ten degrees."""
STRIDE = 3.5
"""Shoes farther apart than this many lengths of one are out of one body's stride."""


def apart(one: ShoeFit, other: ShoeFit) -> str:
    """Why no body stands in both, or no word."""
    ups = [fit.camera.rotation @ np.array([0.0, 0.0, 1.0]) for fit in (one, other)]
    tilt = float(np.degrees(np.arccos(np.clip(ups[0] @ ups[1], -1, 1))))
    if tilt > TILT_DEG:
        return f"the two do not stand on one floor, one is tilted by {tilt:.0f} degrees from the other"
    middles, lengths = zip(*(_in_picture(fit) for fit in (one, other)), strict=True)
    away = float(np.linalg.norm(middles[0] - middles[1])) / max(lengths)
    return f"they lie {away:.1f} lengths of a shoe apart" if away > STRIDE else ""


def _in_picture(fit: ShoeFit) -> tuple[np.ndarray, float]:
    """Middle and longest extent of the proxy, px."""
    points = fit.camera.project(fit.placed(fit.proxy.vertices))[0]
    return points.mean(axis=0), float(np.ptp(points, axis=0).max())
