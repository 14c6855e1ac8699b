"""Motion clips: a BVH file read, its frames taken as poses, and scenes that use them."""

from pathlib import Path

import numpy as np
import pytest

from shoemodel.body import limits, poses
from shoemodel.body.anny_model import body
from shoemodel.body.bvh import Clip, load_clips, read_clip
from shoemodel.body.footing import Fitting, fit
from shoemodel.body.legs import Unreachable
from shoemodel.body.motion import CLIP_SHARE, frame_pose, sample_clip_pose
from shoemodel.body.poses import LEG_M, Step
from shoemodel.body.stance import Stance, take
from shoemodel.data import captions
from shoemodel.errors import InputError
from shoemodel.shoes import build, sample_parameters

# turns about x of left thigh and shin, then of right thigh and shin; a negative thigh is raised ahead
STAND, STEP, RAISED, CROUCH = (0, 0, 0, 0), (-22, 4, 18, 12), (0, 0, -60, 70), (-80, 120, -80, 120)


def write_clip(folder: Path, frames: list[tuple], metres_a_frame: float = 0.0, names: str = "UpLeg Leg Foot") -> Path:
    """A skeleton 10 times life size with the given turns of its legs, walking ahead (+z)."""
    lines = ["HIERARCHY", "ROOT Hips", "{", "OFFSET 0 0 0", "CHANNELS 6 Xposition Yposition Zposition "
             "Zrotation Xrotation Yrotation"]  # fmt: skip
    thigh, shin, foot = names.split()
    for side, x in (("Left", 1.0), ("Right", -1.0)):
        for depth, (joint, offset) in enumerate(((thigh, f"{x} 0 0"), (shin, "0 -4 0"), (foot, "0 -4 0"))):
            lines += [f"JOINT {side}{joint}", "{", f"OFFSET {offset}", "CHANNELS 3 Zrotation Xrotation Yrotation"]
            lines += ["End Site", "{", "OFFSET 0 -0.5 1.5", "}"] if depth == 2 else []
        lines += ["}"] * 3
    lines += ["}", "MOTION", f"Frames: {len(frames)}", "Frame Time: 0.1"]
    for number, (a, b, c, d) in enumerate(frames):
        values = [0, 9, 10 * metres_a_frame * number, 0, 0, 0]
        for thigh_deg, shin_deg in ((a, b), (c, d)):
            # the foot stays level, as on the floor
            values += [0, thigh_deg, 0, 0, shin_deg, 0, 0, -thigh_deg - shin_deg, 0]
        lines.append(" ".join(str(value) for value in values))
    (folder / "mocap").mkdir(exist_ok=True)
    path = folder / "mocap" / "clip.bvh"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_clip_is_read_into_the_worlds_frame_and_size(tmp_path: Path):
    clip = read_clip(write_clip(tmp_path, [STAND, STEP], 0.1))
    assert len(clip) == 2 and clip.frame_s == 0.1
    left = {joint: clip.joints["left", joint] for joint in ("hip", "knee", "ankle")}
    assert np.allclose(left["hip"][0] - left["ankle"][0], [0, 0, LEG_M])
    assert np.allclose(left["hip"][1] - left["hip"][0], [0, -0.1, 0]), "ahead is -y"
    assert left["hip"][0, 0] == pytest.approx(0.1), "left is +x"
    assert left["knee"][1, 1] < left["hip"][1, 1] - 0.1, "the raised thigh is ahead"
    assert np.allclose(clip.toes["left"], [0, -1, 0], atol=1e-6)


@pytest.mark.parametrize("names", ["UpLeg Leg Foot", "Hip Knee Ankle", "Thigh Shin Foot"])
def test_joints_are_found_by_the_names_of_common_skeletons(tmp_path: Path, names: str):
    assert np.allclose(read_clip(write_clip(tmp_path, [STAND], names=names)).joints["right", "knee"][0, 0], -0.1)


def test_a_file_without_legs_or_with_short_frames_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"clip\.bvh has no left knee; a joint named one of leftshin"):
        read_clip(write_clip(tmp_path, [STAND], names="UpLeg Wing Foot"))
    path = write_clip(tmp_path, [STAND])
    path.write_text(path.read_text().rstrip()[:-2])
    with pytest.raises(InputError, match=r"1 frames of 23 numbers for 24 channels"):
        read_clip(path)


def clip_of(folder: Path, frames: list[tuple], speed: float = 0.0) -> Clip:
    return read_clip(write_clip(folder, frames, speed))


def test_frames_are_called_what_they_show(tmp_path: Path):
    assert frame_pose(clip_of(tmp_path, [STAND] * 3), 1, True).name == "standing"
    assert frame_pose(clip_of(tmp_path, [STEP] * 3, 0.1), 1, True).name == "walking"
    assert frame_pose(clip_of(tmp_path, [STEP] * 3), 1, True).name == "staggered"
    assert frame_pose(clip_of(tmp_path, [STEP] * 3, 0.3), 1, True).name == "running"
    assert frame_pose(clip_of(tmp_path, [RAISED] * 3), 1, True).name == "one foot raised"
    with pytest.raises(Unreachable, match="frame 1 of clip crouches"):
        frame_pose(clip_of(tmp_path, [CROUCH] * 3), 1, True)
    assert {*poses.POSES, *poses.CLIP_POSES} == set(captions.POSES)


def test_a_step_stands_where_the_clip_stood(tmp_path: Path):
    pose = frame_pose(clip_of(tmp_path, [STAND, STEP]), 1, True)
    left, right = pose.feet["left"], pose.feet["right"]
    assert isinstance(left, Step) and isinstance(right, Step)
    assert left.x == pytest.approx(0.1, abs=0.005) and right.x == pytest.approx(-0.1, abs=0.005)
    ahead = 0.4 * (np.sin(np.radians(22)) + np.sin(np.radians(18)))
    behind = 0.4 * (np.sin(np.radians(18)) + np.sin(np.radians(30)))
    assert right.y - left.y == pytest.approx(ahead + behind, abs=0.01)
    assert 0.0 <= pose.slack_m < 0.03 and pose.clip == "clip:1"


def test_feet_that_pass_each_other_leave_room_for_shoes(tmp_path: Path):
    path = write_clip(tmp_path, [STAND])
    path.write_text(path.read_text().replace("OFFSET 1.0 0 0", "OFFSET 0.2 0 0").replace("-1.0 0 0", "-0.2 0 0"))
    feet = frame_pose(read_clip(path), 0, True).feet
    assert feet["left"].x - feet["right"].x >= 0.12 - 1e-9


@pytest.fixture(scope="module")
def fitting() -> Fitting:
    figure = body().figure({"gender": 0.0, "age": 0.6, "weight": 0.4, "muscle": 0.5, "height": 0.5})
    shoe = build(sample_parameters(np.random.default_rng(0), "sneaker"), body().foot(figure, 0.0))
    return fit(body(), figure, shoe)


def test_a_figure_takes_a_frame_within_the_limits_and_on_the_floor(
    fitting: Fitting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("shoemodel.body.stance.CLIP_SHARE", 1.0)
    clips = (clip_of(tmp_path, [STAND, STEP, STEP], 0.1),)
    taken: list[Stance] = [take(np.random.default_rng(3), body(), fitting, clips) for _ in range(2)]
    assert taken[0].pose == taken[1].pose and taken[0].pose.name == "walking"
    for side in ("left", "right"):
        assert limits.broken(taken[0].transforms, side) == ""
        assert abs(min(part.vertices[:, 2].min() for part in taken[0].shoe_parts(side))) < 1e-6
    assert taken[0].vertices[:, 2].min() > -0.002


def test_clips_are_a_share_of_the_poses_and_absent_without_a_folder(
    fitting: Fitting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_clip(tmp_path, [STAND, STEP])
    clips = load_clips(tmp_path)
    drawn = [sample_clip_pose(np.random.default_rng(seed), clips, True) for seed in range(4)]
    assert all(pose.clip == "clip:1" for pose in drawn) and len({pose.yaw_deg for pose in drawn}) == 1
    assert 0.1 < CLIP_SHARE < 0.3 and load_clips(tmp_path / "nowhere") == ()
    monkeypatch.setattr("shoemodel.body.stance.sample_clip_pose", lambda *_: pytest.fail("no clips, no frames"))
    take(np.random.default_rng(1), body(), fitting)
