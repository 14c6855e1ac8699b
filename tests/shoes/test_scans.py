"""Shoes from mesh files: stood up, turned and scaled by their shape alone, or refused; and who wears them."""

import logging
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from shoemodel.errors import InputError
from shoemodel.shoes import Foot
from shoemodel.shoes.assets import asset_family
from shoemodel.shoes.implicit import surface
from shoemodel.shoes.scans import build_scan, find_scans, read_scan
from shoemodel.world.shod import women_share

LENGTH, WIDTH = 2.8, 1.0


def shoe_mesh(cavity: float = 0.9, slender: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """A left shoe, toes to -y, z up: low ahead, high behind and open there down to `cavity` below its collar."""

    def field(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        x, y, z = x[:, None, None] / slender, y[None, :, None], z[None, None]
        s = -y / LENGTH
        bent = x - 0.25 * np.sin(np.pi * np.clip(s, 0, 1))
        height = np.where(s < 0.45, 1.1, 0.6)
        sides = np.maximum(np.abs(bent) - WIDTH / 2, np.abs(s - 0.5) * LENGTH - LENGTH / 2)
        outer = np.maximum(sides, np.maximum(-z, z - height))
        hole = np.maximum(np.abs(bent) - 0.35, np.maximum(np.abs(s - 0.25) * LENGTH - 0.5, 1.1 - cavity - z))
        return np.maximum(outer, -hole)

    return surface(field, np.array([-1.0 * slender, -3.0, -0.2]), np.array([1.0 * slender, 0.2, 1.3]), 0.04, 2)


def write(path: Path, vertices: np.ndarray, faces: np.ndarray) -> Path:
    """As files mostly are: y up, and here with the toes to +x."""
    turned = vertices @ np.array([[0, 0, 1], [-1, 0, 0], [0, 1, 0]], float)
    trimesh.Trimesh(turned, faces).export(path)
    return path


def make_foot() -> Foot:
    """A left foot 0.25 m long with a lower leg, as boxes of points."""
    rng = np.random.default_rng(0)
    sole, leg = rng.uniform([-0.04, -0.25, 0], [0.04, 0, 0.06], (300, 3)), rng.uniform(-0.03, 0.03, (200, 3))
    sole[:2, 1] = -0.25, 0.0
    vertices = np.concatenate([sole, leg + np.array([0, -0.06, 0.1])])
    faces = np.arange(498).reshape(-1, 3)
    toes = np.array([[-0.02, -0.25, 0.01], [0.03, -0.25, 0.01]])
    return Foot(vertices, faces, np.arange(500) < 300, np.array([0.005, 0.0, 0.01]), *toes, np.eye(4))


def test_a_shoe_stands_up_with_its_toes_ahead_and_its_lining_found(tmp_path: Path):
    scan = read_scan(write(tmp_path / "boot.obj", *shoe_mesh()))
    assert np.allclose(scan.vertices.min(axis=0)[1:], [-1, 0], atol=5e-3)
    assert scan.vertices[:, 1].max() == pytest.approx(0, abs=5e-3)
    rear, front = scan.vertices[scan.vertices[:, 1] > -0.4], scan.vertices[scan.vertices[:, 1] < -0.6]
    assert rear[:, 2].max() == pytest.approx(1.1 / LENGTH, abs=0.02)
    assert rear[:, 2].max() > front[:, 2].max() + 0.1
    assert scan.bed.seat == pytest.approx(0.2 / LENGTH, abs=0.02)
    inner = scan.lining[0][np.unique(scan.lining[1])]
    assert len(inner) > 100 and (inner[:, 1] > -0.5).all() and (inner[:, 1] < 0).all()


def test_a_right_shoe_becomes_a_left_one(tmp_path: Path):
    vertices, faces = shoe_mesh()
    left = read_scan(write(tmp_path / "left.obj", vertices, faces))
    right = read_scan(write(tmp_path / "right.obj", vertices * [-1, 1, 1], faces[:, ::-1]))
    for scan in (left, right):
        middle = scan.vertices[np.abs(scan.vertices[:, 1] + 0.5) < 0.05, 0].mean()
        assert middle > 0.02, "the middle bulges to the outer side, +x"
        volume = trimesh.Trimesh(scan.vertices, np.concatenate([scan.faces, scan.lining[1]])).volume
        assert volume > 0, "faces look outwards"


def test_a_scan_closed_below_its_collar_is_hollowed_out(tmp_path: Path):
    scan = read_scan(write(tmp_path / "boot.obj", *shoe_mesh(cavity=0.3)))
    centres = scan.vertices[scan.faces].mean(axis=1)
    closing = (np.abs(centres[:, 1] + 0.25) < 0.1) & (centres[:, 2] > 0.2) & (centres[:, 2] < 0.32)
    assert (np.abs(centres[closing, 0] - centres[:, 0].mean()) > 0.08).all(), "nothing is left across the opening"
    assert scan.lining[0][:, 2].min() == pytest.approx(scan.bed.seat)


@pytest.mark.parametrize(("shape", "reason"), [("block", "holds no water"), ("bowl", "times as long as wide")])
def test_what_is_no_shoe_is_named_in_the_log_and_left_out(
    tmp_path: Path, shape: str, reason: str, caplog: pytest.LogCaptureFixture
):
    write(tmp_path / "boot.obj", *shoe_mesh())
    write(tmp_path / f"{shape}.obj", *(shoe_mesh(cavity=-1.0) if shape == "block" else shoe_mesh(slender=2.6)))
    with caplog.at_level(logging.WARNING):
        assert [path.name for path in find_scans(tmp_path)] == ["boot.obj"]
    assert len(caplog.records) == 1 and reason in caplog.text and f"{shape}.obj" in caplog.text
    (tmp_path / "broken.glb").write_bytes(b"no mesh")
    with pytest.raises(InputError, match=r"broken\.glb cannot be read"):
        read_scan(tmp_path / "broken.glb")


def test_a_scan_is_scaled_to_the_foot_and_looks_the_same_on_everyone(tmp_path: Path):
    path = write(tmp_path / "boot.obj", *shoe_mesh())
    shoe, again = build_scan(path, lambda _: make_foot()), build_scan(path, lambda _: make_foot())
    assert shoe.length_m == pytest.approx(0.275, abs=0.01)
    assert shoe.family == "ankle boot" and shoe.shoe_id == "boot" and shoe.heel_deg == 0.0
    assert {part.name for part in shoe.parts} == {"shoe_left_upper", "shoe_left_sole", "shoe_left_lining"}
    assert min(part.vertices[:, 2].min() for part in shoe.parts) == pytest.approx(0, abs=2e-3)
    assert shoe.description == again.description
    pressed = shoe.squeeze(np.array([[0.0, -0.1, -0.05], [0.02, -0.06, 0.5]]))
    assert pressed[0, 2] > 0.01 and np.allclose(pressed[1], [0.02, -0.06, 0.5])


def test_the_texture_of_a_glb_is_worn(tmp_path: Path):
    vertices, faces = shoe_mesh()
    picture = trimesh.visual.material.PBRMaterial(baseColorTexture=Image.new("RGB", (8, 8), (20, 60, 190)))
    visual = trimesh.visual.TextureVisuals(uv=np.full((len(vertices), 2), 0.5), material=picture)
    turned = vertices @ np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float)
    trimesh.Trimesh(turned, faces, visual=visual, process=False).export(tmp_path / "sneaker.glb")
    shoe = build_scan(tmp_path / "sneaker.glb", lambda _: make_foot())
    (upper,) = shoe.parts
    assert upper.texture is not None and upper.texture.shape == (8, 8, 3)
    assert shoe.family == "sneaker" and shoe.description["colour"] == "blue"


@pytest.mark.parametrize(
    ("name", "tags", "family", "women"),
    [("red_pump", "", "pump", 0.95), ("shoes01", "", "shoe", 0.5), ("biker_boots", "tag Male", "ankle boot", 0.05),
     ("summer_sandals", "tag Female", "sandal", 0.95), ("trainers", "tag Male\ntag Female", "sneaker", 0.5)],
)  # fmt: skip
def test_a_file_tells_who_wears_it(tmp_path: Path, name: str, tags: str, family: str, women: float):
    folder = tmp_path / "asset"
    folder.mkdir()
    path = folder / f"{name}.mhclo"
    path.write_text(f"tag Shoes\n{tags}\n")
    assert asset_family(path) == family and women_share(family, path) == women
