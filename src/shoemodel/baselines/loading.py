"""Baselines from local folders in the diffusers layout; nothing is downloaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import torch

from shoemodel.baselines.latent_pipeline import LatentPipeline
from shoemodel.errors import InputError
from shoemodel.runtime.device import HEAVY, default_dtype
from shoemodel.runtime.quiet import quiet

SMALL = {"pack": "ShoeModelPipeline", "run": "LatentPipeline"}
"""What stands in for a diffusers pipeline at small sizes: a pack, for its base, or a run of `shoemodel train`."""


def load_pipeline(kind: Any, folder: Path, small: Literal["pack", "run"] | None, **components: Any) -> Any:
    """A diffusers pipeline of class `kind`, or its `small` counterpart as a `LatentPipeline`.

    folder: as `save_pretrained` of `kind` writes it, or a pack or run. components: in place of the folder's; None loads
    none.

    Raises InputError where the folder holds no such pipeline.
    """
    root = pipeline_folder(folder)
    name = _class_name(root)
    if name not in (kind.__name__, small and SMALL[small]):
        wanted = f" or a {small}" if small else ""
        raise InputError(f"{folder}: found a {name}; a folder of {kind.__name__}{wanted} is accepted")
    cls: Any = kind
    dtype: Any = default_dtype()
    if name != kind.__name__:
        cls, dtype = LatentPipeline, {"default": torch.float32, **dict.fromkeys(HEAVY, dtype)}
        components |= {"controlnet": None} if small == "pack" else {}
    elif "safety_checker" in cls._optional_components:
        components |= {"safety_checker": None, "requires_safety_checker": False}
    try:
        with quiet():
            pipeline = cls.from_pretrained(str(root), dtype=dtype, local_files_only=True, **components)
    except (ValueError, OSError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{folder}: the {name} in it cannot be loaded ({reason})") from error
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to("cuda" if torch.cuda.is_available() else "cpu")


def pipeline_folder(folder: Path) -> Path:
    """Where the pipeline stands: in a run, or the folder itself."""
    run = folder / "model" / "pipeline"
    return run if run.is_dir() else folder


def _class_name(root: Path) -> str:
    index = root / "model_index.json"
    if not index.is_file():
        raise InputError(f"{root}: found no model_index.json; a folder in the diffusers layout or a run is accepted")
    return str(json.loads(index.read_text(encoding="utf-8")).get("_class_name"))
