"""The verbs `evaluate` and `poses` from the command line."""

import json

import numpy as np
import pytest

from shoemodel import arguments
from shoemodel.apps.cli.main import main
from shoemodel.compose.placed import PlacedShoe
from shoemodel.evaluation.areas import PAPER
from shoemodel.image import io as images
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose
from shoemodel.lps.choose import distinct
from shoemodel.output import gallery


@pytest.fixture
def evaluate(toy_folder, tiny_pack, tmp_path):
    def run(module, *arguments):
        file = tmp_path / "reports" / f"{module}.json"
        base = ["evaluate", module, "--data", str(toy_folder), "--pack", str(tiny_pack), "--json", str(file)]
        assert main([*base, "--split", "all", *map(str, arguments)]) == 0
        return json.loads(file.read_text())

    return run


def test_areas_writes_table_report_and_page(evaluate, tmp_path, capsys):
    report = evaluate("areas", "--out", tmp_path / "pages")
    assert report["n"] == 48 and report["shoes"] == 24 and report["region"] == "exact"
    for name in ("IoU", "Acc"):
        assert set(report[name]) == set(report["intervals"][name]) == {"background", "visible", "wearable"}
    assert {"mIoU", "mAcc", "aAcc"} <= report.keys() and report["paper"] == PAPER
    shown = capsys.readouterr().out
    assert "the paper" in shown and "85.55" in shown and "48 pictures, 24 shoes" in shown
    assert images.load(tmp_path / "pages" / "worst-all-shoes.jpg").rgb.shape[0] > 12 * 256


def test_feet_and_legs_write_reports(evaluate, capsys):
    assert {"PCK", "OKS", "presence", "intervals"} <= evaluate("feet").keys()
    report = evaluate("legs")
    assert {"loss", "precision", "recall", "density", "coverage", "spread", "bodies", "speed"} <= report.keys()
    assert "PCK@0.05" in (shown := capsys.readouterr().out) and "best of 64" in shown


def test_bad_input_is_one_sentence(toy_folder, tiny_pack, tmp_path, capsys):
    def refused(*arguments):
        assert main(["evaluate", *map(str, arguments)]) == 2
        error = capsys.readouterr().err
        assert error.startswith("shoemodel: ") and error.count("\n") == 1
        return error

    assert "found no shard" in refused("areas", "--data", tmp_path, "--pack", tiny_pack)
    assert "no pack 'maxi'" in refused("feet", "--data", toy_folder, "--pack", "maxi", "--split", "train")
    (tmp_path / "file").touch()
    below = tmp_path / "file" / "report.json"
    assert "cannot be written" in refused("legs", "--data", toy_folder, "--pack", tiny_pack, "--json", below)


def test_a_folder_without_the_split_is_refused(toy_folder, tiny_pack, capsys, monkeypatch):
    monkeypatch.setattr("shoemodel.evaluation.held_out.split_of", lambda *_: "train")
    assert main(["evaluate", "areas", "--data", str(toy_folder), "--pack", str(tiny_pack)]) == 2
    assert "holds no tuple of held-out shoes or held-out family" in capsys.readouterr().err


def test_regions_writes_masks_that_generate_takes(shoe_photo, tiny_pack, tmp_path, capsys):
    assert main(["regions", str(shoe_photo), "--pack", str(tiny_pack), "--out", str(tmp_path / "out")]) == 0
    folder = tmp_path / "out" / "shoe"
    files = sorted(folder.glob("region_*.png"))
    printed = capsys.readouterr().out.splitlines()
    assert [line.split("  confidence ")[0] for line in printed] == [str(file) for file in files] and files
    assert (folder / "regions.png").is_file()
    first = arguments.mask(files[0])
    assert first.any() and first.shape == images.load(shoe_photo).size


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("backend", ["diffusion", "render"])
def test_poses_draws_a_gallery(found_feet, shoe_photo, tiny_pack, tmp_path, capsys, backend):
    arguments = ["poses", str(shoe_photo), "--pack", str(tiny_pack), "--out", str(tmp_path / "out"), "--num", "4"]
    arguments += ["--backend", backend]
    assert main(arguments) == 0
    folder = tmp_path / "out" / "shoe"
    record = json.loads((folder / "poses.json").read_text())
    count = len(record["poses"])
    assert 1 < count <= 4 and len(list(folder.glob("pose_*.png"))) == count
    rendered = backend == "render"
    assert len(list(folder.glob("render_*.png"))) == rendered * count
    assert all(("angles_deg" in pose) == rendered for pose in record["poses"])
    assert images.load(folder / "pose_00.png").rgb.shape[:2] == tuple(record["canvas"])
    assert (folder / "gallery.png").is_file() and capsys.readouterr().out.strip() == str(folder)
    assert main([*arguments, "--box", "1,2,3"]) == 2 and "box is '1,2,3'" in capsys.readouterr().err
    assert main([*arguments, "--layout", "somewhere"]) == 2 and "layout" in capsys.readouterr().err
    assert main([*arguments, "--num", "0"]) == 2 and "num is 0" in capsys.readouterr().err


def test_poses_that_look_alike_are_dropped():
    foot, leg = [[20, 40], [100, 60], [90, 64], [0, 60]], [[20, -300], [20, -150], [20, 40]]
    visibility = np.repeat([2, 0], 6)

    def pose(shift: float) -> Pose:
        points = np.zeros((12, 2))
        points[:6] = np.array([*leg, *foot[1:]], float)
        points[:2, 0] += shift
        return Pose(points, visibility)

    assert [kept.points[0, 0] for kept in distinct([pose(0), pose(5), pose(60), pose(62)])] == [20, 80]
    shoe = PlacedShoe(np.zeros((100, 120, 3), np.uint8), ShoeAreas(np.zeros((100, 120), np.uint8)))
    sheet = gallery.sheet(shoe, [pose(0), pose(60)])
    assert sheet.shape[0] > 150  # the frame reaches above the canvas, towards the hips
