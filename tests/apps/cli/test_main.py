"""Every bad input gets one sentence and exit code 2, and leaves nothing behind."""

import json
import shutil
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from shoemodel.apps.cli.main import main
from shoemodel.image import io as images


@pytest.fixture
def generate(tiny_pack, tmp_path, capsys):
    """Run `generate` with two steps on the tiny pack -> exit code, and what stands on stderr."""

    def run(*arguments, pack=tiny_pack, out=tmp_path / "out"):
        base = ["generate", "--prompt", "jeans", "--pack", str(pack), "--out", str(out), "--steps", "2"]
        base += ["--backend", "diffusion"]
        code = main([*base, *map(str, arguments)])
        return code, capsys.readouterr().err

    return run


@pytest.fixture
def refused(generate, tmp_path):
    """Expect exit code 2, one sentence that holds `words`, and no output folder."""

    def run(words, *arguments, **options):
        before = sorted(tmp_path.rglob("*"))
        code, errors = generate(*arguments, **options)
        assert code == 2
        assert errors.count("\n") == 1 and errors.startswith("shoemodel: ") and words in errors, errors
        left = [path for path in sorted(tmp_path.rglob("*")) if path not in before]
        assert left == []

    return run


def bomb(path):
    """A PNG of 30,000 x 30,000 in a few bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b""))
    return path


def test_bad_photos(refused, tmp_path):
    refused("does not exist", tmp_path / "none.jpg")
    (tmp_path / "text.jpg").write_text("not a picture")
    refused("is not a picture", tmp_path / "text.jpg")
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    images.save_jpeg(tmp_path / "cut.jpg", noise)
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "cut.jpg").read_bytes()[:3000])
    refused("damaged", tmp_path / "cut.jpg")
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    refused("1x1", tmp_path / "dot.png")
    refused("at most 50 megapixels are accepted", bomb(tmp_path / "bomb.png"))


@pytest.mark.usefixtures("unchecked")
def test_bad_places(refused, shoe_photo, tmp_path):
    opaque = tmp_path / "opaque.png"
    images.save_png(opaque, images.load(shoe_photo).rgb)
    refused("does not lie inside opaque.png, which is 128x96", opaque, "--box", "0,0,500,50")
    refused("box is '1,2,3'", opaque, "--box", "1,2,3")
    refused("box is 'a,b,c,d'", opaque, "--box", "a,b,c,d")
    refused("points is '1,2,3'", opaque, "--points", "1,2,3")
    refused("the point 5,500", opaque, "--points", "5,500")
    refused("does not exist", opaque, "--mask", tmp_path / "none.png")
    images.save_png(tmp_path / "mask.png", np.zeros((50, 60), np.uint8))
    refused("the mask for opaque.png is 60x50", opaque, "--mask", tmp_path / "mask.png")
    refused("layout", opaque, "--layout", "somewhere")


@pytest.mark.usefixtures("no_shoe_seen")
def test_no_shoe(refused, tmp_path):
    images.save_png(tmp_path / "wall.png", np.full((96, 128, 3), 90, np.uint8))
    refused("no unworn shoe was found in wall.png", tmp_path / "wall.png")


def test_bad_packs(refused, shoe_photo, tiny_pack, tmp_path):
    refused("no pack 'maxi'", shoe_photo, pack="maxi")
    broken = shutil.copytree(tiny_pack, tmp_path / "broken")
    (broken / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    refused("unet/diffusion_pytorch_model.safetensors is missing", shoe_photo, pack=broken)
    (broken / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"nonsense")
    refused("is damaged: unet/diffusion_pytorch_model.safetensors", shoe_photo, pack=broken)


def test_bad_output(refused, shoe_photo, tmp_path):
    (tmp_path / "file").touch()
    refused("cannot be written", shoe_photo, out=tmp_path / "file")
    refused("cannot be written", shoe_photo, out=tmp_path / "file" / "below")
    refused("would both be written", shoe_photo, shoe_photo.with_suffix(".jpg"))
    refused("no photo was given")


@pytest.mark.usefixtures("unchecked")
def test_bad_numbers(refused, shoe_photo):
    refused("num is 0", shoe_photo, "--num", 0)
    refused("steps is 0", shoe_photo, "--steps", 0)
    refused("seed is -1", shoe_photo, "--seed", -1)
    refused("guidance is nan", shoe_photo, "--guidance", "nan")


def test_usage_errors_exit_with_2(capsys):
    for arguments in (["generate", "--nonsense"], ["nothing"], ["train", "wd", "huge", "--data", "a", "--out", "b"]):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2


def test_one_bad_photo_does_not_stop_the_others(generate, found_feet, shoe_photo, tmp_path):
    code, errors = generate(tmp_path / "none.jpg", shoe_photo)
    assert code == 2 and "none.jpg does not exist" in errors
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["shoe"]


def test_a_failure_while_writing_leaves_the_earlier_run(generate, found_feet, shoe_photo, tmp_path, monkeypatch):
    assert generate(shoe_photo)[0] == 0
    before = (tmp_path / "out" / "shoe" / "image_00.png").read_bytes()
    monkeypatch.setattr("shoemodel.output.run_folder.overview", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        generate(shoe_photo, "--seed", 5)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["shoe"]
    assert (tmp_path / "out" / "shoe" / "image_00.png").read_bytes() == before


def test_train_refuses_what_the_paper_does_not_say(capsys, tmp_path):
    assert main(["train", "region", "paper", "--data", str(tmp_path), "--out", str(tmp_path / "run")]) == 2
    assert "region has no preset paper" in capsys.readouterr().err


def test_train_passes_changes_on_to_the_preset(capsys, tmp_path):
    arguments = ["train", "legs", "smoke", "--data", str(tmp_path), "--out", str(tmp_path / "run")]
    with pytest.raises(SystemExit) as stop:
        main([*arguments, "--no-such-field", "3"])
    assert stop.value.code == 2
    assert main([*arguments, "--loop.steps", "3", "--width", "16"]) == 2
    assert "found no shard" in capsys.readouterr().err


def test_pack_of_nothing(capsys, tmp_path):
    assert main(["pack", str(tmp_path), "--out", str(tmp_path / "pack")]) == 2
    assert "is no finished run" in capsys.readouterr().err


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom shoemodel.apps.cli.main import main\n"
        "try: main(['generate', '--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('torch', 'numpy', 'mitsuba', 'cv2') if name in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip().endswith("[]")
    assert "steps of the solver" in output


def test_seeds_repeat(generate, found_feet, shoe_photo, tmp_path):
    for out in ("a", "b"):
        assert generate(shoe_photo, "--seed", 4, out=tmp_path / out)[0] == 0
    first, second = (json.loads((tmp_path / out / "shoe" / "certificate.json").read_text()) for out in ("a", "b"))
    assert first == second


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (["--surroundings", "photo"], "--surroundings drawn|photo is called --background scene|photo"),
        (["--surroundings=drawn"], "--surroundings drawn|photo is called --background scene|photo"),
        (["--repair", "0"], "--repair is called --refine"),
    ],
)
def test_a_flag_of_an_earlier_version_names_the_new_one(flag, words, capsys):
    assert main(["generate", "shoe.png", "--prompt", "jeans", *flag, "--out", "out"]) == 2
    assert capsys.readouterr().err == f"shoemodel: {words}\n"


def test_without_a_prompt_there_is_a_sentence(shoe_photo, tmp_path, capsys):
    assert main(["generate", str(shoe_photo), "--out", str(tmp_path / "out")]) == 2
    assert "no prompt was given" in capsys.readouterr().err


def test_a_picture_needs_none_of_the_extras():
    """What `pip install shoemodel` brings is enough to make one."""
    extras = ("anny", "skimage", "trimesh", "webdataset", "matplotlib", "gradio", "fastapi", "ray", "pyarrow", "c2pa")
    code = f"import sys; sys.modules.update(dict.fromkeys({extras!r}))\n"
    modules = ("apps.cli.generate", "output.run_folder", "pipeline", "quality.clip")
    code += "import " + ", ".join(f"shoemodel.{module}" for module in modules)
    subprocess.run([sys.executable, "-c", code], check=True)
