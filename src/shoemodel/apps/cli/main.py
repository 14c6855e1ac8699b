"""The command line of shoemodel: one command a job, `shoemodel --help` lists them.

Bad input gets one sentence on stderr and exit code 2. Nothing heavy is imported before a command runs.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import tyro
from tyro.conf import Positional, arg, subcommand

from shoemodel.apps.cli.annotate import Annotate
from shoemodel.apps.cli.batch import Batch
from shoemodel.apps.cli.collect import Collect
from shoemodel.apps.cli.data import Inspect, Synth
from shoemodel.apps.cli.evaluate import Evaluate
from shoemodel.apps.cli.flags import Refused, registry
from shoemodel.apps.cli.generate import Generate
from shoemodel.apps.cli.messages import BAD_INPUT, complain
from shoemodel.apps.cli.poses import Poses
from shoemodel.apps.cli.push import Push
from shoemodel.apps.cli.regions import Regions
from shoemodel.apps.cli.serve import Serve
from shoemodel.apps.cli.studio import Studio
from shoemodel.apps.cli.study import Study
from shoemodel.apps.cli.train import Pack, Train
from shoemodel.errors import InputError

INTERRUPTED = 130
REPLACED = {
    "--surroundings": "--surroundings drawn|photo is called --background scene|photo",
    "--repair": "--repair is called --refine",
}
"""Flags of earlier versions, and what takes their place."""
STYLE = (tyro.conf.OmitArgPrefixes,)
DESCRIPTION = "Turns a photo of an unworn shoe and a prompt into images of legs wearing that exact shoe."


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
        from shoemodel.output import certificate, credentials, run_folder

        failed = False
        for folder in run_folder.find(self.folder):
            signed = credentials.signed(folder)
            problems = certificate.verify(folder, self.photo) + credentials.problems(folder, signed)
            failed = failed or bool(problems)
            whole = f"; the credentials of {len(signed)} pictures are valid" if signed else ""
            print(f"{folder}: {'; '.join(problems) or f'every visible pixel is untouched{whole}'}")
        return int(failed)


Verb = (
    Annotated[Generate, subcommand("generate")]
    | Annotated[Batch, subcommand("batch")]
    | Annotated[Regions, subcommand("regions")]
    | Annotated[Poses, subcommand("poses")]
    | Annotated[Verify, subcommand("verify")]
    | Annotated[Synth, subcommand("synth")]
    | Annotated[Collect, subcommand("collect")]
    | Annotated[Inspect, subcommand("inspect")]
    | Annotated[Annotate, subcommand("annotate")]
    | Annotated[Train, subcommand("train")]
    | Annotated[Pack, subcommand("pack")]
    | Annotated[Push, subcommand("push")]
    | Annotated[Evaluate, subcommand("evaluate")]
    | Annotated[Study, subcommand("study")]
    | Annotated[Serve, subcommand("serve")]
    | Annotated[Studio, subcommand("studio")]
)


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 1 for results or data that do not hold, 2 for bad input."""
    argv = sys.argv[1:] if argv is None else argv
    if renamed := next((REPLACED[word.partition("=")[0]] for word in argv if word.partition("=")[0] in REPLACED), ""):
        complain(renamed)
        return BAD_INPUT
    try:
        verb, changes = _parse(argv)
    except Refused as refused:
        complain(refused)
        return BAD_INPUT
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
    """The command, and for `train` the flags it does not know itself: they belong to its preset."""
    parse: Callable[..., Any] = partial(
        tyro.cli, Verb, prog="shoemodel", description=DESCRIPTION, config=STYLE, registry=registry
    )
    if argv[:1] == ["train"]:
        return parse(args=argv, return_unknown_args=True)
    return parse(args=argv), []


if __name__ == "__main__":
    sys.exit(main())
