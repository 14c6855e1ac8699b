"""What is said of a fit: to the user where it cannot be trusted, and in run.json."""

from __future__ import annotations

from typing import Any

from shoemodel.fit.shoe import ShoeFit

LEAST_IOU = 0.75
LARGEST_SPREAD_DEG = 25.0
"""A fit is unsure below and above these (ours)."""


def warnings(fit: ShoeFit) -> list[str]:
    """A sentence where the view of the shoe is unsure."""
    if fit.iou >= LEAST_IOU and fit.spread_deg <= LARGEST_SPREAD_DEG:
        return []
    found = f"the best shoe overlaps by {fit.iou:.0%}, others differ by {fit.spread_deg:.0f} degrees"
    return [f"the view of this shoe is unsure ({found}): look at the leg, or mark the shoe with --box or --mask"]


def to_dict(fit: ShoeFit) -> dict[str, Any]:
    """The fit for JSON: lengths in metres and px, angles in degrees."""
    camera = fit.camera
    return {
        "proxy": fit.proxy.name,
        "family": fit.proxy.family,
        "side": fit.side,
        "scale": [round(float(each), 4) for each in fit.scale],
        "iou": round(fit.iou, 4),
        "spread_deg": round(fit.spread_deg, 2),
        "camera": {
            "rotation": camera.rotation.round(5).tolist(),
            "origin_m": camera.origin.round(4).tolist(),
            "focal_px": round(float(camera.focal_px), 2),
            "centre_px": [round(float(each), 2) for each in camera.centre_px],
        },
    }
