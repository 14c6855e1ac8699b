"""The certificate proves what it says and notices what it should."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shoemodel.compose.paste import paste
from shoemodel.compose.placed import PlacedShoe
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image.geometry import Similarity
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas
from shoemodel.output import certificate

EXACT = Layout((90, 80), Similarity(dx=6, dy=30))
TURNED = Layout((90, 80), Similarity(0.8, 10, 10, 25))


def results(folder: Path, layout: Layout = EXACT) -> Path:
    """A folder as `generate` leaves it, beside its photo."""
    rng = np.random.default_rng(0)
    images.save_png(folder / "photo.png", rng.integers(0, 256, (50, 60, 3), np.uint8))
    photo = images.load(folder / "photo.png")
    visible = np.zeros(photo.size, bool)
    visible[15:40, 10:50] = True
    areas = ShoeAreas.from_masks(visible, np.zeros_like(visible))
    shoe = PlacedShoe.of(photo.rgb, areas, layout).rgba
    out = folder / "out"
    out.mkdir()
    pictures = {
        f"image_{i:02d}.png": paste(rng.integers(0, 256, (32, 32, 3), np.uint8), shoe[..., :3], shoe[..., 3] == 255)
        for i in range(2)
    }
    for name, picture in pictures.items():
        images.save_png(out / name, picture)
    images.save_png(out / "shoe.png", shoe)
    certificate.save(out, certificate.build(photo, layout, shoe, pictures))
    return out


def edit(path: Path, row: int, column: int, by: int) -> None:
    pixels = np.array(Image.open(path))
    pixels[row, column, 0] += np.uint8(by)
    images.save_png(path, pixels)


@pytest.mark.parametrize("layout", [EXACT, TURNED])
def test_untouched_results_verify(tmp_path: Path, layout: Layout):
    out = results(tmp_path, layout)
    assert certificate.verify(out) == []
    assert certificate.verify(out, tmp_path / "photo.png") == []


def test_certificate_states_the_transform_and_no_difference(tmp_path: Path):
    stated = json.loads((results(tmp_path) / "certificate.json").read_text())
    assert stated["transform"] == {"scale": 1.0, "angle_deg": 0.0, "dx": 6, "dy": 30, "flip": False}
    assert stated["canvas"] == [90, 80] and stated["max_delta"] == 0
    assert stated["visible"]["pixels"] == 25 * 40


def test_one_visible_pixel_off_by_one_fails(tmp_path: Path):
    out = results(tmp_path)
    edit(out / "image_01.png", 50, 30, 1)
    problems = certificate.verify(out)
    assert any("image_01.png differs from shoe.png in 1 visible pixels, by up to 1" in problem for problem in problems)
    assert not any("image_00" in problem for problem in problems)


def test_a_pixel_outside_the_visible_area_is_noticed_by_the_hash(tmp_path: Path):
    out = results(tmp_path)
    edit(out / "image_00.png", 2, 2, 1)
    assert certificate.verify(out) == ["the pixels of image_00.png are not the ones the certificate names"]


def test_re_encoding_and_metadata_do_not_matter(tmp_path: Path):
    out = results(tmp_path)
    pixels = np.array(Image.open(out / "image_00.png"))
    images.save_png(out / "image_00.png", pixels, text={"comment": "moved house"})
    assert certificate.verify(out, tmp_path / "photo.png") == []


def test_a_changed_shoe_is_noticed(tmp_path: Path):
    out = results(tmp_path)
    for name in ("shoe.png", "image_00.png", "image_01.png"):
        edit(out / name, 50, 30, 7)
    assert "the pixels of shoe.png are not the ones the certificate names" in certificate.verify(out)


def test_a_smaller_visible_area_is_noticed(tmp_path: Path):
    out = results(tmp_path)
    shoe = np.array(Image.open(out / "shoe.png"))
    shoe[50:, :, 3] = 0
    images.save_png(out / "shoe.png", shoe)
    assert "the visible area in shoe.png is not the one the certificate names" in certificate.verify(out)


def test_a_forged_set_fails_against_the_photo(tmp_path: Path):
    out = results(tmp_path)
    photo = images.load(tmp_path / "photo.png")
    shoe = np.array(Image.open(out / "shoe.png"))
    shoe[50, 30, :3] ^= 64
    pictures = {}
    for path in out.glob("image_*.png"):
        picture = np.array(Image.open(path))
        picture[50, 30] = shoe[50, 30, :3]
        images.save_png(path, picture)
        pictures[path.name] = picture
    images.save_png(out / "shoe.png", shoe)
    certificate.save(out, certificate.build(photo, EXACT, shoe, pictures))
    assert certificate.verify(out) == []
    assert certificate.verify(out, photo.path) == [
        "shoe.png differs from photo.png under the stated transform by up to 64"
    ]


def test_another_photo_is_noticed(tmp_path: Path):
    out = results(tmp_path)
    images.save_png(tmp_path / "other.png", np.zeros((50, 60, 3), np.uint8))
    assert certificate.verify(out, tmp_path / "other.png") == [
        "other.png is not the photo the certificate names (photo.png)"
    ]


def test_files_present_and_named_must_agree(tmp_path: Path):
    out = results(tmp_path)
    (out / "image_01.png").rename(out / "image_07.png")
    assert certificate.verify(out) == [
        "image_01.png is named in the certificate but missing",
        "image_07.png is not named in the certificate",
    ]


def test_damaged_or_transparent_results_are_problems(tmp_path: Path):
    out = results(tmp_path)
    path = out / "image_00.png"
    clear = np.dstack([np.array(Image.open(out / "image_01.png")), np.full((90, 80), 254, np.uint8)])
    images.save_png(out / "image_01.png", clear)
    path.write_bytes(path.read_bytes()[:500])
    problems = certificate.verify(out)
    assert any("image_00.png is damaged" in problem for problem in problems)
    assert "image_01.png is partly transparent" in problems


def test_a_missing_shoe_is_a_problem_and_a_missing_certificate_an_error(tmp_path: Path):
    out = results(tmp_path)
    (out / "shoe.png").unlink()
    assert "shoe.png does not exist" in certificate.verify(out)[0]
    (out / "certificate.json").unlink()
    with pytest.raises(InputError, match="cannot be read"):
        certificate.verify(out)


def test_a_stated_difference_is_a_problem(tmp_path: Path):
    out = results(tmp_path)
    stated = json.loads((out / "certificate.json").read_text())
    certificate.save(out, stated | {"max_delta": 3})
    assert certificate.verify(out) == ["the certificate itself states a difference of 3"]


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"canvas": [90]},
        {"canvas": "ab"},
        {"transform": {"scale": 0, "angle_deg": 0, "dx": 0, "dy": 0, "flip": False}},
        {"transform": {"scale": 1, "angle_deg": 0, "dx": "6", "dy": 0, "flip": False}},
        {"shoe": {"name": "shoe.png", "sha256": "abc"}},
        {"results": ["image_00.png"]},
        {"results": {"../image_00.png": {"sha256": "0" * 64, "max_delta": 0}}},
        {"source": None},
        {"max_delta": 0.5},
    ],
)
def test_malformed_certificates_are_refused(tmp_path: Path, change: dict):
    out = results(tmp_path)
    stated = json.loads((out / "certificate.json").read_text())
    certificate.save(out, stated | change)
    with pytest.raises(InputError, match="not a certificate"):
        certificate.verify(out)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"', "[" * 100_000])
def test_what_is_no_certificate_is_refused(tmp_path: Path, text: str):
    out = results(tmp_path)
    (out / "certificate.json").write_text(text)
    with pytest.raises(InputError, match="not a certificate"):
        certificate.verify(out)


@pytest.mark.usefixtures("unchecked")
def test_build_refuses_other_sizes_and_names(tmp_path: Path):
    out = results(tmp_path)
    photo, shoe = images.load(tmp_path / "photo.png"), np.array(Image.open(out / "shoe.png"))
    for name, size in (("image_00.png", (80, 90, 3)), ("../image_00.png", (90, 80, 3))):
        with pytest.raises(ValueError, match="results are image"):
            certificate.build(photo, EXACT, shoe, {name: np.zeros(size, np.uint8)})
