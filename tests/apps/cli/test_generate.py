"""What `generate` leaves on disk, and that `verify` believes exactly that."""

import json

import numpy as np
import pytest
from PIL import Image

from shoemodel.apps.cli.main import main
from shoemodel.image import io as images
from shoemodel.image.pose import NAMES
from shoemodel.output import metadata

PROMPT = "a woman's legs in jeans"


@pytest.fixture
def run(tiny_pack, found_feet, shoe_photo, tmp_path):
    """The run folder of two results."""
    where = ["--backend", "diffusion", "--pack", str(tiny_pack), "--out", str(tmp_path / "out")]
    how = ["--prompt", PROMPT, "--num", "2", "--seed", "3", "--steps", "2"]
    assert main(["generate", str(shoe_photo), *how, *where]) == 0
    return tmp_path / "out" / "shoe"


def test_every_file_is_there(run):
    assert sorted(path.name for path in run.iterdir()) == [
        "areas.png",
        "certificate.json",
        "image_00.png",
        "image_01.png",
        "overview.png",
        "pose_00.png",
        "pose_01.png",
        "run.json",
        "shoe.png",
    ]


def test_files_say_what_they_promise(run, shoe_photo):
    photo = images.load(shoe_photo)
    told = json.loads((run / "run.json").read_text())
    areas = Image.open(run / "areas.png")
    assert areas.mode == "P" and areas.size == (128, 96)
    assert areas.getpalette()[:9] == [0, 0, 0, 0, 0, 255, 255, 255, 0]
    shoe = np.asarray(Image.open(run / "shoe.png"))
    canvas, transform = told["layout"]["canvas"], told["layout"]["transform"]
    assert list(shoe.shape) == [*canvas, 4]
    dx, dy = int(transform["dx"]), int(transform["dy"])
    opaque = shoe[..., 3] == 255
    assert (opaque[dy : dy + 96, dx : dx + 128] == (np.asarray(areas) == 1)).all()
    for name in ("image_00.png", "image_01.png"):
        image = np.asarray(Image.open(run / name))
        assert (image[opaque] == photo.rgb[opaque[dy : dy + 96, dx : dx + 128]]).all()
    assert np.asarray(Image.open(run / "pose_01.png")).shape == (*canvas, 3)


def test_run_json_tells_how_to_repeat_it(run):
    told = json.loads((run / "run.json").read_text())
    assert told["request"]["prompt"] == [PROMPT] and told["request"]["seed"] == 3 and told["seeds"] == [3, 4]
    assert set(told["poses"][0]) == set(NAMES) and len(told["poses"]) == 2
    assert {"torch", "diffusers", "shoemodel"} <= set(told["versions"])
    assert {"region", "areas", "poses", "generate", "paste"} <= set(told["timings_s"])
    assert told["pack"]["name"] == "tiny" and len(told["pack"]["sha256"]) == 64


def test_the_photo_stays_where_it_is_wanted(tiny_pack, found_feet, shoe_photo, tmp_path):
    where = ["--backend", "diffusion", "--pack", str(tiny_pack), "--out", str(tmp_path / "out")]
    how = ["--prompt", PROMPT, "--steps", "2", "--background", "photo", "--layout", "keep"]
    assert main(["generate", str(shoe_photo), *how, *where]) == 0
    run, photo = tmp_path / "out" / "shoe", images.load(shoe_photo)
    told, image = json.loads((run / "run.json").read_text()), images.load(run / "image_00.png").rgb
    assert told["background"] == "photo" and told["layout"]["canvas"] == list(photo.size)
    with Image.open(run / "image_00.png") as picture:
        assert metadata.of_exif(picture.getexif())["background"] == "photo"
    assert (image == photo.rgb).all(-1).mean() > 0.5
    assert main(["verify", str(run), "--photo", str(shoe_photo)]) == 0


def test_verify_accepts_and_checks_the_photo(run, shoe_photo, capsys):
    assert main(["verify", str(run), "--photo", str(shoe_photo)]) == 0
    assert main(["verify", str(run.parent)]) == 0
    assert capsys.readouterr().out.count("untouched") == 2


def test_verify_fails_on_one_changed_visible_pixel(run, capsys):
    image = np.asarray(Image.open(run / "image_01.png")).copy()
    y, x = np.argwhere(np.asarray(Image.open(run / "shoe.png"))[..., 3] == 255)[7]
    image[y, x, 1] ^= 1
    images.save_png(run / "image_01.png", image)
    assert main(["verify", str(run)]) == 1
    assert "image_01.png differs from shoe.png in 1 visible pixels" in capsys.readouterr().out


def test_verify_fails_on_another_photo(run, tmp_path, capsys):
    images.save_png(tmp_path / "other.png", np.zeros((96, 128, 3), np.uint8))
    assert main(["verify", str(run), "--photo", str(tmp_path / "other.png")]) == 1


def test_verify_of_nothing(tmp_path, capsys):
    assert main(["verify", str(tmp_path)]) == 2
    assert "holds no results" in capsys.readouterr().err


def test_long_prompt_is_cut_and_said_so(tiny_pack, found_feet, shoe_photo, tmp_path, capsys):
    arguments = ["--steps", "1", "--backend", "diffusion", "--pack", str(tiny_pack), "--out", str(tmp_path / "out")]
    assert main(["generate", str(shoe_photo), "--prompt", "jeans " * 60, *arguments]) == 0
    assert "the first 77 count" in capsys.readouterr().err
    assert "77" in json.loads((tmp_path / "out" / "shoe" / "run.json").read_text())["warnings"][0]


def test_every_picture_says_how_it_was_made(run):
    told = json.loads((run / "run.json").read_text())
    for index in (0, 1):
        picture = Image.open(run / f"image_{index:02d}.png")
        said = json.loads(picture.text["parameters"])
        assert said == metadata.of_exif(picture.getexif())
        assert (said["prompt"], said["request"]["seed"], said["noise_seed"]) == (PROMPT, 3, 3 + index)
        assert said["pack"] == told["pack"] and said["photo"]["sha256"] == told["photo"]["sha256"]
        assert said["score"] == told["quality"][index]["score"]


def test_the_best_are_kept(tiny_pack, found_feet, shoe_photo, tmp_path, run, capsys):
    where = ["--backend", "diffusion", "--pack", str(tiny_pack), "--out", str(tmp_path / "best")]
    how = ["--prompt", PROMPT, "--num", "2", "--seed", "3", "--steps", "2", "--keep", "best:1", "--rejected"]
    assert main(["generate", str(shoe_photo), *how, *where]) == 0
    told = json.loads((run / "run.json").read_text())
    left_out = json.loads((tmp_path / "best" / "shoe" / "run.json").read_text())["rejected"][0]
    best = 1 - (left_out["seed"] - 3)
    assert told["quality"][best]["score"] >= left_out["score"]
    kept, other = (tmp_path / "best" / "shoe" / name for name in ("image_00.png", "rejected/image_00.png"))
    assert (images.load(kept).rgb == images.load(run / f"image_{best:02d}.png").rgb).all()
    assert (images.load(other).rgb == images.load(run / f"image_{1 - best:02d}.png").rgb).all()
    assert main(["verify", str(tmp_path / "best")]) == 0
    capsys.readouterr()
    assert main(["generate", str(shoe_photo), *how[:-3], "--rejected", *where]) == 2
    assert "rejected was given without keep" in capsys.readouterr().err
