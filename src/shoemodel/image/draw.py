"""Pictures of data: the pose image X_p (paper 3.2), area overlays and contact sheets."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw, ImageFont

from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import LIMBS, Pose

# One colour a limb, in the order of LIMBS: warm hues on the left, cold ones on the right (ours).
LIMB_COLOURS = (
    (255, 0, 0),
    (255, 110, 0),
    (255, 200, 0),
    (255, 0, 130),
    (255, 120, 200),
    (0, 0, 255),
    (0, 140, 255),
    (0, 230, 230),
    (0, 255, 60),
    (150, 255, 150),
)
LEFT_JOINT, RIGHT_JOINT = (255, 235, 210), (210, 235, 255)
_SHIFT = 4  # OpenCV draws at 1/16 px
_FRINGE_PX = 0.7  # and its antialiasing widens every filled shape by this much on each side


def pose_image(pose: Pose, size: tuple[int, int]) -> UInt8[np.ndarray, "h w 3"]:
    """X_p: the pose on black, at `size` (h, w), limbs and joints of existing points only.

    Lines are 4 px wide and joints have a radius of 4 px where the longer side has 256 px, and grow with it (ours).
    """
    image = np.zeros((*size, 3), np.uint8)
    unit = max(size) / 256
    for (a, b), colour in zip(LIMBS, LIMB_COLOURS, strict=True):
        if pose.exists[a] and pose.exists[b]:
            _draw_limb(image, pose.points[a], pose.points[b], 4 * unit, colour)
    radius = round((4 * unit - _FRINGE_PX) * 2**_SHIFT)
    for index in np.flatnonzero(pose.exists):
        colour = LEFT_JOINT if index < 6 else RIGHT_JOINT
        cv2.circle(image, _fixed(pose.points[index]).tolist(), max(radius, 1), colour, -1, cv2.LINE_AA, _SHIFT)
    return image


def _draw_limb(image: np.ndarray, a: np.ndarray, b: np.ndarray, width_px: float, colour: tuple[int, int, int]) -> None:
    """A filled bar; OpenCV's own lines change width in steps."""
    along = b - a
    length = np.hypot(*along)
    if length == 0:
        return
    half = max(width_px / 2 - _FRINGE_PX, 0.1)
    across = np.array([-along[1], along[0]]) / length * half
    corners = np.array([a + across, b + across, b - across, a - across])
    cv2.fillConvexPoly(image, _fixed(corners), colour, cv2.LINE_AA, _SHIFT)


def _fixed(points_px: np.ndarray) -> np.ndarray:
    """Pixel centres at +0.5 → OpenCV's fixed-point coordinates, with centres at 0."""
    return np.round((points_px - 0.5) * 2**_SHIFT).astype(np.int32)


def overlay_areas(
    image: UInt8[np.ndarray, "h w 3"], areas: ShoeAreas, opacity: float = 0.5
) -> UInt8[np.ndarray, "h w 3"]:
    """The picture with the visible area tinted blue and the wearable area yellow."""
    if image.shape[:2] != areas.size:
        raise ValueError(f"picture and areas need one size, got {image.shape[:2]} and {areas.size}")
    tinted = np.round(image * (1 - opacity) + areas.coloured() * opacity).astype(np.uint8)
    return np.where(areas.shoe[..., None], tinted, image)


def overlay_pose(image: UInt8[np.ndarray, "h w 3"], pose: Pose) -> UInt8[np.ndarray, "h w 3"]:
    """The picture with the pose drawn over it."""
    drawn = pose_image(pose, image.shape[:2])
    return np.where(drawn.any(axis=2, keepdims=True), drawn, image)


def row(images: Sequence[UInt8[np.ndarray, "_ _ 3"]], gap_px: int = 4) -> UInt8[np.ndarray, "h w 3"]:
    """Pictures side by side on white, aligned at the top."""
    return contact_sheet([images], gap_px=gap_px)


def shrunk(image: UInt8[np.ndarray, "h w 3"], longer_px: int) -> UInt8[np.ndarray, "_ _ 3"]:
    """The picture with its longer side at most `longer_px`; a smaller one as it is."""
    height, width = image.shape[:2]
    scale = min(1.0, longer_px / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def contact_sheet(
    rows: Sequence[Sequence[UInt8[np.ndarray, "_ _ 3"]]], labels: Sequence[str] | None = None, gap_px: int = 4
) -> UInt8[np.ndarray, "h w 3"]:
    """Rows of pictures on white; a column is as wide as its widest picture, a row as high as its highest.

    `labels` are the columns' titles, written above the first row.
    """
    if not rows or not any(len(images) for images in rows):
        raise ValueError("a contact sheet needs at least one picture")
    columns = max(len(images) for images in rows)
    if labels is not None and len(labels) != columns:
        raise ValueError(f"a sheet of {columns} columns needs as many labels, got {len(labels)}")
    widths = [max(images[c].shape[1] for images in rows if c < len(images)) for c in range(columns)]
    heights = [max((image.shape[0] for image in images), default=0) for images in rows]
    title = 20 if labels else 0
    sheet = np.full((title + sum(heights) + gap_px * (len(rows) - 1), sum(widths) + gap_px * (columns - 1), 3), 255)
    sheet = sheet.astype(np.uint8)
    y = title
    for images, height in zip(rows, heights, strict=True):
        x = 0
        for image, width in zip(images, widths, strict=False):
            sheet[y : y + image.shape[0], x : x + image.shape[1]] = image
            x += width + gap_px
        y += height + gap_px
    return _titled(sheet, labels, widths, gap_px) if labels else sheet


def _titled(sheet: np.ndarray, labels: Sequence[str], widths: Sequence[int], gap_px: int) -> np.ndarray:
    picture = Image.fromarray(sheet)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=13)
    x = 0
    for label, width in zip(labels, widths, strict=True):
        while label and pen.textlength(label, font) > width:
            label = label[:-1]
        pen.text((x + 2, 2), label, fill=(0, 0, 0), font=font)
        x += width + gap_px
    return np.array(picture)
