"""Every kind of picture in, one kind inside; refusals in one sentence."""

import hashlib
import io
import os
import resource
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from shoemodel.errors import InputError
from shoemodel.image import io as images

RED, HALF = (200, 40, 10), 128


def rgb(height: int = 40, width: int = 60) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def png_header_only(path: Path, width: int, height: int) -> Path:
    """A PNG that promises width x height pixels in a few hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(100 * (3 * width + 1)), 9)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path


def test_png_comes_back_exactly(tmp_path: Path):
    images.save_png(tmp_path / "a.png", rgb(), text={"prompt": "a shoe, größer"})
    photo = images.load(tmp_path / "a.png")
    np.testing.assert_array_equal(photo.rgb, rgb())
    assert photo.alpha is None and photo.size == (40, 60)
    assert photo.sha256 == hashlib.sha256((tmp_path / "a.png").read_bytes()).hexdigest()
    assert Image.open(tmp_path / "a.png").text["prompt"] == "a shoe, größer"


@pytest.mark.parametrize(
    ("mode", "colour", "kind", "expected"),
    [
        ("L", 77, "PNG", (77, 77, 77)),
        ("1", 1, "PNG", (255, 255, 255)),
        ("LA", (77, 255), "PNG", (77, 77, 77)),
        ("P", 9, "GIF", None),
        ("RGB", RED, "WEBP", RED),
        ("RGB", RED, "TIFF", RED),
        ("RGB", RED, "BMP", RED),
        ("RGBA", (*RED, 255), "PNG", RED),
        ("CMYK", (0, 200, 240, 30), "TIFF", None),
        ("CMYK", (0, 200, 240, 30), "JPEG", None),
    ],
)
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str, colour, kind: str, expected):
    image = Image.new(mode, (50, 40), colour)
    path = tmp_path / f"picture.{kind.lower()}"
    image.save(path, **({"lossless": True} if kind == "WEBP" else {}), format=kind)
    expected = expected or image.convert("RGB").getpixel((0, 0))
    photo = images.load(path)
    assert photo.rgb.shape == (40, 50, 3) and photo.rgb.dtype == np.uint8 and photo.alpha is None
    np.testing.assert_allclose(photo.rgb[20, 25].astype(int), expected, atol=2 if kind == "JPEG" else 0)


def test_16_bit_is_scaled_not_clipped(tmp_path: Path):
    values = np.linspace(0, 65535, 40 * 50).round().astype(np.uint16).reshape(40, 50)
    for name in ("a.png", "a.tiff"):
        Image.fromarray(values).save(tmp_path / name)
        np.testing.assert_array_equal(images.load(tmp_path / name).rgb[..., 1], np.round(values / 257))


def test_floating_point_is_refused(tmp_path: Path):
    Image.fromarray(np.zeros((40, 50), np.float32)).save(tmp_path / "a.tiff")
    with pytest.raises(InputError, match="mode F"):
        images.load(tmp_path / "a.tiff")


def test_transparency_is_kept_and_composed_over_white(tmp_path: Path):
    rgba = np.dstack([np.full((40, 50, 3), 100, np.uint8), np.full((40, 50), 255, np.uint8)])
    rgba[:10, :, 3], rgba[10:20, :, 3] = 0, HALF
    Image.fromarray(rgba).save(tmp_path / "a.png")
    photo = images.load(tmp_path / "a.png")
    np.testing.assert_array_equal(photo.alpha, rgba[..., 3])
    assert photo.rgb[5, 5, 0] == 255 and photo.rgb[30, 5, 0] == 100 and abs(int(photo.rgb[15, 5, 0]) - 177) <= 1


def test_palette_transparency_counts(tmp_path: Path):
    labels = np.zeros((40, 50), np.uint8)
    labels[10:] = 1
    image = Image.frombytes("P", (50, 40), labels.tobytes())
    image.putpalette([0, 0, 0, *RED])
    image.save(tmp_path / "a.png", transparency=0)
    photo = images.load(tmp_path / "a.png")
    assert photo.alpha[0, 0] == 0 and photo.alpha[20, 20] == 255 and tuple(photo.rgb[20, 20]) == RED


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int):
    upright = np.zeros((40, 60, 3), np.uint8)
    upright[:20, :30] = 255
    upright[:20, 30:] = 128
    # The stored pixels for each orientation, from the EXIF standard's rows and columns.
    undo = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(undo[orientation])).save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(images.load(tmp_path / "a.png").rgb, upright)


def test_srgb_profile_changes_no_pixel(tmp_path: Path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(rgb()).save(tmp_path / "a.png", icc_profile=profile)
    np.testing.assert_array_equal(images.load(tmp_path / "a.png").rgb, rgb())


def linear_rgb_profile() -> bytes:
    """An ICC profile with sRGB's primaries and linear values, so that its conversion to sRGB is a known formula."""

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    text = b"linear"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + bytes(1 + 8 + 3 + 67),
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.4361, 0.2225, 0.0139),
        b"gXYZ": xyz(0.3851, 0.7169, 0.0971),
        b"bXYZ": xyz(0.1431, 0.0606, 0.7141),
    } | {name: b"curv" + bytes(8) for name in (b"rTRC", b"gTRC", b"bTRC")}
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", 128 + 4 + 12 * len(tags) + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(
        ">I4sI4s4s4s", 132 + 12 * len(tags) + len(body), b"lcms", 0x02100000, b"mntr", b"RGB ", b"XYZ "
    )
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + table + body


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
@pytest.mark.filterwarnings("error")
def test_other_profile_is_converted(tmp_path: Path, mode: str):
    values = np.arange(256, dtype=np.uint8).repeat(40).reshape(256, 40).T
    Image.fromarray(values).convert(mode).save(tmp_path / "a.png", icc_profile=linear_rgb_profile())
    linear = np.arange(256) / 255
    expected = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055) * 255
    found = images.load(tmp_path / "a.png").rgb[7]
    np.testing.assert_allclose(found, np.stack([expected] * 3, axis=1), atol=2)


def test_corrupt_profile_warns(tmp_path: Path):
    Image.fromarray(rgb()).save(tmp_path / "a.png", icc_profile=b"not a profile" * 20)
    with pytest.warns(UserWarning, match="unusable colour profile"):
        photo = images.load(tmp_path / "a.png")
    np.testing.assert_array_equal(photo.rgb, rgb())


def test_animation_gives_its_first_frame(tmp_path: Path):
    frames = [Image.new("RGB", (50, 40), colour) for colour in (RED, (0, 255, 0))]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:], lossless=True)
    assert tuple(images.load(tmp_path / "a.webp").rgb[0, 0]) == RED


@pytest.mark.parametrize("side", [30_000, 8_000])
def test_bomb_is_refused_quickly_and_in_little_memory(tmp_path: Path, side: int):
    path = png_header_only(tmp_path / "bomb.png", side, side)
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    with pytest.raises(InputError, match=r"bomb\.png .* 50 megapixels are accepted"):
        images.load(path)
    assert time.perf_counter() - start < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def test_what_is_no_picture_is_refused(tmp_path: Path):
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "a.eps").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n")
    for name, found in [
        ("text.png", "not a picture"),
        ("empty.jpg", "not a picture"),
        ("a.eps", "not a picture"),
        ("none.png", "does not exist"),
        ("", "is a folder"),
        ("x" * 300, "cannot be read"),
        ("a\0b", "does not exist|cannot be read"),
    ]:
        with pytest.raises(InputError, match=found) as caught:
            images.load(tmp_path / name)
        assert "\n" not in str(caught.value) and "accepted" in str(caught.value)


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "tiff", "gif"])
def test_cut_off_pictures_are_refused(tmp_path: Path, kind: str):
    path = tmp_path / f"a.{kind}"
    Image.fromarray(rgb(80, 80)).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(InputError, match=r"damaged|not a picture"):
        images.load(path)


def test_small_pictures_are_refused(tmp_path: Path):
    Image.new("RGB", (31, 100)).save(tmp_path / "a.png")
    with pytest.raises(InputError, match="31x100 px; at least 32"):
        images.load(tmp_path / "a.png")


def test_heic_is_read_or_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    with pytest.raises(InputError, match=r"shoemodel\[heic\]"):
        images.load(path)


def test_heic_with_the_extra(tmp_path: Path):
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), RED)).save(tmp_path / "a.heic", quality=95)
    found = images.load(tmp_path / "a.heic").rgb
    assert found.shape == (48, 64, 3)
    np.testing.assert_allclose(found[20, 20].astype(int), RED, atol=8)


def test_palette_png_keeps_labels_and_shows_colours(tmp_path: Path):
    labels = np.arange(35 * 40, dtype=np.uint8).reshape(35, 40) % 3
    images.save_palette_png(tmp_path / "a.png", labels)
    stored = Image.open(tmp_path / "a.png")
    assert stored.mode == "P"
    np.testing.assert_array_equal(np.asarray(stored), labels)
    shown = np.asarray(stored.convert("RGB"))
    assert shown[0, 1].tolist() == [0, 0, 255] and shown[0, 2].tolist() == [255, 255, 0]
    with pytest.raises(ValueError, match="got 3"):
        images.encode_palette_png(np.full((4, 4), 3, np.uint8))


def test_jpeg_is_close(tmp_path: Path):
    image = np.full((40, 50, 3), RED, np.uint8)
    images.save_jpeg(tmp_path / "a.jpg", image)
    np.testing.assert_allclose(images.load(tmp_path / "a.jpg").rgb.astype(int), image, atol=3)


def test_saving_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    images.save_png(tmp_path / "a.png", rgb())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        images.save_png(tmp_path / "a.png", np.zeros_like(rgb()))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO((tmp_path / "a.png").read_bytes()))), rgb())


def test_unwritable_folder(tmp_path: Path):
    (tmp_path / "file").write_text("")
    for folder in ("missing", "file"):
        with pytest.raises(InputError, match=r"a\.png cannot be written"):
            images.save_png(tmp_path / folder / "a.png", rgb())


@pytest.mark.parametrize(("size", "diagonal"), [((400, 300), 500.0), ((300, 300), 500.0), ((300, 200), 360.555)])
def test_the_focal_length_of_a_camera_is_read(tmp_path, size, diagonal):
    """As EXIF states it for 35 mm film; a square picture was cut out of a sensor of 4:3."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[41989] = 52
    Image.new("RGB", size, "grey").save(tmp_path / "phone.jpg", exif=exif)
    assert images.load(tmp_path / "phone.jpg").focal_px == pytest.approx(52 / 43.27 * diagonal, rel=1e-3)
    exif.get_ifd(0x8769).update({40962: 4000, 40963: 1000})
    Image.new("RGB", size, "grey").save(tmp_path / "cropped.jpg", exif=exif)
    assert images.load(tmp_path / "cropped.jpg").focal_px is None
    Image.new("RGB", size, "grey").save(tmp_path / "plain.jpg")
    assert images.load(tmp_path / "plain.jpg").focal_px is None


def test_a_files_name_is_a_photo_too(tmp_path):
    images.save_png(tmp_path / "a.png", rgb())
    for name in (tmp_path / "a.png", str(tmp_path / "a.png")):
        assert np.array_equal(images.as_photo(name).rgb, rgb())
    with pytest.raises(InputError, match=r"none\.png does not exist"):
        images.as_photo(str(tmp_path / "none.png"))
