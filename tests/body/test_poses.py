"""Poses: on the floor or in the air as they say, and within what joints can do."""

import numpy as np
import pytest

from shoemodel.body import limits, poses
from shoemodel.body.anny_model import body
from shoemodel.body.figure import Figure, group, rest_transforms
from shoemodel.body.footing import Fitting, fit
from shoemodel.body.legs import Unreachable, solve
from shoemodel.body.stance import Stance, take
from shoemodel.render import meshes
from shoemodel.shoes import build, sample_parameters
from shoemodel.world.scene import UPRIGHT


@pytest.fixture(scope="module")
def fitting() -> Fitting:
    figure = body().figure({"gender": 1.0, "age": 0.6, "weight": 0.4, "muscle": 0.5, "height": 0.5})
    shoe = build(sample_parameters(np.random.default_rng(0), "sneaker"), body().foot(figure, 0.0))
    return fit(body(), figure, shoe)


def stance(fitting: Fitting, name: str, monkeypatch: pytest.MonkeyPatch) -> Stance:
    monkeypatch.setattr("shoemodel.body.stance.sample_pose", lambda rng, flat: poses._DRAW[name](rng, 1.0))
    for seed in range(20):
        try:
            return take(np.random.default_rng(seed), body(), fitting)
        except Unreachable:
            continue
    raise AssertionError(f"nobody can do {name}")


@pytest.mark.parametrize("name", poses.POSES)
def test_every_pose_keeps_to_the_limits_and_to_the_floor(fitting: Fitting, name: str, monkeypatch: pytest.MonkeyPatch):
    taken = stance(fitting, name, monkeypatch)
    for side in ("left", "right"):
        assert limits.broken(taken.transforms, side) == ""
        lowest = min(part.vertices[:, 2].min() for part in taken.shoe_parts(side))
        hangs = name in ("jumping", "hovering") or isinstance(taken.pose.feet[side], poses.Swing)
        assert lowest > 0.03 if hangs else abs(lowest) < 1e-6
    assert taken.vertices[:, 2].min() > -0.002, "no part of the body sinks into the floor"


def test_a_kneeling_knee_is_on_the_floor_and_a_leaning_back_at_its_wall(
    fitting: Fitting, monkeypatch: pytest.MonkeyPatch
):
    kneeling = stance(fitting, "kneeling", monkeypatch)
    weight = body().weights[:, group("right", "shin")]
    shin = kneeling.vertices[weight > 0.4]
    assert -0.002 < shin[:, 2].min() < 0.03
    leaning = stance(fitting, "leaning", monkeypatch)
    assert leaning.seat is not None and leaning.seat[1][2] > 0.5
    ankles = [leaning.placements[side][1, 3] for side in ("left", "right")]
    assert max(ankles) < leaning.seat[0][1] - leaning.seat[1][1]


def bent(figure: Figure, joint: str, degrees: float) -> dict[int, np.ndarray]:
    """The rest pose but for the left knee or hip turned about the body's x axis."""
    transforms = rest_transforms()
    origin = figure.joints["left", joint]
    turn = meshes.rigid(meshes.rotation("x", degrees), origin, origin)
    moved = ("shin", "foot") if joint == "knee" else ("thigh", "shin", "foot")
    return transforms | {group("left", part): turn for part in moved}


@pytest.mark.parametrize(
    ("joint", "degrees", "fault"),
    [("knee", 90, ""), ("knee", -20, "knee flexion"), ("knee", 165, "knee flexion"), ("hip", -90, ""),
     ("hip", 50, "hip flexion"), ("hip", -140, "hip flexion")],
)  # fmt: skip
def test_joints_beyond_their_limits_are_told(fitting: Fitting, joint: str, degrees: float, fault: str):
    said = limits.broken(bent(fitting.figure, joint, degrees), "left")
    assert (fault in said) if fault else said == ""
    assert limits.broken(bent(fitting.figure, joint, degrees), "right") == ""


def test_a_foot_bent_against_its_shin_is_refused(fitting: Fitting):
    ankle = fitting.figure.joints["left", "ankle"]
    foot = meshes.rigid(meshes.rotation("x", -60.0), ankle, ankle + np.array([0, 0, 0.01]))
    with pytest.raises(Unreachable, match="ankle stretch"):
        solve(fitting.figure, {"left": foot}, np.zeros(3), 0.0, 0.0)


def test_mirroring_twice_gives_the_pose_back():
    for name in poses.POSES:
        pose = poses._DRAW[name](np.random.default_rng(1), 1.0)
        assert pose.mirrored().mirrored() == pose
        assert set(pose.mirrored().feet) == {"left", "right"}
    assert set(UPRIGHT) < {*poses.POSES, *poses.CLIP_POSES} and sum(poses.POSE_WEIGHTS) == pytest.approx(1.0)
