"""The verb `shoemodel annotate`: areas drawn on photos in the browser, for other tools and from them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import Positional, arg

from shoemodel.errors import InputError

if TYPE_CHECKING:
    from shoemodel.annotation.folder import AnnotationFolder


@dataclass(frozen=True, kw_only=True)
class Annotate:
    """Draw the visible and wearable areas of photos in the browser, beginning with what the networks find.

    DATA holds a label map for each photo; the same command goes on where one left off. When all photos are through, or
    the command ends, the finished ones are written as tuples for `shoemodel train wd` and as coco.json. With
    --import-masks, --export or --compare no page is opened.

    Example: shoemodel annotate photos --out drawn && shoemodel train wd mini --data tuples drawn --out runs/wd
    """

    folder: Annotated[Positional[Path], arg(metavar="FOLDER")]
    """Photos of unworn shoes, one shoe or a pair each. They are only read."""
    out: Annotated[Path, arg(metavar="DATA")]
    """Folder of one annotator: label maps, tuples, coco.json."""
    size: int = 512
    """Side of the tuples' pictures in pixels: the square around the shoe."""
    import_masks: Annotated[Path | None, arg(metavar="FILE|DIR")] = None
    """Take areas drawn elsewhere: COCO or Label Studio (.json), CVAT for images 1.1 (.xml, .zip), or PNG label maps."""
    export: tuple[Literal["tuples", "coco", "label-studio", "cvat"], ...] = ()
    """Write what is done into DATA: shard-*.tar, coco.json, label_studio.json, cvat.xml."""
    compare: Annotated[Path | None, arg(metavar="OTHER")] = None
    """Another annotator's DATA of the same photos: print the IoU of each area between the two."""
    json: Annotated[Path | None, arg(metavar="FILE")] = None
    """Where to write the figures of --compare as JSON."""
    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 lets others in, and there is no password."""
    port: int = 7861
    """Port to listen on."""
    pack: Annotated[str, arg(metavar="mini|FOLDER")] = "mini"
    """Weights that find the shoe and its areas."""

    def run(self) -> int:
        if self.json is not None and self.compare is None:
            raise InputError("--json takes the figures of --compare: give that too")
        if self.import_masks is None and not self.export and self.compare is None:
            return self._open_page()
        from shoemodel.annotation.folder import AnnotationFolder

        folder = AnnotationFolder(self.folder, self.out)
        if self.import_masks is not None or self.export:
            with folder.lock():
                if self.import_masks is not None:
                    self._import(folder, self.import_masks)
                for kind in self.export:
                    self._export(folder, kind)
        if self.compare is not None:
            self._compare(folder, self.compare)
        return 0

    def _open_page(self) -> int:
        try:
            import gradio  # noqa: F401
            import pycocotools  # noqa: F401
        except ImportError as error:
            raise InputError(f"annotate needs the package {error.name}: install shoemodel[annotate]") from error
        from shoemodel.apps.annotate.app import serve

        serve(self.folder, self.out, self.size, self.host, self.port, self.pack)
        return 0

    def _import(self, folder: AnnotationFolder, source: Path) -> None:
        from shoemodel.annotation import exchange

        outcome = exchange.take(folder, source)
        print(f"{source}: the areas of {len(outcome.taken)} photos are taken as done")
        if outcome.kept:
            print(f"kept as they were, because they are done: {', '.join(outcome.kept)}")
        if outcome.unknown:
            print(f"no photo of {folder.source}: {', '.join(outcome.unknown)}")

    def _export(self, folder: AnnotationFolder, kind: Literal["tuples", "coco", "label-studio", "cvat"]) -> None:
        from shoemodel.annotation import exchange, tuples

        if kind == "tuples":
            print(f"{folder.out}: {tuples.write(folder, self.size)} tuples of {self.size} px")
        else:
            print(", ".join(map(str, exchange.export(folder, kind))))

    def _compare(self, folder: AnnotationFolder, other: Path) -> None:
        from rich.console import Console

        from shoemodel.annotation.agreement import compare
        from shoemodel.annotation.folder import RECORD, AnnotationFolder
        from shoemodel.image import io as images

        if not (other / RECORD).is_file():
            raise InputError(f"{other} holds no {RECORD}; a DATA folder of `shoemodel annotate` is accepted")
        agreement = compare(folder, AnnotationFolder(self.folder, other))
        Console().print(agreement.table(str(self.out), str(other)))
        if self.json is not None:
            images.write_bytes(self.json, (json.dumps(agreement.to_dict(), indent=1) + "\n").encode())
