"""From where a leg is seen (ours).

A camera close above a shoe sees the shin end on and the knee larger than the shoe, and the leg hides what it should
show. So the leg is seen from farther away and less steeply than the shoe, where that is needed; both views turn about
the middle of the rim, which stays in its place in the picture and as large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from shoemodel.fit.each import FittedShoe
from shoemodel.fit.shoe import ShoeFit
from shoemodel.lps.legs_3d import Foot, paired
from shoemodel.render.meshes import rotation
from shoemodel.render.pinhole import Pinhole

STEEP_DEG = 52.0
"""A leg is seen from no higher above the horizon of its rim."""
CALF_M, LARGEST = 0.35, 1.35
"""So far above the rim it looks at most so many times as large as at the rim."""
TOLD_DEG = 8.0
"""A turn by more is told."""


def of_leg(fit: ShoeFit) -> ShoeFit:
    """The fit with the camera for its leg."""
    middle = _middle(fit)
    return replace(fit, camera=_farther(_less_steep(fit.camera, middle), middle))


def foot_of(fit: ShoeFit) -> Foot:
    """The foot in a fitted shoe, as the camera for its leg sees it; fit: as found."""
    seen, points = of_leg(fit), fit.placed(fit.proxy.landmarks)
    collar = fit.proxy.collar_m * float(fit.scale[2]) - float(points[0, 2])
    return Foot(fit.side, points, fit.proxy.heel_deg, collar, seen.camera)


def feet_of(fitted: Sequence[FittedShoe]) -> list[Foot]:
    """The feet of the fitted shoes; of a pair each knows where the other stands."""
    feet = [foot_of(shoe.fit) for shoe in fitted]
    if len(feet) != 2:
        return feet
    one, other = (shoe.fit.camera for shoe in fitted)
    place = np.eye(4)
    place[:3, :3] = one.rotation.T @ other.rotation
    deep = one.focal_px / other.focal_px  # each fit has a lens of its own
    place[:3, 3] = one.origin - deep * place[:3, :3] @ other.origin
    return paired(feet, place)


def sides_of(fitted: Sequence[FittedShoe]) -> list[int]:
    """Which leg of a pose each fitted shoe has: 0 the left, 1 the right one, as the feet were found."""
    return [0 if (shoe.side or shoe.fit.side) == "left" else 1 for shoe in fitted]


def warnings(fit: ShoeFit) -> list[str]:
    """A sentence where the photo looks down into the shoe; fit: as found, not yet `of_leg`."""
    if pitch_deg(fit) < STEEP_DEG + TOLD_DEG:
        return []
    return ["the photo looks steeply down into the shoe: the leg is drawn as if seen from lower; a photo from the side "
            "or from before it suits better"]  # fmt: skip


def pitch_deg(fit: ShoeFit) -> float:
    """How steeply the camera looks down at the opening."""
    return _pitch_deg(fit.camera, _middle(fit))


def _middle(fit: ShoeFit) -> Float[np.ndarray, "3"]:
    return fit.placed(fit.proxy.rim).mean(axis=0)


def _pitch_deg(camera: Pinhole, middle: np.ndarray) -> float:
    x, y, z = camera.origin - middle
    return float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def _less_steep(camera: Pinhole, middle: np.ndarray) -> Pinhole:
    """The camera turned about a point until it looks down at it by STEEP_DEG at most."""
    excess = _pitch_deg(camera, middle) - STEEP_DEG
    if excess <= 0:
        return camera
    x, y, _ = camera.origin - middle
    heading = rotation("z", float(np.degrees(np.arctan2(x, -y))))
    turn = heading @ rotation("x", excess) @ heading.T
    return replace(camera, rotation=camera.rotation @ turn.T, origin=middle + turn @ (camera.origin - middle))


def _farther(camera: Pinhole, middle: np.ndarray) -> Pinhole:
    """The camera moved away from a point, its lens as much longer, until a leg above that is no giant's."""
    way = camera.origin - middle
    distance = float(np.linalg.norm(way))
    nearer = CALF_M * way[2] / distance
    least = nearer * LARGEST / (LARGEST - 1)
    if distance >= least:
        return camera
    share = least / distance
    off = camera.project(middle[None])[0][0] - camera.centre_px  # would grow with the focal length
    x, y = camera.centre_px + (1 - share) * off
    return replace(
        camera, origin=middle + share * way, focal_px=share * camera.focal_px, centre_px=(float(x), float(y))
    )
