"""A folder looked through: figures that hold, faults that are found and named, the exit code that tells."""

import dataclasses
import json

import numpy as np
import pytest

from shoemodel.apps.cli.main import main
from shoemodel.data import inspection, shards
from shoemodel.data.sample import Sample
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image.pose import NAMES, Pose
from tests.toys import toy_sample


def folder_of(path, samples: list[Sample]):
    """One shard of the given tuples."""
    shards.write_shard(path, 0, lambda index: samples[index], range(len(samples)))
    return path


def changed(sample: Sample, **meta) -> Sample:
    return dataclasses.replace(sample, meta={**sample.meta, **meta})


def with_point(sample: Sample, name: str, point: tuple[float, float], visibility: int = 2) -> Sample:
    points, states = sample.pose.points.copy(), sample.pose.visibility.copy()
    points[NAMES.index(name)], states[NAMES.index(name)] = point, visibility
    return dataclasses.replace(sample, pose=Pose(points, states))


def test_the_figures_are_those_of_the_tuples(toy_folder):
    summary = inspection.inspect(toy_folder).summary
    samples = [toy_sample(i) for i in range(48)]
    assert summary["tuples"] == 48 and summary["shoes"] == 24 and summary["kinds"]["family"] == {"toy": 48}
    assert sum(summary["kinds"]["feet"].values()) == 48
    assert summary["kinds"]["feet"]["both"] == sum(len(s.meta["feet"]) == 2 for s in samples)
    areas = [100 * s.areas.wearable.mean() for s in samples]
    assert summary["quantities"]["wearable area, % of the picture"]["p50"] == pytest.approx(np.median(areas), abs=0.01)
    toe = summary["keypoints"]["left_big_toe"]
    assert toe["tuples"] == sum("left" in s.meta["feet"] for s in samples)
    assert toe["outside"] + toe["hidden"] + toe["visible"] == pytest.approx(1)
    assert summary["kinds"]["place"] == {"not recorded": 48}
    assert summary["splits"]["train"]["tuples"] + summary["splits"]["test"]["tuples"] == 48


def test_sound_tuples_have_no_problem_and_are_shown_evenly(toy_folder):
    found = inspection.inspect(toy_folder, show=4)
    assert found.problems == {}
    assert [sample.meta["index"] for sample in found.shown] == [0, 16, 31, 47]
    assert inspection.sheet(found.shown).shape[0] == pytest.approx(2 * 256, abs=40)


BAD = {
    "0-0000001": ("outside the picture", lambda s: with_point(s, "left_ankle", (-3, 5))),
    "0-0000002": ("left_heel by", lambda s: with_point(s, "left_heel", (250, 4))),
    "0-0000003": ("caption", lambda s: changed(s, captions=["a toy shoe", " "])),
    "0-0000004": ("the record says 128 px", lambda s: changed(s, size=128)),
    "0-0000005": ("differ in size", lambda s: dataclasses.replace(s, unworn=s.unworn[:200])),
    "0-0000006": ("leg that is not there", lambda s: changed(s, feet=["right"])),
    "0-0000007": ("index 9", lambda s: changed(s, index=9)),
    "0-0000008": ("worn picture is that of 0-0000000", lambda s: dataclasses.replace(s, worn=toy_sample(0).worn)),
}


@pytest.mark.usefixtures("unchecked")
def test_every_fault_is_found_and_named_by_key(tmp_path):
    # toy tuples with an even index stand on both feet
    samples = [dataclasses.replace(toy_sample(2 * i), key=f"0-{i:07d}") for i in range(9)]
    samples = [changed(s, index=i) for i, s in enumerate(samples)]
    bad = [BAD[s.key][1](s) if s.key in BAD else s for s in samples]
    bad.append(samples[0])
    problems = inspection.inspect(folder_of(tmp_path, bad)).problems
    for key, (words, _) in BAD.items():
        assert words in "; ".join(problems[key]), key
    assert problems["0-0000000"] == ["the key is there twice"]
    assert len(problems) == len(BAD) + 1


def test_a_label_beyond_the_three_is_found(tmp_path, monkeypatch):
    labels = toy_sample(0).areas.labels.copy()
    labels[0, 0] = 3
    sample = toy_sample(0)
    members = {**sample.to_members(), "areas.png": images.encode_png(labels)}
    monkeypatch.setattr(Sample, "to_members", lambda self: members)
    problems = inspection.inspect(folder_of(tmp_path, [sample])).problems
    assert "labels 0, 1 and 2, got 3" in problems[sample.key][0]


def test_damaged_shards_and_members_are_told_and_the_rest_is_counted(tmp_path, monkeypatch):
    folder_of(tmp_path, [toy_sample(i) for i in range(3)])
    whole = shards.shard_path(tmp_path, 0).read_bytes()
    shards.shard_path(tmp_path, 1).write_bytes(whole[: len(whole) // 2])
    found = inspection.inspect(tmp_path)
    assert found.summary["tuples"] == 3
    assert "damaged" in found.problems["shard-000001.tar"][0]
    members = toy_sample(0).to_members()
    del members["areas.png"]
    assert "areas.png" in inspection._checked("0-0000000", members)[1][0]


def test_the_verb_prints_draws_and_tells_by_its_exit_code(toy_folder, tmp_path, capsys):
    sheet, figures = tmp_path / "sheet.png", tmp_path / "figures.json"
    arguments = ["inspect", str(toy_folder), "--num", "3", "--out", str(sheet), "--json", str(figures)]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "left_big_toe" in printed and "held-out family" in printed
    assert images.load(sheet).rgb.shape[1] == 8 * 256 + 7 * 4
    assert json.loads(figures.read_text())["problems"] == {}

    folder = folder_of(tmp_path, [changed(toy_sample(0), captions=[""])])
    assert main(["inspect", str(folder)]) == 1
    assert "0-0000000" in capsys.readouterr().out


def test_bad_input_exits_with_2(tmp_path, toy_folder, capsys):
    assert main(["inspect", str(tmp_path)]) == 2
    assert main(["inspect", str(toy_folder), "--out", str(tmp_path / "sheet.txt")]) == 2
    assert main(["inspect", str(toy_folder), "--num", "0"]) == 2
    assert main(["inspect", str(toy_folder), "--out", str(tmp_path / "none" / "sheet.jpg")]) == 2
    assert capsys.readouterr().err.count("\n") == 4


def test_nothing_sound_makes_no_sheet():
    with pytest.raises(InputError, match="no sound tuple"):
        inspection.sheet([])
