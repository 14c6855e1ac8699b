import json
import shutil

import pytest
import torch
from diffusers import AutoModel
from safetensors.torch import load_file

from shoemodel import hub, packs
from shoemodel.errors import InputError


@pytest.fixture
def copy(tiny_pack, tmp_path):
    return shutil.copytree(tiny_pack, tmp_path / "copy")


def test_assembled_pack_is_whole_and_in_bfloat16(tiny_pack):
    manifest = packs.check(tiny_pack)
    assert manifest["components"]["unet"] == "run"
    assert manifest["bytes"] == sum(entry["bytes"] for entry in manifest["files"].values())
    weights = load_file(tiny_pack / "unet" / "diffusion_pytorch_model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.bfloat16}


def test_model_index_names_every_class(tiny_pack):
    index = json.loads((tiny_pack / packs.INDEX).read_text())
    assert index["legs"] == ["shoemodel.lps.denoiser", "LegDenoiser"]
    assert index["vae"] == ["diffusers", "AutoencoderTiny"]
    assert index["tokenizer"] == ["transformers", "CLIPTokenizer"]
    assert set(packs.COMPONENTS) <= set(index)


def test_a_pack_does_not_say_from_which_folder_its_parts_came(tiny_pack, tmp_path):
    vae = AutoModel.from_pretrained(str(tiny_pack / "vae"))
    vae.save_pretrained(tmp_path / "run" / "model" / "vae")
    assert str(tiny_pack) in (tmp_path / "run" / "model" / "vae" / "config.json").read_text()
    packs.assemble([tmp_path / "run", tiny_pack], tmp_path / "pack")
    config = json.loads((tmp_path / "pack" / "vae" / "config.json").read_text())
    assert "_name_or_path" not in config and config["_class_name"] == "AutoencoderTiny"


def test_missing_file_is_named(copy):
    (copy / "unet" / "config.json").unlink()
    with pytest.raises(InputError, match=r"unet/config\.json is missing"):
        packs.check(copy)


def test_one_changed_byte_is_named(copy):
    file = copy / "vae" / "diffusion_pytorch_model.safetensors"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    with pytest.raises(InputError, match=r"vae/diffusion_pytorch_model\.safetensors .*sha256"):
        packs.check(copy)


def test_truncated_file_is_named(copy):
    file = copy / "feet" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(InputError, match=r"feet/model\.safetensors has \d+ bytes instead of"):
        packs.check(copy)


@pytest.mark.parametrize("content", ["", "[]", '{"format": 99, "files": {}}', '{"format": 1, "files": {"a": {}}}'])
def test_unreadable_manifest(copy, content):
    (copy / packs.MANIFEST).write_text(content)
    with pytest.raises(InputError, match=r"pack\.json cannot be read"):
        packs.check(copy)


def test_unknown_pack_and_folder_without_manifest(tmp_path):
    with pytest.raises(InputError, match=r"no pack 'maxi': accepted are mini, sd15, a folder"):
        packs.resolve("maxi")
    with pytest.raises(InputError, match=r"has no pack\.json"):
        packs.resolve(tmp_path)


def test_sd15_says_how_to_get_it():
    with pytest.raises(InputError, match=r"stable-diffusion-v1-5.*shoemodel pack"):
        packs.resolve("sd15")


def test_assemble_refuses_incomplete_runs_and_leaves_nothing(tiny_pack, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(tiny_pack / "vae", run / "model" / "vae")
    with pytest.raises(InputError, match="hold no region"):
        packs.assemble([run], tmp_path / "out")
    with pytest.raises(InputError, match="no finished run"):
        packs.assemble([tmp_path / "nothing"], tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_a_pack_comes_from_runs_diffusers_folders_single_components_and_the_hub(tiny_pack, tmp_path, monkeypatch):
    run, diffusion, snapshot = tmp_path / "run", tmp_path / "stable-diffusion", tmp_path / "snapshots" / "87ae"
    for name in packs.COMPONENTS:
        elsewhere = {"region": snapshot, "vae": diffusion / "vae", "unet": diffusion / "unet"}
        place = elsewhere.get(name, run / "model" / name)
        shutil.copytree(tiny_pack / name, place)
    (diffusion / "unet" / "diffusion_pytorch_model.fp16.safetensors").touch()
    (diffusion / "safety_checker").mkdir()
    asked = []

    def download(name, revision, **_):
        asked.append((name, revision))
        return str(snapshot)

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    packs.assemble([run, diffusion, "region=facebook/sam-vit-huge"], tmp_path / "sd15")
    assert asked == [(hub.SD15[1].repository, hub.SD15[1].revision)]
    manifest = packs.check(tmp_path / "sd15")
    published = {"repository": "facebook/sam-vit-huge", "revision": "87ae", "licence": "Apache-2.0"}
    assert manifest["lineage"]["region"] == [published]
    assert manifest["components"]["unet"] == "stable-diffusion" and "unet/config.json" in manifest["files"]
    assert not any("fp16" in file or "safety" in file for file in manifest["files"])
    whole = packs.component_bytes(packs.read_manifest(tiny_pack))
    assert packs.component_bytes(manifest) == {name: whole[name] for name in packs.COMPONENTS}


def test_a_pack_knows_the_runs_behind_its_components(tiny_pack, tmp_path):
    held = (packs.COMPONENTS | packs.OPTIONAL).keys() - {"fit"}  # a random one would lead every fit astray
    assert packs.read_manifest(tiny_pack)["lineage"] == dict.fromkeys(held, "unknown")
    shutil.copytree(tiny_pack / "vae", tmp_path / "run" / "model" / "vae")
    (tmp_path / "run" / "record.json").write_text('{"run": "mine", "start": {}}')
    first = packs.assemble([tmp_path / "run", tiny_pack], tmp_path / "first")
    assert first["lineage"]["vae"] == [{"run": "mine"}] and first["lineage"]["unet"] == "unknown"
    second = packs.assemble([tmp_path / "first"], tmp_path / "second")
    assert second["lineage"] == first["lineage"]


def test_a_manifest_without_lineage_is_read(copy):
    manifest = json.loads((copy / packs.MANIFEST).read_text())
    del manifest["lineage"]
    (copy / packs.MANIFEST).write_text(json.dumps(manifest))
    assert packs.check(copy) == manifest


def test_mini_names_the_lineage_of_every_component():
    manifest = packs.read_manifest(packs.MINI)
    assert manifest["lineage"].keys() == manifest["components"].keys()
    for stages in manifest["lineage"].values():
        assert stages and all({"run", "data", "steps", "batch"} <= stage.keys() for stage in stages)
        for stage in stages:  # written by hand, or a run's own record
            assert "commit" in stage or all("commit" in call for call in stage["calls"])
            assert all("assets" in data or "assets" in data["world"] for data in stage["data"])
