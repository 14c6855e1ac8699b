"""What the ShoeControlNet is conditioned on: X_w ‖ X_p, six channels (paper 3.3).

| paper | here |
|---|---|
| X_w | `wearable_shoe` |
| X_p | `pose_image` (see `shoemodel.image.draw`) |
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8


def wearable_shoe(rgb: UInt8[np.ndarray, "h w 3"], visible: Bool[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w 3"]:
    """X_w: the shoe's visible area on black (3.1)."""
    if rgb.shape[:2] != visible.shape:
        raise ValueError(f"image and visible area need one size, got {rgb.shape[:2]} and {visible.shape}")
    return np.where(visible[..., None], rgb, np.uint8(0))


def condition(
    wearable_shoe: UInt8[np.ndarray, "h w 3"], pose_image: UInt8[np.ndarray, "h w 3"]
) -> Float[torch.Tensor, "6 h w"]:
    """X_w and X_p concatenated on channels, float32 in [0, 1]: the range diffusers gives a ControlNet (ours)."""
    if wearable_shoe.shape != pose_image.shape:
        raise ValueError(f"X_w and X_p need one shape, got {wearable_shoe.shape} and {pose_image.shape}")
    stacked = np.concatenate([wearable_shoe, pose_image], axis=2).transpose(2, 0, 1)  # 6 h w
    return torch.from_numpy(np.ascontiguousarray(stacked)).float() / 255
