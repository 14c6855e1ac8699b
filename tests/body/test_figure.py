"""The body, its legs and the mesh operations they rest on."""

import numpy as np
import pytest

from shoemodel.body.anny_model import body
from shoemodel.body.figure import Figure, foot_transforms, joint_points, reference_foot, rest_transforms, skin
from shoemodel.body.legs import Unreachable, solve, standing_height
from shoemodel.render import meshes

TETRAHEDRON = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]])


@pytest.fixture(scope="module")
def figure() -> Figure:
    return body().figure({"gender": 1.0, "age": 0.6, "weight": 0.4, "muscle": 0.5, "height": 0.5})


def test_loop_subdivision_refines_smoothly_and_keeps_flat_borders():
    grid = np.arange(25).reshape(5, 5)
    a, b, c, d = (part.ravel() for part in (grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]))
    faces = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    flat = np.stack([*np.mgrid[0:5, 0:5].reshape(2, -1), np.zeros(25)], axis=1).astype(float)
    matrix, finer = meshes.loop_subdivision(faces, 25)
    assert len(finer) == 4 * len(faces) and len(np.unique(finer)) == matrix.shape[0]
    assert np.allclose(matrix.sum(axis=1), 1.0)
    refined = matrix @ flat
    assert refined[12] == pytest.approx(flat[12]), "a regular vertex of a plane stays"
    assert refined[2] == pytest.approx(flat[2]), "so does a vertex in a straight border"
    normals = meshes.vertex_normals(refined, finer)
    assert np.allclose(normals, [0, 0, 1], atol=1e-9)


def test_clip_cuts_along_the_line_and_interpolates_attributes():
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    faces, points, height = meshes.clip(TETRAHEDRON, vertices[:, 2] - 0.25, vertices, vertices[:, 2])
    assert points[:, 2].min() == pytest.approx(0.25)
    assert np.allclose(points[:, 2], height)
    assert faces.max() == len(points) - 1


def test_clip_of_a_mesh_wholly_inside_changes_nothing():
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    faces, points = meshes.clip(TETRAHEDRON, np.ones(4), vertices)
    assert np.array_equal(faces, TETRAHEDRON) and np.array_equal(points, vertices)


def test_figure_is_a_person_in_metres(figure: Figure):
    assert 0.35 < figure.length("hip", "knee") < 0.5
    assert 0.35 < figure.length("knee", "ankle") < 0.5
    left, right = figure.joints["left", "knee"], figure.joints["right", "knee"]
    assert left[0] > 0
    assert np.allclose(left * [-1, 1, 1], right, atol=2e-3)


def test_landmarks_are_where_heels_and_toes_are(figure: Figure):
    for side in ("left", "right"):
        heel, big, small = (figure.vertices[body().landmarks[side, n]] for n in ("heel", "big_toe", "small_toe"))
        assert heel[1] - big[1] > 0.18, "toes point to -y"
        assert abs(big[0]) < abs(small[0]), "the big toe is the inner one"


def test_foot_is_stretched_about_its_ankle(figure: Figure):
    flat, high = body().foot(figure, 0.0), body().foot(figure, 30.0)
    assert high.heel[2] - high.big_toe[2] > flat.heel[2] - flat.big_toe[2] + 0.05
    assert np.allclose(flat.ankle_pose[:3, 3], high.ankle_pose[:3, 3])
    assert flat.faces.max() < len(flat.vertices) and flat.is_foot.any() and not flat.is_foot.all()


def test_rest_transforms_leave_the_body_alone(figure: Figure):
    assert np.allclose(skin(figure.vertices, body().weights, rest_transforms()), figure.vertices)


@pytest.mark.parametrize(("step", "yaw_deg"), [(0.0, 0.0), (0.3, 10.0), (-0.25, -15.0)])
def test_ankles_meet_their_shoes_within_a_millimetre(figure: Figure, step: float, yaw_deg: float):
    feet = {}
    for side, forward in (("left", -step), ("right", step)):
        shift = meshes.rigid(meshes.rotation("z", yaw_deg), figure.joints[side, "ankle"],
                             figure.joints[side, "ankle"] + [0, forward, 0])  # fmt: skip
        feet[side] = shift @ reference_foot(figure, side, 10.0)
    root_xy = np.zeros(2)
    height = standing_height(figure, feet, root_xy, 0.0) - 0.01
    transforms = solve(figure, feet, np.array([*root_xy, height]), 0.0, 10.0)
    for side, foot in feet.items():
        points = joint_points(figure, side, transforms)
        wanted = meshes.transform(foot, figure.joints[side, "ankle"][None])[0]
        assert np.linalg.norm(points["ankle"] - wanted) < 1e-3
        assert np.linalg.norm(points["knee"] - points["hip"]) == pytest.approx(figure.length("hip", "knee"), abs=1e-3)
        straight = (points["hip"] + points["ankle"]) / 2
        assert points["knee"][1] <= straight[1] + 0.01, "knees bend forwards"


def test_a_foot_out_of_reach_is_refused(figure: Figure):
    away = np.eye(4)
    away[1, 3] = -2.0
    with pytest.raises(Unreachable, match="left"):
        standing_height(figure, {"left": away}, np.zeros(2), 0.0)
    with pytest.raises(Unreachable, match="left hip"):
        solve(figure, {"left": away}, np.zeros(3), 0.0, 0.0)


def test_toes_stay_level_when_the_heel_rises(figure: Figure):
    transforms = foot_transforms(figure, "left", reference_foot(figure, "left", 25.0), 25.0)
    turns = [transforms[number][:3, :3] for number in list(transforms)[1:]]
    assert all(np.allclose(turn, np.eye(3)) for turn in turns)
