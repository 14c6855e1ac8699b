"""Poses for one shoe, to choose from (Fig. 8), as a folder that is written whole or not at all.

gallery.png       X_w with each pose over it, or the leg in each pose, where that can be rendered
pose_00.png ...   X_p, at the canvas size
render_00.png ... the leg in each pose, small, where it was rendered
shoe.png          RGBA on the canvas: X_w, alpha 255 exactly on the visible area
poses.json        the 12 points of each pose in canvas pixels, and how they were made
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jaxtyping import UInt8

from shoemodel.compose.placed import PlacedShoe
from shoemodel.image import draw
from shoemodel.image import io as images
from shoemodel.image.geometry import Box, Similarity, warp
from shoemodel.image.pose import Pose
from shoemodel.runtime.files import replacing

COLUMNS = 4
LONGER_SIDE = 384  # px of each picture on the sheet
MARGIN = 0.1
"""About the points, of the canvas: legs are thick."""
BORDER = (90, 90, 90)
RENDERED_SIDE = 256
"""The same of each small render."""


def sheet(
    shoe: PlacedShoe, poses: Sequence[Pose], renders: Sequence[UInt8[np.ndarray, "rh rw 3"]] = ()
) -> UInt8[np.ndarray, "h w 3"]:
    """X_w with each pose over it, COLUMNS in a row, in a `frame` that holds whole legs; a line marks the canvas.

    renders: of each pose, what is in the frame, in the place of X_w. ValueError where there is no pose.
    """
    box = frame(shoe.size, poses)
    size = renders[0].shape[:2] if renders else _size(box)
    scale = max(size) / max(box.width, box.height)
    view = Similarity(scale, 0.0, -box.x0 * scale, -box.y0 * scale)
    plain = [warp(shoe.rgb, view, size)] * len(poses)
    low, high = (view.apply(np.array([[0.0, 0.0], shoe.size[::-1]])).round().astype(int) - [[0, 0], [1, 1]]).tolist()
    pictures = []
    for background, pose in zip(renders or plain, poses, strict=True):
        marked = cv2.rectangle(background.copy(), low, high, BORDER, 1)
        pictures.append(marked if renders else draw.overlay_pose(marked, pose.transformed(view)))
    return draw.contact_sheet([pictures[start : start + COLUMNS] for start in range(0, len(pictures), COLUMNS)])


def _size(box: Box) -> tuple[int, int]:
    """(h, w) px of a picture on the sheet."""
    scale = min(1.0, LONGER_SIDE / max(box.width, box.height))
    return max(1, round(box.height * scale)), max(1, round(box.width * scale))


def frame(canvas: tuple[int, int], poses: Sequence[Pose]) -> Box:
    """The canvas and all points of the poses, at most one canvas more on each side."""
    height, width = canvas
    points = np.concatenate([pose.points[pose.exists] for pose in poses])
    low = np.clip(points.min(0) - MARGIN * max(canvas), [-width, -height], 0)
    high = np.clip(points.max(0) + MARGIN * max(canvas), [width, height], [2 * width, 2 * height])
    return Box(*map(float, low), *map(float, high))


def write(
    folder: Path,
    shoe: PlacedShoe,
    poses: Sequence[Pose],
    settings: dict[str, Any],
    renders: Sequence[UInt8[np.ndarray, "rh rw 3"]] = (),
) -> None:
    """Write the folder, in the place of an earlier one; renders: as for `sheet`.

    Raises:
        InputError: the folder cannot be written.
    """
    record = {**settings, "canvas": list(shoe.size), "poses": [pose.to_dict() for pose in poses]}
    with replacing(folder) as partial:
        images.save_png(partial / "gallery.png", sheet(shoe, poses, renders))
        for index, render in enumerate(renders):
            images.save_png(partial / f"render_{index:02d}.png", render)
        for index, pose in enumerate(poses):
            images.save_png(partial / f"pose_{index:02d}.png", draw.pose_image(pose, shoe.size))
        images.save_png(partial / "shoe.png", shoe.rgba)
        text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
        images.write_bytes(partial / "poses.json", text.encode())
