"""The verb `shoemodel batch`: a whole catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from shoemodel.apps.cli.keep import Keep
from shoemodel.apps.cli.sampling import Drawing
from shoemodel.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Dress legs in every shoe of a table: a folder a SKU, results.csv, results.parquet and report.html in DIR.

    The manifest has the columns sku and photo (relative to the manifest), and optionally prompt, num, seed and layout,
    which go before the flags. A row that fails costs that row. The same command continues after an interruption;
    finished rows are kept, failed ones tried again. Exit code 0 when every row is done, 1 when rows failed, 2 for bad
    input.

    Example: shoemodel batch shoes.csv --prompt "legs in {trousers}, {place}" --num 4 --keep best:2 --out catalogue
    """

    manifest: Positional[Path]
    """CSV, JSONL or Parquet."""
    out: Annotated[Path, arg(metavar="DIR")]
    """Folder to write to."""
    engine: Literal["local", "ray"] = "local"
    """local: this process; ray: Ray Data, on the cluster of RAY_ADDRESS or on this machine; the results are alike."""
    prompt: Annotated[str | None, arg(metavar="TEMPLATE")] = None
    """For rows without a prompt of their own, filled from their columns; for all rows where it holds {prompt}."""
    layout: Annotated[str, arg(metavar="auto|keep|x,y,scale,angle[,flip]")] = "auto"
    """Where the shoe stands, as in `generate`."""
    pack: Annotated[str, arg(metavar="mini|FOLDER")] = "mini"
    """Weights; with ray, a folder that every node has."""
    workers: Annotated[str, arg(metavar="N|MIN:MAX")] = "1"
    """Ray: actors, each with a model of its own; MIN:MAX lets their number follow the work."""
    gpus: float = 0
    """Ray: GPUs of each actor; 0.25 lets four share one."""
    drawing: Drawing = field(default_factory=Drawing)
    kept: Keep = field(default_factory=Keep)

    def run(self) -> int:
        from shoemodel import packs
        from shoemodel.apps.catalogue import tables

        tables.require_parquet()
        from shoemodel.apps.catalogue import batch, manifest
        from shoemodel.apps.catalogue.ray_engine import Pool
        from shoemodel.pipeline import ShoeModelPipeline

        pool = Pool.parse(self.workers, self.gpus)
        if self.engine == "local" and pool != Pool():
            raise InputError("--workers and --gpus were given with --engine local; they belong to --engine ray")
        order = self.drawing.order("", self.layout, self.kept.count(), self.kept.rejected)
        rows = manifest.read(self.manifest, order, self.prompt)
        signer = self.kept.signer()
        pack = packs.resolve(self.pack).absolute()
        self.kept.require_judge(packs.check(pack))
        load = partial(ShoeModelPipeline.from_pretrained, pack, backend="diffusion")
        engine = batch.engine(pool if self.engine == "ray" else None)
        failed = batch.run(rows, self.out, packs.identity(pack), load, engine, signer)
        print(f"{self.out}: {len(rows) - failed} of {len(rows)} rows done, {failed} failed")
        return int(failed > 0)
