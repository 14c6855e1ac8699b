"""The verb `shoemodel generate`: pictures of legs wearing the shoe of each photo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import Positional, UseAppendAction, arg

from shoemodel.apps.cli.keep import Keep
from shoemodel.apps.cli.report import BAD_INPUT, complain
from shoemodel.apps.cli.sampling import Drawing
from shoemodel.apps.cli.where import Given, Where
from shoemodel.errors import InputError

if TYPE_CHECKING:
    from shoemodel.image.io import Photo
    from shoemodel.output.credentials import Signer
    from shoemodel.pipeline import ShoeModelPipeline
    from shoemodel.request import Order


@dataclass(frozen=True, kw_only=True)
class Generate:
    """Dress legs in the shoe of each photo; writes DIR/<photo stem>/.

    A photo that cannot be used is reported and the others still run; the exit code is then 2. A folder of an earlier
    run is replaced once the new one is whole.

    Example: shoemodel generate sneaker.jpg --prompt "a woman's legs in blue jeans" --num 4 --seed 7 --out demo
    """

    photos: Positional[tuple[Path, ...]]
    """Photos of an unworn shoe or a pair (PNG, JPEG, WebP, TIFF, HEIC ...)."""
    prompt: Annotated[UseAppendAction[tuple[str, ...]], arg(metavar="TEXT")]
    """What the legs wear, in words; give the flag again for further outfits in the same poses."""
    out: Annotated[Path, arg(metavar="DIR")]
    """Folder to write to."""
    backend: Literal["render", "diffusion"] = "render"
    """Who makes the leg. render: a 3-D leg, dressed as the prompt says, at the photo's own resolution; diffusion: the
    networks of the pack (the paper's)."""
    pack: Annotated[str, arg(metavar="mini|sd15|FOLDER")] = "mini"
    """Weights."""
    drawing: Drawing = field(default_factory=Drawing)
    where: Where = field(default_factory=Where)
    given: Given = field(default_factory=Given)
    kept: Keep = field(default_factory=Keep)

    def run(self) -> int:
        from shoemodel import arguments, packs
        from shoemodel.image import io as images
        from shoemodel.output import run_folder

        folders = arguments.folders(self.photos, self.out)
        keep = self.kept.count(self.drawing.num)
        if not self.prompt:
            raise InputError("no prompt was given: say with --prompt what the legs wear")
        order = self.drawing.order(self.prompt, self.where.layout, keep, self.kept.rejected)
        order = replace(order, edges=self.given.edges)
        places = self.where.read() | self.given.read()
        run_folder.require_writable(self.out)
        signer = self.kept.signer()
        self.kept.require_judge(packs.check(packs.resolve(self.pack)))
        pipeline, exit_code = None, 0
        for file, folder in zip(self.photos, folders, strict=True):
            try:
                photo = images.load(file)
                pipeline = pipeline or _load(self.pack, self.backend)
                self._one(pipeline, photo, folder, order, places, signer)
            except InputError as error:
                complain(error)
                exit_code = BAD_INPUT
        return exit_code

    def _one(
        self,
        pipeline: ShoeModelPipeline,
        photo: Photo,
        folder: Path,
        order: Order,
        places: dict[str, Any],
        signer: Signer | None,
    ) -> None:
        """Run the chain on one photo, with a progress bar, and write its folder."""
        from shoemodel import packs, request
        from shoemodel.output import run_folder

        with _progress(photo.path.name) as report:
            made = request.make(pipeline, photo, order, packs.identity(self.pack), report, **places)
        run_folder.write(folder, photo, made.result, made.settings, made.rejected, signer)
        for notice in made.result.notices:
            complain(notice)
        print(folder)


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
