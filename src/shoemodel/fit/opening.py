"""Where in the picture a leg enters the shoe: the rim of the fitted proxy, moved onto what the picture shows of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from shoemodel.errors import InputError
from shoemodel.fit.outline import LEAST_OPENING, largest_openings
from shoemodel.fit.shoe import ShoeFit
from shoemodel.masks import ShoeAreas, largest_components

FOREMOST = 0.5
"""Cosine of the azimuth from which a tongue hides the front of the opening."""
ENDS = (1.0, 99.0)
"""Percentiles that count as the ends of an area: masks fray."""
COLUMNS = 24
"""Across a shaft, in each of which its top is looked for: a pull tab is higher than most."""
BAND = (0.10, 0.30)
"""Below the top of a shaft, in its widths, its width is measured; so its top is looked for within SEARCH of the rim."""
SEARCH = 0.8
OUT_M = 0.08
"""A short way out of the opening."""
LEAST_SHARE = 0.12
"""An axis that is seen shorter than this share of the other is seen end on."""


@dataclass(frozen=True, eq=False)
class Opening:
    """An ellipse-like ring in the picture, measured along the shoe's axis as it is seen and across that."""

    centre_px: Float[np.ndarray, "2"]
    along: Float[np.ndarray, "2"]
    """Unit vector of the picture, from the rim's heel to its front: steep in a pump from the side."""
    across: Float[np.ndarray, "2"]
    """Unit vector of the picture square to `along`, clockwise of it."""
    half_along_px: float
    half_across_px: float
    up: Float[np.ndarray, "2"]
    """Unit vector of the picture, the way out of the opening."""
    ring_px: Float[np.ndarray, "k 2"]
    """The whole edge, hidden parts too, from the heel on."""
    seen: bool
    """Whether the picture shows the opening; else it is where the silhouette or the proxy puts it."""


def opening_of(fit: ShoeFit, areas: ShoeAreas) -> Opening:
    """The opening of a fitted shoe, on the grid of its areas.

    Of low shoes its ends are those of the wearable area where that is seen, else those of the proxy's rim. A shaft's is
    as wide as the silhouette below its top. Of open shoes it is the insole of the proxy.

    Raises:
        InputError: the areas have another size than the picture of the fit.
    """
    if areas.size != fit.camera.size:
        raise InputError(f"areas of {areas.size} (h, w) px do not belong to a fit of {fit.camera.size} px")
    rim = fit.placed(fit.proxy.rim)
    ring, _ = fit.camera.project(rim)
    along, up = _axes(fit)
    across = np.array([-along[1], along[0]])
    mask = largest_components(areas.shoe, keep=1)
    wearable = areas.wearable & mask
    is_seen = np.count_nonzero(wearable) > LEAST_OPENING * np.count_nonzero(mask)
    if fit.proxy.kind == "shaft":
        ring = _on_top(ring, mask, up)
    if is_seen and fit.proxy.kind != "open":
        points = _points(largest_openings(wearable))
        hidden = np.cos(np.radians(fit.azimuth_deg)) > FOREMOST
        for axis in (up,) if fit.proxy.kind == "shaft" else (along, across):
            low, high = np.percentile(points @ axis, ENDS)
            high = max(high, (ring @ axis).max()) if axis is along and hidden else high
            ring = _stretched(ring, axis, low, high)
    ends = [((ring @ axis).min(), (ring @ axis).max()) for axis in (along, across)]
    centre = sum((low + high) / 2 * axis for (low, high), axis in zip(ends, (along, across), strict=True))
    half_along, half_across = (float(high - low) / 2 for low, high in ends)
    return Opening(np.asarray(centre), along, across, half_along, half_across, up, ring, bool(is_seen))


def _axes(fit: ShoeFit) -> tuple[Float[np.ndarray, "2"], Float[np.ndarray, "2"]]:
    """Unit vectors of the picture: from the rim's heel to its front, and out of the shoe."""
    rim = fit.placed(fit.proxy.rim)
    middle = rim.mean(axis=0)
    ends = np.array([rim[0], rim[rim[:, 1].argmin()], middle, middle + np.array([0.0, 0.0, OUT_M])])
    (heel, front, start, end), _ = fit.camera.project(ends)
    along, up = front - heel, end - start
    if np.linalg.norm(along) < LEAST_SHARE * np.linalg.norm(up):  # from before the toes: towards the camera is down
        along = -up
    if np.linalg.norm(up) < LEAST_SHARE * np.linalg.norm(along):  # from above: out is towards the camera
        up = -along
    return along / np.linalg.norm(along), up / np.linalg.norm(up)


def _points(mask: Bool[np.ndarray, "h w"]) -> Float[np.ndarray, "k 2"]:
    rows, columns = np.nonzero(mask)
    return np.stack([columns + 0.5, rows + 0.5], axis=1)


def _stretched(ring: Float[np.ndarray, "k 2"], axis: Float[np.ndarray, "2"], low: float, high: float) -> np.ndarray:
    """A ring whose ends along an axis are these."""
    at = ring @ axis
    if np.ptp(at) < 1e-6:
        return ring
    wanted = low + (at - at.min()) * (high - low) / np.ptp(at)
    return ring + (wanted - at)[:, None] * axis


def _on_top(
    ring: Float[np.ndarray, "k 2"], mask: Bool[np.ndarray, "h w"], up: Float[np.ndarray, "2"]
) -> Float[np.ndarray, "k 2"]:
    """The ring of a shaft moved along it to the silhouette's top, as wide as the silhouette is below that."""
    beside = np.array([-up[1], up[0]])
    points = _points(mask)
    height, place = points @ up, points @ beside
    at = ring @ beside
    width, middle = np.ptp(at), (at.min() + at.max()) / 2
    near = (np.abs(place - middle) < 0.65 * width) & (np.abs(height - (ring @ up).mean()) < SEARCH * width)
    if not near.any():
        return ring
    height, place = height[near], place[near]
    column = np.clip(((place - middle) / (0.9 * width) + 0.5) * COLUMNS, -1, COLUMNS).astype(int)
    tops = [height[column == k].max() for k in range(COLUMNS) if (column == k).any()]
    top = float(np.median(tops)) if tops else float(height.max())
    band = (height < top - BAND[0] * width) & (height > top - BAND[1] * width)
    if band.any():
        ring = _stretched(ring, beside, *np.percentile(place[band], ENDS))
    profile = float(np.median([(ring @ up)[np.abs(at - x) < 0.1 * width].max(initial=-np.inf) for x in at]))
    return ring + (top - profile) * up
