"""Where weights come from: hashes of folders, the commit, the runs behind a component."""

import json
import shutil
import subprocess

import pytest

from shoemodel import lineage
from shoemodel.errors import InputError


def written(folder, **content):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in content.items():
        (folder / name).write_text(text)
    return folder


def test_a_folder_s_hash_is_its_names_and_contents_and_a_run_s_that_of_its_model(tmp_path):
    first, copy = written(tmp_path / "a", x="1", y="2"), written(tmp_path / "b", x="1", y="2")
    assert lineage.hash_of(first) == lineage.hash_of(copy)
    (copy / "y").rename(copy / "z")
    assert lineage.hash_of(first) != lineage.hash_of(copy)
    run = written(tmp_path / "run", config="1")
    written(run / "model", x="1", y="2")
    assert lineage.hash_of(run) == lineage.hash_of(first)
    assert lineage.hash_of(first / "x") != lineage.hash_of(first / "y")


def test_the_hash_of_tuples_is_that_of_their_shards(tmp_path, toy_folder):
    copy = shutil.copytree(toy_folder, tmp_path / "copy")
    (copy / "notes.txt").write_text("mine")
    assert lineage.shards_hash(copy) == lineage.shards_hash(toy_folder)
    with (copy / "shard-000000.tar").open("ab") as stream:
        stream.write(b"1")
    assert lineage.shards_hash(copy) != lineage.shards_hash(toy_folder)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_commit_is_that_of_the_checkout_that_holds_the_package_or_unknown(tmp_path, monkeypatch):
    def git(*words):
        return subprocess.run(["git", "-C", str(tmp_path), *words], check=True, capture_output=True, text=True).stdout

    file = tmp_path / "package" / "lineage.py"
    written(file.parent)
    file.write_text("")
    monkeypatch.setattr(lineage, "__file__", str(file))
    assert lineage.commit() == "unknown"
    git("init", "--quiet")
    assert lineage.commit() == "unknown"  # a checkout, but of something else
    git("add", ".")
    git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "-m", "first")
    head = git("rev-parse", "HEAD").strip()
    assert lineage.commit() == head
    file.write_text("changed")
    assert lineage.commit() == f"{head}-dirty"


def test_the_runs_behind_a_component_begin_with_those_of_the_start(tmp_path):
    pack = written(tmp_path / "pack", **{"pack.json": json.dumps({"lineage": {"vae": [{"run": "first"}]}})})
    assert lineage.behind(pack, "vae") == [{"run": "first"}]
    assert lineage.behind(pack, "unet") == "unknown"

    def run(start):
        return written(tmp_path / "run", **{"record.json": json.dumps({"run": "second", "start": start})})

    assert lineage.behind(run({}), "vae") == [{"run": "second"}]
    assert lineage.behind(run({"vae": [{"run": "first"}]}), "vae") == [{"run": "first"}, {"run": "second"}]
    assert lineage.behind(run({"vae": "unknown"}), "vae") == [{"run": "unknown"}, {"run": "second"}]
    assert lineage.behind(run("unknown"), "vae") == [{"run": "unknown"}, {"run": "second"}]
    assert lineage.behind(written(tmp_path / "older"), "vae") == "unknown"
    for text in ("{", "[]"):
        with pytest.raises(InputError, match=r"record\.json cannot be read"):
            lineage.behind(written(tmp_path / "broken", **{"record.json": text}), "vae")
