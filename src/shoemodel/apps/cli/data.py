"""The commands about data: `shoemodel synth` makes it, `shoemodel inspect` looks at it."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import Positional, arg

from shoemodel.data.splits import Split
from shoemodel.errors import InputError

if TYPE_CHECKING:
    from shoemodel.data.sample import Sample


@dataclass(frozen=True, kw_only=True)
class Synth:
    """Make tuples of the synthetic world: worn picture, shoes alone, areas, keypoints, caption; as WebDataset shards.

    Sample i depends on the seed and i alone; each is checked before it is written. The same command continues after
    an interruption.

    Example: shoemodel synth --num 200 --seed 1 --out data --size 256
    """

    num: int
    """Tuples to make."""
    out: Annotated[Path, arg(metavar="DIR")]
    """Folder for the shards."""
    seed: int = 0
    """Another seed is another world."""
    size: int = 256
    """Side of the pictures in pixels."""
    assets: Annotated[Path | None, arg(metavar="FOLDER")] = None
    """Folder with shoes (.mhclo, or one shoe as .obj, .glb), mocap/*.bvh clips and hdri/*.hdr places to use as well."""
    workers: Annotated[int | None, arg(metavar="N")] = None
    """Processes; all cores where it is not given."""
    engine: Literal["local", "ray"] = "local"
    """local: processes of this machine; ray: Ray Data, on the cluster of RAY_ADDRESS or on this machine."""
    split: Annotated[Split | None, arg(metavar="{train,test,held-out family}")] = None
    """Wear shoes of this split only: test for many shoes that no training sees. All of them where it is not given."""
    family: Annotated[str | None, arg(metavar="NAME")] = None
    """Wear shoes of this family only (sandal, tall boot, pump, ...): more of what a network is weak at."""
    per_shoe: Annotated[int, arg(metavar="N")] = 4
    """Tuples of each shoe: 1 for as many shoes as tuples, which takes half as long again."""

    def run(self) -> int:
        from shoemodel import arguments

        arguments.at_least(1, self.num, "--num")
        for package in ("anny", "skimage", "trimesh", "webdataset"):
            if importlib.util.find_spec(package) is None:
                raise InputError(f"synth needs the package {package}: install shoemodel[world]")
        from shoemodel.world.synthesize import synthesize

        synthesize(
            self.num, self.seed, self.out, self.size, self.assets, self.workers,
            engine=self.engine, split=self.split, per_shoe=self.per_shoe, family=self.family,
        )  # fmt: skip
        return 0


@dataclass(frozen=True, kw_only=True)
class Inspect:
    """Check every tuple of a folder, print what the folder holds in figures, and write a sheet of some of them.

    Exit code 0 when every tuple is sound, 1 when problems were found (they are listed by key), 2 for bad input.

    Example: shoemodel inspect data --num 16 --json data.json
    """

    folder: Annotated[Positional[Path], arg(metavar="DIR")]
    """Folder written by `shoemodel synth` or `shoemodel annotate`."""
    num: int = 12
    """Tuples on the sheet, evenly spaced."""
    out: Annotated[Path | None, arg(metavar="FILE")] = None
    """The sheet, .jpg or .png: unworn | worn | areas | pose; DIR/sheet.jpg where it is not given."""
    json: Annotated[Path | None, arg(metavar="FILE")] = None
    """Where to write the figures and problems as JSON."""
    coco: Annotated[Path | None, arg(metavar="FILE")] = None
    """Where to write the keypoints in COCO's format."""

    def run(self) -> int:
        from rich.console import Console

        from shoemodel import arguments

        arguments.at_least(1, self.num, "--num")
        out = self.out or self.folder / "sheet.jpg"
        if out.suffix not in (".jpg", ".png"):
            raise InputError(f"--out is {out}, a file ending in .jpg or .png is accepted")
        try:
            from shoemodel.data import inspection, tables
        except ImportError as error:
            raise InputError(f"inspect needs the package {error.name}: install shoemodel[train]") from error
        found = inspection.inspect(self.folder, self.num)
        console = Console()
        for table in tables.tables(found.summary):
            console.print(table, "")
        if self.json is not None:
            _write_json(self.json, {**found.summary, "problems": found.problems})
        if found.problems:
            console.print(tables.problems(found.problems))
        self._draw(found.shown, out)
        if self.coco is not None:
            self._export(self.coco, bool(found.problems))
        return int(bool(found.problems))

    def _draw(self, shown: list[Sample], out: Path) -> None:
        """The sheet, if there is a sound tuple to draw."""
        from shoemodel.data import inspection
        from shoemodel.image import io as images

        if shown:
            save = images.save_png if out.suffix == ".png" else images.save_jpeg
            save(out, inspection.sheet(shown))
            print(f"sheet of {len(shown)} tuples: {out}")

    def _export(self, target: Path, faulty: bool) -> None:
        """COCO's file, of sound folders only: a file that leaves tuples out silently would be worse than none."""
        from shoemodel.data import coco, shards

        if faulty:
            print(f"{target}: not written, because of the problems above")
            return
        content = coco.dataset(shards.read(self.folder), f"shoemodel tuples of {self.folder.name}")
        _write_json(target, content)
        print(f"COCO keypoints of {len(content['images'])} tuples: {target}")


def _write_json(target: Path, content: object) -> None:
    from shoemodel.image import io as images

    images.write_bytes(target, (json.dumps(content, indent=1) + "\n").encode())
