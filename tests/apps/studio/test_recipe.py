"""What the studio says a picture can be made again with makes the same picture again."""

from __future__ import annotations

import json
import shlex
from threading import Event

import numpy as np
import pytest

from shoemodel import ShoeModelPipeline
from shoemodel.apps.cli.main import main
from shoemodel.image import io as images
from shoemodel.image.pose import Pose
from shoemodel.output import metadata
from shoemodel.request import Request

runs = pytest.importorskip("shoemodel.apps.studio.runs")

from shoemodel.apps.studio import downloads, views  # noqa: E402
from shoemodel.apps.studio.recipe import Recipe  # noqa: E402
from shoemodel.apps.studio.session import Session  # noqa: E402
from shoemodel.apps.studio.work import Work  # noqa: E402


@pytest.fixture(params=["scene", "photo"])
def shots(request, found_feet, tiny_pack, shoe_photo):
    """Two pictures with corrected areas, a shaped canvas, another place and an adjusted pose."""
    pipeline = ShoeModelPipeline.from_pretrained(tiny_pack, backend="diffusion")  # as precise as the command line
    session, work = Session(), Work(images.load(shoe_photo))
    areas = work.find(pipeline)
    work.correct(areas.shoe, np.zeros(areas.size, bool))
    work.arrange("4:5", "0.5,0.6,1.2,10,flip")
    work.surround(request.param)
    pose = work.pose(pipeline)[0]
    work.adjust(0, Pose(pose.points + 2.0, pose.visibility))
    asked = Request(
        prompt=("a man's legs",), num=2, seed=3, steps=2, guidance=2.5, layout=work.choice, backend="diffusion",
        background=work.background, edges="given",
    )  # fmt: skip
    recipe = Recipe(photo=str(shoe_photo), request=asked, pack=str(tiny_pack), areas=True, poses=True)
    for _ in runs.draw(pipeline, session, work.frozen(), recipe, Event()):
        pass
    yield session.shots
    session.close()


def test_the_command_line_makes_the_same_pictures(shots, monkeypatch, tmp_path):
    for name in ("areas.png", "run.json"):
        (tmp_path / name).write_bytes((shots[0].folder / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    words = shlex.split(shots[0].recipe.command_line())
    assert words[:2] == ["shoemodel", "generate"] and main(words[1:]) == 0
    for shot in shots:
        again = images.load(tmp_path / "pictures" / "shoe" / shot.png.name)
        assert (again.rgb == images.load(shot.png).rgb).all()


def test_the_python_makes_the_same_pictures(shots, monkeypatch, tmp_path):
    for name in ("areas.png", "run.json"):
        (tmp_path / name).write_bytes((shots[0].folder / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    space: dict = {}
    exec(shots[0].recipe.python(), space)
    for number, shot in enumerate(shots):
        assert (images.load(tmp_path / f"image_{number:02d}.png").rgb == images.load(shot.png).rgb).all()


def test_downloads_hold_the_same_pixels_and_the_recipe(shots):
    from PIL import Image

    pixels = images.load(shots[1].png).rgb
    for file in (downloads.png(shots[1]), downloads.webp(shots[1])):
        assert (images.load(file).rgb == pixels).all()
    told = json.loads(Image.open(downloads.png(shots[1])).text[metadata.KEY])
    assert told["noise_seed"] == 4 and Pose.from_dict(told["pose"]).points.shape == (12, 2)
    assert told["command"] == shots[1].recipe.command_line()
    for file in (downloads.png(shots[1]), downloads.webp(shots[1])):
        assert metadata.of_exif(Image.open(file).getexif()) == told


def test_words_that_begin_like_flags_stay_values():
    words = shlex.split(_recipe(prompt=("-bare feet",), guidance=7.25).command_line())
    assert "--prompt=-bare feet" in words and words[words.index("--guidance") + 1] == "7.25"


def _recipe(**changes):
    return Recipe(photo="shoe.png", request=Request(backend="diffusion", **changes))


def test_the_certificate_of_each_picture_was_read_back(shots):
    assert [shot.verdict for shot in shots] == ["", ""]
    assert "shoe untouched" in views.caption(shots[0])
