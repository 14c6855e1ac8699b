"""The verb `shoemodel study make | serve | read`: people choose among the pictures of several methods."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import Positional, arg, subcommand

from shoemodel.apps.cli import messages
from shoemodel.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

NEEDS = "study read needs the package {}: install shoemodel[study]"


@dataclass(frozen=True, kw_only=True)
class Make:
    """Make the page of a study: line-ups of all methods' pictures, shuffled and unnamed, for any number of raters.

    A folder is what `shoemodel generate` or `shoemodel evaluate images` wrote for a method, or any folder of pictures
    in which the same name means the same input. Send raters the folder OUT/page, or put it on a web server, or use
    `study serve`. OUT/key.json says whose each picture is, and stays with you. Raters send back a CSV each; put these
    into OUT/answers.

    Example: shoemodel study make ours=evaluated/shoemodel inpaint=evaluated/inpaint --data data --out study
    """

    methods: Annotated[Positional[tuple[str, ...]], arg(metavar="METHOD=FOLDER")]
    """Two to nine methods and where their pictures are."""
    out: Annotated[Path, arg(metavar="STUDY")]
    """Folder to write."""
    photos: Annotated[Path | None, arg(metavar="FILE|FOLDER")] = None
    """The unworn shoe to show beside: one photo for all, or a folder of photos with the names of the pictures."""
    data: Annotated[Path | None, arg(metavar="DIR")] = None
    """Tuples of `shoemodel synth` that the pictures were made from: their unworn pictures and captions are shown."""
    num: Annotated[int | None, arg(metavar="N")] = None
    """Line-ups, chosen at random; all where it is not given."""
    question: str | None = None
    """What raters are asked. Default: Which picture would you choose to advertise this shoe?"""
    seed: int = 0
    """Of the choice of line-ups and of the pictures' random names."""

    def run(self) -> int:
        import numpy as np

        from shoemodel import arguments
        from shoemodel.study import lineups, page

        arguments.seed(self.seed)
        if self.photos is not None and self.data is not None:
            raise InputError("--photos and --data were given, one of them is accepted")
        methods = lineups.folders(self.methods)
        found = lineups.find(methods)
        if self.num is not None:
            arguments.at_least(1, self.num, "--num")
            if self.num > len(found):
                raise InputError(f"--num is {self.num}, but the folders hold {len(found)} line-ups")
            chosen = np.random.default_rng(self.seed).permutation(len(found))[: self.num]
            found = [found[index] for index in sorted(chosen)]
        shown = iter(found)
        if self.photos is not None:
            shown = lineups.with_photo(found, self.photos)
        elif self.data is not None:
            shown = lineups.with_tuples(found, self.data)
        tracked = messages.tracked(shown, "line-ups", len(found))
        question = self.question or page.QUESTION
        digest = page.digest_of(methods, found, question, self.seed)
        page.write(self.out, digest, methods, tracked, question)
        print(f"{len(found)} line-ups of {len(methods)} methods, for raters: {self.out / page.PAGE / 'index.html'}")
        return 0


@dataclass(frozen=True, kw_only=True)
class Serve:
    """Serve a study's page; what raters answer is written into STUDY/answers at once, and they may go on anywhere.

    Whoever reaches the port can rate, and under a rater's name read and change that rater's answers.

    Example: shoemodel study serve study --host 0.0.0.0 --port 8001
    """

    study: Annotated[Positional[Path], arg(metavar="STUDY")]
    """Folder of `shoemodel study make`."""
    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 is every one."""
    port: int = 8001
    """Port to listen on."""
    hosts: Annotated[tuple[str, ...], arg(metavar="NAME")] = ()
    """Names that raters know this machine by, beside localhost and its addresses; * is every one."""

    def run(self) -> int:
        try:
            import uvicorn

            from shoemodel.apps.service import hosts, listening, study
        except ImportError as error:
            raise InputError(f"study serve needs the package {error.name}: install shoemodel[serve]") from error
        hosts.check(self.hosts)
        app = study.create_app(self.study, [self.host, *self.hosts])
        socket = listening.listen(self.host, self.port)
        print(listening.address(self.host, socket), flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False)).run(sockets=[socket])
        return 0


@dataclass(frozen=True, kw_only=True)
class Read:
    """Read a study's answers: wins as the paper's Table 3 counts them, Bradley-Terry scores, agreement of the raters.

    Where pictures are equally good, the win is split. Intervals hold 95% (bootstrap over pictures).

    Example: shoemodel study read study --csv answers.csv --json study.json
    """

    study: Annotated[Positional[Path], arg(metavar="STUDY")]
    """Folder of `shoemodel study make`."""
    answers: Annotated[Positional[tuple[Path, ...]], arg(metavar="CSV")] = ()
    """Files that raters sent; those in STUDY/answers where none is given."""
    csv: Annotated[Path | None, arg(metavar="FILE")] = None
    """Where to write a row for each answer and method: rater, input, method, what it won, where it stood, seconds."""
    json: Annotated[Path | None, arg(metavar="FILE")] = None
    """Where to write the report as JSON."""
    seed: int = 0
    """Of the bootstrap."""

    def run(self) -> int:
        from shoemodel import arguments
        from shoemodel.image import io as images
        from shoemodel.study import answers, page

        try:
            from shoemodel.study import scores
        except ImportError as error:
            raise InputError(NEEDS.format(error.name)) from error
        arguments.seed(self.seed)
        key = page.read(self.study)
        found = answers.read(self.study, key, self.answers)
        report = scores.report(found, key, self.seed)
        messages.show(_table(report))
        print("\n".join(_lines(report)))
        if self.csv is not None:
            self.csv.parent.mkdir(parents=True, exist_ok=True)
            images.write_bytes(self.csv, _csv(scores.rows(found, key)).encode())
            print(f"answers: {self.csv}")
        if self.json is not None:
            messages.write(self.json, report)
        return 0


Verb = (
    Annotated[Make, subcommand("make", prefix_name=False)]
    | Annotated[Serve, subcommand("serve", prefix_name=False)]
    | Annotated[Read, subcommand("read", prefix_name=False)]
)


@dataclass(frozen=True, kw_only=True)
class Study:
    """Let people choose among the pictures of several methods, as the paper's user study does.

    Example: shoemodel study make ours=evaluated/shoemodel inpaint=evaluated/inpaint --data data --out study
    """

    step: Verb

    def run(self) -> int:
        return self.step.run()


def _table(report: dict[str, Any]) -> Table:
    from rich.table import Table

    lineups = f"line-ups: {report['line-ups']} of {report['line-ups in all']}"
    title = f"answers: {report['answers']}, raters: {len(report['raters'])}, {lineups}, ties: {report['ties']}"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim")
    table.padding = (0, 1, 0, 0)
    table.add_column("", no_wrap=True)
    for column in ("wins", "wins\na rater", "share\n%", "\n95%", "Bradley-\nTerry", "\n95%"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, row in sorted(report["methods"].items(), key=lambda item: -item[1]["wins"]):
        low, high = row["share interval"]
        least, most = row["Bradley-Terry interval"]
        table.add_row(
            name, f"{row['wins']:.1f}", f"{row['wins a rater']:.1f}", f"{100 * row['share']:.1f}",
            f"{100 * low:.1f} to {100 * high:.1f}", f"{row['Bradley-Terry']:.2f}", f"{least:.2f} to {most:.2f}",
        )  # fmt: skip
    return table


def _lines(report: dict[str, Any]) -> list[str]:
    """What stands below the table."""
    agreed = report["agreement"]
    if agreed["agreement"] is None:
        said = "agreement: needs two raters of one line-up"
    else:
        alpha = "–" if agreed["alpha"] is None else f"{agreed['alpha']:.2f}"
        said = (
            f"agreement of two raters: {100 * agreed['agreement']:.0f}% on {agreed['line-ups']} line-ups, "
            f"Krippendorff's alpha {alpha}"
        )
    places = ", ".join(f"{100 * share:.0f}" for share in report["wins by place"])
    return [
        said,
        f"wins by place on the page, %: {places}; {report['median seconds']:.0f} s for a line-up (median)",
        *(f"{name}: {count} of {report['line-ups in all']} line-ups" for name, count in report["raters"].items()),
    ]


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
