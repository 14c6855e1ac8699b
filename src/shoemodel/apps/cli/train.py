"""The verbs that make weights: `shoemodel train | pack`."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import tyro
from tyro.conf import Positional, arg

from shoemodel.errors import InputError

TASKS = {
    "region": "RegionTask",
    "segmenter": "SegmenterTask",
    "wd": "WDTask",
    "feet": "FeetTask",
    "legs": "LegsTask",
    "legs_3d": "Legs3DTask",
    "clip": "ClipTask",
    "autoencoder": "AutoencoderTask",
    "base": "BaseTask",
    "sw": "SWTask",
    "sw_without_pose": "SWWithoutPoseTask",
    "inpaint": "InpaintTask",
    "controlnet_inpaint": "ControlNetInpaintTask",
    "paint_by_example": "PaintByExampleTask",
    "ip_adapter": "IPAdapterTask",
    "judge": "JudgeTask",
    "fit": "FitTask",
}


@dataclass(frozen=True, kw_only=True)
class Train:
    """Train one module on a folder of tuples; the same command continues an interrupted run.

    Any field of the preset can be changed behind the flags, for example: --loop.steps 100 --loop.threads 1

    Example: shoemodel train wd mini --data data --out runs/wd
    """

    module: Positional[
        Literal[
            "region",
            "segmenter",
            "wd",
            "feet",
            "legs",
            "legs_3d",
            "clip",
            "autoencoder",
            "base",
            "sw",
            "sw_without_pose",
            "inpaint",
            "controlnet_inpaint",
            "paint_by_example",
            "ip_adapter",
            "judge",
            "fit",
        ]
    ]
    """What to train; base needs the runs of autoencoder and clip, sw and the baselines need that of base as well."""
    preset: Positional[Literal["smoke", "mini", "paper"]]
    """smoke: seconds, to see that everything runs; mini: the shipped pack; paper: the paper's numbers, where known."""
    data: Annotated[tuple[str, ...], arg(metavar="DIR [DIR ...]")]
    """Folders written by `shoemodel synth`, or URLs of their copies (s3://bucket/tuples, with the extra of fsspec that
    its scheme needs); the pictures of a smaller --size are enlarged to those of the largest. For fit the one written by
    `recipes/fit_shoes.py`, for legs_3d files written by `recipes/poses.py`."""
    out: Annotated[Path, arg(metavar="RUN")]
    """Run folder: configuration, record of data and code, state, model, losses, samples."""
    keep_mb: Annotated[int, arg(metavar="MB")] = 512
    """Memory for decoded pictures, in all processes that prepare batches; they stay in their shards otherwise."""

    def run(self, changes: Sequence[str] = ()) -> int:
        """Train; `changes` are flags that override fields of the preset."""
        try:
            module = importlib.import_module(f"shoemodel.training.{self.module}")
            from shoemodel.data import datasets
            from shoemodel.training.loop import train
            from shoemodel.training.processes import one_after_another
            from shoemodel.training.record import Origin
        except ImportError as error:
            raise InputError(f"train needs the package {error.name}: install shoemodel[train]") from error
        if not hasattr(module, self.preset):
            raise InputError(f"{self.module} has no preset {self.preset}: the paper does not say how it was trained")
        preset = getattr(module, self.preset)()
        prog = f"shoemodel train {self.module} {self.preset} --data DIR --out RUN"
        config = tyro.cli(type(preset), default=preset, args=list(changes), prog=prog)
        kept = (self.keep_mb << 20) // max(1, config.loop.workers)
        own = self.module in ("fit", "legs_3d")  # which learn from no tuples
        load = module.load if own else partial(datasets.stream, kept_bytes=kept)
        with one_after_another():
            data = load(*self.data)
        task = getattr(module, TASKS[self.module])(config, data)
        outcome = train(task, config, self.out, Origin(self.module, self.preset, self.data))
        state = "finished" if outcome.finished else "stopped; the same command continues"
        if int(os.environ.get("RANK", 0)) == 0:  # the others of `accelerate launch` say the same
            print(f"{self.out}: {outcome.step} steps, {state}; loss {outcome.loss:.4g}")
        return 0


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Collect the components of several runs into one pack of bfloat16 weights with hashes.

    A pack (mini, say), a folder in diffusers' layout or a repository on the hub counts as a run; NAME=FOLDER gives one
    component alone.

    Example: shoemodel pack runs/* --out mine && shoemodel generate sneaker.jpg --pack mine --prompt jeans --out demo
    """

    runs: Annotated[Positional[tuple[Path, ...]], arg(metavar="RUN")]
    """Folders written by `shoemodel train`; where two hold one component, the first counts."""
    out: Annotated[Path, arg(metavar="FOLDER")]
    """The pack."""
    licence: str = "Apache-2.0"
    """Licence of the weights, as pack.json is to state it."""

    def run(self) -> int:
        from shoemodel import packs

        if not self.runs:
            raise InputError("no run was given: name at least one folder written by `shoemodel train`")
        manifest = packs.assemble(self.runs, self.out, self.licence)
        print(f"{self.out}: {len(manifest['files'])} files, {manifest['bytes'] / 2**20:.1f} MiB")
        return 0
