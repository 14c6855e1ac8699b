"""Boxes, similarity transforms and the letterbox: pixels and points always move through the same object.

Frames, said once for the whole package: pictures outside networks are HWC uint8 RGB, inside CHW float in [-1, 1].
Points are (x, y) in pixels with pixel centres at +0.5, so a picture of size (h, w) covers [0, w] × [0, h].
Sizes are (h, w). Masks are bool. The y axis points down, so a positive angle turns clockwise on the screen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Real, UInt8
from PIL import Image

Size = tuple[int, int]
Number = int | float


@dataclass(frozen=True)
class Box:
    """An axis-aligned box in pixels: x0 ≤ x < x1, y0 ≤ y < y1. May reach beyond the picture."""

    x0: Number
    y0: Number
    x1: Number
    y1: Number

    def __post_init__(self) -> None:
        if not (self.x1 > self.x0 and self.y1 > self.y0):
            raise ValueError(f"a box needs x1 > x0 and y1 > y0, got {(self.x0, self.y0, self.x1, self.y1)}")

    @property
    def width(self) -> Number:
        return self.x1 - self.x0

    @property
    def height(self) -> Number:
        return self.y1 - self.y0

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    @classmethod
    def of_mask(cls, mask: Bool[np.ndarray, "h w"]) -> Box:
        """The tightest box around the True pixels of a mask; ValueError where there are none."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if rows.size == 0:
            raise ValueError("the box of an empty mask is not defined")
        return cls(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)

    @property
    def slices(self) -> tuple[slice, slice]:
        """What indexes an array (h, w, …) with the box; for whole pixels inside the picture."""
        return slice(int(self.y0), int(self.y1)), slice(int(self.x0), int(self.x1))

    def corners(self) -> Float[np.ndarray, "4 2"]:
        """Corners in px, clockwise on the screen from the top left."""
        return np.array([[self.x0, self.y0], [self.x1, self.y0], [self.x1, self.y1], [self.x0, self.y1]], float)


@dataclass(frozen=True)
class Similarity:
    """p ↦ scale · R(angle) · F · p + (dx, dy), where F mirrors x ↦ −x if `flip`, else nothing.

    Mirroring a picture of width w within its own frame is therefore `Similarity(dx=w, flip=True)`.
    """

    scale: Number = 1.0
    angle_deg: Number = 0.0
    dx: Number = 0.0
    dy: Number = 0.0
    flip: bool = False

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.scale, self.angle_deg, self.dx, self.dy))) or self.scale <= 0:
            raise ValueError(f"a similarity needs finite numbers and a positive scale, got {self}")

    def matrix(self) -> Float[np.ndarray, "2 3"]:
        """The 2×3 matrix that acts on (x, y, 1)."""
        angle = math.radians(self.angle_deg)
        # Right angles are exact, so that turning by them never blurs by a rounding error.
        cos, sin = (round(f(angle), 15) for f in (math.cos, math.sin))
        mirror = -1.0 if self.flip else 1.0
        linear = self.scale * np.array([[cos * mirror, -sin], [sin * mirror, cos]])
        return np.column_stack([linear, [self.dx, self.dy]])

    def apply(self, points_px: Real[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Move points (…, 2)."""
        matrix = self.matrix()
        return np.asarray(points_px, float) @ matrix[:, :2].T + matrix[:, 2]

    def inverse(self) -> Similarity:
        """The similarity that undoes this one."""
        # F R(−a) = R(a) F, so the inverse of a mirrored similarity turns the same way.
        angle_deg = self.angle_deg if self.flip else -self.angle_deg
        linear = Similarity(1 / self.scale, angle_deg, 0.0, 0.0, self.flip)
        dx, dy = -linear.apply(np.array([self.dx, self.dy]))
        return Similarity(1 / self.scale, angle_deg, float(dx), float(dy), self.flip)

    def then(self, after: Similarity) -> Similarity:
        """This similarity followed by `after`, as one."""
        # R(b) F R(a) = R(b − a) F.
        angle_deg = after.angle_deg + (-self.angle_deg if after.flip else self.angle_deg)
        dx, dy = after.apply(np.array([self.dx, self.dy]))
        return Similarity(self.scale * after.scale, angle_deg, float(dx), float(dy), self.flip != after.flip)

    @property
    def is_integer_translation(self) -> bool:
        """True where every pixel lands exactly on a pixel: nothing but a move by whole pixels."""
        still = self.scale == 1 and self.angle_deg == 0 and not self.flip
        return still and float(self.dx).is_integer() and float(self.dy).is_integer()


def warp(
    image: UInt8[np.ndarray, "h w *c"],
    transform: Similarity,
    size: Size,
    fill: int = 0,
    nearest: bool = False,
) -> UInt8[np.ndarray, "H W *c"]:
    """Draw `image` moved by `transform` on a canvas of `size` (h, w) filled with `fill`.

    An integer translation copies pixels and changes none; anything else is resampled once (Lanczos, or nearest for
    labels; strong reductions are first brought near their size by area averaging, else they would alias).
    """
    if transform.is_integer_translation:
        return _place(image, int(transform.dx), int(transform.dy), size, fill)
    height, width = image.shape[:2]
    matrix = transform.matrix()
    if transform.scale < 0.7 and not nearest:
        small = max(1, round(height * transform.scale)), max(1, round(width * transform.scale))
        image = cv2.resize(image, (small[1], small[0]), interpolation=cv2.INTER_AREA)
        matrix[:, :2] = matrix[:, :2] @ np.diag([width / small[1], height / small[0]])
    # OpenCV counts pixel centres from 0, this package from 0.5.
    matrix[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5
    flags = cv2.INTER_NEAREST if nearest else cv2.INTER_LANCZOS4
    return cv2.warpAffine(
        image, matrix, (size[1], size[0]), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=(fill,) * 4
    )


def _place(image: np.ndarray, dx: int, dy: int, size: Size, fill: int) -> np.ndarray:
    canvas = np.full((*size, *image.shape[2:]), fill, image.dtype)
    y0, x0 = max(dy, 0), max(dx, 0)
    y1, x1 = min(dy + image.shape[0], size[0]), min(dx + image.shape[1], size[1])
    if y1 > y0 and x1 > x0:
        canvas[y0:y1, x0:x1] = image[y0 - dy : y1 - dy, x0 - dx : x1 - dx]
    return canvas


@dataclass(frozen=True)
class Letterbox:
    """The largest copy of a picture of `size_in` that fits centred in `size_out`, on a fill; both sizes (h, w).

    The content box has whole pixels, so cropping it back is exact; points use the scale of that box on each axis
    (the aspect ratio is off by at most half a pixel of `size_out`).
    """

    size_in: Size
    size_out: Size

    def __post_init__(self) -> None:
        if min(*self.size_in, *self.size_out) < 1:
            raise ValueError(f"a letterbox needs sizes of at least 1 px, got {self.size_in} into {self.size_out}")

    @property
    def content(self) -> tuple[int, int, int, int]:
        """Where the picture stands in `size_out`: x0, y0, x1, y1 in whole pixels."""
        (h_in, w_in), (h_out, w_out) = self.size_in, self.size_out
        scale = min(h_out / h_in, w_out / w_in)
        height, width = (max(1, round(n * scale)) for n in (h_in, w_in))
        x0, y0 = (w_out - width) // 2, (h_out - height) // 2
        return x0, y0, x0 + width, y0 + height

    @property
    def scale_xy(self) -> Float[np.ndarray, "2"]:
        """Pixels of `size_out` per pixel of `size_in`, along x and y."""
        x0, y0, x1, y1 = self.content
        return np.array([(x1 - x0) / self.size_in[1], (y1 - y0) / self.size_in[0]])

    def apply_points(self, points_px: Real[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Points of the picture → points of the letterboxed picture."""
        return np.asarray(points_px, float) * self.scale_xy + self.content[:2]

    def invert_points(self, points_px: Real[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Points of the letterboxed picture → points of the picture."""
        return (np.asarray(points_px, float) - self.content[:2]) / self.scale_xy

    def apply_image(
        self, image: UInt8[np.ndarray, "h w *c"], fill: int | tuple[int, int, int] = 0
    ) -> UInt8[np.ndarray, "H W *c"]:
        """Resize (Lanczos, antialiased) and pad a picture, grey or RGB uint8."""
        return self._apply(image, fill, Image.Resampling.LANCZOS)

    def apply_labels(self, labels: np.ndarray, fill: int = 0) -> np.ndarray:
        """Resize (nearest) and pad a mask (bool) or label map (uint8), both (h, w)."""
        return self._apply(labels.astype(np.uint8), fill, Image.Resampling.NEAREST).astype(labels.dtype)

    def invert_image(self, image: UInt8[np.ndarray, "H W *c"]) -> UInt8[np.ndarray, "h w *c"]:
        """Cut the content out and resize it to `size_in` (Lanczos)."""
        return _resize(self.crop(image), self.size_in, Image.Resampling.LANCZOS)

    def invert_map(self, values: Float[np.ndarray, "H W *c"]) -> Float[np.ndarray, "h w *c"]:
        """Cut the content out of a float map (scores, say) and resize it to `size_in` (bilinear), as float32."""
        content = np.ascontiguousarray(self.crop(values), np.float32)
        method = cv2.INTER_AREA if self.scale_xy.min() > 1 else cv2.INTER_LINEAR
        return cv2.resize(content, (self.size_in[1], self.size_in[0]), interpolation=method)

    def crop(self, image: np.ndarray) -> np.ndarray:
        """The content of a letterboxed picture, at the letterbox's own scale."""
        self._check(image, self.size_out)
        x0, y0, x1, y1 = self.content
        return image[y0:y1, x0:x1]

    def _apply(self, image: np.ndarray, fill: int | tuple[int, int, int], method: Image.Resampling) -> np.ndarray:
        self._check(image, self.size_in)
        x0, y0, x1, y1 = self.content
        out = np.empty((*self.size_out, *image.shape[2:]), np.uint8)
        out[:] = fill
        out[y0:y1, x0:x1] = _resize(image, (y1 - y0, x1 - x0), method)
        return out

    def _check(self, image: np.ndarray, size: Size) -> None:
        if image.shape[:2] != size:
            raise ValueError(f"the letterbox expects a picture of {size[0]}x{size[1]} px (h, w), got {image.shape[:2]}")


def _resize(image: np.ndarray, size: Size, method: Image.Resampling) -> np.ndarray:
    if image.shape[:2] == size:
        return image.copy()
    # Strong reductions are first brought near twice their size by averaging: a third of the time, the same to the eye.
    picture = Image.fromarray(np.ascontiguousarray(image))
    return np.array(picture.resize((size[1], size[0]), method, reducing_gap=2.0))
