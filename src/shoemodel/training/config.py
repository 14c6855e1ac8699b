"""What every training run is told: the part of a configuration that the loop reads.

Each task has its own frozen dataclass with a field ``loop: LoopConfig`` and presets as plain functions
(``smoke()``, ``mini()``, ``paper()``) in the task's file.
"""

import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from accelerate import PartialState

from shoemodel.errors import InputError
from shoemodel.runtime.device import multiplies_bf16


@dataclass(frozen=True, kw_only=True)
class LoopConfig:
    """How long, how fast, how often and from where; nothing about what is trained."""

    start: Path | None = None
    """Run, pack or mini whose weights a new run starts from (fine-tuning); a run that has a state ignores it."""
    steps: int
    """Optimiser steps of the whole run. A run resumed with a larger number goes on."""
    batch: int
    """Samples at once, on each process."""
    accumulate: int = 1
    """Batches whose gradients are added up before a step: a step learns from batch × accumulate × processes samples."""
    lr: float
    """Learning rate after the warm-up."""
    warmup: int = 100
    """Steps over which the learning rate rises from zero."""
    schedule: Literal["cosine", "constant"] = "cosine"
    """Learning rate after the warm-up: a half cosine down to zero at `steps`, or level."""
    optimizer: Literal["adamw", "muon"] = "adamw"
    """adamw, or muon (see `training.optimizer`): fewer steps to the same loss, each somewhat dearer."""
    weight_decay: float = 0.01
    """Decoupled weight decay."""
    clip: float = 1.0
    """Largest norm of the gradient."""
    ema_decay: float = 0.999
    """Decay of the moving average of the weights, which is what is saved as the model."""
    seed: int = 0
    """All randomness of step n follows from (seed, n)."""
    precision: Literal["auto", "no", "bf16"] = "auto"
    """Autocast type. auto: bf16, but "no" on a processor that does not multiply it, where it is many times slower."""
    compile: bool = False
    """Let torch.compile fuse the networks' operations: the first step takes a minute, the others a fifth less. Needs a
    C++ compiler."""
    log_every: int = 20
    """Steps between two rows of loss.csv."""
    save_every_s: float = 120.0
    """Seconds between two checkpoints."""
    sample_every: int = 500
    """Steps between two sample sheets (and evaluations)."""
    minutes: float | None = None
    """Wall time of this call; it then checkpoints and stops. None: until `steps`."""
    threads: int | None = None
    """Threads of torch; None leaves torch's choice."""
    workers: int = 0
    """Processes that prepare batches during the steps; 0 prepares them between the steps."""

    @property
    def bf16(self) -> bool:
        """Whether `precision` is bf16 on this machine."""
        return self.precision == "bf16" or (self.precision == "auto" and multiplies_bf16(PartialState().device.type))

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "accumulate", "log_every", "sample_every"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be at least 1")
        if not 0 <= self.ema_decay < 1:
            raise InputError(f"ema_decay is {self.ema_decay}; it must lie in [0, 1)")


def learning_rate(loop: LoopConfig, step: int) -> float:
    """Rate of step `step` (from 0): a function of step and steps alone, so an interrupted run keeps its course."""
    rise = min(1.0, (step + 1) / max(1, loop.warmup))
    if loop.schedule == "constant" or step < loop.warmup:
        return loop.lr * rise
    done = (step - loop.warmup) / max(1, loop.steps - loop.warmup)
    return loop.lr * 0.5 * (1.0 + math.cos(math.pi * min(1.0, done)))


def to_json(config: Any) -> dict[str, Any]:
    """A configuration dataclass as plain JSON values (paths become strings, tuples lists)."""
    return _plain(dataclasses.asdict(config))


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def check_same_run(config: Any, file: Path) -> None:
    """Refuse to resume `file`'s run with another network: everything but `loop` and paths must agree.

    A field that is younger than the run had its default then.
    """
    if not file.exists():
        return
    before, now = json.loads(file.read_text()), to_json(config)
    for field in dataclasses.fields(config):
        changeable = field.name == "loop" or "Path" in str(field.type)
        started_with = before.get(field.name, _plain(field.default))
        if not changeable and started_with != now[field.name]:
            raise InputError(
                f"{file} was started with {field.name}={started_with}, this command says {now[field.name]};"
                " repeat the first value or choose another output folder"
            )
