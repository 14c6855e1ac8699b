"""What a leg darkens: the lining it stands in, itself at the rim, and the ground (ours).

Lengths are fractions of the shoe's.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from shoemodel.compose.frame import is_plain, is_white
from shoemodel.compose.kinds import Shadow
from shoemodel.image.geometry import Box
from shoemodel.image.masks import ShoeAreas, dilate

LINING, REACH = 0.55, 0.10
"""How much light the leg takes from the lining beside it, and how far."""
TOUCH, TOUCH_REACH = 0.28, 0.015
"""How much more where the two meet, and how far."""
RIM, CREASE = (0.62, 0.022), (0.32, 0.012)
"""Depth and reach of the leg's own darkening inside the opening, and along any edge of the shoe."""
WARM = (0.82, 1.0, 1.06)
"""Exponents of that darkening: light that comes through skin keeps its shadows warm."""
FADE, FADE_PLAIN, FADE_SUNNY = 1.2, 0.45, 2.5
"""How far from the shoe the ground's shadow ends, and on a plain ground: farther away it is not known to be level; and
where the light is known."""
HORIZON = 0.25
"""How far below the level ground's far end its shadow begins."""
LEAST = 0.02
"""What is darker by less is the renderer's noise."""


def lining(leg: Float32[np.ndarray, "h w"], areas: ShoeAreas) -> Float32[np.ndarray, "h w"]:
    """Factor on the light of the wearable area beside a leg of coverage `leg`; 1 elsewhere."""
    result = np.ones(areas.size, np.float32)
    if not areas.wearable.any() or not (leg > 0.5).any():
        return result
    length, part = _near(areas, areas.wearable)
    distance = cv2.distanceTransform((leg[part] <= 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    dark = LINING * np.clip(1 - distance / (REACH * length), 0, 1) + TOUCH * np.exp(-distance / (TOUCH_REACH * length))
    soft = cv2.GaussianBlur(areas.wearable[part].astype(np.float32), (0, 0), 0.7)
    result[part] = 1 - dark * np.where(areas.wearable[part], soft, 0)
    return result


def contact(
    leg: Float32[np.ndarray, "h w"], areas: ShoeAreas, skin: Float32[np.ndarray, "h w"]
) -> Float32[np.ndarray, "h w 3"]:
    """Factor on the leg's own linear light: dark where it goes down into the shoe, warmer on skin (its fraction)."""
    result = np.ones((*areas.size, 3), np.float32)
    if not areas.visible.any() or not (leg > 0).any():
        return result
    length, part = _near(areas, areas.shoe)
    visible, wearable = areas.visible[part], areas.wearable[part]
    distance = cv2.distanceTransform((~visible).astype(np.uint8), cv2.DIST_L2, 5)
    inside = cv2.GaussianBlur(dilate(wearable, 1).astype(np.float32), (0, 0), length / 90)
    where = (distance < 5 * RIM[1] * length) & (leg[part] > 0)
    distance, inside, share = distance[where], inside[where], skin[part][where][:, None]
    dark = RIM[0] * np.exp(-distance / (RIM[1] * length)) * np.clip(1.6 * inside, 0, 1)
    dark += CREASE[0] * np.exp(-distance / (CREASE[1] * length))
    light = (1 - np.clip(dark, 0, 0.8)).astype(np.float32)[:, None]
    result[part][where] = share * light ** np.array(WARM, np.float32) + (1 - share) * light
    return result


def ground(
    ratio: Float[np.ndarray, "n m"],
    known: Bool[np.ndarray, "n m"],
    photo_rgb: UInt8[np.ndarray, "h w 3"],
    areas: ShoeAreas,
    mode: Shadow = "auto",
    sunny: bool = False,
) -> Float32[np.ndarray, "h w"]:
    """Factor on the ground's light: the leg's shadow from a small map of the whole canvas.

    ratio: light on the level ground with the leg over that without it. known: where that map shows the ground.
    sunny: the light is known, so that a shadow falls where it belongs, far away too.
    """
    result = np.ones(areas.size, np.float32)
    if mode == "none" or not known.any() or (mode == "auto" and is_white(photo_rgb, areas.shoe)):
        return result
    box = Box.of_mask(areas.shoe)
    length = float(max(box.width, box.height))
    scale = ratio.shape[1] / areas.size[1]
    sigma = max(1.2, (0.006 if sunny else 0.02) * length * scale)
    smooth = _smooth(np.clip(ratio, 0.06, 1), known, sigma, HORIZON * length * scale)
    full = cv2.resize(smooth, (areas.size[1], areas.size[0]), interpolation=cv2.INTER_LINEAR)
    distance = cv2.distanceTransform((~areas.shoe).astype(np.uint8), cv2.DIST_L2, 5)
    fade = FADE_SUNNY if sunny else FADE_PLAIN if is_plain(photo_rgb, areas.shoe) else FADE
    factor = 1 - (1 - full) * np.exp(-((distance / (fade * length)) ** 2)) * ~areas.shoe
    return np.where(factor > 0.997, 1, factor).astype(np.float32)


def _smooth(ratio: np.ndarray, known: np.ndarray, sigma: float, horizon: float) -> np.ndarray:
    """Known values averaged nearby, 1 where none is near; fading towards the horizon, over so many px."""
    weight = known.astype(np.float32)
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    dark = cv2.GaussianBlur((1 - ratio).astype(np.float32) * weight, (0, 0), sigma) / np.maximum(total, 0.2)
    first = int(np.argmax(known.any(1)))
    if first > 0:
        dark *= np.clip((np.arange(len(dark)) - first) / max(horizon, 1.0), 0, 1)[:, None]
    return 1 - np.maximum(dark - LEAST, 0)


def _near(areas: ShoeAreas, mask: np.ndarray) -> tuple[float, tuple[slice, slice]]:
    """The shoe's length in px, and the part of the canvas about a mask where it has an effect."""
    box = Box.of_mask(areas.shoe)
    length = float(max(box.width, box.height))
    rows, columns = Box.of_mask(mask).slices
    margin = int(0.15 * length) + 2
    return length, (
        slice(max(0, rows.start - margin), rows.stop + margin),
        slice(max(0, columns.start - margin), columns.stop + margin),
    )
