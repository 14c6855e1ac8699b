"""What a fit says of one shoe in a picture.

The frame is the shoe's own (see `fit.proxies`): it stands on z = 0 with its toes towards -y, +x is the wearer's left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from shoemodel.fit.proxies import Proxy
from shoemodel.render.pinhole import Pinhole

Side = Literal["left", "right"]


@dataclass(frozen=True, eq=False)
class ShoeFit:
    """A proxy shoe and the camera under which it looks like the shoe of the picture."""

    proxy: Proxy
    side: Side
    scale: Float[np.ndarray, "3"]
    """Of the proxy along x, y and z."""
    camera: Pinhole
    iou: float
    """Of the silhouettes of proxy and shoe, 0 to 1."""
    spread_deg: float
    """How far the best proxies differ in azimuth: how far the fit can be trusted."""

    def placed(self, points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
        """Points of the proxy (canonical, left) in the frame of the fit."""
        mirror = 1.0 if self.side == "left" else -1.0
        return np.asarray(points, float) * self.scale * [mirror, 1.0, 1.0]
