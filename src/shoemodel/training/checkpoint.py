"""State of a run on disk, always whole: everything is written under a temporary name and then renamed."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from diffusers.training_utils import EMAModel
from torch import nn

from shoemodel import packs
from shoemodel.errors import InputError
from shoemodel.runtime.files import replacing

STATE_FILE = Path("state") / "state.pt"


def write_file(target: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a temporary file beside `target`, then rename it to `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    write(partial)
    os.replace(partial, target)


def save_state(run: Path, modules: nn.ModuleDict, ema: EMAModel, optimizer: Any, step: int, seconds: float) -> None:
    """Write RUN/state/state.pt atomically: weights, their average, the optimiser, steps done, seconds trained."""
    state = {
        "modules": modules.state_dict(),
        "ema": {"optimization_step": ema.optimization_step, "shadow_params": ema.shadow_params},
        "optimizer": optimizer.state_dict(),
        "step": step,
        "seconds": seconds,
    }
    write_file(run / STATE_FILE, lambda partial: torch.save(state, partial))


def load_state(
    run: Path, modules: nn.ModuleDict, ema: EMAModel, optimizer: Any, device: torch.device
) -> tuple[int, float]:
    """Restore what `save_state` wrote and return (steps done, seconds trained); (0, 0) for a new run."""
    file = run / STATE_FILE
    if not file.exists():
        return 0, 0.0
    place = device if device.type != "cpu" else "cpu"  # of several processes the device is cpu:0, which load refuses
    state = torch.load(file, map_location=place, weights_only=True)
    modules.load_state_dict(state["modules"])
    ema.optimization_step = state["ema"]["optimization_step"]
    for average, saved in zip(ema.shadow_params, state["ema"]["shadow_params"], strict=True):
        average.copy_(saved)
    optimizer.load_state_dict(state["optimizer"])
    return state["step"], state["seconds"]


def component_folder(run: Path | str, name: str) -> Path:
    """Where component `name` lies in a run of `shoemodel train`, in a pack or diffusers folder, or in the pack mini.

    Raises InputError where it is not there.
    """
    run = packs.folder_of(run)
    for folder in (run / "model" / name, run / name):
        if folder.is_dir():
            return folder
    raise InputError(f"{run}: found no component {name}; a finished run or a pack that holds it is accepted")


def load_start(run: Path, modules: nn.ModuleDict) -> None:
    """Take the weights of every module from the component of the same name in a run or pack.

    Raises InputError for a component that is missing or of another size.
    """
    for name, module in modules.items():
        kind: Any = type(module)
        folder = component_folder(run, name)
        weights = kind.from_pretrained(folder, local_files_only=True).state_dict()
        sizes = {key: tuple(value.shape) for key, value in module.state_dict().items()}
        for key in sizes.keys() | weights.keys():
            found = tuple(weights[key].shape) if key in weights else "nothing"
            if found != sizes.get(key):
                accepted = sizes.get(key, "nothing")
                raise InputError(f"{folder}: found {found} for {key}; this preset's {name} accepts {accepted}")
        module.load_state_dict(weights)


def save_components(run: Path, components: dict[str, Any], accelerator: Accelerator) -> None:
    """Write RUN/model/<name>/ for every component (model, processor, scheduler, tokenizer) with save_pretrained."""
    with replacing(run / "model") as folder:
        for name, component in components.items():
            plain = accelerator.unwrap_model(component) if isinstance(component, nn.Module) else component
            plain.save_pretrained(folder / name)
