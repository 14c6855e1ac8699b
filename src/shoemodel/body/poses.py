"""How people stand, walk, sit, kneel and jump in shoe photos, as places for feet and a trunk above them.

Lengths are in metres for a leg of 0.80 m and scaled to the figure. The body faces -y; left is +x.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

LEG_M = 0.80
POSES = (
    "standing", "staggered", "walking", "crossed", "tiptoe", "sitting", "sitting crossed", "kneeling", "leaning",
    "jumping", "angled", "hovering",
)  # fmt: skip
POSE_WEIGHTS = (0.22, 0.13, 0.15, 0.06, 0.05, 0.11, 0.05, 0.05, 0.06, 0.03, 0.06, 0.03)
# what only frames of motion clips are called
CLIP_POSES = ("running", "one foot raised")


@dataclass(frozen=True)
class Step:
    """One foot: where it stands (just before its ankle), where it points, how far heel or toes leave the floor.

    The shoe bends at the ball as the heel lifts; pitch_deg is how far it then stands on its tip, up_m how high it is
    in the air.
    """

    x: float
    y: float
    yaw_deg: float
    heel_lift_deg: float = 0.0
    toe_lift_deg: float = 0.0
    pitch_deg: float = 0.0
    up_m: float = 0.0


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

    slack_m lowers the trunk below the height at which a leg is straight. knee is the side of a knee on the floor, ""
    for none: the trunk is then above it, its thigh leaning forwards by thigh_lean_deg. leans: against a wall behind.
    clip: the motion clip and its frame, "" for a pose drawn from priors.
    """

    name: str
    feet: dict[str, Step | Swing]
    trunk_xy: tuple[float, float] = (0.0, 0.0)
    yaw_deg: float = 0.0
    seat_m: float | None = None
    slack_m: float = 0.0
    knee: str = ""
    thigh_lean_deg: float = 0.0
    leans: bool = False
    clip: str = ""

    def mirrored(self) -> Pose:
        """The same pose with left and right exchanged."""
        other = {"left": "right", "right": "left"}
        feet = {
            other[side]: foot if isinstance(foot, Swing) else replace(foot, x=-foot.x, yaw_deg=-foot.yaw_deg)
            for side, foot in self.feet.items()
        }
        x, y = self.trunk_xy
        knee = other[self.knee] if self.knee else ""
        return replace(self, feet=feet, trunk_xy=(-x, y), yaw_deg=-self.yaw_deg, knee=knee)


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
    if rng.random() < 0.25:
        return _sitting_stretched(rng)
    forward = -rng.uniform(0.40, 0.62)
    tucked = rng.uniform(0, 0.12) if rng.random() < 0.5 else 0.0
    lift = rng.uniform(8, 25) * bend if tucked > 0.07 else 0.0
    left = Step(rng.uniform(0.07, 0.15), forward, rng.normal(7, 7))
    right = Step(-rng.uniform(0.07, 0.15), forward + tucked, rng.normal(-7, 7), heel_lift_deg=lift)
    return Pose("sitting", {"left": left, "right": right}, (0.0, 0.0), rng.normal(0, 3), seat_m=rng.uniform(0.42, 0.54))


def _sitting_stretched(rng: np.random.Generator) -> Pose:
    """Both legs stretched out before the seat, perhaps crossed at the ankles, on the heels."""
    forward, apart = -rng.uniform(0.60, 0.70), rng.uniform(0.05, 0.12)
    left = Step(apart, forward, rng.normal(8, 6), toe_lift_deg=rng.uniform(5, 25))
    right = Step(-apart, forward + rng.uniform(0, 0.14), rng.normal(-8, 6), toe_lift_deg=rng.uniform(0, 20))
    return Pose("sitting", {"left": left, "right": right}, (0.0, 0.0), rng.normal(0, 3), seat_m=rng.uniform(0.40, 0.50))


def _sitting_crossed(rng: np.random.Generator, bend: float) -> Pose:
    left = Step(rng.uniform(0.02, 0.07), -rng.uniform(0.42, 0.54), rng.normal(2, 6))
    right = Swing(rng.uniform(14, 24), rng.uniform(12, 20), rng.uniform(15, 45), rng.uniform(5, 28))
    return Pose("sitting crossed", {"left": left, "right": right}, (0.0, 0.0), rng.normal(0, 3),
                seat_m=rng.uniform(0.44, 0.54))  # fmt: skip


def _kneeling(rng: np.random.Generator, bend: float) -> Pose:
    """The right knee on the floor, its foot on its toes behind; the left foot flat in front."""
    left = Step(rng.uniform(0.08, 0.14), -rng.uniform(0.34, 0.46), rng.normal(5, 6))
    right = Step(-rng.uniform(0.07, 0.12), 0.42, rng.normal(-2, 3), rng.uniform(30, 42) * bend)
    right = replace(right, pitch_deg=rng.uniform(70, 80) - right.heel_lift_deg)
    return Pose("kneeling", {"left": left, "right": right}, knee="right", thigh_lean_deg=rng.uniform(-8, 12))


def _leaning(rng: np.random.Generator, bend: float) -> Pose:
    """The back against a wall, the feet well before it, now and then one crossed before the other."""
    forward, apart = -rng.uniform(0.16, 0.30), rng.uniform(0.06, 0.12)
    left = Step(apart, forward, rng.normal(8, 6))
    right = Step(-apart, forward + rng.uniform(0.0, 0.16), rng.normal(-10, 7))
    if rng.random() < 0.4:
        right = Step(rng.uniform(0.03, 0.07), forward + 0.1, rng.normal(-4, 5))
        left = Step(-rng.uniform(0.05, 0.09), forward - 0.04, rng.normal(8, 6), rng.uniform(8, 22) * bend)
    return Pose("leaning", {"left": left, "right": right}, (0.0, 0.06), rng.normal(0, 4), slack_m=rng.uniform(0, 0.02),
                leans=True)  # fmt: skip


def _jumping(rng: np.random.Generator, bend: float) -> Pose:
    """Both feet in the air, toes down, one leg drawn up further."""
    up = rng.uniform(0.10, 0.30)
    left = Step(rng.uniform(0.05, 0.14), -rng.uniform(0.0, 0.15), rng.normal(4, 6), rng.uniform(0, 15) * bend,
                pitch_deg=rng.uniform(15, 40), up_m=up)  # fmt: skip
    right = Step(-rng.uniform(0.05, 0.14), rng.uniform(0.05, 0.28), rng.normal(-4, 6), rng.uniform(0, 20) * bend,
                 pitch_deg=rng.uniform(25, 60), up_m=up + rng.uniform(0.0, 0.22))  # fmt: skip
    return Pose("jumping", {"left": left, "right": right}, (0.0, 0.0), rng.normal(0, 4), slack_m=rng.uniform(0.01, 0.1))


def _angled(rng: np.random.Generator, bend: float) -> Pose:
    """As shops arrange a pair: one shoe turned well away from the other, toes apart or, less, toes together."""
    if rng.random() < 0.65:
        half, left_deg, right_deg = rng.uniform(0.05, 0.09), rng.uniform(18, 38), rng.uniform(18, 36)
    else:
        half, left_deg, right_deg = rng.uniform(0.11, 0.16), -rng.uniform(12, 22), -rng.uniform(12, 22)
    left = Step(half, rng.uniform(-0.09, 0.02), left_deg)
    right = Step(-half, rng.uniform(-0.02, 0.06), -right_deg)
    return Pose("angled", {"left": left, "right": right}, (rng.normal(0, 0.02), 0.0), rng.normal(0, 4),
                slack_m=rng.uniform(0, 0.01))  # fmt: skip


def _hovering(rng: np.random.Generator, bend: float) -> Pose:
    """In the air with feet side by side and nearly level, as shops let a shoe float."""
    up, pitch = rng.uniform(0.25, 0.45), rng.uniform(0, 28)
    left = Step(rng.uniform(0.06, 0.12), rng.normal(0, 0.03), rng.normal(5, 7), pitch_deg=pitch, up_m=up)
    right = Step(-rng.uniform(0.06, 0.12), rng.normal(0, 0.05), rng.normal(-5, 7),
                 pitch_deg=max(0.0, pitch + rng.normal(0, 8)), up_m=up + rng.uniform(0.0, 0.08))  # fmt: skip
    return Pose("hovering", {"left": left, "right": right}, (0.0, 0.0), rng.normal(0, 4),
                slack_m=rng.uniform(0.01, 0.12))  # fmt: skip


_DRAW = {
    "standing": _standing, "staggered": _staggered, "walking": _walking, "crossed": _crossed, "tiptoe": _tiptoe,
    "sitting": _sitting, "sitting crossed": _sitting_crossed, "kneeling": _kneeling, "leaning": _leaning,
    "jumping": _jumping, "angled": _angled, "hovering": _hovering,
}  # fmt: skip
