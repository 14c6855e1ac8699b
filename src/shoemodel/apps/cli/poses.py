"""The verb `shoemodel poses`: how legs could stand in a shoe, before any picture is made."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional, arg

from shoemodel.apps.cli.flags import PosesRequest
from shoemodel.request import Request

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Bool

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
    pack: Annotated[str, arg(metavar="mini|FOLDER|OWNER/NAME")] = "mini"
    """Weights."""
    mask: Annotated[Path | None, arg(metavar="FILE")] = None
    """The shoe's pixels: an image of the photo's size, white (or opaque) on the shoe."""
    asked: PosesRequest = field(default_factory=lambda: PosesRequest(Request(num=12)))

    def run(self) -> int:
        from shoemodel import arguments, packs
        from shoemodel.image import io as images
        from shoemodel.output import run_folder

        mask = arguments.mask(self.mask)
        run_folder.require_writable(self.out)
        packs.check(packs.resolve(self.pack))
        self._write(images.load(self.photo), mask)
        return 0

    def _write(self, photo: Photo, mask: Bool[np.ndarray, "h w"] | None) -> None:
        """Run the chain as far as the poses, and write their folder."""
        from shoemodel import packs
        from shoemodel.declaration import to_json
        from shoemodel.lps.choose import distinct
        from shoemodel.output import gallery
        from shoemodel.pipeline import ShoeModelPipeline

        pipeline, request = ShoeModelPipeline.from_pretrained(self.pack), self.asked.request
        region = pipeline.find_region(photo, request.box, request.points, mask)
        _, shoe = pipeline.place(photo, pipeline.detect_areas(photo, region), request.layout)
        feet = pipeline.find_feet(shoe)
        poses = distinct(pipeline.synthesise_poses(shoe, feet, request.num, request.seed, photo.path.name))
        folder = self.out / photo.path.stem
        settings = {
            "photo": {"name": photo.path.name, "sha256": photo.sha256},
            "pack": packs.identity(self.pack),
            "seed": request.seed,
            "layout": to_json(request.layout),
        }
        gallery.write(folder, shoe, poses, settings)
        if len(poses) < request.num:
            print(f"shoemodel: {request.num} poses were asked for, {len(poses)} of them differ", file=sys.stderr)
        print(folder)
