"""The command line: `shoemodel generate | poses | verify | synth | inspect | train | pack | evaluate | serve`.

Bad input gets one sentence on stderr and exit code 2. Nothing heavy is imported before a verb runs.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro
from tyro.conf import Positional, arg, subcommand

from shoemodel.cli_data import Inspect, Synth
from shoemodel.cli_evaluate import Evaluate
from shoemodel.cli_poses import Poses
from shoemodel.cli_serve import Serve
from shoemodel.cli_train import Pack, Train
from shoemodel.cli_where import Where
from shoemodel.errors import InputError

if TYPE_CHECKING:
    from shoemodel.images import Photo
    from shoemodel.pipeline import ShoeModelPipeline

BAD_INPUT, INTERRUPTED = 2, 130
STYLE = (tyro.conf.OmitArgPrefixes,)
DESCRIPTION = "A photo of an unworn shoe in, pictures of legs wearing exactly that shoe out."


@dataclass(frozen=True, kw_only=True)
class Generate:
    """Dress legs in the shoe of each photo; writes DIR/<photo stem>/.

    A photo that cannot be used is reported and the others still run; the exit code is then 2. A folder of an earlier
    run is replaced once the new one is whole.

    Example: shoemodel generate sneaker.jpg --prompt "legs in blue jeans, on a wooden floor" --num 4 --seed 7 --out demo
    """

    photos: Positional[tuple[Path, ...]]
    """Photos of an unworn shoe or a pair (PNG, JPEG, WebP, TIFF, HEIC ...)."""
    prompt: str
    """What to draw; at most 77 tokens count."""
    out: Annotated[Path, arg(metavar="DIR")]
    """Folder to write to."""
    num: int = 1
    """Results for each photo, each with another pose."""
    seed: int = 0
    """The same seed gives the same pixels on the same machine."""
    pack: Annotated[str, arg(metavar="mini|sd15|FOLDER")] = "mini"
    """Weights."""
    steps: int = 50
    """Steps of the solver."""
    solver: Literal["ddim", "unipc", "dpm++"] = "ddim"
    """ddim: the paper's; unipc and dpm++ need about half the steps."""
    guidance: float = 7.0
    """Classifier-free guidance: how strongly the prompt steers."""
    interval: tuple[float, float] = (0.0, 1.0)
    """Where guidance works: from and to which share of the noise, 0 the picture and 1 pure noise."""
    negative_prompt: str = ""
    """What not to draw."""
    where: Where = field(default_factory=Where)

    def run(self) -> int:
        from shoemodel import arguments, images, packs, run_folder

        folders = arguments.folders(self.photos, self.out)
        arguments.at_least(1, self.num, "--num")
        arguments.at_least(1, self.steps, "--steps")
        arguments.at_least(0, self.guidance, "--guidance")
        arguments.at_least(0, self.seed, "--seed")
        if not 0 <= self.interval[0] <= self.interval[1] <= 1:
            raise InputError(f"--interval is {self.interval}; two numbers with 0 <= first <= second <= 1 are accepted")
        places = self.where.read()
        run_folder.require_writable(self.out)
        packs.check(packs.resolve(self.pack))
        pipeline, exit_code = None, 0
        for file, folder in zip(self.photos, folders, strict=True):
            try:
                photo = images.load(file)
                pipeline = pipeline or _load(self.pack)
                self._one(pipeline, photo, folder, places)
            except InputError as error:
                _complain(error)
                exit_code = BAD_INPUT
        return exit_code

    def _one(self, pipeline: ShoeModelPipeline, photo: Photo, folder: Path, places: dict[str, Any]) -> None:
        """Run the chain on one photo, with a progress bar, and write its folder."""
        from shoemodel import packs, run_folder

        with _progress(photo.path.name) as report:
            result = pipeline(
                photo,
                self.prompt,
                num_images=self.num,
                generator=self.seed,
                steps=self.steps,
                guidance=self.guidance,
                negative_prompt=self.negative_prompt,
                layout=self.where.layout,
                callback=report,
                solver=self.solver,
                interval=self.interval,
                **places,
            )
        settings = {
            "prompt": self.prompt,
            "negative_prompt": self.negative_prompt,
            "pack": packs.identity(self.pack),
            "seed": self.seed,
            "steps": self.steps,
            "solver": self.solver,
            "guidance": self.guidance,
            "interval": list(self.interval),
        }
        run_folder.write(folder, photo, result, settings)
        for notice in result.notices:
            _complain(notice)
        print(folder)


@dataclass(frozen=True, kw_only=True)
class Verify:
    """Check that the shoe in the results is the photo's, pixel by pixel, from the files alone.

    Exit code 0 when everything holds, 1 when something was changed, 2 when there is nothing to check.

    Example: shoemodel verify demo/sneaker --photo sneaker.jpg
    """

    folder: Annotated[Positional[Path], arg(metavar="DIR")]
    """A folder of results, or one that holds several."""
    photo: Annotated[Path | None, arg(metavar="FILE")] = None
    """The source photo: then its hash and pixels are checked too."""

    def run(self) -> int:
        from shoemodel import certificate, run_folder

        failed = False
        for folder in run_folder.find(self.folder):
            problems = certificate.verify(folder, self.photo)
            failed = failed or bool(problems)
            print(f"{folder}: {'; '.join(problems) or 'every visible pixel is untouched'}")
        return int(failed)


Verb = (
    Annotated[Generate, subcommand("generate")]
    | Annotated[Poses, subcommand("poses")]
    | Annotated[Verify, subcommand("verify")]
    | Annotated[Synth, subcommand("synth")]
    | Annotated[Inspect, subcommand("inspect")]
    | Annotated[Train, subcommand("train")]
    | Annotated[Pack, subcommand("pack")]
    | Annotated[Evaluate, subcommand("evaluate")]
    | Annotated[Serve, subcommand("serve")]
)


def main(argv: list[str] | None = None) -> int:
    """Run one verb and return its exit code: 0, 1 for results or data that do not hold, 2 for bad input."""
    verb, changes = _parse(sys.argv[1:] if argv is None else argv)
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_: _complain(message)
        try:
            return verb.run(changes) if isinstance(verb, Train) else verb.run()
        except InputError as error:
            _complain(error)
            return BAD_INPUT
        except KeyboardInterrupt:
            _complain("interrupted")
            return INTERRUPTED


def _parse(argv: list[str]) -> tuple[Any, list[str]]:
    """The verb, and for `train` the flags it does not know itself: they belong to its preset."""
    parse: Callable[..., Any] = partial(tyro.cli, Verb, prog="shoemodel", description=DESCRIPTION, config=STYLE)
    if argv[:1] == ["train"]:
        return parse(args=argv, return_unknown_args=True)
    return parse(args=argv), []


def _complain(message: object) -> None:
    """One line on stderr."""
    print(f"shoemodel: {message}", file=sys.stderr)


def _load(pack: str) -> ShoeModelPipeline:
    from shoemodel.pipeline import ShoeModelPipeline

    return ShoeModelPipeline.from_pretrained(pack)


@contextmanager
def _progress(name: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr over the stages and steps of one photo; silent where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(name)

        def report(stage: str, done: int, total: int) -> None:
            bar.update(task, description=f"{name}: {stage}", completed=done, total=total)

        yield report


if __name__ == "__main__":
    sys.exit(main())
