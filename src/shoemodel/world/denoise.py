"""A joint bilateral filter for a few samples a pixel: what 64 samples would show, at the price of 8 (ours).

The radiance is divided by the albedo, so that texture is not part of what is smoothed; the irradiance that is left is
averaged over neighbours whose normal, depth and (pre-blurred) brightness agree; the albedo is multiplied back.
"""

import cv2
import numpy as np
from jaxtyping import Float

RADIUS_PX = 4
SIGMA_PX = 2.5
WIDE_STEPS, WIDE_STEP_PX = 2, 4
"""A second pass looks at few neighbours farther away and takes out the blotches that the first one leaves."""
SIGMA_NORMAL = 0.15
SIGMA_DEPTH = 0.02
"""Of inverse depth, relative to its mean: linear on every plane in the picture, 0 where there is only sky."""
SIGMA_LOG = 0.2
"""In log(1 + irradiance): keeps shadow edges and highlights."""
MIN_ALBEDO = 0.02
FIREFLY = 4.0
"""A pixel brighter than this many times the median of its 3x3 neighbourhood is cut down to it."""


def denoise(
    radiance: Float[np.ndarray, "h w 3"],
    albedo: Float[np.ndarray, "h w 3"],
    normal: Float[np.ndarray, "h w 3"],
    depth: Float[np.ndarray, "h w"],
) -> Float[np.ndarray, "h w 3"]:
    """Smooth the linear radiance under the guidance of noise-free first-hit features."""
    albedo = np.maximum(albedo, MIN_ALBEDO).astype(np.float32)
    irradiance = _without_fireflies(np.maximum(radiance, 0).astype(np.float32) / albedo)
    guides = _guides(irradiance, normal.astype(np.float32), depth.astype(np.float32))
    smooth = _joint_bilateral(np.ascontiguousarray(irradiance.transpose(2, 0, 1)), guides, RADIUS_PX, 1)
    guides = _guides(smooth.transpose(1, 2, 0), normal.astype(np.float32), depth.astype(np.float32))
    smooth = _joint_bilateral(smooth, guides, WIDE_STEPS, WIDE_STEP_PX)
    return smooth.transpose(1, 2, 0) * albedo


def _without_fireflies(irradiance: np.ndarray) -> np.ndarray:
    """Cut single bright pixels down: (h, w, 3) -> (h, w, 3)."""
    ceiling = FIREFLY * cv2.medianBlur(irradiance, 3) + 0.05
    return np.minimum(irradiance, ceiling)


def _guides(irradiance: np.ndarray, normal: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Everything that decides a weight, (5, h, w), each channel divided by its own sigma."""
    brightness = cv2.bilateralFilter(np.log1p(irradiance).mean(-1), 0, 0.5, 1.5)
    nearness = np.divide(1, depth, out=np.zeros_like(depth), where=depth > 1e-3)
    nearness /= max(float(nearness.mean()), 1e-6)
    return np.concatenate([
        normal.transpose(2, 0, 1) / SIGMA_NORMAL,
        nearness[None] / SIGMA_DEPTH,
        brightness[None] / SIGMA_LOG,
    ])


def _joint_bilateral(values: np.ndarray, guides: np.ndarray, radius: int, step: int) -> np.ndarray:
    """Average `values` (3, h, w) over a square window of `radius` steps of `step` pixels each way.

    A weight is the same from p to q as from q to p, so half the window's offsets are enough: each adds to both of its
    ends, and pixels beyond the border simply do not exist.
    """
    total, weight_sum = values.copy(), np.ones_like(values[0])
    for dy in range(radius + 1):
        for dx in range(-radius, radius + 1):
            if dy == 0 and dx <= 0:
                continue
            here, there = _overlap(dy * step, dx * step)
            difference = guides[:, *here] - guides[:, *there]
            np.multiply(difference, difference, out=difference)
            exponent = difference.sum(0) + (dx * dx + dy * dy) / (2 * SIGMA_PX**2)
            weight = cv2.exp(-exponent)
            total[:, *here] += weight * values[:, *there]
            total[:, *there] += weight * values[:, *here]
            weight_sum[here] += weight
            weight_sum[there] += weight
    return total / weight_sum


def _overlap(dy: int, dx: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """The two windows (rows, columns) of a picture and of itself moved by (dy >= 0, dx)."""
    rows_here, rows_there = slice(None, -dy or None), slice(dy, None)
    if dx >= 0:
        return (rows_here, slice(None, -dx or None)), (rows_there, slice(dx, None))
    return (rows_here, slice(-dx, None)), (rows_there, slice(None, dx))
