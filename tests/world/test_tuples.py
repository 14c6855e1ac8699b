"""Areas, covers, keypoints and light of rendered scenes, on bowls for shoes and posts for legs."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip("mitsuba")

from shoemodel.image.masks import dilate
from shoemodel.image.pose import NAMES
from shoemodel.render import props
from shoemodel.render.camera import Camera
from shoemodel.render.denoise import denoise
from shoemodel.render.parts import Material, Part
from shoemodel.render.places import BUILDERS, build_place
from shoemodel.world import labels, tuples
from shoemodel.world.scene import GROUNDS, Scene

SIZE = 64
CLOTH = Material("cloth", 0.8, 0.3, sheen=0.3)


def bowl(name: str, x: float, y: float = 0.0) -> Part:
    """Half an ellipsoid, open above: a shoe of 24 cm."""
    angle, tilt = np.meshgrid(np.linspace(0, 2 * np.pi, 33), np.linspace(0, np.pi / 2, 9))
    points = np.stack([np.cos(angle) * np.sin(tilt), np.sin(angle) * np.sin(tilt), -np.cos(tilt)], -1).reshape(-1, 3)
    vertices = points * [0.05, 0.12, 0.08] + [x, y, 0.081]
    return grid_part(name, vertices, 9, 33, (0.5, 0.1, 0.1))


def post(name: str, x: float, y: float, low: float, high: float, radius: float) -> Part:
    angle, height = np.meshgrid(np.linspace(0, 2 * np.pi, 25), np.linspace(low, high, 9))
    vertices = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle), height], -1).reshape(-1, 3)
    return grid_part(name, vertices, 9, 25, (0.6, 0.4, 0.3))


def grid_part(name: str, vertices: np.ndarray, rows: int, columns: int, colour: tuple) -> Part:
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (i.ravel() for i in (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]))
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    return Part(name, vertices, faces, CLOTH, colours=np.tile(colour, (len(vertices), 1)))


def keypoints(left: tuple[float, float], right: tuple[float, float]) -> np.ndarray:
    points = []
    for x, y in (left, right):
        outwards = 0.03 if x > 0 else -0.03
        points += [[x, y, 0.9], [x, y, 0.48], [x, y, 0.1]]
        points += [[x - outwards, y - 0.09, 0.05], [x + outwards, y - 0.08, 0.05], [x, y + 0.1, 0.05]]
    return np.array(points)


def scene(left=(0.12, 0.0), right=(-0.12, 0.0), origin=(0.0, -0.95, 0.55), extra=(), place="studio") -> Scene:
    feet = {"left": left, "right": right}
    return Scene(
        key="1-0000000",
        shoe_parts=[bowl(f"shoe_{side}", *at) for side, at in feet.items()],
        body_parts=[*(post(f"legs_{side}", *at, 0.03, 0.95, 0.03) for side, at in feet.items()), *extra],
        camera=Camera(np.array(origin), np.array([0.0, 0.0, 0.12]), 36.0),
        keypoints=keypoints(left, right),
        present=np.ones(12, bool),
        feet=("left", "right"),
        place=place,
        ground=GROUNDS[place][0],
        backdrop=np.full(3, 0.6),
        place_seed=5,
        seat=None,
        style={},
        caption="legs in bowls",
        captions=["legs in bowls"],
        meta={"family": "bowl", "shoe_id": "b", "scene": {}, "seed": 1, "index": 0, "version": "0"},
    )


@pytest.fixture(scope="module")
def sample():
    return tuples.render(scene(), SIZE, spp=4)


def test_a_scene_becomes_a_sound_sample(sample):
    assert sample.check() == []
    assert sample.areas.visible.sum() > 50 and sample.areas.wearable.sum() > 10


def test_the_two_areas_are_the_unworn_shoe(sample):
    plain = scene()
    place = build_place("studio", "plain", plain.backdrop, 5, plain.camera, 0.3)
    unworn, _ = tuples._views(plain, place, SIZE)
    hits = labels.first_hits(unworn, plain.camera, SIZE)
    shoe = labels.majority(labels.is_shoe(unworn)[hits.part], SIZE)
    assert np.array_equal(sample.areas.shoe, shoe)
    assert not (sample.areas.visible & sample.areas.wearable).any()


def test_the_projection_of_a_shoe_is_where_the_renderer_draws_it(sample):
    points_px, _ = scene().camera.project(bowl("shoe_left", 0.12).vertices, (SIZE, SIZE))
    columns = np.flatnonzero(sample.areas.shoe[:, SIZE // 2 :].any(0)) + SIZE // 2
    assert abs(columns.min() - points_px[:, 0].min()) < 1.5 and abs(columns.max() + 1 - points_px[:, 0].max()) < 1.5


def test_far_from_the_legs_worn_and_unworn_agree(sample):
    difference = np.abs(sample.worn.astype(int) - sample.unworn.astype(int)).max(-1)
    changed = difference > 25
    assert changed.any()
    far = np.zeros((SIZE, SIZE), bool)
    far[:, :6], far[:, -6:] = True, True
    assert difference[far].mean() < 6
    visible = sample.areas.visible & ~dilate(sample.areas.wearable, 3)
    assert np.median(difference[visible]) < 25, "the shoe keeps its look apart from the leg's shadow"


def test_the_same_scene_gives_the_same_bytes(sample):
    assert tuples.render(scene(), SIZE, spp=4).to_members() == sample.to_members()


def test_trousers_over_the_shoe_are_rejected():
    with pytest.raises(tuples.Rejected, match="cloth or"):
        tuples.render(scene(extra=[post("trousers", 0.12, 0.0, 0.05, 0.6, 0.09)]), SIZE, spp=1)


def test_trousers_that_hide_only_what_the_leg_hides_are_kept():
    cuffed = scene(extra=[post("trousers", 0.12, 0.0, 0.25, 0.6, 0.06)])
    assert tuples.render(cuffed, SIZE, spp=1).areas.wearable.any()


def test_the_other_leg_before_a_shoe_is_rejected():
    with pytest.raises(tuples.Rejected, match="other leg"):
        tuples.render(scene(left=(0.0, -0.3), right=(0.02, 0.1), origin=(0.0, -1.6, 0.35)), SIZE, spp=1)


def test_a_shoe_outside_the_frame_is_rejected():
    with pytest.raises(tuples.Rejected, match="frame"):
        aside = Camera(np.array([0, -1.5, 0.7]), np.array([0.5, 0, 0.2]), 30.0)
        tuples.render(dataclasses.replace(scene(), camera=aside))


def test_keypoints_are_seen_hidden_or_absent(sample):
    seen = dict(zip(NAMES, sample.pose.visibility, strict=True))
    assert seen["left_hip"] == 0, "above the frame"
    assert seen["left_ankle"] == 2 and seen["right_big_toe"] == 2
    behind = scene(left=(0.0, -0.35), right=(0.0, 0.12), origin=(0.0, -1.6, 0.2))
    place = build_place("studio", "plain", behind.backdrop, 5, behind.camera, 0.5)
    _, worn = tuples._views(behind, place, SIZE)
    pose = labels.pose(behind.camera, SIZE, worn, behind.keypoints, behind.present)
    assert pose.visibility[NAMES.index("right_ankle")] == 1, "the other shoe stands before it"
    alone = labels.pose(behind.camera, SIZE, worn, behind.keypoints, np.arange(12) < 6)
    assert (alone.visibility[6:] == 0).all()


def seen_from(origin: tuple[float, float, float], left=(0.12, 0.0), extra=()) -> dict[str, int]:
    """Visibility by name of the left foot alone, before a camera at `origin`."""
    view = scene(left=left, right=(-0.12, 3.0), origin=origin, extra=extra)
    place = build_place("studio", "plain", view.backdrop, 5, view.camera, 0.5)
    _, worn = tuples._views(view, place, SIZE)
    pose = labels.pose(view.camera, SIZE, worn, view.keypoints, np.arange(12) < 6)
    return dict(zip(NAMES, pose.visibility.tolist(), strict=True))


@pytest.mark.parametrize(
    ("origin", "hidden"),
    [((1.2, -0.1, 0.2), "big_toe"), ((-1.2, -0.1, 0.2), "small_toe"), ((0.12, -1.2, 0.12), "heel"),
     ((0.12, 1.2, 0.12), "big_toe small_toe")],
)  # fmt: skip
def test_a_point_on_the_far_side_of_its_own_shoe_is_hidden(origin: tuple, hidden: str):
    seen = seen_from(origin)
    found = {name for name in ("big_toe", "small_toe", "heel") if seen[f"left_{name}"] == 1}
    assert found == set(hidden.split())
    assert seen["left_ankle"] == 2, "a joint of the leg is seen through its leg and shoe"


def test_a_prop_before_a_foot_hides_it():
    prop = post("prop", 0.12, -0.5, 0.0, 0.4, 0.12)
    assert seen_from((0.12, -1.5, 0.15))["left_big_toe"] == 2
    assert seen_from((0.12, -1.5, 0.15), extra=(prop,))["left_big_toe"] == 1


@pytest.mark.parametrize("kind", sorted(BUILDERS))
def test_every_place_is_exposed_and_has_shape(kind):
    lit = tuples.render(scene(place=kind), SIZE, spp=2)
    brightness = lit.unworn.mean(-1)
    if kind == "white":
        assert np.median(brightness) > 225 and brightness.std() > 6
        return
    assert 40 < brightness.mean() < 225 and (brightness > 252).mean() < 0.1
    assert brightness.std() > 6


def test_a_place_depends_on_its_seed_alone():
    camera = scene().camera
    a, b, c = (build_place("room", "wood", np.full(3, 0.5), seed, camera, 0.5) for seed in (4, 4, 9))
    assert np.array_equal(a.key.origin, b.key.origin) and np.array_equal(a.parts[0].texture, b.parts[0].texture)
    assert not np.array_equal(a.key.origin, c.key.origin)
    with pytest.raises(ValueError, match="studio"):
        build_place("moon", "dust", np.ones(3), 0, camera, 1.0)


def test_walls_keep_clear_of_the_legs():
    for seed in range(20):
        place = build_place("room", "wood", np.full(3, 0.5), seed, scene().camera, 0.9)
        for part in place.parts[1:]:
            near = part.vertices[np.abs(part.vertices[:, 0]) < 0.5]
            assert (near[:, 1] > 0.3).all(), part.name


def test_the_denoiser_keeps_a_texture_and_removes_noise():
    rng = np.random.default_rng(0)
    tiles = (np.indices((64, 64)) // 8).sum(0) % 2
    albedo = np.where(tiles[..., None], [0.7, 0.5, 0.3], [0.2, 0.3, 0.4])
    noisy = albedo * rng.gamma(4, 1 / 4, (64, 64, 3))
    normal, limit = np.broadcast_to([0.0, 0.0, 1.0], albedo.shape), 0.3 * np.abs(noisy - albedo).mean()
    assert np.abs(denoise(noisy, albedo, normal) - albedo).mean() < limit
    assert np.abs(denoise(noisy, np.full_like(albedo, 0.5), normal) - albedo).mean() > limit  # without its guide


def test_the_denoiser_keeps_the_edges_that_only_the_normals_show():
    tiles = (np.indices((64, 64)) // 8).sum(0)[..., None] % 2 == 0
    truth = np.where(tiles, 0.2, 0.5) * np.ones(3)
    noisy = truth * np.random.default_rng(0).gamma(4, 1 / 4, truth.shape)
    normal, flat = np.where(tiles, [1.0, 0, 0], [0, 0, 1.0]), np.broadcast_to([0.0, 0.0, 1.0], truth.shape)

    def error(normal):
        clean = denoise(noisy, np.full_like(truth, 0.5), normal)
        return np.abs(clean - truth).mean() / np.abs(noisy - truth).mean()

    assert error(normal) < 0.38 < min(error(flat), error(np.roll(normal, 4, axis=0)))


def test_the_denoiser_gives_the_same_for_the_same():
    noisy = np.random.default_rng(1).gamma(1, 1, (48, 80, 3))
    albedo, normal = np.full_like(noisy, 0.5), np.zeros_like(noisy)
    assert np.array_equal(denoise(noisy, albedo, normal), denoise(noisy, albedo, normal))


def test_each_shoe_has_its_box_and_legs_their_order(sample):
    boxes = sample.meta["shoe_boxes"]
    assert boxes["right"][2] < boxes["left"][0], "seen from the front the right shoe is on the left"
    rows, columns = np.nonzero(sample.areas.shoe)
    assert min(boxes["right"][0], boxes["left"][0]) == pytest.approx(columns.min(), abs=1)
    assert max(boxes["right"][3], boxes["left"][3]) == pytest.approx(rows.max() + 1, abs=1)
    assert sample.meta["depth_order"] == {"thigh": None, "shin": None, "foot": None}
    assert sample.meta["camera"]["fov_deg"] == pytest.approx(36) and "kind" in sample.meta["camera"]


def test_the_nearer_leg_is_in_front_where_legs_overlap():
    aside = Camera(np.array([2.0, 0.0, 0.4]), np.array([0.0, 0.0, 0.3]), 36.0)
    points = keypoints((0.12, 0.0), (-0.12, 0.0))
    order = labels.depth_order(aside, SIZE, points, np.ones(12, bool))
    assert order == {"thigh": "left", "shin": "left", "foot": "left"}
    assert set(labels.depth_order(aside, SIZE, points, np.arange(12) < 6).values()) == {None}
    crossed = keypoints((0.0, -0.2), (0.02, 0.1))
    before = Camera(np.array([0.0, -2.0, 0.4]), np.array([0.0, 0.0, 0.3]), 36.0)
    assert labels.depth_order(before, SIZE, crossed, np.ones(12, bool))["shin"] == "left"


def test_props_leave_the_legs_free():
    for seed in range(30):
        for part in props.scatter(np.random.default_rng(seed), 0.5, 1.2, studio=bool(seed % 2)):
            assert part.vertices[:, 1].min() > 0.5 - props.REACH_M and part.vertices[:, 1].max() < 1.2 + props.REACH_M
            assert part.vertices[:, 2].min() > -1e-6 and part.texture is None
