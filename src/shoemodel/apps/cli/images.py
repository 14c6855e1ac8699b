"""The command `shoemodel evaluate images`: Table 3, the pictures of ShoeModel beside those of other methods."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import arg

from shoemodel.apps.cli import messages
from shoemodel.errors import InputError

if TYPE_CHECKING:
    from shoemodel.evaluation.images import Instruments
    from shoemodel.evaluation.methods import Method


@dataclass(frozen=True, kw_only=True)
class Images:
    """Table 3: FID, KID x 1000, CLIP score, identity, object expansion, pose agreement and seam of each method.

    Each method draws one picture for each of n tuples from the unworn picture, its true areas and pose, and a caption.
    Pictures are kept as PNG and not drawn again; files.csv beside them lists every set with its seeds and hashes,
    and sheet.jpg shows the first of them.

    Example: shoemodel evaluate images --data data --methods shoemodel,real,inpaint=baselines/inpaint --json table3.json
    """

    data: Annotated[Path, arg(metavar="DIR")]
    """Folder written by `shoemodel synth`."""
    methods: Annotated[str, arg(metavar="NAME[=FOLDER],...")] = "shoemodel,real"
    """What draws, each with the folder of its weights (default: the pack). real: true pictures of n other tuples."""
    pack: Annotated[str, arg(metavar="mini|FOLDER|OWNER/NAME")] = "mini"
    """Weights of shoemodel, of the judge that finds shoe and points in a picture, and of CLIP."""
    split: Literal["test", "all"] = "test"
    """test: the shoes that no training sees; all: every tuple, for a folder that no training has seen."""
    num: int | None = None
    """n, tuples of as many shoes as there are. Default: all, or half of them with the row real."""
    seed: int = 0
    """Of the choice of tuples and of the pictures."""
    steps: int = 50
    """Of every method's sampler."""
    out: Annotated[Path | None, arg(metavar="FOLDER")] = None
    """Where the pictures are kept. Default: FILE of --json without its ending, else ./evaluated."""
    json: Annotated[Path | None, arg(metavar="FILE")] = None
    """Where to write the table as JSON."""
    inception: Annotated[Path | None, arg(metavar="FILE")] = None
    """inception-2015-12-05.pt: then FID and KID are over its features."""
    clip: Annotated[Path | None, arg(metavar="FOLDER")] = None
    """A CLIP for the CLIP score instead of the pack's; FID and KID are then over its features, if no Inception is given
    (default: over the judge's)."""
    judge: Annotated[Path | None, arg(metavar="FOLDER")] = None
    """A run of `shoemodel train judge` to use instead of the pack's."""

    def run(self) -> int:
        try:
            import torchmetrics  # noqa: F401
        except ImportError as error:
            raise InputError(f"evaluate images needs the package {error.name}: install shoemodel[train]") from error
        from shoemodel import arguments
        from shoemodel.evaluation import methods, tables
        from shoemodel.output import run_folder

        if self.num is not None:
            arguments.at_least(1, self.num, "--num")
        arguments.seed(self.seed)
        arguments.at_least(1, self.steps, "--steps")
        out = self.out or (self.json.with_suffix("") if self.json else Path("evaluated"))
        for folder in (out, self.json.parent if self.json else out):
            run_folder.require_writable(folder)
        chosen = methods.parse(self.methods, self.pack)
        report = self._report(chosen, self._instruments(), out)
        messages.show(tables.images(report))
        if self.json:
            messages.write(self.json, report)
        return 0

    def _instruments(self) -> Instruments:
        """The networks that look at pictures, from the pack or from the folders given."""
        from shoemodel.evaluation.extractor import ClipFeatures, Extractor, Inception, JudgeFeatures
        from shoemodel.evaluation.images import Instruments
        from shoemodel.pipeline import ShoeModelPipeline
        from shoemodel.quality import clip, judge

        pipeline = ShoeModelPipeline.from_pretrained(self.pack, backend="diffusion")
        towers = clip.load(self.clip) if self.clip else clip.of_pack(pipeline, self.pack)
        looking = judge.load(self.judge) if self.judge else judge.of_pack(pipeline, self.pack)
        extractor: Extractor
        if self.inception:
            extractor = Inception(self.inception)
        elif self.clip:
            extractor = ClipFeatures(towers)
        else:
            extractor = JudgeFeatures(looking, str(self.judge or f"the pack {self.pack}"))
        return Instruments(extractor, towers, looking)

    def _report(self, chosen: list[Method], instruments: Instruments, out: Path) -> dict[str, Any]:
        """Draw, measure and sum up."""
        from shoemodel import packs
        from shoemodel.data.splits import SPLITS
        from shoemodel.evaluation import images, pictures
        from shoemodel.evaluation.methods import REAL

        splits = SPLITS if self.split == "all" else ("test",)
        with_real = any(method.name == REAL for method in chosen)
        keys, others = pictures.choose(self.data, splits, self.num, self.seed, with_real)
        shown = pictures.true(self.data, splits, keys, out / "reference")
        reference = images.featured(messages.tracked(shown, "reference", len(keys)), instruments.extractor)
        sets = {}
        for method in chosen:
            if method.name == REAL:
                shown = pictures.true(self.data, splits, others, out / REAL)
            else:
                shown = pictures.drawn(method, self.data, splits, keys, self.seed, out / method.name, self.steps)
            sets[method.name] = images.measured(messages.tracked(shown, method.name, len(keys)), instruments)
        listed = {"reference": reference.listed, **{name: tally.listed for name, tally in sets.items()}}
        files, sheet = pictures.list_files(out, listed), pictures.write_sheet(out, self.data, listed)
        print(f"the first of the pictures: {sheet}")
        how = {"seed": self.seed, "steps": self.steps, "split": self.split}
        made = how | {"pack": packs.identity(self.pack), "files": str(files)}
        return images.summarise(reference, sets, instruments) | made
