"""Phase 1 of leg-pose synthesis (3.2): ViTPose reads C_p, eight foot keypoints, from X_w; there is no person box.

| paper | name | here |
|---|---|---|
| X_w | wearable shoe | the visible area on black, cropped to a square around it (the crop is ours) |
| C_p | foot keypoints | (8, 2) px, `pose.FOOT_INDICES`: per foot ankle, big toe, small toe, heel, left first |
| – | heatmaps | MSRA encoding: a Gaussian of 2 cells on a grid of a quarter of the side, height 1 |

A missing foot has empty heatmaps, so the height of a peak says whether its point exists (ours).
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor
from transformers import VitPoseBackboneConfig, VitPoseConfig, VitPoseForPoseEstimation

from shoemodel.image.crop import crop_to_mask, to_network
from shoemodel.image.geometry import Similarity
from shoemodel.image.pose import FOOT_INDICES, NAMES
from shoemodel.lps.vitpose import StemmedVitPose

STRIDE = 4
"""Input px per heatmap cell."""
SIGMA = 2.0
"""Of the Gaussians, in cells (MSRA)."""
MARGIN = 0.2
"""Black margin around the visible area, of the box's longer side: ankles lie above low shoes (ours)."""
FOOT_NAMES = tuple(NAMES[index] for index in FOOT_INDICES)
FOOT_FLIP = (4, 5, 6, 7, 0, 1, 2, 3)
"""Permutation of C_p in a mirror image."""


def build(
    side: int = 256,
    patch: int = 16,
    hidden: int = 384,
    depth: int = 12,
    heads: int = 12,
    simple: bool = False,
    stemmed: bool = False,
) -> VitPoseForPoseEstimation:
    """A ViTPose with fresh weights and eight heatmaps; the defaults are ViTPose-S's, `stemmed` is for small ones."""
    backbone = VitPoseBackboneConfig(
        image_size=[side, side],
        patch_size=[patch, patch],
        hidden_size=hidden,
        num_hidden_layers=depth,
        num_attention_heads=heads,
        out_indices=[depth],
    )
    labels = dict(enumerate(FOOT_NAMES))
    config = VitPoseConfig(
        backbone_config=backbone,
        scale_factor=patch // STRIDE,
        use_simple_decoder=simple,
        id2label=labels,
        label2id={name: number for number, name in labels.items()},
    )
    return (StemmedVitPose if stemmed else VitPoseForPoseEstimation)(config)


def to_tensor(x_w: UInt8[np.ndarray, "h w 3"]) -> Float[Tensor, "3 h w"]:
    """X_w as the network reads it, in [-1, 1]."""
    return torch.from_numpy(to_network(x_w))


def crop_to_visible(
    rgb: UInt8[np.ndarray, "h w 3"], visible: Bool[np.ndarray, "h w"], side: int
) -> tuple[UInt8[np.ndarray, "side side 3"], Similarity]:
    """X_w as the network is trained to see it, and the transform photo px → crop px. ValueError for an empty area."""
    return crop_to_mask(rgb, visible, side, MARGIN)


def encode(
    points_px: Float[np.ndarray, "*b n 2"], exists: Bool[np.ndarray, "*b n"], side: int
) -> Float[np.ndarray, "*b n {side//4} {side//4}"]:
    """MSRA heatmaps of points in px of a square input; zero maps for points that do not exist or lie outside."""
    points_px = np.asarray(points_px, np.float32)
    cells = np.arange(side // STRIDE, dtype=np.float32) + 0.5
    scaled = points_px / STRIDE
    x, y = (np.exp(-((cells - scaled[..., axis, None]) ** 2) / (2 * SIGMA**2)) for axis in (0, 1))
    inside = ((points_px >= 0) & (points_px < side)).all(axis=-1) & exists
    return y[..., :, None] * x[..., None, :] * inside[..., None, None].astype(np.float32)


def decode(
    heatmaps: Float[np.ndarray, "b n h w"], size: tuple[int, int]
) -> tuple[Float[np.ndarray, "b n 2"], Float[np.ndarray, "b n"]]:
    """Points in px of an input of `size` (h, w), and the peaks' heights as scores.

    Below the grid's resolution the peak's place follows from a Taylor expansion of the logarithm of the smoothed map
    (DARK, Zhang et al. 2020); at the border from the cell's centre.
    """
    heatmaps = np.asarray(heatmaps, np.float32)
    batch, count, height, width = heatmaps.shape
    at = heatmaps.reshape(batch, count, -1).argmax(-1)
    scores = heatmaps.reshape(batch, count, -1).max(-1)
    points = np.stack([at % width, at // width], axis=-1).astype(np.float64)
    for index in np.ndindex(batch, count):
        points[index] += _subcell(heatmaps[index], *points[index].astype(int).tolist())
    return (points + 0.5) * (size[1] / width, size[0] / height), scores


def _subcell(heatmap: np.ndarray, x: int, y: int) -> np.ndarray:
    """Offset of the peak from the cell (x, y), at most half a cell: −H⁻¹ ∇ of the log heatmap."""
    height, width = heatmap.shape
    if not (2 <= x < width - 2 and 2 <= y < height - 2):
        return np.zeros(2)
    logs = np.log(np.maximum(cv2.GaussianBlur(heatmap[y - 2 : y + 3, x - 2 : x + 3], (3, 3), 0.8), 1e-6))
    dx, dy = (logs[2, 3] - logs[2, 1]) / 2, (logs[3, 2] - logs[1, 2]) / 2
    dxx, dyy = logs[2, 3] - 2 * logs[2, 2] + logs[2, 1], logs[3, 2] - 2 * logs[2, 2] + logs[1, 2]
    dxy = (logs[3, 3] - logs[3, 1] - logs[1, 3] + logs[1, 1]) / 4
    hessian = np.array([[dxx, dxy], [dxy, dyy]], float)
    if dxx >= 0 or np.linalg.det(hessian) <= 1e-9:
        return np.zeros(2)
    return np.clip(-np.linalg.solve(hessian, [dx, dy]), -0.5, 0.5)


def heatmaps(
    model: VitPoseForPoseEstimation, pixels: Float[Tensor, "b 3 s s"], mirrored: bool = True
) -> Float[Tensor, "b 8 s//4 s//4"]:
    """Heatmaps of X_w; with `mirrored`, the mean with those of the mirror image, sides swapped back."""
    if not mirrored:
        return model(pixels).heatmaps.float()
    maps, other = model(torch.cat([pixels, pixels.flip(-1)])).heatmaps.float().chunk(2)
    return (maps + other.flip(-1)[:, list(FOOT_FLIP)]) / 2
