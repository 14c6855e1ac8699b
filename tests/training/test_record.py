"""RUN/record.json: what a run says of its data, its start and its code, and that it learns from no other data."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from shoemodel import packs
from shoemodel.apps.cli.main import main
from shoemodel.errors import InputError
from shoemodel.lineage import commit, hash_of, shards_hash
from shoemodel.training.config import LoopConfig
from shoemodel.training.record import Origin, begin, finished


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    loop: LoopConfig
    base: Path | None = None
    latents: Path = dataclasses.field(default=Path("latents"), metadata={"input": False})


def config(base=None, **loop):
    return Config(loop=LoopConfig(steps=2, batch=3, lr=0.1, **loop), base=base)


def kept(record, out, step=2):
    """Write a record and a state as the loop does."""
    (out / "state").mkdir(parents=True, exist_ok=True)
    (out / "state" / "state.pt").touch()
    (out / "record.json").write_text(finished(record, step, config().loop))
    return json.loads((out / "record.json").read_text())


def test_a_run_says_what_it_learns_from_and_goes_on_with_nothing_else(toy_folder, tmp_path):
    data = shutil.copytree(toy_folder, tmp_path / "data")
    (data / "world.json").write_text('{"seed": 3, "assets": true}')
    origin, out = Origin("wd", "mini", (data,)), tmp_path / "runs" / "mine"
    record = kept(begin(origin, config(), out, ["areas"]), out)
    assert (record["run"], record["module"], record["preset"]) == ("mine", "wd", "mini")
    assert (record["steps"], record["batch"], record["start"]) == (2, 3, {})
    world = {"seed": 3, "assets": True}
    assert record["data"] == [{"folder": "data", "sha256": shards_hash(toy_folder), "world": world}]
    call = record["calls"][0]
    assert (call["step"], call["seed"], call["commit"]) == (0, 0, commit()) and "torch" in call["versions"]

    moved = Origin("wd", "mini", (shutil.move(data, tmp_path / "elsewhere"),))
    again = kept(begin(moved, config(seed=5), out, ["areas"]), out, step=7)
    assert again["data"] == record["data"] and again["steps"] == 7
    assert [(each["step"], each["seed"]) for each in again["calls"]] == [(0, 0), (2, 5)]

    with (tmp_path / "elsewhere" / "shard-000000.tar").open("ab") as stream:
        stream.write(b"1")
    with pytest.raises(InputError, match=r"mine has learnt from other tuples \(data\) than --data holds"):
        begin(moved, config(), out, ["areas"])
    (out / "state" / "state.pt").unlink()  # nothing learnt, nothing to mix
    assert len(begin(moved, config(), out, ["areas"])["calls"]) == 1


def test_what_a_configuration_names_is_recorded_by_hash(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("base", "latents"):
        Path(folder).mkdir()
        Path(folder, "file").write_text("1")
    inputs = begin(None, config(base=Path("base")), tmp_path / "run", [])["calls"][0]["inputs"]
    assert inputs == {"base": hash_of(Path("base"))}
    assert begin(None, config(base=Path("base")), tmp_path / "base", [])["calls"][0]["inputs"] == {}


def test_a_start_brings_its_lineage(tiny_pack, tmp_path):
    record = begin(None, config(start=tiny_pack), tmp_path / "run", ["areas"])
    assert record["start"] == {"areas": "unknown"} and record["calls"][0]["inputs"] == {"start": hash_of(tiny_pack)}
    mini = begin(None, config(start=Path("mini")), tmp_path / "run", ["areas"])
    assert mini["start"]["areas"] == packs.read_manifest(packs.MINI)["lineage"]["areas"]


def test_a_run_of_a_version_without_records_is_unknown_up_to_here(toy_folder, tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "state.pt").touch()
    record = begin(Origin("wd", "mini", (toy_folder,)), config(), tmp_path, ["areas"])
    assert record["start"] == "unknown" and record["calls"][0]["step"] == "unknown"


def test_the_command_records_its_data_and_refuses_others(toy_folder, tmp_path, capsys):
    data = shutil.copytree(toy_folder, tmp_path / "data")
    command = ["train", "legs", "smoke", "--data", str(data), "--out", str(tmp_path / "run")]
    assert main(command) == 0
    record = json.loads((tmp_path / "run" / "record.json").read_text())
    assert (record["module"], record["preset"], record["data"][0]["folder"]) == ("legs", "smoke", "data")
    with (data / "shard-000000.tar").open("ab") as stream:
        stream.write(bytes(1024))
    capsys.readouterr()
    assert main(command) == 2
    said = capsys.readouterr().err.strip()
    assert "other tuples (data) than --data holds" in said and "\n" not in said
