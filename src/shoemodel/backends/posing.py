"""Who stands in a shoe, how, and how finely that is made (ours)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoemodel.backends.ground_shadow import FINE_PX
from shoemodel.body import bodies
from shoemodel.body.bodies import Person
from shoemodel.body.leg_angles import LegAngles
from shoemodel.body.leg_pose import DrawnLeg
from shoemodel.body.look import CLOSE, Look
from shoemodel.image.pose import LEG_INDICES, Pose
from shoemodel.lps import predict_3d
from shoemodel.lps.legs_3d import Foot


@dataclass(frozen=True)
class Detail:
    """How finely a leg is made."""

    samples: int
    """Light samples a pixel, before the denoiser."""
    look: Look
    fine: bool = True
    """Whether its mesh is refined for a close look."""
    shadow_px: int = FINE_PX
    """Longer side, at most, of the grid on which its shadow on the ground is found."""

    @property
    def people(self) -> tuple[Person, ...]:
        """The bodies."""
        return bodies.load(self.fine).people


FULL = Detail(4, CLOSE)
SMALL = Detail(2, Look(angles=104, ring_m=0.005, close=True), fine=False, shadow_px=56)
"""For pictures in which a leg is some tens of px wide."""


def leg_of(pose: Pose, foot: Foot, own: int) -> LegAngles | DrawnLeg:
    """How the leg in a shoe stands, in the pose the left (0) or the right one (1): as the pose's own angles say where
    its points are those that they give, else as near to its points as a leg can. A pose of the other foot tells as
    much."""
    indices = [list(LEG_INDICES[3 * side : 3 * side + 3]) for side in (0, 1)]
    side = next((side for side in (own, 1 - own) if pose.exists[indices[side]].all()), own)
    angles, unmoved = predict_3d.angles_of(pose, foot, side)
    if angles is not None and unmoved:
        return angles
    return DrawnLeg(pose.points[indices[side]], foot.camera, angles)


def choose(people: Sequence[Person], female: bool, build: str, rng: np.random.Generator) -> Person:
    """One of the bodies: as asked, else any that is neither slim nor heavy to an extreme."""
    fitting = [person for person in people if person.woman == female]
    wanted = [person for person in fitting if person.build == build] or fitting
    return wanted[int(rng.integers(len(wanted)))]
