"""Is it still the same shoe? Differences inside the visible area, and how alike CLIP finds the two shoes."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.image.crop import crop_to_mask
from shoemodel.quality.clip import Clip, cosine_score
from shoemodel.wd.model import MARGIN

Picture = UInt8[np.ndarray, "h w 3"]


def squared_error(picture: Picture, photo: Picture, visible: Bool[np.ndarray, "h w"]) -> float:
    """Mean over the visible area's pixels and channels; NaN where it is empty."""
    if not visible.any():
        return float("nan")
    return float(((picture[visible].astype(float) - photo[visible]) ** 2).mean())


def psnr(mean_squared_error: float) -> float:
    """In dB for 8-bit values; infinite for equal pictures."""
    return math.inf if mean_squared_error == 0 else 10 * math.log10(255**2 / mean_squared_error)


def clip_i(clip: Clip, picture: Picture, photo: Picture, shoe: Bool[np.ndarray, "h w"]) -> float:
    """CLIP-I: 100 × the cosine of the photo's shoe and what stands in its place in the picture, both cut out by the
    shoe's mask on black, as the shoe is shown alone (OmniTry's protocol)."""
    cut = [crop_to_mask(rgb, shoe, clip.side, MARGIN)[0] for rgb in (photo, picture)]
    embedded = clip.embed_pictures(cut)
    return cosine_score(embedded[0], embedded[1])
