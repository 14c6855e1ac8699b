"""What a backend gives: the leg and its shadow, as layers between the photo and the shoe's visible area (ours)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from shoemodel.image.geometry import Size


@dataclass(frozen=True, eq=False)
class Layers:
    """A leg on the canvas (h, w), in the photo's light, sharpness and grain. ValueError for shapes that differ."""

    colour: Float32[np.ndarray, "h w 3"]
    """The leg's own sRGB in [0, 1], not mixed with any ground; only read where alpha is above 0."""
    alpha: Float32[np.ndarray, "h w"]
    """Fraction of each pixel that the leg covers, 0 to 1, but for what the shoe's visible area hides."""
    shadow: Float32[np.ndarray, "h w"]
    """Factor, 0 to 1, on the linear light of the background: ground and lining in the leg's shadow; 1 leaves it."""
    place: Float32[np.ndarray, "h w 3"] | None = None
    """A scene, sRGB in [0, 1], that stands behind the shoe in place of the photo's ground."""
    before: Bool[np.ndarray, "h w"] | None = None
    """Pixels of the visible area that the leg hides: those of the other shoe of a pair, behind it."""

    def __post_init__(self) -> None:
        size = self.alpha.shape
        if self.colour.shape != (*size, 3) or self.shadow.shape != size or len(size) != 2:
            shapes = f"{self.colour.shape}, {self.alpha.shape} and {self.shadow.shape}"
            raise ValueError(f"colour (h, w, 3), alpha (h, w) and shadow (h, w) need one size, got {shapes}")
        if self.place is not None and self.place.shape != (*size, 3):
            raise ValueError(f"the place (h, w, 3) needs the leg's size, got {self.place.shape} and {size}")
        if self.before is not None and self.before.shape != size:
            raise ValueError(f"what the leg hides needs its size, got {self.before.shape} and {size}")
        kinds = {self.colour.dtype, self.alpha.dtype, self.shadow.dtype}
        if kinds != {np.dtype(np.float32)}:
            raise ValueError(f"layers are float32, got {sorted(map(str, kinds))}")

    @property
    def size(self) -> Size:
        """(h, w) of the canvas in px."""
        return self.alpha.shape


def over(front: Layers, behind: Layers) -> Layers:
    """One leg before another; what lies behind both is in both shadows. ValueError for sizes that differ."""
    if front.size != behind.size:
        raise ValueError(f"two legs need one canvas, got {front.size} and {behind.size}")
    hidden = behind.alpha * (1 - front.alpha)
    alpha = front.alpha + hidden
    mixed = front.alpha[..., None] * front.colour + hidden[..., None] * behind.colour
    colour = mixed / np.maximum(alpha, 1e-6)[..., None]
    place = behind.place if front.place is None else front.place
    shadow = front.shadow * behind.shadow
    return Layers(colour.astype(np.float32), alpha.astype(np.float32), shadow, place, front.before)
