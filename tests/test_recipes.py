"""The recipes of the packs, run from nothing at smoke size: the same files that make the real ones.

Their commands run in this process, one after the other: twenty interpreters would import torch twenty times.
"""

import json
import os
import runpy
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from shoemodel import packs
from shoemodel.apps.cli.main import main
from shoemodel.data import shards
from tests.toys import toy_sample

ROOT = Path(__file__).parents[1]
ASKING = """#!{python} -IS
import json, socket, sys
with socket.create_connection(("127.0.0.1", {port})) as to, to.makefile("rw") as line:
    print(json.dumps(sys.argv), file=line, flush=True)
    sys.exit(int(line.readline()))
"""
"""Stands for `shoemodel` and `python`: hands its arguments to the test, and ends with the code that it answers."""


def call(name, *arguments):
    """What `shoemodel` or `python` would do with these arguments, and the code that it ends with."""
    if Path(name).name == "shoemodel":
        return main([*arguments])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [*arguments])
        patch.syspath_prepend(Path(arguments[0]).parent)
        runpy.run_path(arguments[0], run_name="__main__")
    return 0


def run(recipe, work, **variables):
    """Call a recipe, and do what its commands ask for."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        for name in ("shoemodel", "python"):
            (work / name).write_text(ASKING.format(python=sys.executable, port=server.getsockname()[1]))
            (work / name).chmod(0o755)
        told = {"SHOEMODEL": str(work / "shoemodel"), "PYTHON": str(work / "python"), "WORK": str(work)}
        told = os.environ | told | {"PRESET": "smoke"} | variables
        server.settimeout(0.1)
        with subprocess.Popen(["sh", str(ROOT / "recipes" / recipe)], env=told, cwd=work) as process:
            while process.poll() is None:
                try:
                    asking, _ = server.accept()
                except TimeoutError:
                    continue
                with asking, asking.makefile("rw") as line:
                    print(call(*json.loads(line.readline())), file=line, flush=True)
        assert process.returncode == 0


def figures(work):
    """Run -> its row of figures.md."""
    rows = [line.strip("| ").split(" | ") for line in (work / "figures.md").read_text().splitlines()[2:]]
    return {row[0]: row for row in rows}


@pytest.mark.slow
def test_the_pack_mini_is_made_from_nothing(tmp_path):
    run("mini.sh", tmp_path)
    manifest = packs.check(tmp_path / "mini")
    assert set(packs.COMPONENTS) | set(packs.OPTIONAL) == set(manifest["lineage"])
    for stages in manifest["lineage"].values():
        (record,) = stages if len(stages) == 1 else stages[-1:]
        known = record["module"] == "legs_3d" or record["data"][0]["world"] != "unknown"  # a file of poses has none
        assert record["preset"] == "smoke" and known
    areas = manifest["lineage"]["areas"][0]
    assert [each["folder"] for each in areas["data"]] == ["tuples", "held", "display", "pairs"]
    made = figures(tmp_path)
    trained = {"region", "judge", "segmenter", "wd", "feet", "fit", "legs", "legs_3d"}
    trained |= {"autoencoder", "clip", "base", "sw"}
    assert set(made) == trained and all(row[3] == "4" for row in made.values())
    assert "miou" in made["wd"][6] and made["sw"][6] == "none"


@pytest.mark.slow
def test_the_paper_s_sizes_are_put_together_by_the_same_verbs(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    shards.write_shard(data, 0, toy_sample, range(12))
    run("paper.sh", tmp_path, DATA=str(data), SD=str(packs.MINI), REGION=str(packs.MINI / "region"), CROP="64")
    manifest = json.loads((tmp_path / "sd15" / "pack.json").read_text())
    for component, module in {"areas": "wd", "feet": "feet", "legs": "legs", "controlnet": "sw"}.items():
        assert manifest["lineage"][component][-1]["module"] == module
    assert set(figures(tmp_path)) == {"wd", "feet", "legs", "sw"}


def test_a_batch_that_does_not_divide_the_paper_s_is_refused(tmp_path):
    told = os.environ | {"WORK": str(tmp_path), "DATA": "d", "SD": "s", "PROCESSES": "8", "BATCH_WD": "3"}
    done = subprocess.run(["sh", str(ROOT / "recipes" / "paper.sh")], env=told, capture_output=True, text=True)
    assert done.returncode == 2 and "do not divide the global batch 16" in done.stderr
