"""How people stand, walk and sit in shoe photos, as places for feet and a trunk above them.

Lengths are in metres for a leg of 0.80 m and scaled to the figure. The body faces -y; left is +x.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

LEG_M = 0.80
POSES = ("standing", "staggered", "walking", "crossed", "tiptoe", "sitting", "sitting crossed")
POSE_WEIGHTS = (0.30, 0.17, 0.19, 0.08, 0.06, 0.13, 0.07)


@dataclass(frozen=True)
class Step:
    """One foot: where it stands (just before its ankle), where it points, how far heel or toes leave the floor."""

    x: float
    y: float
    yaw_deg: float
    heel_lift_deg: float = 0.0
    toe_lift_deg: float = 0.0


@dataclass(frozen=True)
class Swing:
    """A leg that hangs free, by angles from the rest pose: thigh raised and turned inwards, shin and foot."""

    thigh_up_deg: float
    inwards_deg: float
    shin_forward_deg: float
    stretch_deg: float


@dataclass(frozen=True)
class Pose:
    """Feet {side: Step or Swing}, the trunk over (x, y) turned by yaw; seat_m is a seat's height, None if standing.

    slack_m lowers the trunk below the height at which a leg is straight.
    """

    name: str
    feet: dict[str, Step | Swing]
    trunk_xy: tuple[float, float] = (0.0, 0.0)
    yaw_deg: float = 0.0
    seat_m: float | None = None
    slack_m: float = field(default=0.0)

    def mirrored(self) -> Pose:
        """The same pose with left and right exchanged."""
        other = {"left": "right", "right": "left"}
        feet = {
            other[side]: foot if isinstance(foot, Swing) else Step(
                -foot.x, foot.y, -foot.yaw_deg, foot.heel_lift_deg, foot.toe_lift_deg
            )
            for side, foot in self.feet.items()
        }  # fmt: skip
        x, y = self.trunk_xy
        return Pose(self.name, feet, (-x, y), -self.yaw_deg, self.seat_m, self.slack_m)


def sample_pose(rng: np.random.Generator, flat: bool) -> Pose:
    """Draw a pose; `flat` says that the shoe bends at the ball far enough for a lifted heel."""
    name = str(rng.choice(POSES, p=POSE_WEIGHTS))
    pose = _DRAW[name](rng, 1.0 if flat else 0.5)
    return pose.mirrored() if rng.random() < 0.5 else pose


def _standing(rng: np.random.Generator, bend: float) -> Pose:
    half, splay = rng.uniform(0.07, 0.15), rng.uniform(-2, 18)
    left = Step(half, rng.normal(0, 0.02), splay + rng.normal(0, 4))
    right = Step(-half, rng.normal(0, 0.02), -splay + rng.normal(0, 4))
    sway = rng.uniform(-0.6, 0.6) * half
    return Pose("standing", {"left": left, "right": right}, (sway, rng.normal(-0.02, 0.02)), rng.normal(0, 5),
                slack_m=rng.uniform(0, 0.006))  # fmt: skip


def _staggered(rng: np.random.Generator, bend: float) -> Pose:
    stride = rng.uniform(0.10, 0.22)
    lift = rng.uniform(8, 28) * bend if rng.random() < 0.4 else 0.0
    left = Step(rng.uniform(0.05, 0.12), -stride / 2, rng.normal(8, 8))
    right = Step(-rng.uniform(0.05, 0.12), stride / 2, rng.normal(-16, 10), heel_lift_deg=lift)
    return Pose("staggered", {"left": left, "right": right}, (rng.normal(0, 0.03), stride * rng.uniform(-0.2, 0.3)),
                rng.normal(0, 8), slack_m=rng.uniform(0, 0.012))  # fmt: skip


def _walking(rng: np.random.Generator, bend: float) -> Pose:
    stride = rng.uniform(0.30, 0.52)
    left = Step(rng.uniform(0.03, 0.08), -0.5 * stride, rng.normal(4, 5), toe_lift_deg=max(0, rng.normal(5, 7)))
    right = Step(-rng.uniform(0.03, 0.08), 0.5 * stride, rng.normal(-4, 5), heel_lift_deg=rng.uniform(14, 30) * bend)
    return Pose("walking", {"left": left, "right": right}, (0.0, -stride * rng.uniform(0.0, 0.2)), rng.normal(0, 4),
                slack_m=rng.uniform(0, 0.015))  # fmt: skip


def _crossed(rng: np.random.Generator, bend: float) -> Pose:
    left = Step(-rng.uniform(0.04, 0.09), -rng.uniform(0.09, 0.15), rng.normal(6, 8),
                heel_lift_deg=rng.uniform(10, 25) * bend if rng.random() < 0.4 else 0.0)  # fmt: skip
    right = Step(rng.uniform(0.03, 0.07), rng.uniform(0.06, 0.12), rng.normal(-6, 8))
    return Pose("crossed", {"left": left, "right": right}, (rng.normal(0, 0.02), 0.02), rng.normal(0, 5),
                slack_m=rng.uniform(0, 0.01))  # fmt: skip


def _tiptoe(rng: np.random.Generator, bend: float) -> Pose:
    half, lift = rng.uniform(0.06, 0.11), rng.uniform(15, 30) * bend
    one = rng.random() < 0.5
    left = Step(half, rng.normal(0, 0.02), rng.normal(6, 5), heel_lift_deg=lift)
    right = Step(-half, rng.normal(0, 0.03), rng.normal(-6, 5), heel_lift_deg=0.0 if one else lift + rng.normal(0, 2))
    return Pose("tiptoe", {"left": left, "right": right}, (0.0, -0.02 if one else -0.06), rng.normal(0, 5),
                slack_m=rng.uniform(0.005, 0.03) if one else 0.003)  # fmt: skip


def _sitting(rng: np.random.Generator, bend: float) -> Pose:
    forward = -rng.uniform(0.40, 0.62)
    tucked = rng.uniform(0, 0.12) if rng.random() < 0.5 else 0.0
    lift = rng.uniform(8, 25) * bend if tucked > 0.07 else 0.0
    left = Step(rng.uniform(0.07, 0.15), forward, rng.normal(7, 7))
    right = Step(-rng.uniform(0.07, 0.15), forward + tucked, rng.normal(-7, 7), heel_lift_deg=lift)
    return Pose("sitting", {"left": left, "right": right}, (0.0, 0.0), rng.normal(0, 3), seat_m=rng.uniform(0.42, 0.54))


def _sitting_crossed(rng: np.random.Generator, bend: float) -> Pose:
    left = Step(rng.uniform(0.02, 0.07), -rng.uniform(0.42, 0.54), rng.normal(2, 6))
    right = Swing(rng.uniform(14, 24), rng.uniform(12, 20), rng.uniform(15, 45), rng.uniform(5, 28))
    return Pose("sitting crossed", {"left": left, "right": right}, (0.0, 0.0), rng.normal(0, 3),
                seat_m=rng.uniform(0.44, 0.54))  # fmt: skip


_DRAW = dict(zip(POSES, (_standing, _staggered, _walking, _crossed, _tiptoe, _sitting, _sitting_crossed), strict=True))
