"""Shoes built on a foot made of two smooth bodies, at coarse resolution."""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("skimage")

from PIL import Image

from shoemodel.data import captions
from shoemodel.errors import InputError
from shoemodel.shoes import (
    FAMILIES,
    OPEN_FAMILIES,
    Foot,
    Shoe,
    ShoeParameters,
    assets,
    build,
    coat,
    heel_deg,
    implicit,
    marks,
    sample_parameters,
)
from shoemodel.shoes.build import spring
from shoemodel.shoes.last import shape_last
from shoemodel.shoes.palette import FINISHES
from shoemodel.shoes.prints import PRINTS, Ink, spread
from shoemodel.shoes.upper import cut_field
from shoemodel.world.shod import FAMILY_SHARES

LENGTH = 0.25


def make_foot(rise: float = 0.0) -> Foot:
    """A left foot facing -y with a lower leg, its heel raised by `rise` metres."""

    def field(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        x, y, z = x[:, None, None], y[None, :, None], z[None, None]
        z = z - rise * np.clip((0.72 * LENGTH + y) / (0.6 * LENGTH), 0, 1)
        radius = np.sqrt((x / 0.042) ** 2 + ((y + LENGTH / 2) / (LENGTH / 2)) ** 2 + ((z - 0.03) / 0.03) ** 2)
        sole = (radius - 1) * 0.03
        leg = np.maximum(np.hypot(x, y + 0.055) - 0.04, 0.05 - z) + 0 * x
        return implicit.smooth_min(sole, leg, 0.03)

    vertices, faces = implicit.surface(field, np.array([-0.06, -0.27, -0.02]), np.array([0.06, 0.02, 0.5]), 0.006)
    heel, toe = np.array([0.0, 0.0, rise + 0.02]), np.array([0.0, -LENGTH, 0.02])
    is_foot = vertices[:, 2] < 0.07 + rise
    big_toe, small_toe = toe + np.array([[-0.02, 0.01, 0], [0.03, 0.04, 0]])
    return Foot(vertices, faces, is_foot, heel, big_toe, small_toe, np.eye(4))


@pytest.fixture(autouse=True)
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["shoemodel.shoes.build"], "FINE", 0.004)


def draw(family: str, seed: int = 3) -> ShoeParameters:
    return sample_parameters(np.random.default_rng(seed), family)


@cache
def built(family: str) -> tuple[ShoeParameters, Foot, Shoe]:
    parameters = draw(family)
    foot = make_foot(parameters.heel)
    return parameters, foot, build(parameters, foot)


def test_the_same_generator_gives_the_same_parameters() -> None:
    assert draw("sneaker", 5) == draw("sneaker", 5)
    assert draw("sneaker", 5) != draw("sneaker", 6)
    assert {sample_parameters(np.random.default_rng(k)).family for k in range(80)} == set(FAMILIES)


def test_an_unknown_family_is_refused() -> None:
    with pytest.raises(ValueError, match="'boat' is not one of sneaker"):
        draw("boat")


def test_every_family_has_its_words_and_its_share() -> None:
    assert {*FAMILIES, *OPEN_FAMILIES} <= set(captions.SHOES)
    assert {*FAMILIES, *OPEN_FAMILIES} == set(FAMILY_SHARES)
    assert sum(FAMILY_SHARES.values()) == pytest.approx(1)


def test_high_heels_stretch_the_ankle() -> None:
    assert heel_deg(draw("pump")) > 10 > heel_deg(draw("sneaker"))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_builds_a_shoe_that_stands_on_the_ground(family: str) -> None:
    parameters, _, shoe = built(family)
    points = np.concatenate([part.vertices for part in shoe.parts])
    assert all(part.name.startswith("shoe_left_") for part in shoe.parts)
    assert all(part.colours.min() >= 0 and part.colours.max() <= 1 for part in shoe.parts)
    assert all(part.gloss.min() >= 0 and part.gloss.max() <= 1 for part in shoe.parts if part.gloss is not None)
    assert abs(points[:, 2].min()) < 0.003
    assert LENGTH < shoe.length_m < LENGTH + 0.08
    assert np.isfinite(points).all()
    assert shoe.description["colour"] == ("blue" if parameters.finish == "denim" else parameters.colours["body"].name)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_parameters_of_many_draws_are_sound(family: str) -> None:
    for seed in range(40):
        p = draw(family, seed)
        assert 0.004 < p.sole < 0.06
        assert 0 <= p.heel < 0.11
        assert p.tread < 0.5 * p.sole
        assert 1 < p.toe_power < 3
        assert p.finish in FINISHES
        assert p.second_finish in FINISHES
        assert p.pattern in ("", *PRINTS)
        assert all(0 <= value <= 1 for colour in p.colours.values() for value in colour.rgb)


def top_of(points: np.ndarray, cells: np.ndarray, cell: float = 0.008) -> np.ndarray:
    """Highest z of points (n, 3) over each cell of the ground plan, -inf where none; `cells` gives the extent."""
    low = cells.min(0)
    shape = tuple(((cells.max(0) - low) / cell).astype(int)[:2] + 1)
    grid = np.full(shape, -np.inf)
    index = ((points - low) / cell).astype(int)
    inside = (index[:, :2] >= 0).all(1) & (index[:, 0] < shape[0]) & (index[:, 1] < shape[1])
    np.maximum.at(grid, (index[inside, 0], index[inside, 1]), points[inside, 2])
    return grid


@pytest.mark.parametrize("family", FAMILIES)
def test_the_foot_hides_the_opening_and_stays_inside(family: str) -> None:
    parameters, foot, shoe = built(family)
    last, matrix = shape_last(parameters, foot)
    vertices = np.concatenate([part.vertices for part in shoe.parts])
    inner = vertices[last.solid.at(vertices) < -0.002]
    outer = vertices[last.solid.at(vertices) >= -0.002]
    open_above = top_of(inner, vertices) > top_of(outer, vertices)
    assert open_above.mean() > 0.02

    squeezed = shoe.squeeze(foot.vertices @ matrix[:3, :3].T + matrix[:3, 3])
    skin = np.concatenate([squeezed, squeezed[foot.faces].mean(1)])
    hidden = top_of(skin, vertices) > top_of(inner, vertices)
    assert hidden[open_above].mean() > 0.8

    squeezed[:, 2] -= spring(last, parameters, squeezed[:, 1])  # the last is not bent
    cut = cut_field(last, parameters, *squeezed.T)
    covered = (cut < -0.008) & (squeezed[:, 2] > last.bed(squeezed[:, 1]) + 0.004)
    pokes_out = last.solid.at(squeezed[covered]) > parameters.thickness
    assert covered.sum() > 20
    assert pokes_out.mean() < 0.01


def patch(side: int = 24) -> tuple[coat.Places, np.ndarray]:
    """A flat piece of a flank, 6 cm square, and its faces."""
    u, v = (a.ravel() * 0.06 / (side - 1) for a in np.meshgrid(np.arange(side), np.arange(side), indexing="ij"))
    points = np.stack([0 * u + 0.03, -0.08 - u, 0.02 + v], 1)
    k = (np.arange(side - 1)[:, None] * side + np.arange(side - 1)).ravel()
    faces = np.concatenate([np.stack([k, k + side, k + 1], 1), np.stack([k + 1, k + side, k + side + 1], 1)])
    n = len(points)
    normals = np.tile([1.0, 0, 0], (n, 1))
    away, rise = np.full(n, -0.02), points[:, 2] - 0.01
    return coat.Places(points, normals, 0.004 - 0 * u, away, 0.3 + u * 4, rise, points[:, 0], -points[:, 1]), faces


def area(points: np.ndarray, faces: np.ndarray) -> float:
    a, b, c = (points[faces[:, k]] for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def test_refining_leaves_no_gap_and_keeps_the_surface() -> None:
    places, faces = patch()

    def paint(at: coat.Places) -> coat.Coat:
        made = coat.bare_coat(len(at.points), np.zeros(3), FINISHES["leather"])
        made.lay(np.hypot(at.ahead - 0.11, at.rise - 0.04) - 0.012, np.ones(3))
        return made

    fine, fine_faces, made = coat.painted(places, faces, paint)
    assert len(fine.points) > 1.3 * len(places.points)
    assert area(fine.points, fine_faces) == pytest.approx(area(places.points, faces), rel=1e-9)
    edges = np.sort(fine_faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    _, uses = np.unique(edges, axis=0, return_counts=True)
    assert uses.max() == 2
    assert (uses == 1).sum() == 4 * 23  # the border of the patch, and nothing within it
    disc = made.colours[:, 0] * (np.hypot(fine.ahead - 0.11, fine.rise - 0.04) > 0.0126)
    assert disc.max() == 0


@pytest.mark.parametrize("name", PRINTS)
def test_every_print_colours_the_cloth_the_same_way_each_time(name: str) -> None:
    places, _ = patch(60)
    ink = Ink(np.random.default_rng(1).random((4, 3)), spread(places.points, 0.015, np.random.default_rng(2)), 0.015)
    coats = []
    for _ in range(2):
        made = coat.bare_coat(len(places.points), ink.colours[0], FINISHES["canvas"])
        PRINTS[name](made, places, ink, np.random.default_rng(3))
        coats.append(made)
    assert np.array_equal(coats[0].colours, coats[1].colours)
    assert coats[0].colours.std(0).max() > 0.03
    assert coats[0].colours.min() >= 0
    assert coats[0].colours.max() < 1.6


def test_letters_are_as_high_as_asked() -> None:
    u, v = (a.ravel() for a in np.meshgrid(np.linspace(-0.06, 0.06, 240), np.linspace(-0.03, 0.03, 120)))
    inside = marks.lettering(u, v, 0.02, 4, np.random.default_rng(1)) < 0
    assert 0.018 < np.ptp(v[inside]) < 0.026
    assert np.ptp(u[inside]) > 0.04


def test_a_tall_boot_reaches_far_up_the_leg() -> None:
    assert 0.27 < built("tall boot")[2].collar_height_m < 0.40


def test_the_foot_is_squeezed_inside_and_the_leg_left_alone() -> None:
    parameters, foot, shoe = built("derby")
    last, matrix = shape_last(parameters, foot)
    points = foot.vertices @ matrix[:3, :3].T + matrix[:3, 3]
    wide = points * [1.1, 1.0, 1.0]
    squeezed = shoe.squeeze(wide)
    covered = (wide[:, 2] < last.seat + 0.03) & (wide[:, 1] < -0.1) & (last.s(wide[:, 1]) < 0.7)
    assert last.solid.at(wide[covered]).max() > 0.002
    assert last.solid.at(squeezed[covered]).max() < 0.0
    high = wide[:, 2] > shoe.collar_height_m + 0.05
    assert np.array_equal(squeezed[high], wide[high])


def test_the_shoe_is_hollow() -> None:
    _, _, shoe = built("ankle boot")
    vertices = shoe.parts[0].vertices
    slice_ = vertices[np.abs(vertices[:, 2] - 0.11) < 0.004]
    radius = np.linalg.norm(slice_[:, :2] - slice_[:, :2].mean(0), axis=1)
    assert radius.min() > 0.02


def test_building_twice_gives_the_same_mesh() -> None:
    parameters, foot, first = built("high-top")
    second = build(parameters, foot)
    for a, b in zip(first.parts, second.parts, strict=True):
        assert np.array_equal(a.vertices, b.vertices)
        assert np.array_equal(a.colours, b.colours)
        assert np.array_equal(a.faces, b.faces)


def test_the_frame_puts_the_heel_behind_and_the_ground_below() -> None:
    foot = make_foot()
    turned = np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    moved = Foot(
        foot.vertices @ turned.T + [1, 2, 3], foot.faces, foot.is_foot, foot.heel @ turned.T + [1, 2, 3],
        foot.big_toe @ turned.T + [1, 2, 3], foot.small_toe @ turned.T + [1, 2, 3], foot.ankle_pose,
    )  # fmt: skip
    shoe = build(draw("ballerina"), moved)
    back = (shoe.foot_to_shoe @ np.append(moved.heel, 1))[:3]
    toe = (shoe.foot_to_shoe @ np.append(moved.big_toe, 1))[:3]
    assert abs(back[1]) < 0.01
    assert toe[1] < -0.2


def write_asset(folder: Path, texture: bool = True) -> Path:
    """A box, open above, for a shoe, a higher narrower box for its sock, both on the left, bound to base vertices."""
    cube = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    boxes = [cube * [0.8, 0.9, 2.6] + [1.0, 0, -2.4], cube[:7] * [0.5, 4, 0.5] + [1.1, 0.2, -0.4]]
    quads = [(1, 2, 4, 3), (5, 7, 8, 6), (1, 5, 6, 2), (1, 3, 7, 5), (2, 6, 8, 4)]
    lines = [f"v {x} {y} {z}" for box in boxes for x, y, z in box] + ["vt 0 0", "vt 1 0", "vt 1 1"]
    lines += ["f " + " ".join(f"{i}/{1 + k % 3}" for k, i in enumerate(quad)) for quad in quads]
    lines += [f"f {9 + a}/1 {10 + a}/2 {11 + a}/3" for a in range(5)]
    (folder / "box.obj").write_text("\n".join(lines))
    head = "tag Shoes\nobj_file box.obj\nmaterial box.mhmat\n"
    head += "x_scale 0 4 0.8\ny_scale 0 2 0.9\nz_scale 0 1 2.6\nverts 0\n"
    (folder / "box.mhclo").write_text(head + "\n".join(str(i) for i in range(15)))
    (folder / "box.mhmat").write_text("diffuseTexture box_diffuse.png\n")
    if texture:
        Image.new("RGB", (40, 40), (200, 30, 40)).save(folder / "box_diffuse.jpg")
    return np.concatenate(boxes) @ np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]]) / 10


def test_an_asset_becomes_a_shoe_without_its_sock(tmp_path: Path) -> None:
    base = write_asset(tmp_path)
    (path,) = assets.load_asset_shoes(tmp_path)
    shoe = assets.build_asset(path, lambda _: make_foot(), base)
    assert shoe.collar_height_m == pytest.approx(0.09, abs=1e-6)
    assert shoe.length_m == pytest.approx(0.26, abs=0.01)
    assert shoe.parts[0].texture.shape == (40, 40, 3)
    assert shoe.description["colour"] == "red"


def test_an_asset_without_its_texture_is_refused(tmp_path: Path) -> None:
    write_asset(tmp_path, texture=False)
    with pytest.raises(InputError, match=r"box\.mhmat names .*box_diffuse\.png"):
        assets.read_binding(tmp_path / "box.mhclo")


def test_a_missing_asset_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        assets.load_asset_shoes(tmp_path / "nowhere")
