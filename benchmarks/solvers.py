"""FID and the other figures of Table 3 against seconds, for solvers, steps, guidance, its interval and the second pass.

    python benchmarks/solvers.py --data DIR --num 150 --settings ddim:50:7:0.4 dpm++:15:7:0:0.2:0.9 --out solvers

Defaults of `generate` are read from this table. Pictures are kept in OUT/<setting>/, the table in OUT/report.json.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
import tyro
from rich.console import Console
from rich.table import Table

from shoemodel import ShoeModelPipeline
from shoemodel.apps.cli import messages
from shoemodel.backends.backend import Subject
from shoemodel.backends.diffusion import DiffusionBackend
from shoemodel.backends.options import DiffusionOptions
from shoemodel.compose.photo_background import finish
from shoemodel.data.sample import Sample
from shoemodel.evaluation import held_out, pictures
from shoemodel.evaluation.extractor import JudgeFeatures
from shoemodel.evaluation.images import Instruments, featured, measured, summarise
from shoemodel.image import io as images
from shoemodel.image import layout
from shoemodel.quality import clip, judge
from shoemodel.sw.sampling import Hooks

COLUMNS = ("FID", "KIDx1k", "CLIP", "PCK@0.1", "expansion", "seam")


@dataclass(frozen=True, kw_only=True)
class Solvers:
    """One picture for each of `num` held-out tuples with each setting, the same noise for all."""

    data: Path
    """Tuples, of which the held-out shoes are used."""
    out: Path
    """Where pictures and the table go."""
    settings: tuple[str, ...] = ("ddim:20:default:0", "ddim:20:default:1", "dpm++:10:default:1", "unipc:10:default:1")
    """SOLVER:STEPS:GUIDANCE:REFINE[:FROM:TO]; GUIDANCE is a number or `default`, FROM and TO are where in the noise
    schedule guidance works."""
    pack: str = "mini"
    """mini, or a folder."""
    num: int = 150
    """Pictures."""
    seed: int = 0
    """Of the choice of tuples and of the noise."""
    threads: int | None = None
    """torch threads."""


@dataclass(eq=False)
class Setting:
    """How to walk from noise to a picture, and how long it took."""

    name: str
    folder: Path
    seconds: list[float] = field(default_factory=list)

    def drawn(self, pipeline: ShoeModelPipeline, samples: list[Sample], seed: int) -> Iterator[pictures.Shown]:
        """One picture a tuple, written to the setting's folder."""
        solver, steps, guidance, refine, *interval = self.name.split(":")
        options = DiffusionOptions(
            solver=solver,  # type: ignore[arg-type]
            num_inference_steps=int(steps),
            guidance_scale=None if guidance == "default" else float(guidance),
            refine_strength=float(refine),
            guidance_interval=tuple(map(float, interval)) or (0.0, 1.0),  # type: ignore[arg-type]
        )
        backend = pipeline.resolve_backend("diffusion", options)
        assert isinstance(backend, DiffusionBackend)
        for sample in samples:
            began = time.perf_counter()
            _, shoe = pipeline.place(sample.unworn, sample.areas, layout.keep(sample.areas.size))
            own, pose = pictures.seed_of(sample.key, seed), pictures.whole_pose(sample)
            legs = backend.legs(Subject(sample.key, sample.unworn, shoe, "scene"), sample.caption, "")
            (made,) = legs.sample([pose], [own], Hooks())
            picture = finish(made.rgb, shoe, pose, made.background)
            self.seconds.append(time.perf_counter() - began)
            file = self.folder / f"{sample.key}.png"
            images.save_png(file, picture)
            yield pictures.Shown(sample, picture, file, own)


def main(options: Solvers) -> None:
    """Print the table."""
    if options.threads:
        torch.set_num_threads(options.threads)
    pipeline = ShoeModelPipeline.from_pretrained(options.pack, backend="diffusion")
    looking = judge.of_pack(pipeline, options.pack)
    instruments = Instruments(
        JudgeFeatures(looking, f"the pack {options.pack}"), clip.of_pack(pipeline, options.pack), looking
    )
    keys, _ = pictures.choose(options.data, ("test",), options.num, options.seed, others=False)
    samples = list(held_out.read(options.data, ("test",), keys))
    true = pictures.true(options.data, ("test",), keys, options.out / "reference")
    reference = featured(messages.tracked(true, "reference", len(keys)), instruments.extractor)
    settings = [Setting(name, options.out / name.replace(":", "_")) for name in options.settings]
    for setting in settings:
        setting.folder.mkdir(parents=True, exist_ok=True)
    tallies = {
        each.name: measured(
            messages.tracked(each.drawn(pipeline, samples, options.seed), each.name, len(keys)), instruments
        )
        for each in settings
    }
    report = summarise(reference, tallies, instruments)
    report["seconds"] = {each.name: sorted(each.seconds)[len(each.seconds) // 2] for each in settings}
    (options.out / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    table = Table("setting", "median s", *COLUMNS, title=f"{report['n']} pictures; {report['extractor']}")
    for name, row in report["methods"].items():
        spans = report["intervals"][name]
        cells = (f"{row[column]:.2f} [{spans[column][0]:.2f}, {spans[column][1]:.2f}]" for column in COLUMNS)
        table.add_row(name, f"{report['seconds'][name]:.2f}", *cells)
    Console(width=170).print(table)


if __name__ == "__main__":
    main(tyro.cli(Solvers, description=__doc__))
