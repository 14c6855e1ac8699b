"""`shoemodel annotate` without its page: areas from other tools and for them, and two annotators."""

from __future__ import annotations

import json
import sys

import pytest

from shoemodel.annotation.folder import AnnotationFolder
from shoemodel.apps.cli.main import main
from tests.annotation.conftest import SIZES, annotated, drawn, photos  # noqa: F401


@pytest.fixture
def run(photos, capsys):  # noqa: F811
    """Run `annotate` on the photos -> exit code, and what stands on stdout and stderr."""

    def call(*arguments):
        code = main(["annotate", str(photos), *map(str, arguments)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_from_one_tool_to_another_and_to_tuples(run, annotated, photos, tmp_path):  # noqa: F811
    for kind, files in {
        "coco": ["coco.json"], "label-studio": ["label_studio.json", "label_studio.xml"], "cvat": ["cvat.xml"],
        "tuples": ["shard-000000.tar"],
    }.items():  # fmt: skip
        assert run("--out", annotated.out, "--export", kind, "--size", 64)[0] == 0
        assert all((annotated.out / file).is_file() for file in files)
    other = tmp_path / "other"
    code, told, _ = run(
        "--out", other, "--import-masks", annotated.out / "cvat.xml", "--export", "tuples", "--size", 64
    )
    assert code == 0 and "2 photos are taken as done" in told and "2 tuples of 64 px" in told
    code, told, _ = run("--out", other, "--import-masks", annotated.out / "cvat.xml")
    assert code == 0 and "kept as they were, because they are done: boot, pump" in told


def test_two_annotators(run, annotated, photos, tmp_path):  # noqa: F811
    other = AnnotationFolder(photos, tmp_path / "other")
    other.save("boot", drawn(SIZES["boot"], shift=5), "done")
    code, told, _ = run("--out", annotated.out, "--compare", other.out, "--json", tmp_path / "a.json")
    figures = json.loads((tmp_path / "a.json").read_text())
    assert code == 0 and figures["photos"] == 1 and 0.5 < figures["IoU"]["visible"] < 1
    assert f"{figures['IoU']['visible']:.1%}" in told


def test_bad_input_is_one_sentence(run, annotated, tmp_path):  # noqa: F811
    for words, *arguments in (
        ("no photo is done yet", "--out", tmp_path / "none", "--export", "coco"),
        ("cannot be read", "--out", tmp_path / "none", "--import-masks", tmp_path / "nowhere.json"),
        ("holds no annotations.json", "--out", annotated.out, "--compare", tmp_path),
        ("--json takes the figures", "--out", annotated.out, "--json", tmp_path / "a.json"),
        ("from 64 to 2048", "--out", annotated.out, "--export", "tuples", "--size", 5),
    ):
        code, _, said = run(*arguments)
        assert code == 2 and words in said and said.count("\n") == 1


def test_a_missing_package_is_named(run, annotated, monkeypatch):  # noqa: F811
    monkeypatch.setitem(sys.modules, "gradio", None)
    code, _, said = run("--out", annotated.out)
    assert code == 2 and "install shoemodel[annotate]" in said
