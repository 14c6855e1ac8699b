"""The verb `evaluate images` from the command line."""

import csv
import json

import numpy as np
import pytest

from shoemodel.apps.cli.main import main
from shoemodel.evaluation.images import COLUMNS
from shoemodel.image import io as images


def test_table_3_is_drawn_once_and_written(toy_folder, tiny_pack, tmp_path, capsys, monkeypatch):
    file = tmp_path / "table3.json"
    command = ["evaluate", "images", "--data", str(toy_folder), "--pack", str(tiny_pack), "--json", str(file)]
    command += ["--split", "all", "--num", "5", "--methods", "shoemodel,real"]
    assert main(command) == 0
    report, shown = json.loads(file.read_text()), capsys.readouterr().out
    assert report["n"] == 5 and report["shoes"] == 5 and "judge" in report["extractor"] and report["seed"] == 0
    assert set(report["methods"]) == {"shoemodel", "real"} and "5 pictures, 5 shoes" in shown
    for row in report["methods"].values():
        assert tuple(row) == COLUMNS and all(isinstance(value, int | float) for value in row.values())
    ours, real = report["methods"]["shoemodel"], report["methods"]["real"]
    assert ours["max_delta"] == 0 and report["more"]["shoemodel"]["PSNR"] is None
    assert ours["FID"] > real["FID"]  # an untrained generator is further from the truth than the truth
    rows = list(csv.DictReader((tmp_path / "table3" / "files.csv").open()))
    assert [sum(row["set"] == name for row in rows) for name in ("reference", "shoemodel", "real")] == [5, 5, 5]
    sheet = images.load(tmp_path / "table3" / "sheet.jpg").rgb
    assert sheet.shape[:2] == (20 + 5 * 256 + 4 * 4, 3 * 256 + 2 * 4)  # photo, reference, shoemodel
    for column, name in ((1, "reference"), (2, "shoemodel")):
        for line, kept in enumerate(row["file"] for row in rows if row["set"] == name):
            top, left = 20 + 260 * line, 260 * column
            shown, drawn = sheet[top : top + 256, left : left + 256], images.load(tmp_path / "table3" / kept).rgb
            assert np.abs(shown.astype(int) - drawn).mean() < 8  # a JPEG of it
    monkeypatch.setattr("shoemodel.baselines.ablations.load", lambda _: pytest.fail("drawn again"))
    assert main(command) == 0
    again = json.loads(file.read_text())
    assert again["methods"] == report["methods"] and again["intervals"] == report["intervals"]


def test_bad_input_is_one_sentence(toy_folder, tiny_pack, tmp_path, capsys):
    def refused(*arguments):
        base = ["evaluate", "images", "--data", str(toy_folder), "--pack", str(tiny_pack)]
        assert main([*base, "--out", str(tmp_path / "out"), *arguments]) == 2
        error = capsys.readouterr().err
        assert error.startswith("shoemodel: ") and error.count("\n") == 1
        return error

    assert "--methods names 'photoshop'" in refused("--methods", "photoshop")
    assert "--num is 0" in refused("--num", "0")
    assert "holds no CLIP" in refused("--clip", str(tmp_path))
    assert "holds no model/judge" in refused("--judge", str(tmp_path))
    assert "are needed: --num" in refused("--split", "all", "--num", "100")
