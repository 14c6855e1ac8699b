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

from shoemodel.image import draw
from shoemodel.image.geometry import Letterbox
from shoemodel.image.pose import Pose


def wearable_shoe(rgb: UInt8[np.ndarray, "h w 3"], visible: Bool[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w 3"]:
    """X_w: the shoe's visible area on black (3.1)."""
    if rgb.shape[:2] != visible.shape:
        raise ValueError(f"picture and visible area need one size, got {rgb.shape[:2]} and {visible.shape}")
    return np.where(visible[..., None], rgb, np.uint8(0))


def condition(
    wearable_shoe: UInt8[np.ndarray, "h w 3"], pose_image: UInt8[np.ndarray, "h w 3"]
) -> Float[torch.Tensor, "6 h w"]:
    """X_w and X_p concatenated on channels, float32 in [0, 1]: the range diffusers gives a ControlNet (ours)."""
    if wearable_shoe.shape != pose_image.shape:
        raise ValueError(f"X_w and X_p need one shape, got {wearable_shoe.shape} and {pose_image.shape}")
    stacked = np.concatenate([wearable_shoe, pose_image], axis=2).transpose(2, 0, 1)  # 6 h w
    return torch.from_numpy(np.ascontiguousarray(stacked)).float() / 255


def of_canvas(
    shoe: UInt8[np.ndarray, "H W 4"], pose: Pose, side_px: int, x_w: UInt8[np.ndarray, "s s 3"] | None = None
) -> Float[torch.Tensor, "6 s s"]:
    """The condition of a whole canvas, letterboxed into the networks' square; X_p is drawn at that size.

    shoe: X_w in place on the canvas, see `paste.place`; the pose stands in canvas px. x_w: what is given in its place,
    in the square (`in_photo.Surroundings.x_w`).
    """
    if x_w is None:
        x_w, _ = in_square(shoe, side_px)
    return condition(x_w, draw.pose_image(pose_in_square(pose, shoe.shape[:2], side_px), (side_px, side_px)))


def pose_in_square(pose: Pose, canvas: tuple[int, int], side_px: int) -> Pose:
    """A pose in px of a canvas (h, w), in px of the networks' square."""
    return Pose(Letterbox(canvas, (side_px, side_px)).apply_points(pose.points), pose.visibility)


def in_square(
    shoe: UInt8[np.ndarray, "H W 4"], side_px: int
) -> tuple[UInt8[np.ndarray, "s s 3"], Bool[np.ndarray, "s s"]]:
    """X_w of a whole canvas, letterboxed into the networks' square, and where it is visible there."""
    square = Letterbox(shoe.shape[:2], (side_px, side_px))
    return square.apply_image(np.ascontiguousarray(shoe[..., :3])), square.apply_labels(shoe[..., 3] == 255)
