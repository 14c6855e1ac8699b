"""The verb `collect` from the command line."""

import json

import numpy as np
import pytest

from shoemodel.apps.cli.main import main
from shoemodel.image import io as images


@pytest.fixture
def photos(tmp_path):
    (tmp_path / "photos").mkdir()
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    images.save_png(tmp_path / "photos" / "a.png", noise)
    return tmp_path / "photos"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "no --source was given"),
        (["--unlicensed-ok", "--size", "8"], "--size"),
        (["--unlicensed-ok", "--pose", "a/b"], "--detector, --sam not given"),
        (["--unlicensed-ok", "--pack", "nowhere"], "nowhere holds no model/judge"),
        (["--source", "nothing.csv"], "nothing.csv: cannot be read"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence(photos, tmp_path, capsys, flags, message):
    assert main(["collect", str(photos), "--out", str(tmp_path / "data"), *flags]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_a_folder_is_collected_and_reported(photos, tiny_pack, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("shoemodel.collect.pack_annotator.LEAST_POINTS", 13)  # an untrained judge finds anything
    out = tmp_path / "data"
    words = ["collect", str(photos), "--out", str(out), "--unlicensed-ok", "--pack", str(tiny_pack), "--workers", "1"]
    assert main(words) == 0
    assert "0 tuples of 0 photos" in capsys.readouterr().out
    assert json.loads((out / "report.json").read_text())["photos refused"] == {"no person": 1}
    assert (out / "refused.jpg").exists() and not (out / "sheet.jpg").exists()
