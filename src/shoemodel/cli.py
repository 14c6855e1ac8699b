"""The command line: `shoemodel generate | batch | poses | verify | synth | inspect | train | pack | evaluate`.

Bad input gets one sentence on stderr and exit code 2. Nothing heavy is imported before a verb runs.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro
from tyro.conf import Positional, arg, subcommand

from shoemodel.cli_batch import Batch
from shoemodel.cli_data import Inspect, Synth
from shoemodel.cli_evaluate import Evaluate
from shoemodel.cli_generate import Generate
from shoemodel.cli_poses import Poses
from shoemodel.cli_report import BAD_INPUT, complain
from shoemodel.errors import InputError

INTERRUPTED = 130
TASKS = {
    "region": "RegionTask",
    "wd": "WDTask",
    "feet": "FeetTask",
    "legs": "LegsTask",
    "clip": "ClipTask",
    "autoencoder": "AutoencoderTask",
    "base": "BaseTask",
    "sw": "SWTask",
    "judge": "JudgeTask",
}
STYLE = (tyro.conf.OmitArgPrefixes,)
DESCRIPTION = "A photo of an unworn shoe in, pictures of legs wearing exactly that shoe out."


@dataclass(frozen=True, kw_only=True)
class Verify:
    """Check that the shoe in the results is the photo's, pixel by pixel, from the files alone.

    Where pictures are signed, their content credentials are checked too.

    Exit code 0 when everything holds, 1 when something was changed, 2 when there is nothing to check.

    Example: shoemodel verify demo/sneaker --photo sneaker.jpg
    """

    folder: Annotated[Positional[Path], arg(metavar="DIR")]
    """A folder of results, or one that holds several."""
    photo: Annotated[Path | None, arg(metavar="FILE")] = None
    """The source photo: then its hash and pixels are checked too."""

    def run(self) -> int:
        from shoemodel import certificate, credentials, run_folder

        failed = False
        for folder in run_folder.find(self.folder):
            signed = credentials.signed(folder)
            problems = certificate.verify(folder, self.photo) + credentials.problems(folder, signed)
            failed = failed or bool(problems)
            whole = f"; the credentials of {len(signed)} pictures are valid" if signed else ""
            print(f"{folder}: {'; '.join(problems) or f'every visible pixel is untouched{whole}'}")
        return int(failed)


@dataclass(frozen=True, kw_only=True)
class Train:
    """Train one module on a folder of tuples; the same command continues an interrupted run.

    Any field of the preset can be changed behind the flags, for example: --loop.steps 100 --loop.threads 1

    Example: shoemodel train wd mini --data data --out runs/wd
    """

    module: Positional[Literal["region", "wd", "feet", "legs", "clip", "autoencoder", "base", "sw", "judge"]]
    """What to train; base needs the runs of autoencoder and clip, sw needs that of base as well."""
    preset: Positional[Literal["smoke", "mini", "paper"]]
    """smoke: seconds, to see that everything runs; mini: the shipped pack; paper: the paper's numbers, where known."""
    data: Annotated[Path, arg(metavar="DIR")]
    """Folder written by `shoemodel synth`."""
    out: Annotated[Path, arg(metavar="RUN")]
    """Run folder: configuration, state, model, losses, samples."""

    def run(self, changes: Sequence[str] = ()) -> int:
        """Train; `changes` are flags that override fields of the preset."""
        try:
            module = importlib.import_module(f"shoemodel.training.{self.module}")
            from shoemodel.data import datasets
            from shoemodel.training.loop import train
        except ImportError as error:
            raise InputError(f"train needs the package {error.name}: install shoemodel[train]") from error
        if not hasattr(module, self.preset):
            raise InputError(f"{self.module} has no preset {self.preset}: the paper does not say how it was trained")
        preset = getattr(module, self.preset)()
        prog = f"shoemodel train {self.module} {self.preset} --data DIR --out RUN"
        config = tyro.cli(type(preset), default=preset, args=list(changes), prog=prog)
        task = getattr(module, TASKS[self.module])(config, datasets.load(self.data))
        outcome = train(task, config, self.out)
        state = "finished" if outcome.finished else "stopped; the same command continues"
        print(f"{self.out}: {outcome.step} steps, {state}; loss {outcome.loss:.4g}")
        return 0


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Collect the trained components of several runs into one pack of bfloat16 weights with hashes.

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


Verb = (
    Annotated[Generate, subcommand("generate")]
    | Annotated[Batch, subcommand("batch")]
    | Annotated[Poses, subcommand("poses")]
    | Annotated[Verify, subcommand("verify")]
    | Annotated[Synth, subcommand("synth")]
    | Annotated[Inspect, subcommand("inspect")]
    | Annotated[Train, subcommand("train")]
    | Annotated[Pack, subcommand("pack")]
    | Annotated[Evaluate, subcommand("evaluate")]
)


def main(argv: list[str] | None = None) -> int:
    """Run one verb and return its exit code: 0, 1 for results or data that do not hold, 2 for bad input."""
    verb, changes = _parse(sys.argv[1:] if argv is None else argv)
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_: complain(message)
        try:
            return verb.run(changes) if isinstance(verb, Train) else verb.run()
        except InputError as error:
            complain(error)
            return BAD_INPUT
        except KeyboardInterrupt:
            complain("interrupted")
            return INTERRUPTED


def _parse(argv: list[str]) -> tuple[Any, list[str]]:
    """The verb, and for `train` the flags it does not know itself: they belong to its preset."""
    parse: Callable[..., Any] = partial(tyro.cli, Verb, prog="shoemodel", description=DESCRIPTION, config=STYLE)
    if argv[:1] == ["train"]:
        return parse(args=argv, return_unknown_args=True)
    return parse(args=argv), []


if __name__ == "__main__":
    sys.exit(main())
