"""Baselines from local folders in the diffusers layout; nothing is downloaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import CLIPVisionConfig

from shoemodel.baselines.latent_pipeline import LatentPipeline
from shoemodel.errors import InputError
from shoemodel.runtime.device import HEAVY, default_dtype
from shoemodel.runtime.quiet import quiet

Small = Literal["pack", "run"] | None
SMALL = {"pack": "ShoeModelPipeline", "run": "LatentPipeline"}
"""What stands in for a diffusers pipeline at small sizes: a pack, for its base, or a run of `shoemodel train`."""


SUBFOLDER, WEIGHTS = "ip_adapter", "ip-adapter_sd15.safetensors"
"""Of the IP-Adapter within a pipeline's folder; CLIP's image tower is SUBFOLDER/image_encoder or a component."""


def load_pipeline(kind: Any, folder: Path, small: Small, **components: Any) -> Any:
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


def load_ip_adapter(kind: Any, folder: Path, small: Small) -> Any:
    """As `load_pipeline`, with the IP-Adapter in it; InputError where there is none."""
    model, root = load_pipeline(kind, folder, small), pipeline_folder(folder)
    if not (root / SUBFOLDER / WEIGHTS).is_file():
        raise InputError(f"{root}: found no {SUBFOLDER}/{WEIGHTS}; a folder with an IP-Adapter is accepted")
    with quiet():
        model.load_ip_adapter(str(root), subfolder=SUBFOLDER, weight_name=WEIGHTS, local_files_only=True)
    return model


def load_paint_by_example(kind: Any, folder: Path, small: Small) -> Any:
    """As `load_pipeline`, with Paint-by-Example's own image encoder; InputError where there is none.

    diffusers 0.42 finds the encoder's class under none of the names by which folders declare it.
    """
    from diffusers.pipelines.deprecated.paint_by_example import PaintByExampleImageEncoder

    tower = pipeline_folder(folder) / "image_encoder"
    if not tower.is_dir():
        raise InputError(f"{folder}: found no image_encoder; a folder of Paint-by-Example is accepted")
    config = CLIPVisionConfig.from_pretrained(tower, local_files_only=True)
    model = load_pipeline(kind, folder, small, image_encoder=None)
    encoder = PaintByExampleImageEncoder.from_pretrained(
        tower, config=config, dtype=default_dtype(), local_files_only=True
    )
    model.register_modules(image_encoder=encoder.to(model.device))
    return model


def pipeline_folder(folder: Path) -> Path:
    """Where the pipeline stands: in a run, or the folder itself."""
    run = folder / "model" / "pipeline"
    return run if run.is_dir() else folder


def _class_name(root: Path) -> str:
    index = root / "model_index.json"
    if not index.is_file():
        raise InputError(f"{root}: found no model_index.json; a folder in the diffusers layout or a run is accepted")
    return str(json.loads(index.read_text(encoding="utf-8")).get("_class_name"))
