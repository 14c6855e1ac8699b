"""The command `shoemodel generate`: pictures of legs wearing the shoe of each photo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional, arg

from shoemodel.apps.cli.given import GivenFiles, Signed, require_judge
from shoemodel.apps.cli.messages import BAD_INPUT, complain
from shoemodel.errors import InputError
from shoemodel.request import Request

if TYPE_CHECKING:
    from shoemodel.pipeline import ShoeModelPipeline


@dataclass(frozen=True, kw_only=True)
class Generate:
    """Dress legs in the shoe of each photo; writes DIR/<photo stem>/.

    A photo that cannot be used is reported and the others still run; the exit code is then 2. A folder of an earlier
    run is replaced once the new one is whole.

    Example: shoemodel generate sneaker.jpg --prompt "a woman's legs in blue jeans" --num 4 --seed 7 --out demo
    """

    photos: Positional[tuple[Path, ...]]
    """Photos of an unworn shoe or a pair (PNG, JPEG, WebP, TIFF, HEIC ...)."""
    out: Annotated[Path, arg(metavar="DIR")]
    """Folder to write to."""
    pack: Annotated[str, arg(metavar="mini|sd15|FOLDER|OWNER/NAME")] = "mini"
    """Weights."""
    request: Request = field(default_factory=Request)
    given: GivenFiles = field(default_factory=GivenFiles)
    signed: Signed = field(default_factory=Signed)

    def run(self) -> int:
        from shoemodel import arguments, packs
        from shoemodel.execute import execute
        from shoemodel.image import io as images
        from shoemodel.output import run_folder

        folders = arguments.folders(self.photos, self.out)
        self.request.require_complete()
        given, signer = self.given.read(), self.signed.signer()
        run_folder.require_writable(self.out)
        require_judge(self.request, packs.check(packs.resolve(self.pack)))
        pack, pipeline, exit_code = packs.identity(self.pack), None, 0
        for file, folder in zip(self.photos, folders, strict=True):
            try:
                photo = images.load(file)
                pipeline = pipeline or _load(self.pack, self.request.backend)
                with _progress(photo.path.name) as report:
                    outcome = execute(pipeline, photo, self.request, pack, given, report)
                outcome.save(folder, signer)
                for warning in outcome.result.warnings:
                    complain(warning)
                print(folder)
            except InputError as error:
                complain(error)
                exit_code = BAD_INPUT
        return exit_code


def _load(pack: str, backend: str) -> ShoeModelPipeline:
    from shoemodel.pipeline import ShoeModelPipeline

    return ShoeModelPipeline.from_pretrained(pack, backend=backend)


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
