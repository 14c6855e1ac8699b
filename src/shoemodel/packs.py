"""Packs of weights: where they are, what is in them, how one is assembled.

A pack is a folder of saved components in diffusers' layout, `model_index.json`, and `pack.json`, which holds the size
and hash of every file and the lineage of every component. `mini` ships with the package; any other pack is a folder.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from shoemodel import hub, lineage
from shoemodel.errors import InputError
from shoemodel.lineage import MANIFEST
from shoemodel.runtime.files import replacing, sha256

MINI = Path(__file__).parent / "packs" / "mini"
INDEX = "model_index.json"
FORMAT = 1
"""Of pack.json. Readers ignore keys that they do not know, so a new key, as `lineage` was, leaves it."""
LICENCE = "Apache-2.0"

COMPONENTS = {
    "region": "transformers",
    "areas": "transformers",
    "feet": "transformers",
    "legs": "shoemodel.lps.denoiser",
    "legs_scheduler": "diffusers",
    "tokenizer": "transformers",
    "text_encoder": "transformers",
    "vae": "diffusers",
    "unet": "diffusers",
    "controlnet": "diffusers",
    "scheduler": "diffusers",
}
"""Components of a pack and the library each class comes from, where OWN_CLASSES names no other."""
LIBRARIES = ("transformers", "diffusers", "shoemodel")
"""Whose classes a pack may name."""
DIFFUSION = ("tokenizer", "text_encoder", "vae", "unet", "controlnet", "scheduler", "image_encoder")
"""Components that only the diffusion backend uses."""
OPTIONAL = {
    "image_encoder": "transformers",
    "judge": "transformers",
    "segmenter": "transformers",
    "fit": "shoemodel.fit.network",
}
"""Components that a pack may hold: they draw nothing, they look at the photo or at what was drawn."""
OWN_CLASSES = {
    "StemmedSam": "shoemodel.wd.sam",
    "StemmedSegformer": "shoemodel.wd.segformer",
    "StemmedVitPose": "shoemodel.lps.vitpose",
}


def resolve(name: str | Path) -> Path:
    """The folder of a pack: `mini`, a folder with a pack.json, or the local copy of one that `shoemodel push` has put
    on the hub: OWNER/NAME, or OWNER/NAME@REVISION.

    Raises:
        InputError: an unknown name, a folder or repository that is no pack, or `sd15`, whose trained parts nobody
            publishes.
    """
    if str(name) == "mini":
        folder = MINI
    elif str(name) == "sd15":
        parts = ", ".join(source.repository for source in hub.SD15)
        raise InputError(
            f"the sd15 pack starts from public weights ({parts}), but its ShoeModel parts are published nowhere: train "
            "them with `shoemodel train ... paper`, assemble them with `shoemodel pack RUNS "
            f"{hub.SD15[0].repository} region={hub.SD15[1].repository} --out FOLDER`, then give --pack FOLDER"
        )
    else:
        folder = Path(name)
        if not folder.exists() and hub.is_repository(str(name)):
            folder = _fetched(str(name))
    if not folder.is_dir():
        raise InputError(
            f"no pack {str(name)!r}: accepted are mini, sd15, a folder written by `shoemodel pack`, and a repository "
            "on the hub, OWNER/NAME"
        )
    if not (folder / MANIFEST).is_file():
        raise InputError(f"the folder {folder} is no pack: it has no {MANIFEST} (`shoemodel pack` writes one)")
    return folder


@cache
def _fetched(repository: str) -> Path:
    """One revision for the whole process."""
    return hub.fetch(repository)


def check(folder: Path) -> dict[str, Any]:
    """Compare every file of a pack with its pack.json -> the manifest.

    Hashing costs about 0.1 s for the mini pack, and 0.6 s for each gigabyte of a larger one.

    Raises:
        InputError: a component or file is missing or differs; it is named.
    """
    manifest = read_manifest(folder)
    files = manifest["files"]
    if missing := [name for name in COMPONENTS if not any(file.startswith(f"{name}/") for file in files)]:
        raise InputError(f"the pack {folder} has no {missing[0]}: it needs {', '.join(COMPONENTS)}")
    for file, expected in files.items():
        path = folder / file
        if not path.is_file():
            raise InputError(f"the pack {folder} is incomplete: {file} is missing")
        if path.stat().st_size != expected["bytes"]:
            raise InputError(
                f"the pack {folder} is damaged: {file} has {path.stat().st_size} bytes instead of {expected['bytes']}"
            )
        if sha256(path) != expected["sha256"]:
            raise InputError(f"the pack {folder} is damaged: {file} is not the file that {MANIFEST} describes (sha256)")
    _check_classes(folder)
    return manifest


def _check_classes(folder: Path) -> None:
    """Refuse a pack whose model_index.json names classes of other libraries: whoever loads it imports them."""
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    for name, named in index.items():
        if isinstance(named, list) and (module := named[0]) and str(module).split(".")[0] not in LIBRARIES:
            raise InputError(
                f"the pack {folder} has {name} of {module}.{named[1]}: classes of {', '.join(LIBRARIES)} are accepted"
            )


def read_manifest(folder: Path) -> dict[str, Any]:
    """pack.json as a dict.

    Raises:
        InputError: it is missing, no JSON, or of another format.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        entries = manifest["files"].values()
        if manifest["format"] != FORMAT or not all({"bytes", "sha256"} <= entry.keys() for entry in entries):
            raise ValueError("another format")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"the pack {folder} is damaged: its {MANIFEST} cannot be read ({error})") from error
    return manifest


def identity(name: str | Path) -> dict[str, str]:
    """What tells one pack from another: its name and the hash of its pack.json."""
    folder = resolve(name)
    return {"name": read_manifest(folder)["name"], "sha256": sha256(folder / MANIFEST)}


def component_bytes(manifest: dict[str, Any]) -> dict[str, int]:
    """Bytes of each component on disk."""
    totals: dict[str, int] = {}
    for file, entry in manifest["files"].items():
        name, *inside = file.split("/")
        if inside:
            totals[name] = totals.get(name, 0) + entry["bytes"]
    return totals


def write_manifest(
    folder: Path,
    name: str,
    licence: str = LICENCE,
    sources: dict[str, str] | None = None,
    stages: dict[str, lineage.Stages] | None = None,
) -> dict[str, Any]:
    """Describe every file of `folder` in its pack.json -> the manifest.

    sources: where each component is from. stages: the runs behind each (see `shoemodel.lineage`); of those that it
    lacks the lineage is unknown.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    manifest = {
        "format": FORMAT,
        "name": name,
        "licence": licence,
        "versions": lineage.versions(),
        "components": sources or {},
        "lineage": dict.fromkeys(sources or {}, lineage.UNKNOWN) | (stages or {}),
        "bytes": sum(path.stat().st_size for path in files),
        "files": {
            path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256(path)}
            for path in files
        },
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest


def assemble(runs: Sequence[Path | str], out: Path, licence: str = LICENCE) -> dict[str, Any]:
    """Collect the components of every run into the pack `out`, weights cast to bfloat16 -> the manifest.

    A run is a folder of `shoemodel train`, a folder in diffusers' layout (a pack, say, or Stable Diffusion), `mini`, or
    NAME=FOLDER for a component alone; each folder may be the id of a repository on the hub. A component that several
    hold (a frozen base, say) is taken from the first of them; those of OPTIONAL may be missing.

    Raises:
        InputError: a run without a model, or a component that no run holds.
    """
    found: dict[str, Path] = {}
    sources: dict[str, str] = {}
    stages: dict[str, lineage.Stages] = {}
    for run in runs:
        for name, folder in components_of(run).items():
            if name not in found:
                found[name], sources[name], stages[name] = folder, Path(run).name, _stages(run, name, folder)
    if missing := [name for name in COMPONENTS if name not in found]:
        raise InputError(f"these runs hold no {' and no '.join(missing)}; a pack needs {', '.join(COMPONENTS)}")
    libraries = COMPONENTS | {name: library for name, library in OPTIONAL.items() if name in found}
    with replacing(out) as partial:
        for name in libraries:
            shutil.copytree(found[name], partial / name, ignore=shutil.ignore_patterns(*hub.VARIANTS))
            for weights in (partial / name).glob("*.safetensors"):
                _cast(weights)
            _forget_origin(partial / name / "config.json")
        index: dict[str, Any] = {"_class_name": "ShoeModelPipeline", "_diffusers_version": version("diffusers")}
        for name, library in libraries.items():
            kind = _class_name(partial / name)
            index[name] = [OWN_CLASSES.get(kind, library), kind]
        (partial / INDEX).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
        return write_manifest(partial, out.name, licence, sources, stages)


def components_of(run: Path | str) -> dict[str, Path]:
    """Where each component of a run, see `assemble`, lies.

    Raises:
        InputError: there is none, or a repository cannot be had from the hub.
    """
    name, _, place = str(run).rpartition("=")
    folder = folder_of(place)
    if not folder.is_dir():
        if not hub.is_repository(place):
            raise InputError(f"{place} is no finished run: there is no such folder")
        folder = hub.fetch(place)
    if name:
        return {name: folder}
    inside = folder / "model" if (folder / "model").is_dir() else folder
    known = COMPONENTS | OPTIONAL
    held = {path.name: path for path in sorted(inside.iterdir()) if path.name in known and path.is_dir()}
    if not held:
        raise InputError(f"{run} is no finished run that a pack takes: {inside} holds none of {', '.join(known)}")
    return held


def folder_of(place: Path | str) -> Path:
    """The folder of a run or pack; that of the shipped pack for `mini`, where no folder has this name."""
    return MINI if str(place) == "mini" and not Path(place).is_dir() else Path(place)


def _stages(run: Path | str, component: str, held: Path) -> lineage.Stages:
    """The runs behind a component of a run as `assemble` takes it; of a repository on the hub, see `hub.record`."""
    place = str(run).rpartition("=")[2]
    folder = folder_of(place)
    return lineage.behind(folder, component) if folder.is_dir() else [hub.record(place, held)]


def _cast(file: Path) -> None:
    """Rewrite a safetensors file with its floating-point tensors as bfloat16."""
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    with safe_open(file, framework="pt") as weights:
        metadata = weights.metadata()
    tensors = {
        key: tensor.to(torch.bfloat16) if tensor.is_floating_point() else tensor
        for key, tensor in load_file(file).items()
    }
    save_file(tensors, file, metadata=metadata)


def _forget_origin(file: Path) -> None:
    """Take out of a configuration where its weights were loaded from: a folder of this machine concerns nobody."""
    if file.is_file():
        config = json.loads(file.read_text(encoding="utf-8"))
        if config.pop("_name_or_path", None) is not None:
            file.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _class_name(folder: Path) -> str:
    """The class that saved a component, as its own configuration names it.

    Raises:
        InputError: no configuration names one.
    """
    for file, key in (
        ("scheduler_config.json", "_class_name"),
        ("tokenizer_config.json", "tokenizer_class"),
        ("config.json", "_class_name"),
        ("config.json", "architectures"),
    ):
        if (folder / file).is_file():
            value = json.loads((folder / file).read_text(encoding="utf-8")).get(key)
            if value:
                return value if isinstance(value, str) else value[0]
    raise InputError(f"{folder} is no saved component: no configuration in it names a class")
