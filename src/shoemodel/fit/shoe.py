"""What a fit says of one shoe in a picture.

The frame is the shoe's own (see `fit.proxies`): it stands on z = 0 with its toes towards -y, +x is the wearer's left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int

from shoemodel.fit.collar import Collar
from shoemodel.fit.proxies import Proxy
from shoemodel.image.pose import Pose, merge
from shoemodel.render.pinhole import Pinhole

SURE_IOU, SURE_DEG = 0.75, 20.0
"""A fit of less overlap, or whose rivals differ by more, is unsure (see reproduce/fit.py)."""

SHIN_M, SHORT_WAY_M = 0.42, 0.05
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
    believed: float | None = None
    """How much of what the network expected is within 30 degrees of this view, 0 to 1; None without a network."""
    collar: Collar | None = None
    """How well the rim agrees with the wearable area; None where none was seen."""

    @property
    def _towards_camera(self) -> Float[np.ndarray, "3"]:
        middle = self.placed((self.proxy.vertices.min(axis=0) + self.proxy.vertices.max(axis=0))[None] / 2)[0]
        return self.camera.origin - middle

    @property
    def azimuth_deg(self) -> float:
        """From where the camera looks at the shoe: 0 before the toes, 90 at the wearer's left, 180 behind the heel."""
        x, y, _ = self._towards_camera
        return float(np.degrees(np.arctan2(x, -y)))

    @property
    def pitch_deg(self) -> float:
        """How steeply the camera looks down at the shoe's middle."""
        x, y, z = self._towards_camera
        return float(np.degrees(np.arctan2(z, np.hypot(x, y))))

    @property
    def fov_deg(self) -> float:
        """Field of view along the canvas' longer side."""
        return float(2 * np.degrees(np.arctan(max(self.camera.size) / 2 / self.camera.focal_px)))

    @property
    def distance_m(self) -> float:
        """From the camera to the shoe's middle, the shoe being as long as its proxy."""
        return float(np.linalg.norm(self._towards_camera))

    def warnings(self) -> list[str]:
        """A sentence for each reason to distrust the fit; none for a good one."""
        reasons = []
        if self.iou < SURE_IOU:
            reasons.append(
                f"no known shoe has quite this outline (overlap {self.iou:.2f}): check the leg's direction, or mark "
                "the shoe more exactly"
            )
        if self.spread_deg > SURE_DEG:
            reasons.append(
                f"the shoe's direction is uncertain by about {self.spread_deg:.0f} degrees: the leg may stand turned"
            )
        return reasons

    def to_dict(self) -> dict[str, Any]:
        """For JSON: lengths in metres and px, angles in degrees."""
        camera = self.camera
        return {
            "proxy": self.proxy.name,
            "family": self.proxy.family,
            "side": self.side,
            "scale": [round(float(each), 4) for each in self.scale],
            "iou": round(self.iou, 4),
            "spread_deg": round(self.spread_deg, 2),
            "believed": None if self.believed is None else round(self.believed, 3),
            "collar_gap": None if self.collar is None else round(self.collar.gap, 4),
            "uncovered": None if self.collar is None else round(self.collar.uncovered, 4),
            "azimuth_deg": round(self.azimuth_deg, 2),
            "pitch_deg": round(self.pitch_deg, 2),
            "rotation": camera.rotation.round(5).tolist(),
            "origin_m": camera.origin.round(4).tolist(),
            "focal_px": round(float(camera.focal_px), 2),
            "centre_px": [round(float(each), 2) for each in camera.centre_px],
        }

    def upright(self) -> Pose:
        """The foot of the proxy and a leg that rises straight from it, px, where no pose was sampled."""
        marks = self.placed(self.proxy.landmarks)
        feet_px, _ = self.camera.project(marks)
        above, _ = self.camera.project(marks[:1] + np.array([0, 0, SHORT_WAY_M]))
        way = (above[0] - feet_px[0]) / SHORT_WAY_M
        leg_px = feet_px[0] + np.outer([2 * SHIN_M, SHIN_M, 0.0], way)  # a near camera would have the knee behind it
        mine = np.array([side == self.side for side in ("left", "right")])
        return merge(np.tile(feet_px, (2, 1)), np.repeat(mine, 4), np.tile(leg_px, (2, 1)), np.repeat(mine, 3))

    @property
    def faces(self) -> Int[np.ndarray, "m 3"]:
        """Those of the proxy, turned outwards whichever foot the shoe is for."""
        return self.proxy.faces if self.side == "left" else self.proxy.faces[:, ::-1]

    def placed(self, points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
        """Points of the proxy (canonical, left) in the frame of the fit."""
        mirror = 1.0 if self.side == "left" else -1.0
        return np.asarray(points, float) * self.scale * [mirror, 1.0, 1.0]
