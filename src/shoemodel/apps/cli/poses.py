"""The verb `shoemodel poses`: how legs could stand in a shoe, before any picture is made."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional, arg

from shoemodel.apps.cli.flags import PosesRequest
from shoemodel.apps.cli.messages import complain
from shoemodel.request import Request

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Bool, UInt8

    from shoemodel.image.io import Photo


NEEDED = ("region", "areas", "feet", "legs", "legs_scheduler", "legs_3d", "segmenter")
"""Components of the pack."""
BARE = "bare legs"
"""What is worn where no prompt says."""


@dataclass(frozen=True, kw_only=True)
class Poses:
    """Draw a gallery of different plausible poses over the shoe of a photo (Fig. 8); writes DIR/<photo stem>/.

    gallery.png shows them all, as small renders of the leg in the photo (bare, or dressed as --prompt says), or as
    skeletons with --backend diffusion. pose_00.png ... are the skeletons, render_00.png ... the small renders,
    poses.json holds the points and the angles of the legs. They are the poses that `shoemodel generate` takes with the
    same seed, backend and layout; those that look like an earlier one are dropped.

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
        from shoemodel.backends.backend import Subject
        from shoemodel.backends.preview import previews
        from shoemodel.declaration import to_json
        from shoemodel.lps.choose import distinct
        from shoemodel.output import gallery
        from shoemodel.pipeline import ShoeModelPipeline

        request = self.asked.request
        pipeline = ShoeModelPipeline.from_pretrained(self.pack, only=NEEDED)
        region = pipeline.find_region(photo, request.box, request.points, mask)
        areas = pipeline.refine_edges(photo, pipeline.detect_areas(photo, region), request.edges).areas
        render = request.backend == "render"
        layout, shoe = pipeline.place(photo, areas, request.layout, "photo" if render else "scene")
        feet, name = pipeline.find_feet(shoe), photo.path.name
        renders: list[UInt8[np.ndarray, "h w 3"]] = []
        if render:
            canvas = pipeline.extend(photo, areas, layout)
            fitted, told = pipeline.fit_shoes(photo, canvas, shoe, layout, feet)
            poses = distinct(pipeline.synthesise_poses_3d(shoe, feet, fitted, request.num, request.seed, name))
            prompt = (request.prompt or (BARE,))[0]
            for warning in told:
                complain(warning)
            subject = Subject(name, canvas, shoe, "photo", fitted)
            frame = gallery.frame(shoe.size, poses)
            renders = list(previews(subject, prompt, poses, request.seed, gallery.RENDERED_SIDE, frame))
        else:
            poses = distinct(pipeline.synthesise_poses(shoe, feet, request.num, request.seed, name))
        folder = self.out / photo.path.stem
        settings = {
            "photo": {"name": name, "sha256": photo.sha256},
            "pack": packs.identity(self.pack),
            "seed": request.seed,
            "backend": request.backend,
            "layout": to_json(request.layout),
        }
        gallery.write(folder, shoe, poses, settings, renders)
        if len(poses) < request.num:
            print(f"shoemodel: {request.num} poses were asked for, {len(poses)} of them differ", file=sys.stderr)
        print(folder)
