"""A catalogue: results by SKU, one row a SKU, a failing row costs itself, nothing finished is lost or made again."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from shoemodel import packs
from shoemodel.apps.catalogue import store, tables
from shoemodel.apps.cli.main import main
from shoemodel.image import io as images

ROOT = Path(__file__).parents[3]


@pytest.fixture
def catalogue(tiny_pack, shoe_photo, tmp_path):
    """Arguments of `batch` over three rows, the second of which has no photo; and the folder it writes to."""
    table = "sku,photo,colour,num\nA/1,shoe.png,blue,2\nB,missing.png,red,\nC,shoe.png,green,\n"
    (tmp_path / "shoes.csv").write_text(table)
    how = ["--prompt", "{colour} jeans", "--seed", "3", "--steps", "1", "--pack", str(tiny_pack)]
    how += ["--backend", "diffusion"]
    return [str(tmp_path / "shoes.csv"), *how, "--out", str(tmp_path / "out")], tmp_path / "out"


def _with_prompt(arguments, prompt):
    """The arguments with another template: the flag given again would be another outfit."""
    place = arguments.index("--prompt") + 1
    return [*arguments[:place], prompt, *arguments[place + 1 :]]


def read(out):
    with (out / "results.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_one_row_a_sku_and_a_failing_row_costs_itself(catalogue, found_feet, capsys):
    arguments, out = catalogue
    assert main(["batch", *arguments]) == 1
    told = capsys.readouterr()
    assert "2 of 3 rows done, 1 failed" in told.out
    assert "2/3 B failed: missing.png does not exist" in told.err and " left" in told.err
    assert "missing photos, which will cost their rows: 1, the first is missing.png" in told.err
    rows = read(out)
    assert [(row["sku"], row["status"]) for row in rows] == [("A/1", "done"), ("B", "failed"), ("C", "done")]
    assert rows[0]["prompt"] == "blue jeans" and rows[0]["images"] == "2" and rows[0]["max_delta"] == "0"
    assert rows[1]["error"] == "missing.png does not exist; a picture file is accepted" and rows[1]["score"] == ""
    assert 0 <= float(rows[2]["score"]) <= 1 and float(rows[2]["generate_s"]) > 0
    assert sorted(path.name for path in out.iterdir()) == [
        ".lock", "A%2F1", "B", "C", "report.html", "results.csv", "results.parquet"
    ]  # fmt: skip
    assert main(["verify", str(out / "A%2F1")]) == 0
    assert images.load(out / "C" / "thumbnail.jpg").size <= (256, 256)


def test_both_tables_say_the_same(catalogue, found_feet):
    arguments, out = catalogue
    main(["batch", *arguments])
    table = pyarrow.parquet.read_table(out / "results.parquet")
    assert table.column_names == list(tables.COLUMNS)
    for row, text in zip(table.to_pylist(), read(out), strict=True):
        assert {name: "" if value is None else str(value) for name, value in row.items()} == text


def test_a_second_run_makes_what_is_missing_or_has_changed(catalogue, found_feet, shoe_photo, tmp_path):
    arguments, out = catalogue
    main(["batch", *arguments])
    before = {path: path.stat().st_ino for path in out.glob("*/image_*.png")}
    (tmp_path / "missing.png").write_bytes(shoe_photo.read_bytes())
    table = (tmp_path / "shoes.csv").read_text().replace("green", "yellow")
    (tmp_path / "shoes.csv").write_text(table)
    assert main(["batch", *arguments]) == 0
    kept = {path.parent.name for path, inode in before.items() if path.stat().st_ino == inode}
    assert kept == {"A%2F1"}
    assert [row["status"] for row in read(out)] == ["done"] * 3 and read(out)[2]["prompt"] == "yellow jeans"


def test_a_photo_that_is_gone_does_not_cost_what_it_gave(catalogue, found_feet, shoe_photo):
    arguments, out = catalogue
    main(["batch", *arguments])
    before = {path: path.stat().st_ino for path in out.glob("*/image_*.png")}
    data = shoe_photo.read_bytes()
    shoe_photo.unlink()
    assert main(["batch", *arguments]) == 1
    assert [row["status"] for row in read(out)] == ["done", "failed", "done"]
    assert {path: path.stat().st_ino for path in before} == before
    shoe_photo.write_bytes(data)
    (out / "C" / "row.json").write_text("{")  # as a machine that went down may leave it
    assert main(["batch", *arguments]) == 1
    kept = {path.parent.name for path, inode in before.items() if path.stat().st_ino == inode}
    assert kept == {"A%2F1"} and read(out)[2]["status"] == "done"


@pytest.mark.parametrize("damage", [Path.unlink, lambda file: file.write_text("{")])
@pytest.mark.parametrize("name", ["run.json", "certificate.json"])
def test_a_finished_row_that_lost_a_file_is_made_again(catalogue, found_feet, name, damage):
    arguments, out = catalogue
    main(["batch", *arguments])
    damage(out / "C" / name)
    assert main(["batch", *arguments]) == 1
    assert [row["status"] for row in read(out)] == ["done", "failed", "done"]
    assert json.loads((out / "C" / name).read_text())


def test_a_file_in_the_place_of_a_row_stops_everything(catalogue, capsys):
    arguments, out = catalogue
    out.mkdir()
    (out / "C").write_text("mine")
    assert main(["batch", *arguments]) == 2
    assert "C is a file, where the folder of a row is to be written" in capsys.readouterr().err
    assert (out / "C").read_text() == "mine" and not (out / "A%2F1").exists()


def test_without_a_judge_nothing_can_be_kept(catalogue, tiny_pack, tmp_path, capsys):
    arguments, out = catalogue
    shutil.copytree(tiny_pack.parent / "run", tmp_path / "run", ignore=shutil.ignore_patterns("judge"))
    packs.assemble([tmp_path / "run"], tmp_path / "blind")
    assert main(["batch", *arguments, "--pack", str(tmp_path / "blind"), "--num", "2", "--keep", "best:1"]) == 2
    assert "keep needs a judge, and the pack blind holds none" in capsys.readouterr().err
    assert not out.exists()


def test_the_best_are_kept(catalogue, found_feet):
    arguments, out = catalogue
    main(["batch", *arguments, "--num", "2", "--keep", "best:1", "--rejected"])
    run = json.loads((out / "C" / "run.json").read_text())
    assert read(out)[2]["images"] == "1" and float(read(out)[2]["score"]) == run["quality"][0]["score"]
    assert run["rejected"][0]["score"] <= run["quality"][0]["score"]
    assert (out / "C" / "rejected" / "image_00.png").is_file()


def test_a_fault_in_the_manifest_stops_everything(catalogue, tmp_path, capsys):
    arguments, out = catalogue
    (tmp_path / "shoes.csv").write_text("sku,photo,num\nA,shoe.png,1\nB,shoe.png,many\n")
    assert main(["batch", *_with_prompt(arguments, "jeans")]) == 2
    assert "row 2 (line 3): num is 'many'" in capsys.readouterr().err
    assert not out.exists()


def test_two_runs_do_not_share_a_folder(catalogue, found_feet, capsys):
    arguments, out = catalogue
    with store.claimed(out):
        assert main(["batch", *arguments]) == 2
    assert "another run works in" in capsys.readouterr().err


def test_killed_and_started_again(catalogue, tmp_path, found_feet):
    """SIGKILL while rows are being made: what is there is whole, and is not made again."""
    arguments, out = catalogue
    (tmp_path / "shoes.csv").write_text("sku,photo\n" + "".join(f"{number},shoe.png\n" for number in range(5)))
    told = _with_prompt(arguments, "jeans")
    told = [*told, "--num", "2"]
    command = [sys.executable, "-m", "tests.apps.catalogue.blind", *told]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and len(list(out.glob("*/row.json"))) < 2:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    (out / ".3.abcd_123").mkdir()  # as a kill in the middle of writing leaves one
    (out / ".results.csv.0123abcd.tmp").touch()
    before = {path: path.stat().st_ino for path in out.glob("*/*.png")}
    assert len({path.parent for path in before}) >= 2 and not (out / "4").exists()
    assert main(["batch", *told]) == 0
    assert [row["status"] for row in read(out)] == ["done"] * 5
    assert {path: path.stat().st_ino for path in before} == before
    assert [path.name for path in out.glob(".*")] == [".lock"]
    assert np.unique([images.load(out / str(n) / "image_00.png").sha256 for n in range(5)]).size == 1
