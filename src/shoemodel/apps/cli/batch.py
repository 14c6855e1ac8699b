"""The command `shoemodel batch`: a whole catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from shoemodel.apps.cli.given import Signed, require_judge
from shoemodel.errors import InputError
from shoemodel.request import Request


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Dress legs in every shoe of a table: a folder a SKU, results.csv, results.parquet and report.html in DIR.

    The manifest has the columns sku and photo (relative to the manifest), and a column for any flag of a request, such
    as prompt, num, seed or layout, which goes before the flag; prompts may name columns in braces. A row that fails
    costs that row. The same command continues after an interruption; finished rows are kept, failed ones tried again.
    Exit code 0 when every row is done, 1 when rows failed, 2 for bad input.

    Example: shoemodel batch shoes.csv --prompt "legs in {trousers}, {place}" --num 4 --keep best:2 --out catalogue
    """

    manifest: Positional[Path]
    """CSV, JSONL or Parquet."""
    out: Annotated[Path, arg(metavar="DIR")]
    """Folder to write to."""
    engine: Literal["local", "ray"] = "local"
    """local: this process; ray: Ray Data, on the cluster of RAY_ADDRESS or on this machine; the results are alike."""
    pack: Annotated[str, arg(metavar="mini|FOLDER|OWNER/NAME")] = "mini"
    """Weights; with ray, a folder that every node has."""
    workers: Annotated[str, arg(metavar="N|MIN:MAX")] = "1"
    """Ray: actors, each with a model of its own; MIN:MAX lets their number follow the work."""
    gpus: float = 0
    """Ray: GPUs of each actor; 0.25 lets four share one."""
    request: Request = field(default_factory=Request)
    signed: Signed = field(default_factory=Signed)

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
        rows = manifest.read(self.manifest, self.request)
        signer = self.signed.signer()
        pack = packs.resolve(self.pack).absolute()
        require_judge(self.request, packs.check(pack))
        load = partial(ShoeModelPipeline.from_pretrained, pack, backend=self.request.backend)
        engine = batch.engine(pool if self.engine == "ray" else None)
        failed = batch.run(rows, self.out, packs.identity(pack), load, engine, signer)
        print(f"{self.out}: {len(rows) - failed} of {len(rows)} rows done, {failed} failed")
        return int(failed > 0)
