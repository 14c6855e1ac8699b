"""The verb `shoemodel collect`: tuples from photos of people."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import Positional, arg

from shoemodel.errors import InputError

if TYPE_CHECKING:
    from shoemodel.collect.hub_annotator import Sources


@dataclass(frozen=True, kw_only=True)
class Collect:
    """Make tuples from photos of people (paper, Sec. 4): worn photo, X_w, 12 keypoints, caption; as WebDataset shards.

    A detector finds people, a whole-body VitPose their points, SAM their shoes: --detector, --pose and --sam together.
    Without them the pack's judge does all three, which has learnt from rendered legs only. Every photo that becomes no
    tuple is counted with a reason. Nothing is taken without a licence and a consent in --source. The same command
    continues after an interruption, and takes in photos that were added.

    Writes shards, report.json, sheet.jpg and refused.jpg into DATA, which `shoemodel train sw ... --data DATA` reads.
    Exit code 0, 1 when a photo failed by an error of the program, 2 for bad input.

    Example: shoemodel collect photos --source photos.csv --out data --size 512
    """

    folder: Annotated[Positional[Path], arg(metavar="FOLDER")]
    """Photos, in folders within it too."""
    out: Annotated[Path, arg(metavar="DATA")]
    """Folder for the shards and the report."""
    source: Annotated[Path | None, arg(metavar="FILE")] = None
    """CSV with the columns photo (a path in FOLDER, or a pattern), licence, consent, and source, group, caption."""
    unlicensed_ok: bool = False
    """Take photos without a licence or consent too, for trying only; a "no" still counts."""
    size: int = 512
    """Side of the pictures in pixels; squares of less than half of it are refused."""
    detector: Annotated[str | None, arg(metavar="ID|FOLDER")] = None
    """A detector of transformers that knows persons, by its id on the hub or as a folder: PekingU/rtdetr_v2_r50vd."""
    pose: Annotated[str | None, arg(metavar="ID|FOLDER")] = None
    """A VitPose with the 133 points of COCO-WholeBody."""
    sam: Annotated[str | None, arg(metavar="ID|FOLDER")] = None
    """A SAM: facebook/sam-vit-huge."""
    captioner: Annotated[str | None, arg(metavar="ID|FOLDER")] = None
    """An image-to-text model for captions: Salesforce/blip-image-captioning-base; a template where it is not given."""
    pack: Annotated[str, arg(metavar="mini|FOLDER|RUN")] = "mini"
    """Whose judge annotates without --detector, --pose and --sam: a pack's, or a run's of `shoemodel train judge`."""
    keep_faces: bool = False
    """Keep tuples in which a face is seen; else they are refused. Squares end at the hips either way."""
    engine: Literal["local", "ray"] = "local"
    """local: processes of this machine; ray: Ray Data, on the cluster of RAY_ADDRESS or on this machine."""
    workers: Annotated[int | None, arg(metavar="N")] = None
    """Processes; where it is not given one a core, or one in all where there is a GPU."""
    gpus: float = 0
    """Ray: GPUs of each worker; 0.25 lets four share one."""

    def run(self) -> int:
        from rich.console import Console

        from shoemodel import arguments

        arguments.at_least(32, self.size, "--size")
        arguments.at_least(1, self._workers(), "--workers")
        manifest = self._manifest()
        try:
            from shoemodel.collect import collect, report
            from shoemodel.collect.engines import Workers
            from shoemodel.collect.tuples import Options
        except ImportError as error:
            raise InputError(f"collect needs the package {error.name}: install shoemodel[train]") from error
        options = Options(size=self.size, keep_faces=self.keep_faces)
        make = partial(_models, self._sources(), self.pack, self.captioner)
        models = _identities(*make())
        job = collect.Job(
            folder=self.folder, out=self.out, manifest=manifest, unlicensed_ok=self.unlicensed_ok, options=options,
            load=collect.loader(make, models, options), models=models, engine=self.engine,
            workers=Workers(count=self._workers(), gpus=self.gpus),
        )  # fmt: skip
        outcomes = collect.collect(job)
        found = report.write(self.folder, self.out, outcomes)
        Console().print(report.table(found))
        print(f"{self.out}: {found['tuples']} tuples of {found['photos kept']} photos; see sheet.jpg and refused.jpg")
        return int("failed" in found["people refused"])

    def _workers(self) -> int:
        if self.workers is not None:
            return self.workers
        import torch

        return 1 if torch.cuda.is_available() else os.cpu_count() or 1

    def _manifest(self) -> Any:
        from shoemodel.collect import sources

        if self.source is not None:
            return sources.read(self.source)
        if not self.unlicensed_ok:
            raise InputError(
                "no --source was given: a CSV with the columns photo, licence and consent says what may be used; "
                "--unlicensed-ok takes everything, for trying"
            )
        return sources.Manifest({}, ())

    def _sources(self) -> Sources | None:
        """The three models, or None for the pack's judge."""
        given = {"--detector": self.detector, "--pose": self.pose, "--sam": self.sam}
        missing = [flag for flag, value in given.items() if value is None]
        if len(missing) == len(given):
            return None
        if missing:
            raise InputError(f"{', '.join(missing)} not given: --detector, --pose and --sam are accepted together")
        from shoemodel.collect.hub_annotator import Sources

        return Sources(detector=str(self.detector), pose=str(self.pose), sam=str(self.sam))


def _models(sources: Sources | None, pack: str, captioner: str | None) -> tuple[Any, Any]:
    """Annotator and captioner, in whatever process."""
    from shoemodel import packs
    from shoemodel.collect.captions import HubCaptioner
    from shoemodel.collect.hub_annotator import HubAnnotator
    from shoemodel.collect.pack_annotator import PackAnnotator
    from shoemodel.runtime.device import default_device

    device = default_device()
    annotator = HubAnnotator(sources, device) if sources else PackAnnotator(packs.folder_of(pack))
    return annotator, HubCaptioner(captioner, device) if captioner else None


def _identities(annotator: Any, captioner: Any) -> dict[str, str]:
    """Names and versions of the models, which are loaded here once so that what is wrong is said at once."""
    return dict(annotator.identity) | ({"captioner": captioner.identity} if captioner else {})
