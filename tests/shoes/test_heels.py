"""Heeled shoes from files: stood on heel and ball, their rise read, the foot stretched into them."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from shoemodel import shoes
from shoemodel.body.anny_model import body
from shoemodel.body.figure import Figure
from shoemodel.body.footing import fit
from shoemodel.render.meshes import rotation, transform
from shoemodel.shoes import Shoe
from shoemodel.shoes.assets import base_vertices, build_asset
from shoemodel.shoes.heels import onto_heel_and_ball
from shoemodel.shoes.scans import build_scan, read_scan

PHENOTYPE = {"gender": 1.0}
TOLERANCE_DEG = 4.0


@pytest.fixture(scope="module")
def figure() -> Figure:
    return body().figure(PHENOTYPE)


@pytest.fixture(scope="module")
def pump(figure: Figure) -> Shoe:
    """A pump on a stiletto, as the generator makes it: the angle of its heel is known."""
    drawn = (shoes.sample_parameters(np.random.default_rng(seed), "pump") for seed in range(50))
    parameters = next(p for p in drawn if p.heel_kind == "stiletto" and 0.06 < p.heel < 0.09)
    return shoes.build(parameters, body().foot(figure, shoes.heel_deg(parameters)))


def joined(shoe: Shoe) -> tuple[np.ndarray, np.ndarray]:
    starts = np.cumsum([0, *(len(part.vertices) for part in shoe.parts)])
    faces = [part.faces + start for part, start in zip(shoe.parts, starts, strict=False)]
    return np.concatenate([part.vertices for part in shoe.parts]), np.concatenate(faces)


def write_scan(path: Path, shoe: Shoe, mirrored: bool = False) -> Path:
    """The shoe in a file: y up, toes to +x."""
    vertices, faces = joined(shoe)
    if mirrored:
        vertices, faces = vertices * [-1, 1, 1], faces[:, ::-1]
    trimesh.Trimesh(vertices @ np.array([[0, 0, 1], [-1, 0, 0], [0, 1, 0]], float), faces).export(path)
    return path


def write_mhclo(folder: Path, shoe: Shoe, base: np.ndarray) -> Path:
    """The shoe, and a scrap of a sock above it, bound to single vertices of the base mesh, where it stands on the
    stretched foot."""
    vertices, faces = joined(shoe)
    faces = np.concatenate([faces, [len(vertices) + np.arange(3)]])
    vertices = np.concatenate([vertices, vertices.max(axis=0) + 0.05 * np.eye(3)])
    placed = transform(np.linalg.inv(shoe.foot_to_shoe), vertices)
    near = np.array([np.abs(base[:, 0] - x).argmin() for x in placed[:, 0]])
    offsets = (placed - base[near]) @ np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]) * 10
    scales = [np.ptp(base[[0, 1], axis]) * 10 for axis in (0, 2, 1)]
    head = ["tag Shoes", "obj_file pump.obj", "material pump.mhmat"]
    head += [f"{name}_scale 0 1 {scale}" for name, scale in zip("xyz", scales, strict=True)] + ["verts 0"]
    rows = [f"{n} {n} {n} 1 0 0 {x} {y} {z}" for n, (x, y, z) in zip(near, offsets, strict=True)]
    (folder / "pump.mhclo").write_text("\n".join(head + rows))
    lines = ["v 0 0 0"] * len(vertices) + ["vt 0.5 0.5"]
    lines += ["f " + " ".join(f"{corner + 1}/1" for corner in face) for face in faces]
    (folder / "pump.obj").write_text("\n".join(lines))
    (folder / "pump.mhmat").write_text("diffuseTexture pump.png\n")
    Image.new("RGB", (32, 32), (180, 20, 30)).save(folder / "pump.png")
    return folder / "pump.mhclo"


def check_worn(shoe: Shoe, figure: Figure, heel_deg: float) -> None:
    """The shoe stands on heel and ball, and the stretched foot is in it, heel on the seat, toes below the vamp."""
    points = np.concatenate([part.vertices for part in shoe.parts])
    assert shoe.heel_deg == pytest.approx(heel_deg, abs=TOLERANCE_DEG)
    assert points[:, 2].min() == pytest.approx(0, abs=1e-3)
    rear, front = points[points[:, 1] > -0.06], points[points[:, 1] < -0.13]
    assert rear[:, 2].min() < 3e-3 and front[:, 2].min() < 3e-3
    fitting = fit(body(), figure, shoe)
    turn = fitting.foot_at("left", np.eye(4))
    heel = transform(turn, fitting.vertices[[body().landmarks["left", "heel"]]])[0]
    toe = transform(shoe.foot_to_shoe, body().foot(figure, shoe.heel_deg).big_toe[None])[0]
    assert heel[2] - toe[2] > 0.6 * 0.13 * np.tan(np.radians(heel_deg)), "the heel is lifted over the toes"
    assert (heel > points.min(axis=0)).all() and (heel < points.max(axis=0)).all()
    assert points[:, 1].min() < toe[1] < points[:, 1].max()


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_pump_from_a_mesh_file_stretches_the_foot(tmp_path: Path, pump: Shoe, figure: Figure, mirrored: bool):
    shoe = build_scan(write_scan(tmp_path / "pump.obj", pump, mirrored), partial(body().foot, figure))
    check_worn(shoe, figure, pump.heel_deg)
    assert shoe.family == "pump"


def test_a_pump_bound_to_the_base_mesh_stretches_the_foot(tmp_path: Path, pump: Shoe, figure: Figure):
    base = base_vertices(PHENOTYPE)
    shoe = build_asset(write_mhclo(tmp_path, pump, base), partial(body().foot, figure), base)
    check_worn(shoe, figure, pump.heel_deg)


def test_a_flat_shoe_leaves_the_foot_flat(tmp_path: Path, figure: Figure):
    parameters = shoes.sample_parameters(np.random.default_rng(0), "sneaker")
    flat = shoes.build(parameters, body().foot(figure, shoes.heel_deg(parameters)))
    scan = read_scan(write_scan(tmp_path / "sneaker.obj", flat))
    assert scan.bed.heel_deg == 0.0 and scan.bed.seat == pytest.approx(scan.bed.ball, abs=0.05)


@pytest.mark.parametrize("tilt_deg", [-20.0, 4.0, 15.0])
def test_a_tilted_shoe_is_stood_on_its_heel_and_ball(tilt_deg: float):
    rng = np.random.default_rng(0)
    upper = rng.uniform([-0.15, -1.0, 0.1], [0.15, 0.0, 0.4], (500, 3))
    feet = np.array([[0.0, -0.7, 0.0], [0.0, -0.1, 0.0]])
    tilted = np.concatenate([feet, upper]) @ rotation("x", tilt_deg).T + [0.0, 0.3, 0.2]
    standing = transform(onto_heel_and_ball(tilted), tilted)
    assert np.allclose(standing[:2, 2], 0, atol=1e-9) and standing[2:, 2].min() > 0.05
