"""Scenes: repeatable, standing on the floor, framed as product photos, one leg or two."""

import json

import numpy as np
import pytest

from shoemodel.body import poses
from shoemodel.data.splits import split_of
from shoemodel.render.camera import CROPS, KINDS, NEAREST_M, Camera, View, aim, sample_view
from shoemodel.world.scene import GROUNDS, Scene, _sample_place, sample_scene

COUNT = 8


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [sample_scene(11, index) for index in range(COUNT)]


def test_a_scene_depends_on_seed_and_index_alone(scenes: list[Scene]):
    again = sample_scene(11, 2)
    assert again.caption == scenes[2].caption and again.key == "11-0000002"
    assert np.array_equal(again.keypoints, scenes[2].keypoints)
    for one, two in zip(again.body_parts + again.shoe_parts, scenes[2].body_parts + scenes[2].shoe_parts, strict=True):
        assert one.name == two.name and np.array_equal(one.vertices, two.vertices)


def test_indices_give_different_scenes_of_one_shoe(scenes: list[Scene]):
    assert len({scene.place_seed for scene in scenes}) == COUNT
    assert len({scene.meta["shoe_id"] for scene in scenes[:4]}) == 1
    assert scenes[0].meta["shoe_id"] != scenes[4].meta["shoe_id"]


def test_only_present_legs_have_parts(scenes: list[Scene]):
    for scene in scenes:
        for side, first in (("left", 0), ("right", 6)):
            here = side in scene.feet
            assert scene.present[first : first + 6].all() == here == scene.present[first : first + 6].any()
            assert any(part.name.startswith(f"shoe_{side}") for part in scene.shoe_parts) == here
            assert any(part.name.endswith(side) for part in scene.body_parts) == here


def test_shoes_stand_on_the_floor(scenes: list[Scene]):
    for scene in scenes:
        if scene.meta["scene"]["pose"]["name"] in ("sitting crossed", "jumping", "hovering"):
            continue
        for side in scene.feet:
            low = min(part.vertices[:, 2].min() for part in scene.shoe_parts if f"shoe_{side}" in part.name)
            assert abs(low) < 1e-6


def test_feet_are_in_their_shoes(scenes: list[Scene]):
    for scene in scenes:
        for side, first in (("left", 0), ("right", 6)):
            if side not in scene.feet:
                continue
            shoe = np.concatenate([p.vertices for p in scene.shoe_parts if f"shoe_{side}" in p.name])
            low, high = shoe.min(axis=0) - 0.005, shoe.max(axis=0) + 0.005
            toes_and_heel = scene.keypoints[first + 3 : first + 6]
            assert ((toes_and_heel > low) & (toes_and_heel < high)).all()


def test_frames_show_the_shoes_and_no_hip(scenes: list[Scene]):
    for scene in scenes:
        shoe = np.concatenate([part.vertices for part in scene.shoe_parts])
        points, depth = scene.camera.project(shoe, (1, 1))
        assert (depth > 0).all()
        assert ((points > 0) & (points < 1)).all(axis=1).mean() > 0.9
        assert 0.12 < np.ptp(points[:, 0]) < 0.95
        hips, _ = scene.camera.project(scene.keypoints[[0, 6]][scene.present[[0, 6]]], (1, 1))
        assert not ((hips > 0) & (hips < 1)).all(axis=1).any()
        assert scene.camera.origin[2] > 0.03


def test_the_place_and_the_record_are_complete(scenes: list[Scene]):
    for scene in scenes:
        assert scene.ground in GROUNDS[scene.place]
        assert json.loads(json.dumps(scene.meta))["index"] == int(scene.key.split("-")[1])
        assert len(scene.captions) == 5 and scene.caption in scene.captions


def test_projection_puts_the_target_in_the_middle_and_up_is_up():
    camera = Camera(np.array([0.0, -2.0, 0.5]), np.array([0.0, 0.0, 0.5]), 40.0)
    points, depth = camera.project(np.array([[0, 0, 0.5], [0, 0, 0.6], [0.1, 0, 0.5]]), (100, 200))
    assert np.allclose(points[0], [100, 50]) and depth[0] == pytest.approx(2.0)
    assert points[1, 1] < 50 and points[2, 0] > 100
    edge = np.array([[2 * np.tan(np.radians(20)), 0, 0.5]])
    assert camera.project(edge, (100, 200))[0][0, 0] == pytest.approx(200)


def test_a_pair_at_an_angle_is_turned_apart_and_seen_with_one_shoe_in_profile():
    rng = np.random.default_rng(0)
    for _ in range(50):
        pose = poses._angled(rng, 1.0)
        ways = [pose.feet[side].yaw_deg for side in ("left", "right")]
        apart, heading = abs(ways[0] - ways[1]), np.mean(ways)
        assert 24 <= apart <= 74
        view = sample_view(rng, pair=True, angled=True)
        azimuth = heading + view.azimuth_deg
        away = [abs(abs((azimuth - way + 180) % 360 - 180) - 90) for way in ways]
        assert min(away) < 45 and view.kind == "three-quarter"


def test_what_floats_does_so_in_the_air_and_pairs_at_an_angle_are_often_on_white():
    rng = np.random.default_rng(0)
    assert {_sample_place(rng, "hovering") for _ in range(30)} == {"air"}
    drawn = [_sample_place(rng, "angled") for _ in range(200)]
    assert set(drawn) == set(GROUNDS) - {"air"}
    assert drawn.count("white") > 2 * [_sample_place(rng, "standing") for _ in range(200)].count("white")


@pytest.mark.parametrize("azimuth", [90.0, -45.0, 178.0])
@pytest.mark.parametrize("fov_deg", [15.2, 30.0, 73.7])
def test_views_are_framed(azimuth: float, fov_deg: float):
    view = View("side", "shoes", azimuth, 12.0, fov_deg, 0.5, 0.9, 0.5)
    box = np.array([[x, y, z] for x in (-0.05, 0.05) for y in (-0.14, 0.14) for z in (0.0, 0.1)])
    camera = aim(view, box, 0.0)
    points, _ = camera.project(box, (1, 1))
    assert points[:, 1].max() == pytest.approx(0.9, abs=0.02)
    near = np.linalg.norm(camera.origin - camera.target) < NEAREST_M + 1e-6
    assert (0.1 if near else 0.25) < np.ptp(points[:, 0]) < 0.6
    assert (camera.kind, camera.crop) == ("side", "shoes")


def test_views_are_of_every_kind_and_crop_with_lenses_from_24_to_135_mm():
    rng = np.random.default_rng(0)
    views = [sample_view(rng, pair=True) for _ in range(300)]
    assert {view.kind for view in views} == set(KINDS) and {view.crop for view in views} == set(CROPS)
    focal = [Camera(np.zeros(3), np.ones(3), view.fov_deg).focal_mm for view in views]
    assert 23.9 < min(focal) < 28 and 115 < max(focal) < 135.1
    for view in views:
        low, high = KINDS[view.kind].elevation_deg
        assert low <= view.elevation_deg <= high


@pytest.mark.parametrize("split", ["test", "held-out family"])
def test_a_split_wears_its_own_shoes_and_each_run_another(split):
    scenes = [sample_scene(4, index, split=split, run=1) for index in range(2)]
    shoes = [(scene.meta["shoe_id"], scene.meta["family"]) for scene in scenes]
    assert [split_of(*shoe) for shoe in shoes] == [split, split]
    assert shoes[0] != shoes[1]


def test_a_family_is_worn_alone():
    scenes = [sample_scene(4, index, split="train", run=1, family="sandal") for index in range(2)]
    assert [scene.meta["family"] for scene in scenes] == ["sandal", "sandal"]
    assert scenes[0].meta["shoe_id"] != scenes[1].meta["shoe_id"]
