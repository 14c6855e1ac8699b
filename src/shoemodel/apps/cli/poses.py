"""The verb `shoemodel poses`: how legs could stand in a shoe, before any picture is made."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import Positional, arg

from shoemodel.apps.cli.where import Where

if TYPE_CHECKING:
    from shoemodel.image.io import Photo


@dataclass(frozen=True, kw_only=True)
class Poses:
    """Draw a gallery of different plausible poses over the shoe of a photo (Fig. 8); writes DIR/<photo stem>/.

    gallery.png shows them all, pose_00.png ... are the skeletons, poses.json holds their points. They are the poses
    that `shoemodel generate` takes with the same seed and layout; those that look like an earlier one are dropped.

    Example: shoemodel poses sneaker.jpg --num 12 --out poses
    """

    photo: Positional[Path]
    """Photo of an unworn shoe or a pair (PNG, JPEG, WebP, TIFF, HEIC ...)."""
    out: Annotated[Path, arg(metavar="DIR")]
    """Folder to write to."""
    num: int = 12
    """Poses at most."""
    seed: int = 0
    """The same seed gives the same poses on the same machine."""
    pack: Annotated[str, arg(metavar="mini|FOLDER")] = "mini"
    """Weights."""
    where: Where = field(default_factory=Where)

    def run(self) -> int:
        from shoemodel import arguments, packs
        from shoemodel.image import io as images
        from shoemodel.output import run_folder

        arguments.at_least(1, self.num, "--num")
        arguments.seed(self.seed)
        places = self.where.read()
        run_folder.require_writable(self.out)
        packs.check(packs.resolve(self.pack))
        self._draw(images.load(self.photo), places)
        return 0

    def _draw(self, photo: Photo, places: dict[str, Any]) -> None:
        """Run the chain as far as the poses, and write their folder."""
        from shoemodel import packs
        from shoemodel.lps.choose import distinct
        from shoemodel.output import gallery
        from shoemodel.pipeline import ShoeModelPipeline

        pipeline = ShoeModelPipeline.from_pretrained(self.pack)
        areas = pipeline.detect_areas(photo, pipeline.find_region(photo, **places))
        _, shoe = pipeline.place(photo, areas, self.where.layout)
        poses = distinct(pipeline.synthesise_poses(shoe, self.num, self.seed, photo.path.name)[1])
        folder = self.out / photo.path.stem
        settings = {
            "photo": {"name": photo.path.name, "sha256": photo.sha256},
            "pack": packs.identity(self.pack),
            "seed": self.seed,
            "layout": self.where.layout,
        }
        gallery.write(folder, shoe, poses, settings)
        if len(poses) < self.num:
            print(f"shoemodel: {self.num} poses were asked for, {len(poses)} of them differ", file=sys.stderr)
        print(folder)
