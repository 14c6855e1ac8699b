"""Pictures of a leg: they lie where the camera projects it, are filled as it fills them, and show its own colour."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from shoemodel.render import engine, leg, sensors
from shoemodel.render.light import soft_light
from shoemodel.render.parts import Material, Part
from shoemodel.render.pinhole import Pinhole
from shoemodel.render.shadow import shadow

SIZE = (80, 100)
RED = np.array([0.5, 0.1, 0.1])
CLOTH = Material("cloth", roughness=0.9, specular=0.1)


@pytest.fixture(scope="module")
def camera() -> Pinhole:
    """It looks at a leg from the side, rolled by 12 degrees, its optical axis far from the film's middle."""
    origin, target = np.array([1.0, -0.4, 0.3]), np.array([0.0, 0.0, 0.2])
    forward = (target - origin) / np.linalg.norm(target - origin)
    right = np.cross(forward, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    c, s = np.cos(np.radians(12)), np.sin(np.radians(12))
    return Pinhole(np.stack([c * right + s * down, c * down - s * right, forward]), origin, 150.0, (61.0, 33.0), SIZE)


def post(name: str, low: float, high: float, radius: float, **more) -> Part:
    """An upright prism of 24 sides round the z axis, heights in metres."""
    theta = 2 * np.pi * np.arange(24) / 24
    ring = radius * np.stack([np.cos(theta), np.sin(theta)], axis=1)
    vertices = np.concatenate([np.c_[ring, np.full(24, z)] for z in (low, high)])
    a, b = np.arange(24), (np.arange(24) + 1) % 24
    faces = np.concatenate([np.c_[a, b, b + 24], np.c_[a, b + 24, a + 24]])
    return Part(name, vertices, faces, CLOTH, colours=np.tile(RED, (48, 1)), **more)


@pytest.fixture(scope="module")
def light(camera: Pinhole):
    return soft_light(camera.rotation[0], camera.rotation[2], 0.5)


def test_the_engine_sees_what_the_camera_projects(camera: Pinhole, light):
    corner = np.array([0.02, -0.05, 0.25])
    speck = Part("legs_left", corner + 0.04 * np.array([[0, 0, 0], [0, 1, 0], [0, 0, 1.0], [0, 1, 1]]),
                 np.array([[0, 1, 2], [1, 3, 2]]), CLOTH, colours=np.tile(RED, (4, 1)))  # fmt: skip
    stage = leg.stand([speck], np.full(3, 0.5), light)
    box = (40, 6, 90, 50)
    features = engine.guides(stage.view, 64, 0, sensors.window(camera, box))
    filled = leg.cover(stage, camera, box, 16).leg
    points, _ = camera.project(speck.vertices)
    ys, xs = np.mgrid[0 : box[3] - box[1], 0 : box[2] - box[0]] + 0.5
    redness = (features[..., 0] - features[..., 1]) / (RED[0] - RED[1])
    for share in (redness, filled):
        middle = np.array([(xs * share).sum(), (ys * share).sum()]) / share.sum() + box[:2]
        assert middle == pytest.approx(points.mean(axis=0), abs=0.1)
    (x, y), (other_x, other_y) = points[1] - points[0], points[2] - points[0]
    assert filled.sum() == pytest.approx(abs(x * other_y - y * other_x), rel=0.05)


def test_cloth_is_told_from_the_leg_and_the_ground_from_both(camera: Pinhole, light):
    parts = [post("legs_left", 0.0, 0.3, 0.03), post("trousers_left", 0.2, 0.4, 0.05)]
    stage = leg.stand(parts, np.full(3, 0.5), light)
    covered = leg.cover(stage, camera, (0, 0, 100, 80))
    (shin, hem), _ = camera.project(np.array([[0, 0, 0.1], [0, 0, 0.28]]))
    at = [tuple(np.floor(point[::-1]).astype(int)) for point in (shin, hem)]
    assert [covered.leg[spot] for spot in at] == [1, 1] and [covered.cloth[spot] for spot in at] == [0, 1]
    assert covered.leg[70, 5] == 0
    edge = (covered.leg > 0) & (covered.leg < 1)
    assert 20 < edge.sum() < 400


def test_the_leg_shows_its_own_colour_up_to_its_edge(camera: Pinhole, light):
    stage = leg.stand([post("legs_left", 0.0, 0.5, 0.04)], np.array([0.1, 0.3, 0.1]), light)
    covered = leg.cover(stage, camera, (0, 0, 100, 80)).leg
    taken = leg.picture(stage, camera, covered > 0, spp=4)
    x0, y0, x1, y1 = taken.box
    there = covered[y0:y1, x0:x1] > 0
    red, green, _ = taken.colour[there].T
    assert (red > 1.2 * green).all() and 0.05 < taken.unit < 2
    again = leg.picture(stage, camera, covered > 0, spp=4)
    np.testing.assert_array_equal(again.colour, taken.colour)


@dataclass(frozen=True)
class Stripes:
    """Dark above a height."""

    def tone(self, places, facing, pixel_m):
        assert (facing <= 1).all() and (pixel_m > 0).all()
        return np.where(places[:, 2:] > 0.2, 0.1, 1.0) * np.ones(3)


def test_a_finish_is_drawn_at_its_places(camera: Pinhole, light):
    plain = post("legs_left", 0.0, 0.5, 0.04)
    finished = post("legs_left", 0.0, 0.5, 0.04, finish=Stripes(), places=plain.vertices)
    stage = leg.stand([finished], np.full(3, 0.5), light)
    points, _ = camera.project(np.array([[0, 0, 0.1], [0, 0, 0.3]]))
    tone = leg.details(stage, camera, (0, 0, 100, 80), np.ones(SIZE, bool))
    below, above = (tone[tuple(np.floor(point[::-1]).astype(int))] for point in points)
    assert below.tolist() == [1, 1, 1] and above == pytest.approx(0.1)


def test_a_large_crop_is_rendered_small_and_laid_where_it_belongs(camera: Pinhole, light, monkeypatch):
    stage = leg.stand([post("legs_left", 0.0, 0.5, 0.04)], np.full(3, 0.5), light)
    wanted = leg.cover(stage, camera, (0, 0, 100, 80)).leg > 0
    full = leg.picture(stage, camera, wanted, spp=16)
    monkeypatch.setattr(leg, "LARGEST_PX", 40)
    small = leg.picture(stage, camera, wanted, spp=16)
    assert small.box == full.box and small.colour.shape == full.colour.shape
    x0, y0, x1, y1 = full.box
    assert np.abs(small.colour - full.colour)[wanted[y0:y1, x0:x1]].mean() < 0.02


def test_a_crop_that_reaches_the_edge_of_a_film_rounded_down_stays_within_it(camera: Pinhole, light, monkeypatch):
    stage = leg.stand([post("legs_left", 0.0, 0.5, 0.04)], np.full(3, 0.5), light)
    monkeypatch.setattr(leg, "LARGEST_PX", 33)
    assert leg.picture(stage, camera, np.ones(SIZE, bool)).box == (0, 0, 100, 80)


def test_a_shadow_lies_under_the_leg_and_a_shoe_takes_its_own_part(camera: Pinhole, light):
    stage = leg.stand([post("legs_left", 0.02, 0.5, 0.05)], np.full(3, 0.5), light)
    boot = [post("shoe", 0.0, 0.6, 0.08)]
    dark = shadow(stage, boot, light, camera, longer_px=100)
    foot, _ = camera.project(np.array([[-0.15, 0.0, 0.0]]))
    column, row = foot[0].astype(int)
    assert dark.alone.shape == SIZE and dark.alone[row, column] < 0.93
    assert dark.alone[0, 0] == 1.0 and dark.alone[row, 2] > 0.95
    assert dark.beside_shoe[row, column] == pytest.approx(1.0, abs=0.02)
    assert dark.unit == pytest.approx((1 + 1.25 * 0.7) / np.pi, rel=0.2)


def test_nothing_wanted_is_refused(camera: Pinhole, light):
    stage = leg.stand([post("legs_left", 0.0, 0.5, 0.04)], np.full(3, 0.5), light)
    with pytest.raises(ValueError, match="nothing of the leg is wanted"):
        leg.picture(stage, camera, np.zeros(SIZE, bool))
    with pytest.raises(ValueError, match="no part"):
        leg.stand([], np.full(3, 0.5), light)


@dataclass(frozen=True)
class Dyed:
    """A finish that leaves a tenth of the light."""

    def tone(self, places: np.ndarray, facing: np.ndarray, pixel_m: np.ndarray) -> np.ndarray:
        return np.full((len(places), 3), 0.1)


def test_where_parts_meet_the_brighter_one_counts_for_more(camera: Pinhole, light):
    """Half a pixel of dark skin and half of a white part dyed dark is dark, not grey."""
    skin, sock = (
        post("legs_left", 0.2, 0.4, 0.04),
        post("sock_left", 0.0, 0.2, 0.04, places=np.zeros((48, 3)), finish=Dyed()),
    )
    sock = replace(sock, colours=np.full((48, 3), 0.8))
    stage = leg.stand([skin, sock], np.full(3, 0.5), light)
    (middle,), _ = camera.project(np.array([[0.0, 0.0, 0.2]]))
    x, y = np.floor(middle).astype(int)
    tone = leg.details(stage, camera, (x - 1, y - 6, x + 2, y + 7), np.ones((13, 3), bool))[..., 1]
    assert tone.max() == pytest.approx(1) and tone.min() == pytest.approx(0.1)
    mixed = tone[(tone > 0.11) & (tone < 0.99)]
    assert len(mixed) > 0 and mixed.min() < 0.45
