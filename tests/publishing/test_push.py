"""Packs travel to a hub and back; the hub is a stub on this machine."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from shoemodel import InputError, ShoeModelPipeline, packs
from shoemodel.apps.cli.main import main
from shoemodel.publishing import push


def test_a_pack_goes_to_the_hub_and_comes_back_as_it_was(hub, tiny_pack, capsys):
    assert main(["push", str(tiny_pack), "someone/tiny", "--private", "--message", "first"]) == 0
    assert f"{hub.address}/someone/tiny/commit/" in capsys.readouterr().out
    assert hub.private == {"someone/tiny": True} and hub.commits == ["first"]
    folder = packs.resolve("someone/tiny")
    assert folder.is_dir() and folder != tiny_pack
    assert packs.check(folder) == packs.check(tiny_pack)
    assert packs.identity("someone/tiny") == packs.identity(tiny_pack)
    assert not (folder / "README.md").exists(), "only what a pack needs is fetched"


def test_the_pipeline_loads_a_repository_by_its_name(hub, tiny_pack, shoe_photo, found_feet):
    push.push(tiny_pack, "someone/tiny", "---\n---\n")
    pipeline = ShoeModelPipeline.from_pretrained("someone/tiny", backend="diffusion")
    ours = ShoeModelPipeline.from_pretrained(tiny_pack, backend="diffusion")
    pictures = [
        each(shoe_photo, "jeans", generator=1, num_inference_steps=2, output_type="np").images[0]
        for each in (pipeline, ours)
    ]
    assert np.array_equal(*pictures)


def test_generate_takes_a_repository(hub, tiny_pack, shoe_photo, tmp_path, found_feet):
    push.push(tiny_pack, "someone/tiny", "---\n---\n")
    flags = ["--backend", "diffusion", "--steps", "2", "--out", str(tmp_path / "out"), "--pack", "someone/tiny"]
    assert main(["generate", str(shoe_photo), "--prompt", "jeans", *flags]) == 0
    assert Image.open(tmp_path / "out" / "shoe" / "image_00.png").size
    assert json.loads((tmp_path / "out" / "shoe" / "run.json").read_text())["pack"]["name"] == "tiny"


def test_a_revision_is_kept_to_and_a_second_push_sends_what_changed(hub, tiny_pack, tmp_path):
    push.push(tiny_pack, "someone/tiny", "---\n---\n")
    first = hub.revision("someone/tiny")
    hub.repositories["someone/tiny"]["photo.png"] = b"of the owner"
    smaller = shutil.copytree(tiny_pack, tmp_path / "smaller")
    shutil.rmtree(smaller / "judge")
    packs.write_manifest(smaller, "smaller")
    sent = dict(hub.large)
    push.push(smaller, "someone/tiny", "---\n---\n")
    held = hub.repositories["someone/tiny"]
    assert hub.large == sent, "weights that are there already are not sent again"
    assert not any(name.startswith("judge/") for name in held) and held["photo.png"] == b"of the owner"
    assert packs.read_manifest(packs.resolve("someone/tiny"))["name"] == "smaller"
    assert hub.revision("someone/tiny") != first
    with pytest.raises(InputError, match="there is no folder someone/tiny@0000"):
        packs.resolve("someone/tiny@" + "0" * 40)


def test_what_was_fetched_serves_without_a_network(hub, tiny_pack, monkeypatch):
    from huggingface_hub import constants

    push.push(tiny_pack, "someone/tiny", "---\n---\n")
    folder = packs.resolve("someone/tiny")
    packs._fetched.cache_clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert packs.resolve("someone/tiny") == folder


def test_a_damaged_pack_is_not_sent(hub, tiny_pack, tmp_path):
    copy = shutil.copytree(tiny_pack, tmp_path / "copy")
    (copy / "vae" / "config.json").unlink()
    with pytest.raises(InputError, match=r"vae/config\.json is missing"):
        push.push(copy, "someone/tiny", "---\n---\n")
    assert hub.repositories == {}


def test_refusals_are_one_sentence(hub, tiny_pack, monkeypatch, capsys):
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    for words in (["push", str(tiny_pack), "someone/tiny"], ["push", str(tiny_pack), "tiny"]):
        assert main(words) == 2
    refused, misnamed = capsys.readouterr().err.splitlines()
    assert "the hub did not take someone/tiny (" in refused and "hf auth login" in refused
    assert "'tiny' is no repository's name; OWNER/NAME is accepted" in misnamed
    assert hub.repositories == {}


def test_repositories_that_are_not_there_or_no_packs_are_refused(hub):
    with pytest.raises(InputError, match="there is no folder nobody/nothing, and the hub has no such repository"):
        packs.resolve("nobody/nothing")
    hub.repositories["someone/else"] = {"config.json": b"{}"}
    with pytest.raises(InputError, match=r"is no pack: it has no pack\.json"):
        packs.resolve("someone/else")


def test_a_pack_that_names_foreign_code_is_not_loaded(hub, tiny_pack, tmp_path):
    copy = shutil.copytree(tiny_pack, tmp_path / "copy")
    index = json.loads((copy / packs.INDEX).read_text())
    (copy / packs.INDEX).write_text(json.dumps(index | {"unet": ["subprocess", "Popen"]}))
    packs.write_manifest(copy, "copy")
    with pytest.raises(InputError, match=r"unet of subprocess\.Popen"):
        packs.check(copy)
