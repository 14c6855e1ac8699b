"""Clothes from files: found, named, bound to the body, cut above the shoe, kept outside the skin."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.spatial import cKDTree

from shoemodel.body import outfits, wardrobe
from shoemodel.body.anny_model import body
from shoemodel.body.clothes import dress
from shoemodel.body.figure import group, rest_transforms, skin
from shoemodel.body.footing import Fitting, fit
from shoemodel.body.outfits import sample_outfit
from shoemodel.body.socks import sock_colours
from shoemodel.errors import InputError
from shoemodel.render.meshes import rigid, rotation, vertex_normals
from shoemodel.shoes import assets, build, sample_parameters

PHENOTYPE = {"gender": 1.0, "age": 0.6, "weight": 0.4, "muscle": 0.5, "height": 0.5}
FEET = ("left", "right")
SKIN_VERTICES = 13380  # of the base mesh, before its helpers


@pytest.fixture(scope="module")
def fitting() -> Fitting:
    figure = body().figure(PHENOTYPE)
    shoe = build(sample_parameters(np.random.default_rng(0), "sneaker"), body().foot(figure, 0.0))
    return fit(body(), figure, shoe)


def tube(half_x: float, half_y: float, centre_x: float, low: float, high: float) -> tuple[np.ndarray, list]:
    """An upright tube of 24 rings by 16 points in Anny's frame, and its quads."""
    angle = 2 * np.pi * np.arange(16) / 16
    ring = np.stack([centre_x + half_x * np.cos(angle), half_y * np.sin(angle), 0 * angle], axis=1)
    points = np.concatenate([ring + np.array([0, 0, z]) for z in np.linspace(low, high, 24)])
    quads = [
        [16 * r + k, 16 * r + (k + 1) % 16, 16 * (r + 1) + (k + 1) % 16, 16 * (r + 1) + k]
        for r in range(23)
        for k in range(16)
    ]
    return points, quads


def write_garment(folder: Path, name: str, tubes: list, colour=(30, 60, 160), tag: str = "Female") -> Path:
    """Tubes bound to the nearest base vertices with offsets in decimetres, as a .mhclo file with its companions."""
    base = assets.base_vertices({})
    bound, lines, faces, start = [], [], [], 1
    for points, quads in tubes:
        bound.append(points)
        faces += [[start + i for i in quad] for quad in quads]
        start += len(points)
    points = np.concatenate(bound)
    near = np.array([np.linalg.norm(base[:SKIN_VERTICES] - point, axis=1).argmin() for point in points])
    offset = (points - base[near]) @ np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]) * 10
    lines = [f"v {x} {z} {-y}" for x, y, z in points] + ["vt 0.2 0.2", "vt 0.8 0.2", "vt 0.8 0.8", "vt 0.2 0.8"]
    lines += ["f " + " ".join(f"{i}/{k + 1}" for k, i in enumerate(face)) for face in faces]
    (folder / f"{name}.obj").write_text("\n".join(lines))
    body_mh = np.stack([base[:, 0], base[:, 2], -base[:, 1]], 1) * 10
    scale = "".join(f"{axis}_scale 0 5000 {abs(body_mh[0, k] - body_mh[5000, k])}\n" for k, axis in enumerate("xyz"))
    rows = [f"{n} {n} {n} 1 0 0 {x} {y} {z}" for n, (x, y, z) in zip(near, offset, strict=True)]
    head = f"tag {tag}\nobj_file {name}.obj\nmaterial {name}.mhmat\n{scale}verts 0\n"
    path = folder / f"{name}.mhclo"
    path.write_text(head + "\n".join(rows))
    (folder / f"{name}.mhmat").write_text(f"diffuseTexture {name}.png\n")
    if colour is not None:
        Image.new("RGB", (32, 32), colour).save(folder / f"{name}.png")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Jeans that cover the ankles, a knee-long skirt without a picture, a hat."""
    folder = tmp_path_factory.mktemp("clothes")
    joints = body().figure({}).joints
    hip, knee, ankle = (joints["left", name] for name in ("hip", "knee", "ankle"))
    legs = [tube(0.10, 0.11, sign * knee[0], ankle[2] - 0.04, hip[2] + 0.05) for sign in (-1, 1)]
    write_garment(folder, "blue_ones", legs)
    write_garment(folder, "long_skirt", [tube(0.30, 0.20, 0.0, knee[2] - 0.05, hip[2] + 0.1)], colour=None)
    write_garment(folder, "hat", [tube(0.1, 0.1, 0.0, 0.7, 0.8)])
    return folder


def worn(fitting: Fitting, folder: Path, name: str, transforms: dict, monkeypatch: pytest.MonkeyPatch, feet=FEET):
    monkeypatch.setattr(outfits, "FILE_SHARE", 2.0)
    monkeypatch.setattr(outfits, "find_clothes", lambda _: (folder / f"{name}.mhclo",))
    outfit = sample_outfit(np.random.default_rng(3), fitting, True, 0.4, True, folder)
    posed = skin(fitting.vertices, body().weights, transforms)
    fitted = wardrobe.fit_garment(folder / outfit.file, PHENOTYPE)
    return outfit, dress(body(), fitting, outfit, transforms, posed, feet, 4, fitted), posed


def test_files_are_found_and_told_apart(folder: Path):
    garments = {path.stem: wardrobe.load_garment(path) for path in wardrobe.find_clothes(folder)}
    assert set(garments) == {"blue_ones", "hat", "long_skirt"} and garments["hat"] is None
    assert garments["blue_ones"].kind == "jeans" and garments["long_skirt"].kind == "skirt"
    assert garments["blue_ones"].women and not garments["blue_ones"].men
    assert garments["blue_ones"].end_share < 0 < 0.7 < garments["long_skirt"].end_share


def test_a_fitted_garment_has_the_size_of_its_body(folder: Path):
    small, tall = (
        wardrobe.fit_garment(folder / "blue_ones.mhclo", {**PHENOTYPE, "height": height}) for height in (0.2, 0.8)
    )
    assert np.ptp(tall.vertices[:, 2]) > 1.05 * np.ptp(small.vertices[:, 2])
    assert np.allclose(small.weights.sum(axis=1), 1) and (small.weights[:, group("left", "foot")] == 0).all()


@pytest.mark.parametrize("feet", [("left",), FEET])
def test_its_hem_is_above_the_collar_whatever_it_was_made_for(
    fitting: Fitting, folder: Path, feet: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    outfit, parts, _ = worn(fitting, folder, "blue_ones", rest_transforms(), monkeypatch, feet)
    legs = [part for part in parts if part.name.startswith("trousers")]
    assert {part.name for part in legs} == {f"trousers_{side}" for side in feet}
    collar_z = fitting.figure.joints["left", "ankle"][2] + max(fitting.collar_above_ankle, 0.0)
    lowest = min(part.vertices[:, 2].min() for part in legs)
    assert collar_z + 0.015 < lowest < collar_z + 0.1
    assert outfit.garment_colour in ("blue", "dark blue", "light blue")
    assert all(part.texture is legs[0].texture for part in legs)


def test_no_skin_comes_through_when_the_knee_is_bent(fitting: Fitting, folder: Path, monkeypatch: pytest.MonkeyPatch):
    transforms = rest_transforms()
    knee = fitting.figure.joints["left", "knee"]
    for joint in ("shin", "foot", "toe1-1", "toe2-1", "toe3-1", "toe4-1", "toe5-1"):
        transforms[group("left", joint)] = rigid(rotation("x", 70.0), knee, knee)
    _, parts, posed = worn(fitting, folder, "blue_ones", transforms, monkeypatch, ("left",))
    own = np.unique(body().leg_faces("left"))
    tree, normals = cKDTree(posed[own]), vertex_normals(posed, body().faces)[own]

    def inside(points: np.ndarray) -> float:
        """Share of cloth points (n, 3) more than 3 mm under the skin."""
        _, near = tree.query(points)
        return float((((points - posed[own][near]) * normals[near]).sum(axis=1) < -0.003).mean())

    fitted = wardrobe.fit_garment(folder / "blue_ones.mhclo", PHENOTYPE)
    left = (fitted.vertices[:, 0] > 0) & (fitted.vertices[:, 2] < fitting.figure.joints["left", "hip"][2] - 0.03)
    assert inside(skin(fitted.vertices, fitted.weights, transforms)[left]) > 0.05, "the tube alone cuts the leg"
    assert inside(next(part for part in parts if part.name == "trousers_left").vertices) < 0.01


def test_a_skirt_without_a_picture_is_dyed_in_its_colour(
    fitting: Fitting, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    outfit, parts, _ = worn(fitting, folder, "long_skirt", rest_transforms(), monkeypatch)
    skirt = next(part for part in parts if part.name == "skirt")
    assert np.allclose(skirt.texture.mean(axis=(0, 1)), outfit.garment_rgb, rtol=0.05)
    assert {"legs_left", "legs_right"} <= {part.name for part in parts}
    assert not any(part.name.startswith("trousers") for part in parts)


def test_without_assets_or_where_it_cannot_be_worn_no_file_is(fitting: Fitting, folder: Path, monkeypatch):
    monkeypatch.setattr(outfits, "FILE_SHARE", 2.0)
    rng = np.random.default_rng(0)
    assert sample_outfit(rng, fitting, True, 0.4, True).file == ""
    drawn = [sample_outfit(rng, fitting, female, 0.4, False, folder) for female in (True, False) for _ in range(8)]
    assert {outfit.file for outfit in drawn[:8]} == {"", "blue_ones.mhclo"}
    assert {outfit.file for outfit in drawn[8:]} == {""}


def test_socks_of_a_file_end_where_they_were_made_to_and_bring_their_pattern(
    fitting: Fitting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    ankle = body().figure({}).joints["left", "ankle"]
    tubes = [tube(0.05, 0.06, sign * ankle[0], ankle[2] - 0.06, ankle[2] + 0.2) for sign in (-1, 1)]
    write_garment(tmp_path, "red_socks", tubes, colour=(200, 20, 30))
    monkeypatch.setattr(outfits, "FILE_SHARE", 2.0)
    monkeypatch.setattr(outfits, "_sample_sock", lambda *_: 0.1)
    monkeypatch.setattr(outfits, "_hose", lambda *_: ("", (0.0, 0.0, 0.0)))
    outfit = sample_outfit(np.random.default_rng(3), fitting, True, 0.4, False, tmp_path)
    assert (outfit.sock_file, outfit.sock_colour, outfit.file) == ("red_socks.mhclo", "red", "")
    assert outfit.sock_m == pytest.approx(0.2, abs=0.02)
    bare = replace(outfit, garment="bare")
    knit = sock_colours(tmp_path / outfit.sock_file, PHENOTYPE)
    parts = dress(body(), fitting, bare, rest_transforms(), fitting.vertices, ("left",), 4, None, knit)
    sock = next(part for part in parts if part.name == "sock_left")
    top = sock.vertices[:, 2].max() - fitting.figure.joints["left", "ankle"][2]
    assert top == pytest.approx(outfit.sock_m, abs=0.005)
    assert (sock.colours[:, 0] > 5 * sock.colours[:, 1]).all()


@pytest.mark.parametrize(
    ("suffix", "old", "new", "message"),
    [
        ("mhclo", "x_scale 0", "x_scale zero", "that no .mhclo file has"),
        ("mhclo", "y_scale", "scale", "both are needed"),
        ("mhclo", "verts 0\n", "verts 0\n99999\n", "bound to vertex 99999"),
        ("obj", "vt 0.2 0.2", "vt left", "such as 'vt left'"),
        ("obj", "f 1/1", "f 9999999/1", "does not hold"),
        ("mhclo", "obj_file", "obj", "names nothing as its obj_file"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path: Path, suffix: str, old: str, new: str, message: str):
    path = write_garment(tmp_path, "torn", [tube(0.1, 0.1, 0.0, -0.6, 0.0)])
    broken = path.with_suffix(f".{suffix}")
    broken.write_text(broken.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match="torn.*" + message) as refusal:
        wardrobe.load_garment(path)
    assert "\n" not in str(refusal.value)
